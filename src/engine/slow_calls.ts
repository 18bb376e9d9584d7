/** Puts together what is known of a call that was slow. */

import { BoundedMap } from "../bounded_map.ts";
import type { Clock } from "../clock.ts";
import type { Cluster } from "../cluster/cluster.ts";
import type { Happening } from "../observe/observer.ts";
import { type SlowCall, slowCall, type SlowFacts } from "../observe/slow_call.ts";
import type { Observers } from "../observe/observers.ts";
import type { CallCounts, EndedCall } from "./call_counts.ts";
import type { Keys } from "./keys.ts";

/** The client whose calls they are. */
interface Owner {
  readonly settings: { readonly clock: Clock };
  readonly keys: Keys;
  readonly cluster: Pick<Cluster, "named">;
  readonly counts: CallCounts;
}

/** Tells observers of slow calls, once it is known when their last commands were answered. */
export function tellSlow({ settings, keys, cluster, counts }: Owner, observers: Observers): void {
  const { dialOf, happened } = dialTimes(settings.clock);
  observers.add({ happened });
  counts.onSlow = (call, ended) => {
    queueMicrotask(() => {
      const slow = slowCallOf(call, ended, { keys, dialOf });
      const server = slow.server === undefined ? undefined : cluster.named(slow.server);
      observers.happened({ what: "slow", server, verb: slow.verb, slow });
    });
  };
}

/** Remembers the last dial of each server. */
function dialTimes(
  clock: Clock,
): Pick<SlowFacts, "dialOf"> & { readonly happened: (happening: Happening) => void } {
  const dials = new BoundedMap<string, { at: number; took: number }>(MOST_SERVERS);
  return {
    dialOf: (server) => dials.get(server),
    happened({ what, server, milliseconds }) {
      if (what !== "connect" || server === undefined) return;
      dials.set(server.name, { at: clock.now(), took: milliseconds ?? 0 });
    },
  };
}

/** Says where the time of a call went. */
function slowCallOf(
  { verb, keys = [], deadline }: EndedCall,
  ended: number,
  { keys: allKeys, dialOf }: { readonly keys: Keys } & Pick<SlowFacts, "dialOf">,
): SlowCall {
  const all = typeof keys === "string" ? [keys] : keys;
  let own: Set<string> | undefined;
  return slowCall({
    ...{ verb: verb.name, keys: all.slice(0, MOST_KEYS), keyCount: all.length },
    ...{ began: deadline.began ?? ended, ended, commands: deadline.commands ?? [], dialOf },
    isOwn(wireKey) {
      own ??= new Set(all.map((key) => allKeys.any(key)));
      return own.has(wireKey);
    },
  });
}

/** So many servers have their last dial remembered. */
const MOST_SERVERS = 10_000;
/** So many keys of a call are named. */
const MOST_KEYS = 10;

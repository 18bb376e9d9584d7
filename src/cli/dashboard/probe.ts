/** Asks one server what it has counted. */

import type { Client, ClientOptions, Clock, SlabClassStats } from "../../../mod.ts";
import type { Answer } from "./rates.ts";

/** One server, as the recorder asks it. Every question ends by itself. */
export interface Probe {
  /** Display name of the server. */
  readonly name: string;
  /** @throws If there is no answer. */
  ask(): Promise<Answer>;
  /** @throws If there is no answer. */
  slabs(): Promise<ReadonlyMap<number, ServerSlab>>;
  close(): Promise<void>;
}

/** A slab class of a server. */
export interface ServerSlab extends SlabClassStats {
  /** Bytes that its items ask for. */
  readonly asked: number;
  readonly evicted: number;
  readonly age: number;
}

/**
 * Options of a client that asks one server, on top of those with which all others are reached. It has to itself what a
 * server that hangs can hold up, and finds one that was started again within a second.
 */
export const PROBE_OPTIONS: ClientOptions = {
  strict: true,
  warn: false,
  failover: false,
  connections: 1,
  retryTimeout: 1000,
};

/**
 * Makes a probe of a client.
 *
 * @param client One with one server and {@linkcode PROBE_OPTIONS}.
 */
export function probeOf(client: Client, clock: Clock): Probe {
  const closing = new AbortController();
  const { signal } = closing;
  return {
    // A client of one server sends every key there.
    name: client.getHostByKey("any"),
    async ask(): Promise<Answer> {
      const [stats] = (await client.stats("", { signal })).values();
      // The connection is there now. Most calls are as small as this one: it says how long they take at least.
      const asked = clock.now();
      await client.version({ signal });
      return { stats, latency: clock.now() - asked };
    },
    async slabs(): Promise<ReadonlyMap<number, ServerSlab>> {
      const [[slabs], [items]] = [
        (await client.admin.stats("slabs", { signal })).values(),
        (await client.admin.stats("items", { signal })).values(),
      ];
      return new Map(
        Array.from(slabs.classes, ([id, slab]) => {
          const { mem_requested = 0, evicted = 0, age = 0 } = items.get(id) ?? {};
          return [id, { ...slab, asked: mem_requested, evicted, age }];
        }),
      );
    },
    close: () => {
      // A server that hangs would hold up whoever ends the dashboard.
      closing.abort(new Error("The dashboard was closed"));
      return client.close();
    },
  };
}

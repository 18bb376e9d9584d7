/** A call that took long, and where its time went. */

import type { WrittenCommand } from "../clock.ts";

/**
 * A call that took longer than the option `slow` says: the `slow` of an event `slow`. Times are in milliseconds.
 *
 * @example Log each slow call in one line
 * ```ts
 * import { Client, type SlowCall } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start({
 *   faults: [{ kind: "slowStart", delayMs: 50, nth: 1 }],
 * });
 * await using client = new Client(server.address, { slow: 30, pollTimeout: 5000 });
 *
 * const log: string[] = [];
 * const line = ({ verb, keys, server }: SlowCall) => `slow ${verb} ${keys} on ${server}`;
 * client.addEventListener("slow", ({ slow }) => slow && log.push(line(slow)));
 *
 * await client.get("key");
 * await new Promise((resolve) => setTimeout(resolve, 1));
 * assertEquals(log, [`slow get key on ${server.address}`]);
 * ```
 */
export interface SlowCall {
  /** The method of the client, as in `"getMulti"`. */
  readonly verb: string;
  /** The keys that were asked, as the caller gave them: the first ten. */
  readonly keys: readonly string[];
  /** How many keys there were. */
  readonly keyCount: number;
  /** Display name of the server that answered last, or not at all; `undefined` if nothing was sent. */
  readonly server: string | undefined;
  /** How long the call took, from the end of the turn in which it began. */
  readonly milliseconds: number;
  /** From there to the write: a dial, other calls for the key, or a write that is under way. All of it if nothing was sent. */
  readonly queued: number;
  /** How much of that went by while the server was dialled. */
  readonly dialled: number;
  /** Until the operating system had taken the last byte: big values, and a server that does not read. */
  readonly written: number;
  /** Until the reply was complete, or the call over: the server, the network, and replies ahead of this one. */
  readonly waited: number;
}

/** What is known of a call that was slow. */
export interface SlowFacts extends Pick<SlowCall, "verb" | "keys" | "keyCount"> {
  readonly began: number;
  readonly ended: number;
  /** The commands of all calls that began in its turn. */
  readonly commands: readonly WrittenCommand[];
  /** Tells whether a wire key is one of the call's. */
  readonly isOwn: (wireKey: string) => boolean;
  /** The last dial of a server: when it ended and how long it took. */
  readonly dialOf: (server: string) => { readonly at: number; readonly took: number } | undefined;
}

/** Says where the time of a call went: it is that of the command that was over last. */
export function slowCall({ verb, keys, keyCount, ...facts }: SlowFacts): SlowCall {
  const { began, ended, commands, isOwn, dialOf } = facts;
  const milliseconds = ended - began;
  let last: WrittenCommand | undefined;
  for (const command of commands) {
    if (!command.keys().some(isOwn)) continue;
    if (last === undefined || (command.ended ?? Infinity) >= (last.ended ?? Infinity)) {
      last = command;
    }
  }
  if (last === undefined) {
    const none = { server: undefined, queued: milliseconds, dialled: 0, written: 0, waited: 0 };
    return { verb, keys, keyCount, milliseconds, ...none };
  }
  const { server, written } = last;
  const sent = Math.min(last.sent ?? ended, ended);
  const dial = dialOf(server);
  const dialled = dial === undefined || dial.at <= began || dial.at > written
    ? 0
    : Math.min(dial.took, dial.at - began);
  return {
    ...{ verb, keys, keyCount, server, milliseconds, dialled },
    queued: Math.max(0, written - began),
    written: Math.max(0, sent - written),
    waited: Math.max(0, Math.min(last.ended ?? ended, ended) - sent),
  };
}

/** What a connection needs to know, and what it leaves behind. */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { MemcachedError } from "../errors.ts";

/** What a connection needs to know. */
export interface ConnectionOptions {
  /** Display name of the server, for errors. */
  readonly server: string;
  readonly clock: Clock;
  /** Longest silence, in milliseconds, while a reply is due; asked anew each time. */
  readonly pollTimeout: () => number;
  /** Counts what goes over the connection. */
  readonly traffic: Traffic;
  /** Called once, when the connection is over. */
  readonly onClose: (end: ConnectionEnd) => void;
  /** Called for each command that was written, when its reply is complete or the connection is lost. */
  readonly onAttempt?:
    | ((
      server: string,
      command: string,
      milliseconds: number,
      error: MemcachedError | undefined,
    ) => void)
    | undefined;
  /** Called when a reply is due where none was. */
  readonly onBusy: () => void;
}

/**
 * Counts of what has gone over the connections to a server. They only grow.
 *
 * @example Gets of one tick travel together
 * ```ts
 * import { Client, type Traffic } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("a", 1);
 * await Promise.all([client.get("a"), client.get("b"), client.get("c")]);
 * const traffic: Traffic | undefined = client.counters().get(server.address);
 * assert(traffic !== undefined);
 * assertEquals([traffic.commands, traffic.writes], [2, 2]);
 * assertEquals([traffic.hits, traffic.misses], [1, 2]);
 * ```
 */
export interface Traffic {
  /** Commands sent. Gets that were joined into one line count as one. */
  commands: number;
  /** Items that were found. */
  hits: number;
  /** Keys that were asked for and not found. */
  misses: number;
  /** Bytes received from the server. */
  bytesRead: number;
  /** Bytes sent to the server. */
  bytesWritten: number;
  /** Writes on the transport. One may carry many commands. */
  writes: number;
}

/** What a connection leaves behind. */
export interface ConnectionEnd {
  /** Why it is over; `undefined` if it was closed on purpose, or by the server while nothing was due. */
  readonly error: MemcachedError | undefined;
  /** True if the stream was no longer in step: a reply came that nobody had asked for. */
  readonly desync: boolean;
  /** True if the server would not have the connection: it took no command. */
  readonly serverFull: boolean;
  /** True if the server has answered a command on it. */
  readonly answered: boolean;
  /** True if nothing came since it had been idle: it may have been over before anything was sent. */
  readonly stale: boolean;
  /** Commands of which no byte was sent. */
  readonly unsent: Command[];
  /** The command at which it went wrong, if there was one. */
  readonly head: Command | undefined;
  /** Commands behind the head that may have been carried out. */
  readonly sent: Command[];
}

/** Whether a command that waits to be sent may have left before, on a connection that was lost. */
export function sentBefore(command: Command): "no" | "maybe" {
  return command.ownResends + command.bystanderResends > 0 ? "maybe" : "no";
}

/** The contract between a connection and its owner: the options, and what is left at the end. */

import type { Clock, Turns } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { MemcachedError, ReplyError } from "../errors.ts";
import { RequestBuffers } from "../protocol/request_buffers.ts";
import type { Habits } from "./suspicion.ts";

/** What the owner makes, once for all its connections. */
export { RequestBuffers };

/** Options of a connection. */
export interface ConnectionOptions {
  /** Display name of the server, for errors. */
  readonly server: string;
  readonly clock: Clock;
  /** Says when what was gathered is to be written. */
  readonly turns: Turns;
  /** Gives the longest silence, in milliseconds, while a reply is due. Called each time. */
  readonly pollTimeout: () => number;
  /** Counts what goes over the connection. */
  readonly traffic: Traffic;
  /** Where the buffers of requests come from. One that was sent when the connection ended does not go back. */
  readonly buffers: RequestBuffers;
  /** What has been seen of the server. */
  readonly habits: Habits;
  /**
   * True while whoever makes the connection ready deals with error lines that ask for user and password. After that, such
   * a line ends the connection. Called each time.
   */
  readonly isOpening: () => boolean;
  /**
   * Makes a command whose reply proves that the stream is in step: {@linkcode Place}. None is sent without it, or if it
   * makes none.
   */
  readonly proof?: (() => Command | undefined) | undefined;
  /** Takes secrets out of what the server has said, before it becomes part of an error. */
  readonly censor?: ((text: string) => string) | undefined;
  /**
   * Called for a retrieval that an error line answered, instead of failing it, while the stream is in step. `behind` are
   * the commands on the connection that were submitted after it.
   */
  readonly onRefused: (command: Command, error: ReplyError, behind: Iterable<Command>) => void;
  /** Called once, when the connection has ended. */
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
  /** True if the deadlines of commands are told when each was written, sent and answered. */
  readonly keepsTimes?: boolean;
  /** Called when a reply becomes due while nobody sweeps the connection: from now on, until it returns false. */
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
  /** Items that were stored, as the server said: chunks of split values and manifests are items, too. */
  stores: number;
  /** Bytes received from the server. */
  bytesRead: number;
  /** Bytes sent to the server. */
  bytesWritten: number;
  /** Writes on the transport. One may carry many commands. */
  writes: number;
}

/** The end of a connection, with the commands left on it. */
export interface ConnectionEnd {
  /** The reason; `undefined` if it was closed on purpose, or by the server while no reply was due. */
  readonly error: MemcachedError | undefined;
  /** True if the stream was no longer in step: a reply came that could not be the next one. */
  readonly desync: boolean;
  /** True if the server was full and took no command on this connection. */
  readonly serverFull: boolean;
  /**
   * True if the server asked for user and password, or did not take the client's certificate, and has carried out no
   * command on this connection.
   */
  readonly refused: boolean;
  /** True if the server has answered a command on it. */
  readonly answered: boolean;
  /**
   * True if nothing came after it had been idle, or nothing for what was written after an error line: it may have ended
   * before anything was sent.
   */
  readonly stale: boolean;
  /** True if an error line answered a command shortly before the end. */
  readonly behindError: boolean;
  /** Commands of which no byte was sent. */
  readonly unsent: Command[];
  /** The command at which it failed, if there was one. */
  readonly head: Command | undefined;
  /** Commands behind the head that may have been carried out. */
  readonly sent: Command[];
  /**
   * Tells of one of those that were sent whether a command without a reply, which is over, may have changed a key behind
   * it. `undefined` if that is so of none.
   */
  readonly overtaken: ((command: Command, key: string) => boolean) | undefined;
}

/** Says whether a command that waits to be sent may have been sent before, on a connection that was lost. */
export function sentBefore(command: Command): "no" | "maybe" {
  return command.ownResends + command.bystanderResends > 0 ? "maybe" : "no";
}

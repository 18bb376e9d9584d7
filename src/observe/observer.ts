/**
 * The seam for everything that watches a client. Events and counters are observers, too: see their files here for two
 * examples. An observer hears of things after they have happened, and cannot change them.
 */

import type { MemcachedError } from "../errors.ts";

/**
 * Watches a client: the `observer` option. Every method is optional, and is called synchronously: it should be quick. An
 * error that it throws is reported as an uncaught one, and disturbs no call.
 *
 * @example Count the calls of each method
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const calls: string[] = [];
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, {
 *   observer: { begin: (verb, keys) => calls.push(`${verb} ${keys.join(" ")}`) },
 * });
 * await client.set("a", 1);
 * await client.getMulti(["a", "b"]);
 * assertEquals(calls, ["set a", "getMulti a b"]);
 * ```
 */
export interface Observer {
  /**
   * A call begins: its options and keys can be used, and nothing has been sent.
   *
   * @param verb The method of the client, as in `"getMulti"`.
   * @param keys The keys as the caller gave them; none for methods that concern servers.
   * @returns Anything: a token that {@linkcode Observer.end} is given.
   */
  begin?(verb: string, keys: readonly string[]): unknown;
  /**
   * A call that began has settled.
   *
   * @param token What {@linkcode Observer.begin} returned for it.
   * @param end How it ended.
   */
  end?(token: unknown, end: CallEnd): void;
  /**
   * A server has answered a command, or its connection was lost. One call may make many attempts, and gets of one tick
   * share one.
   *
   * @param server Display name of the server.
   * @param command Name of the command, as in `"get"`.
   * @param milliseconds From the write to the end of the reply.
   * @param error Why there is no reply, or the error line that is the reply.
   */
  attempt?(
    server: string,
    command: string,
    milliseconds: number,
    error: MemcachedError | undefined,
  ): void;
  /**
   * Something happened to a server, or a call failed.
   *
   * @param happening What happened, and to which server.
   */
  happened?(happening: Happening): void;
}

/** How a call ended: with a value, with an error, or with both where a failure is soft or partial. */
export interface CallEnd {
  /** What the call gave. */
  readonly value?: unknown;
  /** What went wrong, or why the call rejected. */
  readonly error?: unknown;
}

/** Something that happened to a server, or a call that failed. */
export interface Happening {
  /** What happened. */
  readonly what: HappeningName;
  /** The server, where one is known. */
  readonly server?: ObservedServer | undefined;
  /** What went wrong, if something did. */
  readonly error?: MemcachedError | undefined;
  /** The method of the client that failed; only for `failure`. */
  readonly verb?: string | undefined;
}

/**
 * - `failure`: a call, or part of one, failed.
 * - `connect`, `disconnect`: a connection was made, or is over.
 * - `failedDial`: a dial failed; `dead`, `alive`: its server is left alone for a while, or is back.
 * - `desync`: a reply came that could not be the one due.
 * - `resend`: a command was sent again.
 * - `torn`: a split value could not be put together.
 */
export type HappeningName =
  | "failure"
  | "connect"
  | "disconnect"
  | "failedDial"
  | "dead"
  | "alive"
  | "desync"
  | "resend"
  | "torn";

/** A server as observers see it. */
export interface ObservedServer {
  /** Display name. */
  readonly name: string;
  /** What has happened to it so far. */
  readonly counters: HappeningCounts;
}

/** What has happened to a server so far. */
export interface HappeningCounts {
  /** Connections made. */
  connects: number;
  /** Connections lost or closed. */
  disconnects: number;
  /** Dials that failed. */
  failedDials: number;
  /** Connections closed because a reply came that could not be the next one. */
  desyncs: number;
  /** Commands sent again after a connection was lost: by `maxRetries`, or as the loss was not their fault. */
  resends: number;
  /** Calls, or parts of them, that failed. */
  failures: number;
  /** Split values that could not be joined because a chunk was missing or had the wrong length. */
  torn: number;
}

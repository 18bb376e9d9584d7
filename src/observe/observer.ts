/**
 * The seam for everything that watches a client. Events and counters are observers too: their files here are two
 * examples. An observer is told of things after they have happened, and cannot change them.
 */

import type { Traffic } from "../connection/contract.ts";
import type { MemcachedError } from "../errors.ts";
import type { SlowCall } from "./slow_call.ts";
import type { Address } from "../placement/address.ts";
import type { PeerAddress } from "../transports/transport.ts";

/**
 * Watches a client: the option `observer`.
 *
 * Every method is optional and should be quick. `begin` is called at once, and not for calls that it makes itself; the
 * others are called in order, just after what they tell of. An error that a method throws is reported as uncaught and does
 * not disturb any call.
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
   * False if nobody may see the failures that `happened` is told of: then the client says on the console what it would say
   * without this observer (the option `warn`).
   *
   * @default {true}
   */
  readonly seesFailures?: boolean;
  /**
   * Says that nobody wants to hear of calls at the moment. Asked when a call begins: if it says so, `begin` and `end` are
   * not called for that call, which then costs no more than the question.
   *
   * @returns True if calls are not to be told.
   */
  isIdle?(): boolean;
  /**
   * Called when a call begins: its options and keys are valid, and nothing has been sent.
   *
   * @param verb The method of the client, as in `"getMulti"`.
   * @param keys The keys as the caller gave them; none for methods that concern servers.
   * @param call Where the call goes. It may be asked later, too.
   * @returns A token of any type, which is passed to {@linkcode Observer.end}.
   */
  begin?(verb: string, keys: readonly string[], call: ObservedCall): unknown;
  /**
   * Called when a call that began has settled.
   *
   * @param token The token that {@linkcode Observer.begin} returned for the call.
   * @param end How it ended.
   */
  end?(token: unknown, end: CallEnd): void;
  /**
   * Called to run something of the program's that belongs to a call: the loader of `getOrSet()`, the change of `update()`.
   * An observer that knows a context of calls, as tracers do, runs it in that. If it does not run it, the client does.
   *
   * @param token The token that {@linkcode Observer.begin} returned for the call.
   * @param run Is to be called at once, and once.
   */
  within?(token: unknown, run: () => void): void;
  /**
   * Called when the beginning of a call has to wait, as in a namespace whose number is asked for first. `begin` is then
   * called later, from elsewhere.
   *
   * @param run What is done later.
   * @returns A function that does the same in the context that is active now.
   */
  keepContext?<A, R>(run: (argument: A) => R): (argument: A) => R;
  /**
   * Called when a server has answered a command, or the connection was lost. One call may make many attempts, and gets
   * of one tick share one.
   *
   * @param server Display name of the server.
   * @param command Name of the command, as in `"get"`.
   * @param milliseconds Time from the write to the end of the reply.
   * @param error The reason why there is no reply, or the error line that is the reply; `undefined` if all is well.
   */
  attempt?(
    server: string,
    command: string,
    milliseconds: number,
    error: MemcachedError | undefined,
  ): void;
  /**
   * Called when something happened to a server, or a call failed.
   *
   * @param happening What happened, and to which server.
   */
  happened?(happening: Happening): void;
}

/**
 * A call that has begun, as observers see it.
 *
 * @example Count the calls of each server
 * ```ts
 * import { Client, type ObservedCall } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = await MemcachedServer.start();
 * await using two = await MemcachedServer.start();
 *
 * const calls: string[] = [];
 * const observer = {
 *   begin: (verb: string, _keys: readonly string[], call: ObservedCall) =>
 *     calls.push(`${verb} on ${call.server?.name ?? "several"}`),
 * };
 * await using client = new Client([`${one.address} one`, `${two.address} two`], { observer });
 *
 * await client.get("a");
 * await client.version();
 * assertEquals(calls, [`get on ${client.getHostByKey("a")}`, "version on several"]);
 * ```
 */
export interface ObservedCall {
  /** The client's `prefix`. */
  readonly prefix: string;
  /**
   * The server to which the call goes at the moment that this is read: the owner of its keys or, with `failover`, the one
   * that stands in. `undefined` if there are several, if a value was given from those kept near, and as long as the servers
   * are not known. It is found out anew each time, which takes about as long as to place the keys.
   */
  readonly server: ObservedServer | undefined;
}

/**
 * How a call ended: with a value, with an error, or with both if it failed without `strict`, or only in part.
 *
 * @example A failure that the caller does not see
 * ```ts
 * import { type CallEnd, Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const ends: CallEnd[] = [];
 * const observer = { end: (_token: unknown, end: CallEnd) => ends.push(end) };
 * await using client = new Client(server.address, { observer });
 *
 * await server.stop();
 * await client.set("key", "value");
 * assertEquals(ends[0].value, false);
 * assertEquals((ends[0].error as Error).name, "ConnectionError");
 * ```
 */
export interface CallEnd {
  /** The value that the call gave. */
  readonly value?: unknown;
  /** The error of the call, or the reason with which it rejected. */
  readonly error?: unknown;
}

/**
 * Something that happened to a server, or a call that failed.
 *
 * @example Log all that concerns a server
 * ```ts
 * import { Client, type Happening } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const log: string[] = [];
 * const observer = {
 *   happened: ({ what, server }: Happening) => log.push(`${what} ${server?.name}`),
 * };
 * await using client = new Client(`${server.address} blue`, { observer });
 *
 * await client.version();
 * assertEquals(log, ["connect blue"]);
 * ```
 */
export interface Happening {
  /** Name of what happened. */
  readonly what: HappeningName;
  /** The server, if one is known. */
  readonly server?: ObservedServer | undefined;
  /** The error, if there is one. */
  readonly error?: MemcachedError | undefined;
  /** The method of the client that failed; only for `failure`. */
  readonly verb?: string | undefined;
  /** How long the dial took, until the connection was ready for commands; only for `connect`. */
  readonly milliseconds?: number | undefined;
  /** How the list of servers has changed; only for `servers`. */
  readonly change?: ServersChange | undefined;
  /** Where the time of the call went; only for `slow`. */
  readonly slow?: SlowCall | undefined;
}

/**
 * How the list of a client's servers has changed. Servers are told apart by their display names: one that keeps it stays.
 *
 * @example A list that grows
 * ```ts
 * import { Client, type ServersChange } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const changes: (ServersChange | undefined)[] = [];
 * await using client = new Client("10.0.0.1", {
 *   observer: { happened: ({ change }) => void changes.push(change) },
 * });
 * client.setServers(["10.0.0.1", "10.0.0.2"]);
 * await Promise.resolve();
 * assertEquals(changes, [
 *   { servers: ["10.0.0.1", "10.0.0.2"], added: ["10.0.0.2:11211"], removed: [], moved: [] },
 * ]);
 * ```
 */
export interface ServersChange {
  /** The zone whose list it is, if not the own one. */
  readonly zone?: string | undefined;
  /** The server strings in use now. */
  readonly servers: readonly string[];
  /** Display names of the servers that have come. */
  readonly added: readonly string[];
  /** Display names of the servers that have left. */
  readonly removed: readonly string[];
  /** Display names of the servers that have another host or port. */
  readonly moved: readonly string[];
}

/**
 * Names of what observers are told.
 *
 * - `failure`: a call, or part of a call, failed.
 * - `connect`, `disconnect`: a connection was made, or ended.
 * - `failedDial`: a dial failed.
 * - `dead`, `alive`: the server could not be reached, or was silent too often, and is left alone for `retryTimeout`; or it
 *   can be reached again.
 * - `desync`: a reply came that could not be the next one.
 * - `resend`: a command was sent again.
 * - `torn`: a split value could not be joined.
 * - `servers`: the list of servers has changed; `change` says how.
 * - `slow`: a call took longer than the option `slow`; `slow` says where its time went.
 * - `owed`, `replayed`, `forgotten`: a server has missed a change of a key; the key was deleted there before it served
 *   again; or there were too many of them (`replayInvalidations`).
 * - `misfit`: a value did not pass its schema, and counted as a miss.
 *
 * @example Hear only of what is bad
 * ```ts
 * import { Client, type Happening, type HappeningName } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const bad: ReadonlySet<HappeningName> = new Set(["failure", "failedDial", "desync", "torn"]);
 * const seen: HappeningName[] = [];
 * const observer = { happened: ({ what }: Happening) => bad.has(what) && seen.push(what) };
 * await using client = new Client(server.address, { observer });
 *
 * await server.stop();
 * await client.get("key");
 * assertEquals(seen, ["failedDial", "failure"]);
 * ```
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
  | "torn"
  | "misfit"
  | "owed"
  | "replayed"
  | "forgotten"
  | "servers"
  | "slow";

/**
 * A server as observers see it.
 *
 * @example Hear of a server that fails again and again
 * ```ts
 * import { Client, type Happening, type ObservedServer } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const alarms = new Set<ObservedServer>();
 * const observer = {
 *   happened({ server }: Happening) {
 *     if (server !== undefined && server.counters.failures >= 3) alarms.add(server);
 *   },
 * };
 * await using client = new Client(server.address, { observer });
 *
 * await server.stop();
 * for (const key of ["a", "b", "c"]) await client.get(key);
 * assertEquals(Array.from(alarms, ({ name }) => name), [server.address]);
 * ```
 */
export interface ObservedServer {
  /** Display name of the server. */
  readonly name: string;
  /** Where it is, as the client was told. */
  readonly address: Address;
  /** Where its last connection leads: what its host was found to be. `undefined` if no transport has told. */
  readonly peer: PeerAddress | undefined;
  /** The counters of the server, which go on counting. */
  readonly counters: HappeningCounts & Traffic;
  /** Number of connections that take commands. */
  readonly connections: number;
  /** Number of callers that wait until it is dialled. */
  readonly waiting: number;
}

/**
 * Counts of what has happened to a server. They only grow.
 *
 * @example Compare two moments
 * ```ts
 * import { Client, type HappeningCounts } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const before: HappeningCounts | undefined = client.counters().get(server.address);
 * await client.version();
 * await client.quit();
 * const after: HappeningCounts | undefined = client.counters().get(server.address);
 * assert(before !== undefined && after !== undefined);
 * assertEquals([after.connects - before.connects, after.disconnects], [1, 1]);
 * ```
 */
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
  /** Those by the name of their error, as in `TimeoutError`. */
  failuresByKind: Record<string, number>;
  /** Split values that could not be joined because a chunk was missing or had the wrong length. */
  torn: number;
  /** Values that did not pass their schema, and counted as misses. */
  misfits: number;
  /** Keys that were noted as the server has missed a change of them, with `replayInvalidations`. */
  owed: number;
  /** Those that were deleted before the server served again. */
  replayed: number;
  /** Those that were forgotten, as there were too many. */
  forgotten: number;
}

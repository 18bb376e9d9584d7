/**
 * The faults that a {@linkcode MemcachedServer} can have, as plain objects. The server throws when it is given a fault
 * with an unknown option or with a value outside the bounds named here. No time is longer than a timer can wait: a
 * longer one would be due at once.
 */

/**
 * When a fault strikes: every time it can, unless one of these limits it.
 *
 * A fault cannot strike where the reply would stay as it is. It is not counted there either.
 *
 * @example Only the second get fails
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type FaultOccasion, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const secondGet: FaultOccasion = { commands: ["get"], nth: 2 };
 * await using server = await MemcachedServer.start({
 *   faults: [{ kind: "serverError", ...secondGet }],
 * });
 * await using client = new Client(server.address);
 * await client.set("a", "hello");
 * assertEquals(await client.get("a"), "hello");
 * assertEquals(await client.get("a"), undefined);
 * assertEquals(await client.get("a"), "hello");
 * ```
 */
export interface FaultOccasion {
  /**
   * Names of the commands whose replies it changes, at least one, as in `["get", "gets"]`; all that it can change
   * unless given. `wrongLength`, `truncatedValue` and `wrongKey` can change the replies to get, gets, gat and gats, the
   * first two also those to mg and ma; `missingReply` and `singleBytes` those to all commands but quit, which has none; `serverError` can replace all but
   * shutdown, which the server never carries out.
   */
  readonly commands?: readonly string[];
  /** It strikes only the n-th time that it could, counted from 1: an integer, at least 1. */
  readonly nth?: number;
  /** How likely it is to strike each time that it could: a number from 0, never, to 1, always. */
  readonly probability?: number;
  /** It strikes at most so many times: an integer, at least 1. */
  readonly times?: number;
}

/**
 * What follows a reply that was cut or left out: the connection goes on, closes, or stays open and never says anything
 * again.
 *
 * @example A server that falls silent
 * ```ts
 * import { Client, TimeoutError } from "@libmc/libmc";
 * import { type FaultSequel, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const then: FaultSequel = "silence";
 * await using server = await MemcachedServer.start({ faults: [{ kind: "missingReply", then }] });
 * await using client = new Client(server.address, { strict: true, pollTimeout: 50 });
 * await assertRejects(() => client.get("a"), TimeoutError);
 * ```
 */
export type FaultSequel = "continue" | "close" | "silence";

/**
 * One VALUE line, or the VA line of a meta command, tells a wrong length; the data block stays as it was.
 *
 * @example The client cannot trust what follows
 * ```ts
 * import { Client, ProtocolError } from "@libmc/libmc";
 * import { MemcachedServer, type WrongLengthFault } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const fault: WrongLengthFault = { kind: "wrongLength", by: -1 };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await client.set("a", "hello");
 * await assertRejects(() => client.get("a"), ProtocolError);
 * ```
 */
export interface WrongLengthFault extends FaultOccasion {
  /** Always `"wrongLength"`. */
  readonly kind: "wrongLength";
  /**
   * How much is added to the length: an integer from -2,147,483,647 to 2,147,483,647, not 0; a random one from -8 to 8
   * unless given. No length becomes negative: one that would stay at 0 grows by as much instead.
   */
  readonly by?: number;
}

/**
 * One data block ends early, and so does the reply unless `then` is `"continue"`. An empty data block cannot.
 *
 * @example A server that dies in the middle of a value
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { MemcachedServer, type TruncatedValueFault } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const fault: TruncatedValueFault = { kind: "truncatedValue", keep: 2, then: "close" };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await client.set("a", "hello");
 * await assertRejects(() => client.get("a"), ConnectionError);
 * ```
 */
export interface TruncatedValueFault extends FaultOccasion {
  /** Always `"truncatedValue"`. */
  readonly kind: "truncatedValue";
  /**
   * How many bytes of the data block are sent: an integer from 0 to 2,147,483,647; a random number unless given. Items
   * that have no more bytes than that are left alone.
   */
  readonly keep?: number;
  /**
   * What follows.
   *
   * @default {"continue"}
   */
  readonly then?: FaultSequel;
}

/**
 * One VALUE line names another key than that of its item.
 *
 * @example The client does not take a value for another
 * ```ts
 * import { Client, ProtocolError } from "@libmc/libmc";
 * import { MemcachedServer, type WrongKeyFault } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const fault: WrongKeyFault = { kind: "wrongKey", key: "b" };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await client.set("a", "hello");
 * await assertRejects(() => client.get("a"), ProtocolError);
 * ```
 */
export interface WrongKeyFault extends FaultOccasion {
  /** Always `"wrongKey"`. */
  readonly kind: "wrongKey";
  /**
   * The key that is named: 1 to 250 bytes of UTF-8 without spaces, CR, LF and NUL; the item's own with one character
   * changed unless given. An item that has this key is left alone.
   */
  readonly key?: string;
}

/**
 * A line that means nothing takes the place of the reply, or comes where none was wanted.
 *
 * @example The client refuses the line
 * ```ts
 * import { Client, ProtocolError } from "@libmc/libmc";
 * import { type GarbageLineFault, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const fault: GarbageLineFault = { kind: "garbageLine", commands: ["set"] };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await assertRejects(() => client.set("a", "hello"), ProtocolError);
 * ```
 */
export interface GarbageLineFault extends FaultOccasion {
  /** Always `"garbageLine"`. */
  readonly kind: "garbageLine";
  /**
   * The line, without its end; random characters unless given. It may contain CR LF, and so be several lines. A reply
   * that is this very line is left alone.
   */
  readonly line?: string;
}

/**
 * A second reply, which belongs to no command, follows the reply.
 *
 * @example The client closes a connection whose replies do not pair with its commands
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type ExtraReplyFault, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fault: ExtraReplyFault = { kind: "extraReply", line: "STORED", nth: 1 };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address);
 * assertEquals(await client.set("a", "hello"), true);
 * assertEquals(await client.get("a"), "hello");
 * assertEquals(server.accepted, 2);
 * ```
 */
export interface ExtraReplyFault extends FaultOccasion {
  /** Always `"extraReply"`. */
  readonly kind: "extraReply";
  /**
   * The reply, without the end of its last line; a random one of memcached's unless given. It may contain CR LF, and so
   * be several lines.
   */
  readonly line?: string;
}

/**
 * The server carries the command out and does not answer it.
 *
 * @example The client cannot know whether the counter was changed
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { MemcachedServer, type MissingReplyFault } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const fault: MissingReplyFault = { kind: "missingReply", commands: ["incr"], then: "close" };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await client.set("visits", 1);
 * const error = await assertRejects(() => client.incr("visits"), ConnectionError);
 * assertEquals(error.sent, "maybe");
 * assertEquals(await client.get("visits"), 2);
 * ```
 */
export interface MissingReplyFault extends FaultOccasion {
  /** Always `"missingReply"`. */
  readonly kind: "missingReply";
  /**
   * What follows.
   *
   * @default {"continue"}
   */
  readonly then?: FaultSequel;
}

/**
 * `SERVER_ERROR` takes the place of the reply, or follows some of the values of a get or gets.
 *
 * @example A server without memory
 * ```ts
 * import { Client, ReplyError } from "@libmc/libmc";
 * import { MemcachedServer, type ServerErrorFault } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * const fault: ServerErrorFault = { kind: "serverError", commands: ["set"] };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await assertRejects(() => client.set("a", "hello"), ReplyError, "out of memory");
 * assertEquals(server.items, 0);
 * ```
 */
export interface ServerErrorFault extends FaultOccasion {
  /** Always `"serverError"`. */
  readonly kind: "serverError";
  /**
   * The text after the word, without CR and LF.
   *
   * @default {"out of memory"}
   */
  readonly message?: string;
  /**
   * Whether the server carries the command out all the same.
   *
   * @default {false}
   */
  readonly carriedOut?: boolean;
  /**
   * The server closes the connection so many milliseconds later, as some proxies do, and neither carries out nor answers
   * what comes meanwhile: an integer from 0 to 2,147,483,647. The connection stays open unless given.
   */
  readonly closeAfterMs?: number;
}

/**
 * The reply leaves in pieces of one byte. Its first and last 32 bytes are sure to arrive one by one.
 *
 * @example The client puts the pieces together
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer, type SingleBytesFault } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fault: SingleBytesFault = { kind: "singleBytes", commands: ["get"] };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address);
 * await client.set("a", "hello");
 * assertEquals(await client.get("a"), "hello");
 * ```
 */
export interface SingleBytesFault extends FaultOccasion {
  /** Always `"singleBytes"`. */
  readonly kind: "singleBytes";
  /**
   * Milliseconds between two bytes: an integer from 0 to 2,147,483,647.
   *
   * @default {0}
   */
  readonly pauseMs?: number;
}

/**
 * The server sends `ERROR Too many open connections` to a new connection before any command, and closes it.
 *
 * @example A server that is full
 * ```ts
 * import { Client, MemcachedError } from "@libmc/libmc";
 * import { MemcachedServer, type TooManyConnectionsFault } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const fault: TooManyConnectionsFault = { kind: "tooManyConnections" };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true });
 * await assertRejects(() => client.get("a"), MemcachedError);
 * ```
 */
export interface TooManyConnectionsFault extends Omit<FaultOccasion, "commands"> {
  /** Always `"tooManyConnections"`. */
  readonly kind: "tooManyConnections";
  /**
   * Milliseconds from when the server accepts the connection until it does so: an integer from 0 to 2,147,483,647.
   *
   * @default {0}
   */
  readonly afterMs?: number;
}

/**
 * The server closes a connection that sends nothing for a while. It strikes, and is counted, when the connection is
 * accepted.
 *
 * @example The client dials anew after a pause
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type IdleKickFault, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fault: IdleKickFault = { kind: "idleKick", afterMs: 20, nth: 1 };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true, maxRetries: 1 });
 * await client.set("a", "hello");
 * while (server.connections > 0) await new Promise((resolve) => setTimeout(resolve, 5));
 * assertEquals(await client.get("a"), "hello");
 * assertEquals(server.accepted, 2);
 * ```
 */
export interface IdleKickFault extends Omit<FaultOccasion, "commands"> {
  /** Always `"idleKick"`. */
  readonly kind: "idleKick";
  /** Milliseconds that a connection may be idle: an integer from 0 to 2,147,483,647. */
  readonly afterMs: number;
}

/**
 * The server accepts a new connection, and reads from it only after a while.
 *
 * @example A server that is just starting
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer, type SlowStartFault } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fault: SlowStartFault = { kind: "slowStart", delayMs: 20 };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address, { strict: true, pollTimeout: 5000 });
 * assertEquals(await client.set("a", "hello"), true);
 * ```
 */
export interface SlowStartFault extends Omit<FaultOccasion, "commands"> {
  /** Always `"slowStart"`. */
  readonly kind: "slowStart";
  /** Milliseconds until the server reads: an integer from 1 to 2,147,483,647. */
  readonly delayMs: number;
}

/**
 * A fault of replies: it strikes when a command is answered.
 *
 * @example A value that each of two faults spoils
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer, type ReplyFault } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const faults: ReplyFault[] = [{ kind: "wrongKey" }, { kind: "truncatedValue", then: "close" }];
 * for (const fault of faults) {
 *   await using server = await MemcachedServer.start({ faults: [fault] });
 *   await using client = new Client(server.address);
 *   await client.set("a", "hello");
 *   assertEquals(await client.get("a"), undefined);
 *   assertEquals(server.struck.get(fault.kind), 1);
 * }
 * ```
 */
export type ReplyFault =
  | WrongLengthFault
  | TruncatedValueFault
  | WrongKeyFault
  | GarbageLineFault
  | ExtraReplyFault
  | MissingReplyFault
  | ServerErrorFault
  | SingleBytesFault;

/**
 * A fault of connections: it strikes when a connection is accepted.
 *
 * @example A first connection that starts slowly
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type ConnectionFault, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const fault: ConnectionFault = { kind: "slowStart", delayMs: 5, nth: 1 };
 * await using server = await MemcachedServer.start({ faults: [fault] });
 * await using client = new Client(server.address);
 * await client.set("a", "hello");
 * assertEquals(server.struck.get(fault.kind), 1);
 * ```
 */
export type ConnectionFault = TooManyConnectionsFault | IdleKickFault | SlowStartFault;

/**
 * A fault of a {@linkcode MemcachedServer}, given to it by {@linkcode MemcachedServer.fault} or when it starts.
 *
 * @example A fault of a connection and one of replies
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type Fault, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const faults: Fault[] = [{ kind: "slowStart", delayMs: 5 }, { kind: "wrongKey", nth: 1 }];
 * await using server = await MemcachedServer.start({ faults });
 * await using client = new Client(server.address);
 * await client.set("a", "hello");
 * assertEquals(await client.get("a"), undefined);
 * assertEquals([...server.struck.keys()], ["slowStart", "wrongKey"]);
 * ```
 */
export type Fault = ReplyFault | ConnectionFault;

/**
 * The `kind` of a fault.
 *
 * @example How often a kind struck
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type FaultKind, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const kind: FaultKind = "serverError";
 * await using server = await MemcachedServer.start({ faults: [{ kind }] });
 * await using client = new Client(server.address);
 * await client.get("a");
 * await client.get("b");
 * assertEquals(server.struck.get(kind), 2);
 * ```
 */
export type FaultKind = Fault["kind"];

/**
 * A fault that a server has at present, as {@linkcode MemcachedServer.fault} returns it.
 *
 * @example Take a fault away
 * ```ts
 * import { Client, ReplyError } from "@libmc/libmc";
 * import { type ActiveFault, MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 * const fault: ActiveFault = server.fault({ kind: "serverError" });
 * await assertRejects(() => client.get("a"), ReplyError);
 * assertEquals(fault.struck, 1);
 * fault.remove();
 * assertEquals(await client.get("a"), undefined);
 * ```
 */
export interface ActiveFault {
  /** How often it struck so far. */
  readonly struck: number;
  /**
   * Takes it away. Harmless when repeated.
   *
   * @example A fault for a part of a test
   * ```ts
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * const fault = server.fault({ kind: "missingReply" });
   * fault.remove();
   * assertEquals(fault.struck, 0);
   * ```
   */
  remove(): void;
}

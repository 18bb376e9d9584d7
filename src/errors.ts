/**
 * The one family of errors. A miss, "not stored" and "exists" are results, never errors; wrong use is a TypeError or
 * a RangeError. Failures of the network or a server are a {@linkcode MemcachedError}: each says which server, which
 * command, whether the server may have carried it out, and libmc's code for the same failure.
 */

import { isA, textOf } from "./thrown.ts";

/**
 * The facts that an error carries beside its message.
 *
 * @example An error for a test of your own code
 * ```ts
 * import { MemcachedError, type MemcachedErrorOptions } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const facts: MemcachedErrorOptions = { server: "cache1:11211", command: "incr", sent: "maybe" };
 * const error = new MemcachedError("Cannot incr", facts);
 * assertEquals([error.server, error.command, error.sent], ["cache1:11211", "incr", "maybe"]);
 * ```
 */
export interface MemcachedErrorOptions extends ErrorOptions {
  /** Display name of the server. */
  server?: string | undefined;
  /** Name of the command, as in `"get"`. */
  command?: string | undefined;
  /** `"no"`: the server has not carried out the command. `"maybe"`: it may have. */
  sent?: "no" | "maybe" | undefined;
  /** What happened, where the class alone does not say it: that of the class unless given. */
  reason?: ErrorReason | undefined;
}

/**
 * What happened, in a word. A `switch` over the reasons of an error is checked for completeness by the compiler.
 *
 * | reason | what happened | class |
 * | --- | --- | --- |
 * | `"unreachable"` | the server could not be dialled | ConnectionError |
 * | `"disconnected"` | the connection broke | ConnectionError |
 * | `"busy"` | more than `maxPending` commands are on the way to the server | ConnectionError |
 * | `"timeout"` | a reply, or the call, took too long | TimeoutError |
 * | `"dead"` | the last dial failed, and it is too early for the next | ServerDeadError |
 * | `"refused"` | the server answered with an error line; `kind` says which | ReplyError |
 * | `"unsupported"` | the server cannot do that, however often it is asked | UnsupportedError |
 * | `"protocol"` | the server sent what cannot be a reply | ProtocolError |
 * | `"codec"` | the data of an item does not fit its flags | CodecError |
 * | `"schema"` | a new value does not pass the schema | SchemaError |
 * | `"load"` | a key could not be loaded | LoadError |
 * | `"closed"` | the client was closed | ClosedError |
 * | `"partial"` | a part of a call for many keys or servers failed; `errors` has the reasons | MultiError |
 * | `"overtaken"` | others changed the item each time | MemcachedError |
 * | `"other"` | anything else, such as a distribution of one's own that throws | MemcachedError, ConnectionError |
 *
 * @example A line for the log, and whether to try again
 * ```ts
 * import { Client, type ErrorReason, MemcachedError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertInstanceOf } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 *
 * const passing: ReadonlySet<ErrorReason> = new Set(["busy", "dead", "timeout", "unreachable"]);
 * await server.stop();
 * const error = await client.get("key").catch((error) => error);
 * assertInstanceOf(error, MemcachedError);
 * assertEquals([error.name, error.reason, error.code], ["ConnectionError", "unreachable", -4]);
 * assertEquals(passing.has(error.reason), true);
 * ```
 */
export type ErrorReason =
  | ("unreachable" | "disconnected" | "busy" | "timeout" | "dead")
  | ("refused" | "unsupported" | "protocol")
  | ("codec" | "schema" | "load")
  | ("closed" | "partial" | "overtaken" | "other");

/**
 * The base of every error about a server, the network or a stored value.
 *
 * Calls reject with one only with the option `strict`, apart from ClosedError. By default {@linkcode Client.lastError}
 * and the `failure` event give it.
 *
 * @example Tell failures of the cache from all others
 * ```ts
 * import { Client, MemcachedError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * async function visits(): Promise<number> {
 *   try {
 *     return await client.get<number>("visits", { strict: true }) ?? 0;
 *   } catch (error) {
 *     if (error instanceof MemcachedError) return -1;
 *     throw error;
 *   }
 * }
 * assertEquals(await visits(), 0);
 * await server.stop();
 * assertEquals(await visits(), -1);
 * ```
 */
export class MemcachedError extends Error {
  /** Always `"MemcachedError"`. */
  override name = "MemcachedError";
  /** Display name of the server, where one is known. */
  readonly server: string | undefined;
  /** Name of the command that failed, as in `"get"`. */
  readonly command: string | undefined;
  /** `"no"`: the server has not carried out the command. `"maybe"`: it may have. */
  readonly sent: "no" | "maybe";
  /** What happened, in a word: see {@linkcode ErrorReason}. */
  readonly reason: ErrorReason;
  /** When the error was made. */
  readonly at: Date = new Date();

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The facts beside the message. `sent` is `"no"` unless given.
   */
  constructor(message: string, options: MemcachedErrorOptions = {}) {
    super(message, options);
    this.server = options.server;
    this.command = options.command;
    this.sent = options.sent ?? "no";
    this.reason = options.reason ?? "other";
  }

  /**
   * libmc's return code for this failure.
   *
   * | code | errors |
   * | --- | --- |
   * | -3 | ReplyError to any other line, UnsupportedError, ProtocolError, CodecError, SchemaError, LoadError |
   * | -4 | ReplyError to SERVER_ERROR, ServerDeadError, ClosedError, ConnectionError while dialling |
   * | -6 | TimeoutError |
   * | -8 | ConnectionError while reading |
   * | -9 | ConnectionError while writing |
   *
   * A MultiError has the code of the last error in it.
   *
   * @example Log libmc's code
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await server.stop();
   * await client.get("key");
   * assertEquals(client.lastError?.code, -4);
   * ```
   */
  get code(): number {
    return MC_SERVER_ERR;
  }

  /**
   * libmc's text for {@linkcode MemcachedError.code}.
   *
   * @example Log libmc's text
   * ```ts
   * import { TimeoutError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const error = new TimeoutError("Cannot get in time");
   * assertEquals(`[E: ${error.code}] ${error.strerror}`, "[E: -6] poll_timeout_error");
   * ```
   */
  get strerror(): string {
    return STRERROR[this.code] ?? "unknown";
  }

  /**
   * Gives `JSON.stringify()` all facts of the error. Other errors hide their message from it.
   *
   * @returns A plain object, with the message of the cause as `cause`.
   *
   * @example Write an error to a log of JSON lines
   * ```ts
   * import { MemcachedError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const error = new MemcachedError("Cannot get", { server: "cache1:11211", command: "get" });
   * const { name, message, server } = JSON.parse(JSON.stringify(error));
   * assertEquals([name, message, server], ["MemcachedError", "Cannot get", "cache1:11211"]);
   * ```
   */
  toJSON(): Record<string, unknown> {
    const { name, message, cause, code, strerror } = this;
    const fields: Record<string, unknown> = { name, message, code, strerror, cause: inJson(cause) };
    return Object.assign(fields, this);
  }
}

/**
 * The server could not be reached, or the connection to it broke.
 *
 * @example The reply to a command is lost
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 *
 * server.fault({ kind: "missingReply", commands: ["incr"], then: "close" });
 * const error = await assertRejects(() => client.incr("visits"), ConnectionError);
 * assertEquals([error.step, error.sent], ["read", "maybe"]);
 * ```
 */
export class ConnectionError extends MemcachedError {
  /** Always `"ConnectionError"`. */
  override name = "ConnectionError";
  /** Where it failed: while dialling, writing, or reading. */
  readonly step: ConnectionStep;
  /** `"unreachable"` while dialling, `"disconnected"` after that; `"busy"` or `"other"` if no connection failed. */
  override readonly reason: "unreachable" | "disconnected" | "busy" | "other";

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The facts beside the message, and the `step`: `"dial"` unless given.
   */
  constructor(message: string, options: MemcachedErrorOptions & { step?: ConnectionStep } = {}) {
    super(message, options);
    this.step = options.step ?? "dial";
    const { reason } = options;
    const failed = this.step === "dial" ? "unreachable" : "disconnected";
    this.reason = reason === "busy" || reason === "other" ? reason : failed;
  }

  /**
   * libmc's return code: -4 while dialling, -9 while writing, -8 while reading.
   *
   * @example A connection that broke while it was read
   * ```ts
   * import { ConnectionError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new ConnectionError("Cannot get", { step: "read" }).code, -8);
   * ```
   */
  override get code(): number {
    return STEP_CODES[this.step];
  }
}

/**
 * Where a connection failed: while dialling, writing to it, or reading from it.
 *
 * @example Say it in words
 * ```ts
 * import { ConnectionError, type ConnectionStep } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const words: Record<ConnectionStep, string> = {
 *   dial: "could not connect",
 *   write: "could not send",
 *   read: "got no reply",
 * };
 * assertEquals(words[new ConnectionError("Cannot get").step], "could not connect");
 * ```
 */
export type ConnectionStep = "dial" | "write" | "read";

/**
 * A reply took longer than `pollTimeout`, or the whole call longer than `timeout`.
 *
 * @example A server that falls silent
 * ```ts
 * import { Client, TimeoutError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true, pollTimeout: 50 });
 *
 * server.fault({ kind: "missingReply", commands: ["get"] });
 * await assertRejects(() => client.get("key"), TimeoutError, "silent for more than 50 ms");
 * ```
 */
export class TimeoutError extends MemcachedError {
  /** Always `"TimeoutError"`. */
  override name = "TimeoutError";
  /** Always `"timeout"`. */
  override readonly reason: "timeout" = "timeout";

  /**
   * libmc's return code: -6.
   *
   * @example It is the code of MC_RETURN_POLL_TIMEOUT_ERR
   * ```ts
   * import { TimeoutError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new TimeoutError("Cannot get in time").code, -6);
   * ```
   */
  override get code(): number {
    return -6;
  }
}

/**
 * The server answered with an error line.
 *
 * @example A server that is out of memory
 * ```ts
 * import { Client, ReplyError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 *
 * server.fault({ kind: "serverError", message: "out of memory storing object", times: 1 });
 * const error = await assertRejects(() => client.set("key", "value"), ReplyError);
 * assertEquals(error.kind, "SERVER_ERROR");
 * assertEquals(await client.set("key", "value"), true);
 * ```
 */
export class ReplyError extends MemcachedError {
  /** Always `"ReplyError"`. */
  override name = "ReplyError";
  /** Always `"refused"`. */
  override readonly reason: "refused" = "refused";
  /** The word that began the line. */
  readonly kind: ReplyErrorKind;

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The facts beside the message, and the `kind` of error line.
   */
  constructor(message: string, options: MemcachedErrorOptions & { kind: ReplyErrorKind }) {
    super(message, options);
    this.kind = options.kind;
  }

  /**
   * libmc's return code: -4 for SERVER_ERROR, -3 for the others.
   *
   * @example Codes of the three error lines
   * ```ts
   * import { ReplyError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const codes = (["ERROR", "CLIENT_ERROR", "SERVER_ERROR"] as const)
   *   .map((kind) => new ReplyError("Cannot set", { kind }).code);
   * assertEquals(codes, [-3, -3, -4]);
   * ```
   */
  override get code(): number {
    return this.kind === "SERVER_ERROR" ? MC_SERVER_ERR : PROGRAMMING_ERR;
  }
}

/**
 * The words that begin an error line, as memcached's `doc/protocol.txt` names them: the three that may answer any command,
 * and those with which a server declines a command of administration.
 *
 * @example Counting a text is the caller's mistake
 * ```ts
 * import { Client, type ReplyErrorKind, ReplyError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("name", "Ada");
 * const error = await assertRejects(() => client.incr("name", 1, { strict: true }), ReplyError);
 * const expected: ReplyErrorKind = "CLIENT_ERROR";
 * assertEquals(error.kind, expected);
 * ```
 */
export type ReplyErrorKind =
  | ("ERROR" | "CLIENT_ERROR" | "SERVER_ERROR")
  | ("BADCLASS" | "BUSY" | "NOSPARE" | "NOTFULL" | "NOTSTARTED" | "SAME" | "UNSAFE")
  | ("MEMLIMIT_ADJUST_FAILED" | "MEMLIMIT_TOO_SMALL" | "WATCHER_FAILED" | "WATCHER_TOO_MANY");

/**
 * The server cannot do what was asked, however often it is asked: it is a proxy or a version that does not know the
 * command, or it was started without the part that carries it out. The message says what can be done.
 *
 * @example A daemon whose crawler is switched off
 * ```ts
 * import { Client, UnsupportedError } from "@libmc/libmc";
 * import { ScriptedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const disabled = ["CLIENT_ERROR lru crawler disabled\r\n"];
 * await using server = await ScriptedServer.start({ script: [disabled] });
 * await using client = new Client(server.address);
 *
 * const next = client.admin.keys().next();
 * await assertRejects(() => next, UnsupportedError, "start memcached without -o no_lru_crawler");
 * ```
 */
export class UnsupportedError extends MemcachedError {
  /** Always `"UnsupportedError"`. */
  override name = "UnsupportedError";
  /** Always `"unsupported"`. */
  override readonly reason: "unsupported" = "unsupported";

  /**
   * libmc's return code: -3.
   *
   * @example libmc says the same of a command that the server does not know
   * ```ts
   * import { UnsupportedError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const { code, strerror } = new UnsupportedError("Cannot watch");
   * assertEquals([code, strerror], [-3, "programming_error"]);
   * ```
   */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/**
 * The server sent bytes that cannot be the reply to the command. The connection is closed; the next call dials anew.
 *
 * @example A line that means nothing
 * ```ts
 * import { Client, ProtocolError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 *
 * server.fault({ kind: "garbageLine", line: "HELLO", times: 1 });
 * await assertRejects(() => client.get("key"), ProtocolError);
 * assertEquals(await client.get("key"), undefined);
 * ```
 */
export class ProtocolError extends MemcachedError {
  /** Always `"ProtocolError"`. */
  override name = "ProtocolError";
  /** Always `"protocol"`. */
  override readonly reason: "protocol" = "protocol";

  /**
   * libmc's return code: -3.
   *
   * @example It has libmc's text, too
   * ```ts
   * import { ProtocolError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const { code, strerror } = new ProtocolError("Cannot read the reply");
   * assertEquals([code, strerror], [-3, "programming_error"]);
   * ```
   */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/**
 * The last dial of the server failed, and its `retryTimeout` has not passed: nothing was tried.
 *
 * @example The second call fails at once
 * ```ts
 * import { Client, ConnectionError, ServerDeadError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertInstanceOf, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 *
 * await server.stop();
 * await assertRejects(() => client.get("key"), ConnectionError);
 * const error = await assertRejects(() => client.get("key"), ServerDeadError);
 * assertInstanceOf(error.cause, ConnectionError);
 * ```
 */
export class ServerDeadError extends MemcachedError {
  /** Always `"ServerDeadError"`. */
  override name = "ServerDeadError";
  /** Always `"dead"`. */
  override readonly reason: "dead" = "dead";
}

/**
 * The data of an item does not fit its flags, or inflates to too much.
 *
 * @example An item that claims to be JSON
 * ```ts
 * import { Client, CodecError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.setRaw("key", new TextEncoder().encode("{"), { flags: 64 });
 * await assertRejects(() => client.get("key", { strict: true }), CodecError);
 * assertEquals(await client.get("key"), undefined);
 * ```
 */
export class CodecError extends MemcachedError {
  /** Always `"CodecError"`. */
  override name = "CodecError";
  /** Always `"codec"`. */
  override readonly reason: "codec" = "codec";

  /**
   * libmc's return code: -3.
   *
   * @example The code of an error thrown by a codec of your own
   * ```ts
   * import { CodecError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const error = new CodecError("Cannot decode value", { cause: new SyntaxError("no JSON") });
   * assertEquals(error.code, -3);
   * ```
   */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/**
 * A key of `getOrSetMulti()` could not be loaded, or its value not be stored. The loader's own error is the `cause`.
 *
 * @example Which keys, and why
 * ```ts
 * import { Client, LoadError, MultiError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const load = () => ({ a: "Ada", b: new Error("It is locked") });
 * const call = client.getOrSetMulti<string>(["a", "b"], load, { ttl: 60 });
 * const { errors, partial } = await assertRejects(() => call, MultiError);
 * assertEquals(partial, new Map([["a", "Ada"]]));
 * const failed = errors.filter((error) => error instanceof LoadError);
 * assertEquals(failed.map(({ key, cause }) => [key, `${cause}`]), [["b", "Error: It is locked"]]);
 * ```
 */
export class LoadError extends MemcachedError {
  /** Always `"LoadError"`. */
  override name = "LoadError";
  /** Always `"load"`. */
  override readonly reason: "load" = "load";
  /** The key, without the client's prefix. */
  readonly key: string | undefined;

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The facts beside the message.
   */
  constructor(message: string, options: MemcachedErrorOptions & { key?: string | undefined } = {}) {
    super(message, options);
    this.key = options.key;
  }

  /**
   * libmc's return code: -3.
   *
   * @example The code of a mistake in the program
   * ```ts
   * import { LoadError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new LoadError("Cannot load").strerror, "programming_error");
   * ```
   */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/**
 * The value that a loader gave does not pass the schema of the call.
 *
 * @example See what is wrong
 * ```ts
 * import { Client, SchemaError, type StandardSchema } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const schema: StandardSchema<string> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "shop",
 *     validate: () => ({ issues: [{ message: "It has no name", path: ["name"] }] }),
 *   },
 * };
 * const call = client.getOrSet("user", () => "Ada", { ttl: 60, schema });
 * const { issues } = await assertRejects(() => call, SchemaError);
 * assertEquals(issues[0].path, ["name"]);
 * ```
 */
export class SchemaError extends MemcachedError {
  /** Always `"SchemaError"`. */
  override name = "SchemaError";
  /** Always `"schema"`. */
  override readonly reason: "schema" = "schema";
  /** What is wrong, in the words of the schema. */
  readonly issues: readonly SchemaIssue[];

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The facts beside the message.
   */
  constructor(
    message: string,
    options: MemcachedErrorOptions & { issues?: readonly SchemaIssue[] } = {},
  ) {
    super(message, options);
    this.issues = options.issues ?? [];
  }

  /**
   * libmc's return code: -3.
   *
   * @example The code of a mistake in the program
   * ```ts
   * import { SchemaError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * assertEquals(new SchemaError("Cannot use the value").strerror, "programming_error");
   * ```
   */
  override get code(): number {
    return PROGRAMMING_ERR;
  }
}

/**
 * One thing that is wrong with a value, as its schema says.
 *
 * @example Where it is wrong
 * ```ts
 * import type { SchemaIssue } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const issue: SchemaIssue = { message: "It is no number", path: ["prices", 0] };
 * assertEquals(issue.path?.length, 2);
 * ```
 */
export interface SchemaIssue {
  /** What is wrong. */
  readonly message: string;
  /** The properties that lead there; some libraries put each into an object. */
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
}

/**
 * The client was closed before the call, or before it could be sent. Its `cause` says where.
 *
 * @example A call that comes too late
 * ```ts
 * import { Client, ClosedError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.close();
 * await assertRejects(() => client.get("key"), ClosedError, "Cannot use client as it is closed");
 * ```
 */
export class ClosedError extends MemcachedError {
  /** Always `"ClosedError"`. */
  override name = "ClosedError";
  /** Always `"closed"`. */
  override readonly reason: "closed" = "closed";
}

/**
 * A part of a call for many keys or servers failed. The rest of its result is in {@linkcode MultiError.partial}.
 *
 * @example Use what the other server gave
 * ```ts
 * import { Client, MultiError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client([server.address, "127.0.0.1:1"], { strict: true });
 *
 * const error = await assertRejects(() => client.version(), MultiError);
 * assertEquals(error.partial, new Map([[server.address, "1.6.18"]]));
 * assertEquals(error.errors.map(({ server }) => server), ["127.0.0.1:1"]);
 * ```
 */
export class MultiError<T = unknown> extends MemcachedError {
  /** Always `"MultiError"`. */
  override name = "MultiError";
  /** Always `"partial"`. */
  override readonly reason: "partial" = "partial";
  /** The result of the call as far as it succeeded: what it would have given without `strict`. */
  readonly partial: T;
  /** The failures, at least one: commands, keys that a server refused, values that could not be decoded. */
  readonly errors: readonly MemcachedError[];

  /**
   * Makes an error.
   *
   * @param message What could not be done, and why.
   * @param options The facts beside the message, the `partial` result and the `errors`, at least one. `cause` is the
   * first of them unless given.
   */
  constructor(
    message: string,
    options: MemcachedErrorOptions & { partial: T; errors: readonly MemcachedError[] },
  ) {
    super(message, { cause: options.errors[0], ...options });
    this.partial = options.partial;
    this.errors = options.errors;
  }

  /**
   * libmc's return code: that of the last error.
   *
   * @example The last of two errors decides
   * ```ts
   * import { MultiError, ServerDeadError, TimeoutError } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * const errors = [new ServerDeadError("cache1 is dead"), new TimeoutError("cache2 is silent")];
   * const error = new MultiError("Cannot get all", { errors, partial: new Map() });
   * assertEquals(error.code, -6);
   * ```
   */
  override get code(): number {
    return this.errors.at(-1)?.code ?? MC_SERVER_ERR;
  }
}

/** Gives the message of an error, and anything else as it is if JSON can show it. */
function inJson(cause: unknown): unknown {
  if (isA(cause, Error)) return textOf(cause);
  try {
    JSON.stringify(cause);
    return cause;
  } catch {
    return textOf(cause);
  }
}

const PROGRAMMING_ERR = -3;
const MC_SERVER_ERR = -4;
const STEP_CODES: Readonly<Record<ConnectionStep, number>> = {
  dial: MC_SERVER_ERR,
  write: -9,
  read: -8,
};

/** libmc's texts, by code. */
const STRERROR: Readonly<Record<number, string>> = {
  [-1]: "incomplete_buffer_error",
  [-2]: "invalid_key_error",
  [-3]: "programming_error",
  [-4]: "server_error",
  [-5]: "poll_error",
  [-6]: "poll_timeout_error",
  [-7]: "conn_poll_error",
  [-8]: "recv_error",
  [-9]: "send_error",
};

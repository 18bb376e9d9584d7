/** The options of calls, and their checks. */

import { aBoolean, aText, type Check, notAnOptionsObject, wrongValue } from "../checks/check.ts";
import type { Exptime } from "../checks/arguments.ts";
import { aSchema, type StandardSchema } from "../checks/schema.ts";

/**
 * Options of one call. Anything but an object, an unknown name or a wrong type is rejected with a TypeError.
 *
 * @example Stop waiting when the user has gone
 * ```ts
 * import { type CallOptions, Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * server.fault({ kind: "missingReply", commands: ["get"] });
 * const controller = new AbortController();
 * const options: CallOptions = { signal: controller.signal };
 * const call = client.get("key", options);
 * controller.abort(new Error("The user has gone"));
 * await assertRejects(() => call, Error, "The user has gone");
 * ```
 */
export interface CallOptions {
  /** Makes the call reject with the signal's reason once it is aborted. The command may be carried out all the same. */
  signal?: AbortSignal;
  /** Takes the place of the client's `strict`, for this call. */
  strict?: boolean;
}

/**
 * Options of a call for keys.
 *
 * @example What belongs together lives together
 * ```ts
 * import { Client, type KeyOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = await MemcachedServer.start();
 * await using two = await MemcachedServer.start();
 * await using client = new Client([one.address, two.address]);
 *
 * const ofUser1: KeyOptions = { routeBy: "user:1" };
 * await client.setMulti({ name: "Ada", mail: "ada@example.org", visits: 3 }, ofUser1);
 * await client.getMulti(["name", "mail", "visits"], ofUser1);
 * assertEquals(one.connections + two.connections, 1);
 * ```
 */
export interface KeyOptions extends CallOptions {
  /**
   * A key that decides the server in place of the keys of the call, which are sent and read as always: all of them go to
   * where this one would go. Every call for such an item must name it, also `delete()`; in a namespace it is a key of the
   * client. It is not sent, and may be any text.
   */
  routeBy?: string;
}

/**
 * Options of a call that reads values.
 *
 * @example A value of an older program is a miss
 * ```ts
 * import { Client, type ReadOptions, type StandardSchema } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * // Zod, Valibot, ArkType and others make such schemas.
 * const schema: StandardSchema<number> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "shop",
 *     validate: (value) =>
 *       typeof value === "number" ? { value } : { issues: [{ message: "It is no number" }] },
 *   },
 * };
 * const options: ReadOptions<number> = { schema };
 * await client.setMulti({ new: 10, old: "10 €" });
 * const price: number | undefined = await client.get("new", options);
 * assertEquals([price, await client.get("old", options)], [10, undefined]);
 * ```
 */
export interface ReadOptions<T = unknown> extends KeyOptions {
  /**
   * Looks at every value that is read, gives what callers get, and so its type: a schema of any library that has the
   * {@linkcode StandardSchema} interface. A value that does not pass counts as a miss, strict or not, as in `getOrSet()`; the
   * counter `misfits` tells how many there were. Takes the place of the client's `schema`.
   */
  schema?: StandardSchema<unknown, T>;
}

/**
 * Options of a call that stores a value.
 *
 * @example Options that several calls share
 * ```ts
 * import { Client, type StoreOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const short: StoreOptions = { exptime: 10, compress: false };
 * await client.set("a", 1, short);
 * await client.add("b", 2, short);
 * server.advance(10);
 * assertEquals(await client.getList(["a", "b"]), [undefined, undefined]);
 * ```
 */
export interface StoreOptions extends KeyOptions {
  /**
   * When the item expires: see {@linkcode Exptime}. 0: never.
   *
   * @default {0}
   */
  exptime?: Exptime;
  /**
   * Lets the value be compressed if it is longer than the client's `compThreshold`.
   *
   * @default {true}
   */
  compress?: boolean;
}

/**
 * Options of `setRaw()`.
 *
 * @example Bytes whose flags say what they are
 * ```ts
 * import { Client, type RawOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const png: RawOptions = { flags: 0x20000, exptime: 3600 };
 * await client.setRaw("logo", new Uint8Array([0x89, 0x50, 0x4e, 0x47]), png);
 * assertEquals((await client.getRaw("logo"))?.flags, 0x20000);
 * ```
 */
export interface RawOptions extends KeyOptions {
  /** When the item expires: see {@linkcode Exptime}. @default {0} */
  exptime?: Exptime;
  /**
   * Number that is stored with the data: an integer from 0 to 4,294,967,295. By libmc's rules, readers other than
   * `getRaw()` inflate data with flag 16, and take data with flag 4096 for the manifest of a split value. With `doSplit`,
   * flag 4096 is rejected where `getRaw()` would do so, too: for a number of chunks, and for data that is split.
   *
   * @default {0}
   */
  flags?: number;
}

/**
 * Options of `setStream()`.
 *
 * @example A file that is kept for a day
 * ```ts
 * import { Client, type StreamOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const aDay: StreamOptions = { exptime: 86_400 };
 * const file = new Blob(["id,name\n", "7,Ada\n"]);
 * assertEquals(await client.setStream("export.csv", file.stream(), aDay), true);
 * server.advance(86_400);
 * assertEquals(await client.getStream("export.csv"), undefined);
 * ```
 */
export interface StreamOptions extends KeyOptions {
  /** When the item expires: see {@linkcode Exptime}. @default {0} */
  exptime?: Exptime;
}

/**
 * Options of `flushAll()`.
 *
 * @example Empty the servers in a minute
 * ```ts
 * import { Client, type FlushOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { allowFlushAll: true });
 *
 * await client.set("key", "value");
 * const later: FlushOptions = { delay: 60 };
 * await client.flushAll(later);
 * assertEquals(await client.get("key"), "value");
 * server.advance(61);
 * assertEquals(await client.get("key"), undefined);
 * ```
 */
export interface FlushOptions extends CallOptions {
  /** Seconds until the servers are emptied, an integer from 0 to 2,147,483,647. At once unless given. */
  delay?: number;
}

/**
 * Options of `incr()` and `decr()`.
 *
 * @example Calls in this minute, counted from the first
 * ```ts
 * import { Client, type CountOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const aMinute: CountOptions<number> = { initial: 1, exptime: 60 };
 * const counts = [];
 * for (let i = 0; i < 3; i++) counts.push(await client.incr("calls", 1, aMinute));
 * assertEquals(counts, [1, 2, 3]);
 * server.advance(60);
 * assertEquals(await client.incr("calls", 1, aMinute), 1);
 * ```
 */
export interface CountOptions<N extends number | bigint = number | bigint> extends KeyOptions {
  /** Makes the counter with this number if the key is not there; nothing is added to it. It has the type of the delta. */
  initial?: N;
  /** When a counter that is made expires: see {@linkcode Exptime}. 0: never. Needs `initial`. @default {0} */
  exptime?: Exptime;
}

/** The options that a verb takes, each with its check; `undefined` for one that is checked where it is used. */
export type CallChecks = Readonly<Record<string, Check | undefined>>;

/** Checks for a text that can stand for a key where only its server matters. */
export const A_ROUTE: Check = (name, value) => {
  aText(name, value);
  if (value === "") throw wrongValue(name, "a text that is not empty", value);
};

/** The options of every verb, and of those for keys. */
export const CALL_OPTIONS: CallChecks = { signal: undefined, strict: aBoolean };
export const KEY_OPTIONS: CallChecks = { ...CALL_OPTIONS, routeBy: A_ROUTE };
export const READ_OPTIONS: CallChecks = { ...KEY_OPTIONS, schema: aSchema };
export const STORE_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  exptime: undefined,
  compress: aBoolean,
};
export const RAW_OPTIONS: CallChecks = { ...KEY_OPTIONS, exptime: undefined, flags: undefined };
export const COUNT_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  initial: undefined,
  exptime: undefined,
};
export const STREAM_OPTIONS: CallChecks = { ...KEY_OPTIONS, exptime: undefined };
export const FLUSH_OPTIONS: CallChecks = { ...CALL_OPTIONS, delay: undefined };

/**
 * Checks the options of a call. Catches libmc's positional `set(key, value, 600)` and misspelt names, which would
 * otherwise be ignored. Inherited properties with other names are ignored.
 *
 * @throws {TypeError} If they are not an object, or one has an unknown name or the wrong type.
 */
export function checkCallOptions(options: CallOptions, checks: CallChecks): void {
  const type = notAnOptionsObject(options);
  if (type !== undefined) {
    throw new TypeError(
      `Cannot use options that are not an object: current type is ${type}` +
        hint(options, type, checks),
    );
  }
  for (const name in options) {
    if (!Object.hasOwn(checks, name)) checkUnknown(options, name, checks);
  }
  for (const name in checks) {
    const check = checks[name];
    if (check === undefined) continue;
    const value = (options as Record<string, unknown>)[name];
    if (value !== undefined) check(`option "${name}"`, value);
  }
}

function checkUnknown(options: CallOptions, name: string, checks: CallChecks): void {
  if (!Object.hasOwn(options, name)) return;
  if ((options as Record<string, unknown>)[name] === undefined) return;
  if (Object.hasOwn(OWN_FLAGS, name)) {
    throw new TypeError(
      `Cannot use option "${name}" as the client decides on ${
        OWN_FLAGS[name]
      } itself: leave it out`,
    );
  }
  throw new TypeError(
    `Cannot use option "${name}" as this call has none of that name: it has ${
      Object.keys(checks).join(", ")
    }`,
  );
}

/** Says how a value without a name is written. */
function hint(value: unknown, type: string, checks: CallChecks): string {
  if (type === "AbortSignal") return "; write { signal }";
  if (type === "AbortController") return "; write { signal: controller.signal }";
  if (type === "function") {
    return "; calls take no callback, and options come last: await the promise";
  }
  if (type === "number" && Object.hasOwn(checks, "ttl")) return `; write { ttl: ${value} }`;
  if (!Object.hasOwn(checks, "exptime")) return "";
  if (type === "number") return `; write { exptime: ${value} }`;
  return type === "Date" ? "; write { exptime: date }" : "";
}

/** Flags of meta commands that no caller gives, by the names under which one may try. */
const OWN_FLAGS: Readonly<Record<string, string>> = {
  opaque: "the opaque by which it knows each reply",
  quiet: "which replies it can do without",
  returnKey: "the key, which a server may print raw",
  base64: "the form of the key",
};

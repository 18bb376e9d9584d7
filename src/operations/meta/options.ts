/** The options of meta commands, what they may be, and what does not go together. */

import { aBoolean, type Check, oneOf, wrongType } from "../../checks/check.ts";
import { checkUnsigned64, type Exptime } from "../../checks/arguments.ts";
import { type CallChecks, KEY_OPTIONS, type KeyOptions } from "../../engine/call_options.ts";

/**
 * A key of a meta command: text of any kind, or bytes. A text and its UTF-8 are the same key, and what a classic command
 * can send is the same key there. It has up to 250 bytes with the prefix; up to 186 if it holds a space, CR, LF or NUL, as
 * it is then sent in base64.
 *
 * @example A key with spaces, and one of bytes
 * ```ts
 * import { Client, type MetaKey } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const keys: MetaKey[] = ["a b", new Uint8Array([0, 255])];
 * for (const key of keys) await client.meta.set(key, "value");
 * assertEquals((await client.meta.getMulti(keys)).size, 2);
 * ```
 */
export type MetaKey = string | Uint8Array;

/**
 * Options of `client.meta.get()` and `getMulti()`.
 *
 * @example Read, and be told to renew in the last ten seconds
 * ```ts
 * import { Client, type MetaGetOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: MetaGetOptions = { recache: 10 };
 * await client.set("page", "hello", { exptime: 60 });
 * assertEquals((await client.meta.get("page", options))?.won, false);
 * server.advance(55);
 * assertEquals((await client.meta.get("page", options))?.won, true);
 * assertEquals((await client.meta.get("page", options))?.won, false);
 * ```
 */
export interface MetaGetOptions extends KeyOptions {
  /** Asks for the value. @default {true} */
  value?: boolean;
  /** Asks for the cas. */
  cas?: boolean;
  /** Asks for the seconds until the item expires, after `touch`. */
  ttl?: boolean;
  /** Asks for the length of the data as it is stored. */
  size?: boolean;
  /** Asks whether the item was read before. */
  hit?: boolean;
  /** Asks for the seconds since the item was read last. */
  lastAccess?: boolean;
  /** Gives the item another exptime. */
  touch?: Exptime;
  /** Does not count as a reader: the item gets no younger for the server, and no more read. */
  noBump?: boolean;
  /**
   * On a miss makes a placeholder that lasts so many seconds, 1 to 2,592,000. The first caller wins, all others see that
   * the item is taken.
   */
  vivify?: number;
  /** Lets one caller win if the item expires in fewer seconds than these, 1 to 2,592,000. */
  recache?: number;
  /** Does without the value if the item still has this cas. Needs memcached 1.6.40. */
  ifNotCas?: bigint;
  /** The cas of a placeholder. Needs `vivify`, and memcached 1.6.27. */
  newCas?: bigint;
}

/**
 * Options of `client.meta.set()` and, but for `cas`, of `setMulti()`.
 *
 * @example Add to a list that begins by itself
 * ```ts
 * import { Client, type MetaSetOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: MetaSetOptions = { mode: "append", returnCas: true };
 * assertEquals(await client.meta.set("log", "a,", options), { status: "notStored" });
 * await client.set("log", "a,");
 * assertEquals((await client.meta.set("log", "b,", options))?.status, "stored");
 * assertEquals(await client.get("log"), "a,b,");
 * ```
 */
export interface MetaSetOptions extends KeyOptions {
  /** When the item expires: see {@linkcode Exptime}. 0: never. What is added to an item leaves its exptime. @default {0} */
  exptime?: Exptime;
  /** What is done with the value. Data to append or prepend is text or bytes, as it is. @default {"set"} */
  mode?: "set" | "add" | "replace" | "append" | "prepend";
  /** Stores only if the item has this cas. */
  cas?: bigint;
  /** The cas that the item gets. Needs memcached 1.6.27. */
  newCas?: bigint;
  /** With `append` and `prepend`: makes the item if there is none, for so many seconds. Needs memcached 1.6.20. */
  vivify?: number;
  /** Asks for the cas of the new item. Needs memcached 1.6.13. */
  returnCas?: boolean;
  /** Asks for the length of the new item's data. Needs memcached 1.6.20. */
  returnSize?: boolean;
  /**
   * Stores the value as stale if the item has a greater cas than that of `cas`: over a newer value, whose exptime stays. Do
   * not renew values with it.
   */
  staleIfOlder?: boolean;
  /** Lets the value be compressed if it is longer than the client's `compThreshold`. @default {true} */
  compress?: boolean;
}

/**
 * Options of `client.meta.delete()` and, but for `cas`, of `deleteMulti()`.
 *
 * @example Let one caller renew, and all others have the old value meanwhile
 * ```ts
 * import { Client, type MetaDeleteOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: MetaDeleteOptions = { stale: true, exptime: 30 };
 * await client.set("page", "old");
 * await client.meta.delete("page", options);
 * assertEquals(await client.meta.get("page"), { value: "old", won: true, stale: true, taken: false });
 * assertEquals(await client.meta.get("page"), { value: "old", won: false, stale: true, taken: true });
 * ```
 */
export interface MetaDeleteOptions extends KeyOptions {
  /** Deletes only if the item has this cas. */
  cas?: bigint;
  /** Marks the item as stale and keeps it: the next reader wins. */
  stale?: boolean;
  /** When the item that is kept expires: with `stale` or `removeValue`. */
  exptime?: Exptime;
  /** The cas of the item that is kept. Needs memcached 1.6.27. */
  newCas?: bigint;
  /** Keeps the item, without its value and flags. Needs `exptime`, and memcached 1.6.27. */
  removeValue?: boolean;
}

/**
 * Options of `client.meta.arithmetic()` and, but for `cas`, of `arithmeticMulti()`.
 *
 * @example A counter that begins by itself and lasts a minute
 * ```ts
 * import { Client, type MetaArithmeticOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: MetaArithmeticOptions = { initial: 1, vivify: 60 };
 * const values = [];
 * for (let i = 0; i < 3; i++) values.push((await client.meta.arithmetic("visits", options))?.value);
 * assertEquals(values, [1, 2, 3]);
 * ```
 */
export interface MetaArithmeticOptions<N extends number | bigint = number | bigint>
  extends KeyOptions {
  /** How much is added or taken away; the result has its type. @default {1} */
  delta?: N;
  /** Adds, wrapping at 2^64, or takes away, stopping at 0. @default {"incr"} */
  mode?: "incr" | "decr";
  /** The number of a counter that begins, with `vivify`. Nothing is added to it. @default {0} */
  initial?: N;
  /** Makes the counter if there is none, for so many seconds, 1 to 2,592,000. */
  vivify?: number;
  /** Gives the counter another exptime. */
  touch?: Exptime;
  /** Counts only if the item has this cas. */
  cas?: bigint;
  /** The cas that the item gets. Needs memcached 1.6.27. */
  newCas?: bigint;
  /** Asks for the new number. @default {true} for one key, false for many */
  value?: boolean;
  /** Asks for the cas of the new item. */
  returnCas?: boolean;
  /** Asks for the seconds until the counter expires. */
  ttl?: boolean;
}

const A_CAS: Check = (name, value) => void checkUnsigned64(name, value as bigint);

/** Checks for a time that memcached counts from now. What lies outside would mean something else to it. */
export const A_WINDOW: Check = (name, value) => {
  if (typeof value !== "number") throw wrongType(name, "a number of seconds", value);
  if (Number.isInteger(value) && value >= 1 && value <= THIRTY_DAYS) return;
  const why = value > THIRTY_DAYS
    ? "memcached takes more for a Unix time"
    : "memcached takes 0 for ever, and less for gone at once";
  throw new RangeError(
    `Cannot use ${name} as it must be an integer from 1 to ${THIRTY_DAYS}, which is 30 days: ` +
      `current value is ${value}, and ${why}`,
  );
};

const THIRTY_DAYS = 60 * 60 * 24 * 30;

export const META_GET_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  value: aBoolean,
  cas: aBoolean,
  ttl: aBoolean,
  size: aBoolean,
  hit: aBoolean,
  lastAccess: aBoolean,
  touch: undefined,
  noBump: aBoolean,
  vivify: A_WINDOW,
  recache: A_WINDOW,
  ifNotCas: A_CAS,
  newCas: A_CAS,
};
export const META_SET_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  exptime: undefined,
  mode: oneOf("set", "add", "replace", "append", "prepend"),
  cas: A_CAS,
  newCas: A_CAS,
  vivify: A_WINDOW,
  returnCas: aBoolean,
  returnSize: aBoolean,
  staleIfOlder: aBoolean,
  compress: aBoolean,
};
export const META_DELETE_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  cas: A_CAS,
  stale: aBoolean,
  exptime: undefined,
  newCas: A_CAS,
  removeValue: aBoolean,
};
export const META_ARITHMETIC_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  delta: undefined,
  mode: oneOf("incr", "decr"),
  initial: undefined,
  vivify: A_WINDOW,
  touch: undefined,
  cas: A_CAS,
  newCas: A_CAS,
  value: aBoolean,
  returnCas: aBoolean,
  ttl: aBoolean,
};

/** Gives the options of a verb for many keys: one cas is never that of many items. */
export function withoutCas({ cas: _one, ...others }: CallChecks): CallChecks {
  return others;
}

/**
 * Throws if an option is given that means nothing, or something else, without another one.
 *
 * @param why Says what would happen, and what to do.
 */
export function refuse(isWrong: boolean | undefined, option: string, why: string): void {
  if (isWrong === true) throw new TypeError(`Cannot use option "${option}" ${why}`);
}

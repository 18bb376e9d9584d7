/**
 * Checks the arguments of calls before a byte is sent. A bad number on the wire would be worse than an error: a server
 * that rejects a line takes the data block behind it for commands.
 */

import { outOfRange, typeOf, wrongType } from "./check.ts";

/**
 * When an item expires: seconds as memcached takes them (`doc/protocol.txt`, "Expiration times"), or a Date.
 *
 * | number | meaning |
 * | --- | --- |
 * | 0 | never |
 * | up to 2,592,000, which is 30 days | so many seconds from now |
 * | above that, up to 2,147,483,647 | Unix time in seconds; now or up to a day ago: at once; longer ago: RangeError |
 * | negative | at once |
 *
 * A Date must be before 2038-01-19; now and any time in the past mean at once.
 *
 * @example Until a certain day, and for an hour
 * ```ts
 * import { Client, type Exptime } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const newYear: Exptime = new Date("2030-01-01");
 * const anHour: Exptime = 3600;
 * await client.set("offer", "20 %", { exptime: newYear });
 * await client.set("greeting", "hello", { exptime: anHour });
 * server.advance(3600);
 * assertEquals(await client.getList(["offer", "greeting"]), ["20 %", undefined]);
 * ```
 */
export type Exptime = number | Date;

/**
 * An exptime with which an item is gone at once: a time of 1970, as memcached takes all numbers above 30 days. A time of
 * now would live on where the server's clock is slow; a negative number says the same, but twemproxy closes the
 * connection over it.
 */
export const GONE_AT_ONCE = 2_592_001;

/**
 * Gives the number to send for an exptime.
 *
 * @param now Unix time in milliseconds.
 * @throws {TypeError} If the exptime is neither a number nor a Date.
 * @throws {RangeError} If it is not an integer, does not fit 32 bits, or is above 30 days and more than a day in the past.
 * The last is a mistake: seconds from now were meant, and the item would be gone at once. Within the last day it is the
 * time of a clock that differs, or of a value that has just expired.
 */
export function wireExptime(exptime: Exptime, now: number = Date.now()): number {
  if (exptime instanceof Date) {
    const seconds = Math.floor(exptime.getTime() / 1000);
    if (Number.isNaN(seconds)) throw new RangeError("Cannot use exptime as it is an invalid Date");
    if (seconds > MAX_INT32) {
      throw new RangeError(
        `Cannot use exptime as it must be before 2038-01-19: current value is ${exptime.toISOString()}`,
      );
    }
    return seconds <= Math.floor(now / 1000) ? GONE_AT_ONCE : seconds;
  }
  if (typeof exptime !== "number") {
    throw wrongType("exptime", "a number or a Date", exptime);
  }
  if (!Number.isInteger(exptime) || exptime > MAX_INT32 || exptime < -MAX_INT32 - 1) {
    const seconds = `an integer from ${-MAX_INT32 - 1} to ${MAX_INT32}`;
    const { message } = outOfRange("exptime", seconds, exptime);
    throw new RangeError(exptime > MAX_INT32 ? `${message}; it counts seconds` : message);
  }
  if (exptime <= THIRTY_DAYS) return exptime === 0 ? 0 : exptime;
  const past = Math.floor(now / 1000) - exptime;
  if (past < 0) return exptime;
  if (past <= ONE_DAY) return GONE_AT_ONCE;
  throw new RangeError(
    `Cannot use exptime as a number above ${THIRTY_DAYS} (30 days) is Unix time, and ${exptime} is in the past`,
  );
}

/**
 * Checks an unsigned integer.
 *
 * @param name Its name in the message.
 * @throws {TypeError} If the value is not a number.
 * @throws {RangeError} If it is not an integer from 0 to `most`.
 */
export function checkUnsigned(name: string, value: number, most: number): number {
  if (typeof value !== "number") {
    throw wrongType(name, "a number", value);
  }
  if (!Number.isInteger(value) || value < 0 || value > most) {
    throw outOfRange(name, `an integer from 0 to ${most}`, value);
  }
  return value === 0 ? 0 : value;
}

/**
 * Checks an unsigned number of 64 bits.
 *
 * @throws {TypeError} If the value is not a bigint.
 * @throws {RangeError} If it does not fit.
 */
export function checkUnsigned64(name: string, value: bigint): bigint {
  if (typeof value !== "bigint") {
    throw wrongType(name, "a bigint", value);
  }
  if (value < 0n || value > MAX_UINT64) {
    throw outOfRange(name, `from 0 to ${MAX_UINT64}`, value);
  }
  return value;
}

/**
 * Checks the name that goes with `stats`: one word, whose answer consists of STAT lines.
 *
 * @throws {TypeError} If the name cannot be used.
 */
export function checkStatsName(name: string): string {
  if (typeof name !== "string" || !/^[a-z0-9_]{0,64}$/.test(name) || NOT_STATS.has(name)) {
    throw new TypeError(
      `Cannot use stats name ${JSON.stringify(String(name))} as memcached has no such statistics`,
    );
  }
  return name;
}

/**
 * The keys of a call for many: any iterable of strings that is not itself a string, whose characters would be the keys.
 *
 * @example An array, a Set, or the keys of a Map
 * ```ts
 * import { Client, type Keys } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.setMulti({ a: 1, b: 2 });
 * const keys: Keys = new Set(["a", "b"]);
 * assertEquals((await client.getMulti(keys)).size, 2);
 * ```
 */
export type Keys = Iterable<string> & object;

/**
 * Gives the keys of a call for many as an array. An object that is not iterable must not pass for an empty list, nor a
 * string for a list of its characters.
 *
 * @throws {TypeError} If `keys` is not an iterable, or is a string.
 */
export function checkKeys(keys: Keys): string[] {
  if (typeof keys === "object" && keys !== null && Symbol.iterator in keys) return Array.from(keys);
  throw new TypeError(
    `Cannot use keys that are not an iterable of strings: current type is ${typeOf(keys)}` +
      adviceForKeys(keys),
  );
}

function adviceForKeys(keys: unknown): string {
  if (typeof keys === "string") return `; write ${JSON.stringify([keys.slice(0, 60)])} for one key`;
  if (typeof keys !== "object" || keys === null) return "";
  if ("then" in keys) return "; await it";
  return Symbol.asyncIterator in keys
    ? "; collect them first, by await Array.fromAsync(keys)"
    : "; write Object.keys(…) for the names of an object";
}

/** The largest number of 32 bits, unsigned. */
export const MAX_UINT32 = 2 ** 32 - 1;

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT32 = 2 ** 31 - 1;
const ONE_DAY = 60 * 60 * 24;
const THIRTY_DAYS = 30 * ONE_DAY;
/** Names that need further words, or whose answer has another form. */
const NOT_STATS: ReadonlySet<string> = new Set(["cachedump", "detail"]);

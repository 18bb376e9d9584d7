/** The numbers of the protocol, checked before a byte is sent: a server takes the payload of a bad line for commands. */

import { outOfRange, typeOf, wrongType } from "./check.ts";

/** When an item expires: seconds as memcached takes them, or a moment. */
export type Exptime = number | Date;

/**
 * The number to send for an exptime: 0 never; up to 30 days, seconds from now; above that, Unix time; negative, gone at
 * once. See `doc/protocol.txt` of memcached, "Expiration times".
 *
 * @param now Unix time in milliseconds.
 * @throws {TypeError} If it is neither a number nor a Date.
 * @throws {RangeError} If it is no integer, does not fit 32 bits, or is above 30 days and in the past: then seconds
 * from now were meant, which would be gone at once.
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
    return seconds <= Math.floor(now / 1000) ? -1 : seconds;
  }
  if (typeof exptime !== "number") {
    throw wrongType("exptime", "a number or a Date", exptime);
  }
  if (!Number.isInteger(exptime) || exptime > MAX_INT32 || exptime < -MAX_INT32 - 1) {
    throw outOfRange("exptime", `an integer from ${-MAX_INT32 - 1} to ${MAX_INT32}`, exptime);
  }
  if (exptime > THIRTY_DAYS && exptime * 1000 < now) {
    throw new RangeError(
      `Cannot use exptime as a number above ${THIRTY_DAYS} (30 days) is Unix time, and ${exptime} is in the past`,
    );
  }
  return exptime === 0 ? 0 : exptime;
}

/**
 * Checks an unsigned integer.
 *
 * @param name What it is, for the message.
 * @throws {TypeError} If it is not a number.
 * @throws {RangeError} If it is no integer from 0 to `most`.
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
 * @throws {TypeError} If it is not a bigint.
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
 * Checks the name that goes with `stats`: one word, and none whose answer is not made of STAT lines.
 *
 * @throws {TypeError} If it cannot be used.
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
 * The keys of a call for many. What has no keys must not pass for an empty list, nor a text for its characters.
 *
 * @throws {TypeError} If it is no iterable, or a string.
 */
export function checkKeys(keys: Iterable<string>): string[] {
  if (typeof keys === "object" && keys !== null && Symbol.iterator in keys) return Array.from(keys);
  throw new TypeError(
    `Cannot use keys that are no iterable of strings: current type is ${typeOf(keys)}`,
  );
}

/** The largest number of 32 bits, unsigned. */
export const MAX_UINT32 = 2 ** 32 - 1;

const MAX_UINT64 = 2n ** 64n - 1n;
const MAX_INT32 = 2 ** 31 - 1;
const THIRTY_DAYS = 60 * 60 * 24 * 30;
/** Need further words, or answer in another form. */
const NOT_STATS: ReadonlySet<string> = new Set(["cachedump", "detail"]);

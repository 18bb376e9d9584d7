/** Checks what a caller wants to store, before any of it is sent. */

import { plainBytes } from "../checks/bytes.ts";
import type { Encoded } from "../codec/codec.ts";
import type { Storable } from "../checks/storable.ts";
import { quote } from "../key.ts";
import { notAnOptionsObject, typeOf } from "../checks/check.ts";
import { isSound } from "../thrown.ts";

/**
 * Keys and values to store: an object, a Map, or any iterable of pairs.
 *
 * @example Store what a generator makes
 * ```ts
 * import { Client, type Items } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * function* squares(count: number): Generator<[string, number]> {
 *   for (let i = 1; i <= count; i++) yield [`square:${i}`, i * i];
 * }
 * const items: Items = squares(9);
 * await client.setMulti(items);
 * assertEquals(await client.get("square:9"), 81);
 * ```
 */
export type Items = Readonly<Record<string, Storable>> | Iterable<readonly [string, Storable]>;

/**
 * Gives the pairs of a call for many.
 *
 * @throws {TypeError} If `items` is neither a Record nor an iterable.
 */
export function entriesOf(
  items: Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>,
): Iterable<readonly [string, unknown]> {
  if (typeof items === "object" && items !== null && Symbol.iterator in items) {
    return items as Iterable<readonly [string, unknown]>;
  }
  if (typeof items === "object" && items !== null && Symbol.asyncIterator in items) {
    throw new TypeError(
      "Cannot store items of an asynchronous iterable, as nobody knows how many come: " +
        "collect them first, by await Array.fromAsync(items)",
    );
  }
  const type = notAnOptionsObject(items);
  if (type === undefined) return Object.entries(items);
  throw new TypeError(
    `Cannot store items that are neither a Record nor an iterable of pairs: current type is ${type}`,
  );
}

/**
 * Checks one of the pairs. Destructuring alone would also accept a string of two characters.
 *
 * @throws {TypeError} If it is not an array of two.
 */
export function checkPair(pair: readonly [string, unknown], index: number): void {
  if (Array.isArray(pair) && pair.length === 2) return;
  const found = Array.isArray(pair)
    ? `current length is ${pair.length}`
    : `current type is ${typeOf(pair)}`;
  throw new TypeError(`Cannot store item ${index} as it must be a pair [key, value]: ${found}`);
}

/**
 * Makes an item of data that is not encoded.
 *
 * @throws {TypeError} If the data is neither bytes nor well-formed text.
 */
export function rawItem(data: Uint8Array | string): Encoded {
  if (typeof data === "string" && data.isWellFormed()) return { data, flags: 0 };
  if (data instanceof Uint8Array) return { data: plainBytes(data), flags: 0 };
  const reason = typeof data === "string"
    ? "text that holds half of a surrogate pair"
    : `data that is neither a string nor a Uint8Array: current type is ${typeof data}`;
  throw new TypeError(`Cannot add ${reason}`);
}

/** Adds the key to the error for one value of many. Errors of other classes stay as they are. */
export function withKey(error: unknown, key: unknown): unknown {
  if (typeof key !== "string" || !isSound(error, Error)) return error;
  const message = `${error.message} (key ${quote(key)})`;
  if (error.constructor === TypeError) return new TypeError(message, { cause: error });
  if (error.constructor === RangeError) return new RangeError(message, { cause: error });
  return error;
}

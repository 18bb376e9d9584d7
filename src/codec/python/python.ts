/**
 * How Python's values become JavaScript's, for marshal and pickle alike, and how much memory reading them may take.
 *
 * | Python | JavaScript |
 * | --- | --- |
 * | None, bool | null, boolean |
 * | int | number if safe, else bigint |
 * | float | number |
 * | str | string; a surrogate may stand alone |
 * | bytes, bytearray | Uint8Array |
 * | list, tuple | array |
 * | dict, all keys str | plain object, also when empty |
 * | other dict | Map |
 * | set, frozenset | Set |
 * | complex, Ellipsis, StopIteration, code, anything with a class | CodecError that names it |
 *
 * JavaScript compares a tuple, bytes or frozenset that is a key or a member by identity. Two keys that differ in Python
 * never become one, except NaN and the two zeros.
 */

import { CodecError } from "../../errors.ts";

/** Most levels of containers inside each other that are read: as many as CPython's marshal takes. */
export const MAX_DEPTH = 2000;

/**
 * A value takes at most this many times the size of its data: its texts and bytes, and eight bytes for each element, key,
 * value and member. A part that is shared by reference counts once.
 */
export const MEMORY_FACTOR = 10;

/**
 * Memory that the engine needs for the containers themselves is bounded as well, by {@linkcode MEMORY_FACTOR} and this: a
 * byte can stand for an empty set, which takes hundreds of bytes. Ordinary data comes nowhere near.
 */
export const CONTAINER_ALLOWANCE: number = 16 * 1024 * 1024;

/** About how many bytes V8 takes for an empty container of each kind. */
export const ARRAY_COST = 32;
export const OBJECT_COST = 64;
export const HASH_COST = 256;

/** Counts the memory of a value while it is read. */
export class MemoryBudget {
  #payload: number;
  #containers: number;

  /** @param size Length of the data in bytes. */
  constructor(size: number) {
    this.#payload = MEMORY_FACTOR * size;
    this.#containers = MEMORY_FACTOR * size + CONTAINER_ALLOWANCE;
  }

  /**
   * Counts copies whose size the length of the data alone does not bound.
   *
   * @throws {CodecError} If the value gets too big.
   */
  spend(bytes: number): void {
    this.#payload -= bytes;
    if (this.#payload < 0) {
      throw new CodecError(
        `Cannot read a value as it would take more than ${MEMORY_FACTOR} times the memory of its data`,
      );
    }
  }

  /**
   * Counts a container.
   *
   * @throws {CodecError} If there are too many of them.
   */
  addContainer(cost: number): void {
    this.#containers -= cost;
    if (this.#containers < 0) {
      throw new CodecError("Cannot read a value as it has too many containers for its size");
    }
  }
}

/** Makes a dict from its keys and values in turn: a plain object if all keys are strings, else a Map. */
export function makeDict(
  pairs: readonly unknown[],
): Record<string, unknown> | Map<unknown, unknown> {
  for (let i = 0; i < pairs.length; i += 2) {
    if (typeof pairs[i] !== "string") return makeMap(pairs);
  }
  const object: Record<string, unknown> = {};
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i] as string;
    if (key === "__proto__") {
      // An assignment would set the prototype.
      Object.defineProperty(object, key, {
        value: pairs[i + 1],
        writable: true,
        enumerable: true,
        configurable: true,
      });
    } else {
      object[key] = pairs[i + 1];
    }
  }
  return object;
}

function makeMap(pairs: readonly unknown[]): Map<unknown, unknown> {
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  return map;
}

/** Makes an int: a number if it is safe, else the bigint itself. */
export function makeInteger(big: bigint): number | bigint {
  const small = Number(big);
  return Number.isSafeInteger(small) ? small : big;
}

/**
 * Reads a float as Python writes it with `repr`.
 *
 * @throws {CodecError} If the text is not a float.
 */
export function parsePythonFloat(text: string): number {
  if (FLOAT.test(text)) return Number(text);
  const named = NAMED_FLOATS[text.toLowerCase()];
  if (named === undefined) {
    throw new CodecError(`Cannot read a float as its text is ${JSON.stringify(text.slice(0, 40))}`);
  }
  return named;
}

const FLOAT = /^[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NAMED_FLOATS: Readonly<Record<string, number>> = {
  "inf": Infinity,
  "-inf": -Infinity,
  "nan": NaN,
  "-nan": NaN,
};

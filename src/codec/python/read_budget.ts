/**
 * Counts what a reader of Python's formats makes, before it is made. Four bounds hold:
 *
 * - the memory that the client allows a value, by the costs below;
 * - the same in proportion to the data: most of it is ordinary, and comes nowhere near;
 * - copies of one part of the data, which its length does not bound;
 * - comparisons of keys whose hashes collide.
 *
 * The costs are what V8 15 takes, in bytes, or what corresponds to the time: about 10 bytes for a nanosecond of the machine
 * that they were measured on (`tests/codec/worst_values_test.ts` holds them to the promise).
 */

import { DEFAULT_BUDGET, overBudget } from "../budget.ts";
import { CodecError } from "../../errors.ts";
import { countComparisons } from "./collisions.ts";

/** One opcode or element: its place in an array that grows by half, and its number. */
export const PART_COST = 40;
/** A text, beside its characters. */
export const TEXT_COST = 48;
/** A byte of a text that is decoded by hand: the time, rather than the memory. */
export const BY_HAND_COST = 12;
/** A Uint8Array, beside its bytes. */
export const BYTES_COST = 512;
/** An integer that is read by way of text: the time, rather than the memory. */
export const LONG_COST = 256;
/** An array: it reserves 17 places for its first element. */
export const ARRAY_COST = 240;
/** A plain object without keys. */
export const DICT_COST = 110;
/** The keys of a plain object, which may be a combination that none before had. */
export const SHAPE_COST = 190;
/** A key of a plain object, which may be the first of its name. */
export const KEY_COST = 100;
/** A key such as "31", for which the object reserves 32 places. */
export const INDEX_KEY_COST = 320;
/** A place of the memo that is left empty. */
export const GAP_COST = 32;
/** A Map or a Set. */
export const HASH_COST = 256;

/** Copies of shared parts take at most this many times the size of the data. */
export const COPY_FACTOR = 10;

/**
 * All of a value takes at most this many times the size of its data, and {@linkcode ALLOWANCE}, by the costs above: a byte
 * can stand for an empty set. Ordinary data comes nowhere near.
 */
export const MEMORY_FACTOR = 160;
export const ALLOWANCE: number = 16 * 1024 * 1024;

/** Most comparisons of keys that share a chain: 10 ns each for texts, 2 ns for numbers. */
const MAX_COMPARISONS = 64 * 1024 * 1024;

/** Comparisons that may come about without a look at the keys: the look costs half as much as making the Map. */
const UNLOOKED_COMPARISONS = 8 * 1024 * 1024;

/** What is left of the bounds while a value is read. */
export class ReadBudget {
  readonly #size: number;
  /** Most bytes of memory by the client's `inflateBudget`. */
  readonly #memory: number;
  #left: number;
  #copies: number;
  #comparisons = MAX_COMPARISONS;
  #unlooked = UNLOOKED_COMPARISONS;

  /**
   * @param size Length of the data in bytes.
   * @param memory Most bytes of memory, from the client's `inflateBudget`.
   */
  constructor(size: number, memory: number = DEFAULT_BUDGET.memory) {
    this.#size = size;
    this.#memory = memory;
    this.#left = Math.min(memory, MEMORY_FACTOR * size + ALLOWANCE);
    this.#copies = COPY_FACTOR * size;
  }

  /**
   * Counts something by its cost.
   *
   * @throws {CodecError} If the value would take too much memory.
   */
  spend(cost: number): void {
    this.#left -= cost;
    if (this.#left >= 0) return;
    const inProportion = MEMORY_FACTOR * this.#size + ALLOWANCE;
    if (this.#memory <= inProportion) throw overBudget(this.#size, this.#memory);
    throw new CodecError(
      `Cannot read a value of ${this.#size} bytes as it would take more than ${inProportion} bytes of memory`,
    );
  }

  /**
   * Counts a copy whose size the length of the data does not bound.
   *
   * @throws {CodecError} If the copies get too big.
   */
  copy(bytes: number): void {
    this.spend(bytes);
    this.#copies -= bytes;
    if (this.#copies >= 0) return;
    throw new CodecError(
      `Cannot read a value as it would take more than ${COPY_FACTOR} times the memory of its data`,
    );
  }

  /**
   * Counts the keys of a Map or a Set.
   *
   * @param parts Keys, or keys and values in turn.
   * @param step 1 for keys alone, 2 for keys and values in turn.
   * @throws {CodecError} If too many of them share a hash.
   */
  addKeys(parts: readonly unknown[], step: 1 | 2): void {
    const count = parts.length / step;
    this.spend(count * PLACE_COST);
    // Few keys are not looked at, whatever they are. Long ones take longer to compare, and are few for their size.
    const worst = count / 2 * Math.max(count, this.#size / 64);
    if (worst <= this.#unlooked) {
      this.#unlooked -= worst;
      return;
    }
    this.#comparisons -= countComparisons(parts, step);
    if (this.#comparisons >= 0) return;
    throw new CodecError(
      "Cannot read a value as too many keys of its dicts and sets share a hash: a Map of them would take minutes",
    );
  }
}

/** The place of a key in a Map or a Set. */
const PLACE_COST = 40;

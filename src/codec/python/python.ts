/**
 * How Python's values become JavaScript's, for marshal and pickle alike.
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
 * never become one: several NaN, which are one key in JavaScript, are a CodecError.
 */

import { CodecError } from "../../errors.ts";
import { HASH_COST, INDEX_KEY_COST, KEY_COST, type ReadBudget, SHAPE_COST } from "./read_budget.ts";

/** Most levels of containers inside each other that are read: as many as CPython's marshal takes. */
export const MAX_DEPTH = 2000;

/** Makes a dict from its keys and values in turn: a plain object if all keys are strings, else a Map. */
export function makeDict(
  pairs: readonly unknown[],
  budget: ReadBudget,
): Record<string, unknown> | Map<unknown, unknown> {
  for (let i = 0; i < pairs.length; i += 2) {
    if (typeof pairs[i] !== "string") return makeMap(pairs, budget);
  }
  const object: Record<string, unknown> = {};
  if (pairs.length > 0) budget.spend(SHAPE_COST);
  for (let i = 0; i < pairs.length; i += 2) {
    const key = pairs[i] as string;
    budget.spend(isShortIndex(key) ? INDEX_KEY_COST : KEY_COST);
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

/** True for a key that makes V8 reserve places for all the indexes up to it. */
function isShortIndex(key: string): boolean {
  return key.length <= 2 && key.charCodeAt(0) >= 0x30 && key.charCodeAt(0) <= 0x39;
}

function makeMap(pairs: readonly unknown[], budget: ReadBudget): Map<unknown, unknown> {
  budget.spend(HASH_COST);
  budget.addKeys(pairs, 2);
  const map = new Map<unknown, unknown>();
  for (let i = 0; i < pairs.length; i += 2) map.set(pairs[i], pairs[i + 1]);
  if (map.size * 2 < pairs.length) refuseSeveralNaN(pairs, 2);
  return map;
}

/** Makes a set. */
export function makeSet(members: readonly unknown[], budget: ReadBudget): Set<unknown> {
  budget.addKeys(members, 1);
  const set = new Set(members);
  if (set.size < members.length) refuseSeveralNaN(members, 1);
  return set;
}

/** @param step 1 for keys alone, 2 for keys and values in turn. */
function refuseSeveralNaN(parts: readonly unknown[], step: 1 | 2): void {
  let count = 0;
  for (let i = 0; i < parts.length; i += step) {
    if (Number.isNaN(parts[i]) && ++count > 1) {
      throw new CodecError(
        "Cannot read a value as several of its keys are NaN, which would become one",
      );
    }
  }
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

/** No two parts may match the same digits: a long text that is no float would be tried in every division. */
const FLOAT = /^[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]+)?$/;
const NAMED_FLOATS: Readonly<Record<string, number>> = {
  "inf": Infinity,
  "-inf": -Infinity,
  "nan": NaN,
  "-nan": NaN,
};

/** The keys of meta commands, from callers to the wire and to observers. */

import { typeOf } from "../../checks/check.ts";
import type { Engine } from "../../engine/engine.ts";
import type { MetaKey } from "./options.ts";

/** Gives a key as observers see it. */
export function shownKey(key: MetaKey): string {
  return typeof key === "string" ? key : decoder.decode(key);
}

/**
 * Gives the keys of a call for many as an array. Bytes must not pass for a list of numbers.
 *
 * @throws {TypeError} If `keys` is not an iterable, or is a single key.
 */
export function metaKeys<K extends MetaKey>(keys: Iterable<K>): K[] {
  const isList = typeof keys === "object" && keys !== null && Symbol.iterator in keys;
  if (isList && !ArrayBuffer.isView(keys)) return Array.from(keys);
  throw new TypeError(
    `Cannot use keys that are not an iterable of strings and Uint8Arrays: current type is ${
      isList ? "a single Uint8Array" : typeOf(keys)
    }`,
  );
}

/** Gives many keys as observers see them. */
export function shownKeys(keys: readonly MetaKey[]): readonly string[] {
  return areTexts(keys) ? keys : keys.map(shownKey);
}

/** Gives the wire keys of many: the list itself if all of them are their own wire keys. */
export function wireKeysOf(engine: Engine, keys: readonly MetaKey[]): readonly string[] {
  let wireKeys: string[] | undefined;
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const wire = engine.keys.any(key);
    if (wireKeys !== undefined) wireKeys.push(wire);
    else if (wire !== key) {
      wireKeys = keys.slice(0, i).map((key) => engine.keys.any(key));
      wireKeys.push(wire);
    }
  }
  return wireKeys ?? keys as readonly string[];
}

function areTexts(keys: readonly MetaKey[]): keys is readonly string[] {
  for (let i = 0; i < keys.length; i++) if (typeof keys[i] !== "string") return false;
  return true;
}

const decoder = new TextDecoder();

/** Values of the cache as people and programs read them. */

import { Buffer } from "node:buffer";

/** Gives a value as text: a text as it is, bytes by their number, anything else as JSON. */
export function shownValue(value: unknown): string {
  if (typeof value === "string") return value;
  if (value instanceof Uint8Array) return `<${value.length} bytes>`;
  if (typeof value === "number" || typeof value === "bigint") return String(value);
  return JSON.stringify(inJson(value));
}

/**
 * Gives what JSON has for a value: a number that no program reads exactly, or that JSON does not know, as text, bytes as `{ base64 }`, a Map as
 * an object or, with keys that are no texts, as pairs, a Set as an array.
 */
export function inJson(value: unknown): unknown {
  if (typeof value === "bigint") return isSafe(value) ? Number(value) : String(value);
  if (typeof value === "number") return Number.isFinite(value) ? value : String(value);
  if (value instanceof Uint8Array) return { base64: Buffer.from(value).toString("base64") };
  if (value instanceof Set) return Array.from(value, inJson);
  if (value instanceof Map) return mapInJson(value);
  if (Array.isArray(value)) return value.map(inJson);
  if (typeof value !== "object" || value === null) return value;
  return fromPairs(Object.entries(value));
}

function isSafe(value: bigint): boolean {
  return BigInt.asIntN(53, value) === value;
}

function mapInJson(map: ReadonlyMap<unknown, unknown>): unknown {
  const pairs = [...map];
  const isPlain = pairs.every(([key]) => typeof key === "string" || typeof key === "number");
  if (isPlain) return fromPairs(pairs.map(([key, value]) => [String(key), value]));
  return pairs.map(([key, value]) => [inJson(key), inJson(value)]);
}

/** A key that is called `__proto__` stays a key. */
function fromPairs(pairs: readonly (readonly [string, unknown])[]): Record<string, unknown> {
  return Object.fromEntries(pairs.map(([key, value]) => [key, inJson(value)]));
}

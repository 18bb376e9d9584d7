/**
 * JSON that loses nothing. `JSON.stringify` drops or changes values for which JSON has no form: undefined, NaN, -0, Map,
 * class instances and more. So a value is checked first, and rejected if it would not come back as it is.
 *
 * The check costs about as much as `JSON.stringify` itself (bench/micro/codec_bench.ts): primitives are tested in the
 * loops, without a call, and the path to an offending part is looked for only if there is one.
 */

import { CodecError } from "../errors.ts";
import { describe, hasOnlyElements, isPlainObject, lossError, type LossRules } from "./loss.ts";
import { decodeText } from "./text.ts";

/** Most levels of arrays and objects inside each other that are written. */
const MAX_JSON_DEPTH = 1000;

/**
 * Writes null, an array or a plain object as JSON.
 *
 * @throws {TypeError} If part of the value would be lost.
 */
export function encodeJson(value: object | null): string {
  if (value !== null && !survives(value, 1)) throw lossError(value, JSON_RULES);
  return JSON.stringify(value);
}

/**
 * Reads JSON.
 *
 * @throws {CodecError} If the data is not JSON in UTF-8.
 */
export function decodeJson(data: Uint8Array): unknown {
  const text = decodeText(data, 0, data.length);
  if (text === undefined) throw new CodecError("Cannot read JSON as it is not UTF-8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodecError(`Cannot read JSON: ${(cause as Error).message}`, { cause });
  }
}

/** True if all of an object comes back from JSON. A cycle ends at the depth limit. */
function survives(value: object, depth: number): boolean {
  if (depth > MAX_JSON_DEPTH) return false;
  if (Array.isArray(value)) return arraySurvives(value, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return false;
  const record = value as Record<string, unknown>;
  for (const key in record) {
    const part = record[key];
    if (
      !(typeof part === "string" || typeof part === "boolean" || part === null ||
        (typeof part === "number" && part - part === 0 && (part !== 0 || 1 / part > 0)) ||
        (typeof part === "object" && survives(part, depth + 1)))
    ) {
      // Properties that somebody added to Object.prototype are not written, so they cannot be lost.
      if (Object.hasOwn(record, key)) return false;
    }
  }
  return Object.getOwnPropertySymbols(value).length === 0;
}

/** Repeats the tests of `survives()`: as a shared function they would double the time of the check. */
function arraySurvives(array: unknown[], depth: number): boolean {
  if (Object.getPrototypeOf(array) !== Array.prototype) return false;
  const { length } = array;
  for (let i = 0; i < length; i++) {
    const part = array[i];
    if (
      !(typeof part === "string" || typeof part === "boolean" || part === null ||
        (typeof part === "number" && part - part === 0 && (part !== 0 || 1 / part > 0)) ||
        (typeof part === "object" && survives(part, depth + 1)))
    ) return false;
  }
  return hasOnlyElements(array) && Object.getOwnPropertySymbols(array).length === 0;
}

const JSON_RULES: LossRules = {
  maxDepth: MAX_JSON_DEPTH,
  reasonFor(part: unknown): string | undefined {
    switch (typeof part) {
      case "string":
      case "boolean":
        return undefined;
      case "number":
        if (Number.isFinite(part) && !Object.is(part, -0)) return undefined;
        break;
      case "object":
        if (part === null || isPlainObject(part)) return undefined;
        if (Array.isArray(part) && Object.getPrototypeOf(part) === Array.prototype) {
          return undefined;
        }
    }
    return `JSON would lose it: ${describe(part)}`;
  },
};

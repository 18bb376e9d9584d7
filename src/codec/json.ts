/**
 * JSON that loses nothing. `JSON.stringify` drops or changes values for which JSON has no form: NaN, -0, Map, class
 * instances and more. So a value is looked through first, and rejected if it would not come back as it is. Properties
 * that are undefined are left out, as `JSON.stringify` does.
 *
 * What is written is what was looked through, even if a getter or a Proxy gives something else each time, or an object
 * has a `toJSON` of its own: each property is read once, into a copy of plain data, and the copy is written. V8 copies
 * a plain object or an array by a spread at the cost of a few reads (bench/micro/codec_bench.ts).
 */

import { CodecError } from "../errors.ts";
import { DEFAULT_BUDGET } from "./budget.ts";
import { checkJsonBudget } from "./json_budget.ts";
import { describe, hasOnlyElements, isPlainObject, lossError, type LossRules } from "./loss.ts";
import { wayOut } from "./way_out.ts";
import { decodeText } from "./text.ts";

/** Most levels of arrays and objects inside each other that are written. */
const MAX_JSON_DEPTH = 1000;

/**
 * Writes null, an array or a plain object as JSON.
 *
 * @param maxDepth Most levels of arrays and objects inside each other, up to 1,000.
 * @throws {TypeError} If part of the value would be lost.
 */
export function encodeJson(value: object | null, maxDepth: number = MAX_JSON_DEPTH): string {
  if (value === null) return "null";
  const copy = copyOf(value, 1 + MAX_JSON_DEPTH - maxDepth);
  if (copy === undefined) throw lossError(value, { ...JSON_RULES, maxDepth });
  // Somebody may have given all arrays or objects a toJSON: then the holders of the parts have what was copied.
  return BARE.toJSON === undefined ? JSON.stringify(copy) : JSON.stringify(copy, ownPart);
}

/**
 * Reads JSON.
 *
 * @param memory Most bytes of memory that the value may take.
 * @throws {CodecError} If the data is not JSON in UTF-8, or would take too much memory.
 */
export function decodeJson(data: Uint8Array, memory = DEFAULT_BUDGET.memory): unknown {
  checkJsonBudget(data, memory);
  const text = decodeText(data, 0, data.length);
  if (text === undefined) throw new CodecError("Cannot read JSON as it is not UTF-8");
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new CodecError(`Cannot read JSON: ${(cause as Error).message}`, { cause });
  }
}

/**
 * Copies a container with all that it holds, or gives `undefined` if part of it would be lost. A cycle ends at the depth
 * limit.
 */
function copyOf(value: object, depth: number): object | undefined {
  if (depth > MAX_JSON_DEPTH) return undefined;
  if (Array.isArray(value)) return copyOfArray(value, depth);
  const prototype = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return undefined;
  if (Object.getOwnPropertySymbols(value).length > 0) return undefined;
  const keys = Object.keys(value);
  if (keys.length > MANY_KEYS) return copyOfMany(value as Record<string, unknown>, keys, depth);
  const copy: Record<string, unknown> = { ...value };
  for (const key in copy) {
    const part = copy[key];
    if (isPlain(part)) continue;
    // Properties that somebody added to Object.prototype are not written.
    if (!Object.hasOwn(copy, key)) continue;
    if (typeof part !== "object") return undefined;
    const inner = copyOf(part!, depth + 1);
    if (inner === undefined) return undefined;
    copy[key] = inner;
  }
  return copy;
}

function copyOfArray(array: unknown[], depth: number): unknown[] | undefined {
  if (Object.getPrototypeOf(array) !== Array.prototype) return undefined;
  if (Object.getOwnPropertySymbols(array).length > 0) return undefined;
  const copy = [...array];
  const { length } = copy;
  for (let i = 0; i < length; i++) {
    const part = copy[i];
    if (isPlain(part) && part !== undefined) continue;
    if (typeof part !== "object") return undefined;
    const inner = copyOf(part!, depth + 1);
    if (inner === undefined) return undefined;
    copy[i] = inner;
  }
  return hasOnlyElements(array) ? copy : undefined;
}

/** Copies an object of many keys: V8 keeps those in a table, for which a spread is three times as slow. */
function copyOfMany(
  value: Record<string, unknown>,
  keys: readonly string[],
  depth: number,
): object | undefined {
  const copy: Record<string, unknown> = Object.create(null);
  for (const key of keys) {
    const part = value[key];
    if (isPlain(part)) {
      copy[key] = part;
      continue;
    }
    if (typeof part !== "object") return undefined;
    const inner = copyOf(part!, depth + 1);
    if (inner === undefined) return undefined;
    copy[key] = inner;
  }
  return copy;
}

/** True for what JSON has a form for, containers aside, and for undefined, which is left out of objects. */
function isPlain(part: unknown): boolean {
  return typeof part === "string" || typeof part === "boolean" || part === null ||
    part === undefined ||
    (typeof part === "number" && part - part === 0 && (part !== 0 || 1 / part > 0));
}

/** Gives `JSON.stringify` the part itself, whatever a `toJSON` that all objects have makes of it. */
function ownPart(this: Record<string, unknown>, key: string): unknown {
  return this[key];
}

/** An array with what all arrays have. */
const BARE: { readonly toJSON?: unknown } = [] as object;
/** Objects of more keys are copied key by key. */
const MANY_KEYS = 64;

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
    return `JSON would lose it: ${describe(part)}; ${wayOut(part, ", as jsonCodec does")}`;
  },
};

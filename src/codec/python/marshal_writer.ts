/**
 * Writes Python's marshal, version 2, as libmc does: the very bytes that `marshal.dumps(value, 2)` gives in Python for the
 * same value.
 *
 * Python distinguishes types that JavaScript does not. Arrays are lists, but tuples inside sets and as keys, where Python
 * allows no lists; sets are frozensets there.
 */

import { type ByteSink, lendSink } from "./byte_sink.ts";
import { plainBytes } from "../../checks/bytes.ts";
import { describe, hasOnlyElements, isPlainObject, lossError, type LossRules } from "../loss.ts";

/** Most levels of containers inside each other that are written. */
const MAX_MARSHAL_DEPTH = 1000;

/**
 * Encodes a value as marshal.
 *
 * @returns Owned.
 * @throws {TypeError} If part of the value would be lost.
 */
export function writeMarshal(value: unknown): Uint8Array {
  const sink = lendSink();
  if (!writeValue(sink, value, 0, false)) throw lossError(value, MARSHAL_RULES);
  return sink.handOut();
}

/** Encodes a number as a marshal float, integers too. */
export function writeMarshalFloat(value: number): Uint8Array {
  const sink = lendSink();
  sink.byte(FLOAT);
  sink.float(value);
  return sink.handOut();
}

/** Encodes a text as marshal. */
export function writeMarshalText(text: string): Uint8Array {
  const sink = lendSink();
  writeText(sink, text);
  return sink.handOut();
}

/** Returns false if part of the value would be lost; the caller then finds out which. A cycle ends at the depth limit. */
function writeValue(sink: ByteSink, value: unknown, depth: number, hashable: boolean): boolean {
  switch (typeof value) {
    case "string":
      writeText(sink, value);
      return true;
    case "number":
      writeNumber(sink, value);
      return true;
    case "boolean":
      sink.byte(value ? TRUE : FALSE);
      return true;
    case "bigint":
      writeBigint(sink, value);
      return true;
    case "object":
      if (value === null) {
        sink.byte(NONE);
        return true;
      }
      if (value instanceof Uint8Array) {
        const bytes = plainBytes(value);
        sink.tagged(BYTES, bytes.length);
        sink.bytes(bytes);
        return true;
      }
      return depth < MAX_MARSHAL_DEPTH && writeContainer(sink, value, depth + 1, hashable);
    default:
      return false;
  }
}

function writeContainer(sink: ByteSink, value: object, depth: number, hashable: boolean): boolean {
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  if (Array.isArray(value)) return writeArray(sink, value, depth, hashable);
  if (isPlainObject(value)) return !hashable && writeObject(sink, value, depth);
  // Properties of a Map or Set itself would be lost.
  if (!isCollection(value) || Object.keys(value).length > 0) return false;
  return value instanceof Set
    ? writeSet(sink, value, depth, hashable)
    : !hashable && writeMap(sink, value, depth);
}

function writeArray(
  sink: ByteSink,
  array: unknown[],
  depth: number,
  hashable: boolean,
): boolean {
  const { length } = array;
  if (Object.getPrototypeOf(array) !== Array.prototype) return false;
  sink.tagged(hashable ? TUPLE : LIST, length);
  // A hole reads as undefined, which has no form in marshal.
  for (let i = 0; i < length; i++) {
    if (!writeValue(sink, array[i], depth, hashable)) return false;
  }
  return hasOnlyElements(array);
}

/** Properties that are undefined are left out, as JSON does. */
function writeObject(sink: ByteSink, object: Record<string, unknown>, depth: number): boolean {
  sink.byte(DICT);
  for (const key of Object.keys(object)) {
    const part = object[key];
    if (part === undefined) continue;
    writeText(sink, key);
    if (!writeValue(sink, part, depth, false)) return false;
  }
  sink.byte(NULL);
  return true;
}

/** Rejects a Map whose keys are all strings, and an empty one: they would come back as objects. */
function writeMap(sink: ByteSink, map: Map<unknown, unknown>, depth: number): boolean {
  let texts = 0;
  sink.byte(DICT);
  for (const [key, value] of map) {
    if (typeof key === "string") texts++;
    if (!writeValue(sink, key, depth, true) || !writeValue(sink, value, depth, false)) return false;
  }
  sink.byte(NULL);
  return texts < map.size;
}

/** Members go in the order of their encoded bytes, as CPython writes them since 3.11. */
function writeSet(
  sink: ByteSink,
  set: Set<unknown>,
  depth: number,
  hashable: boolean,
): boolean {
  sink.tagged(hashable ? FROZENSET : SET, set.size);
  const start = sink.length;
  const ends: number[] = [];
  for (const member of set) {
    if (!writeValue(sink, member, depth, true)) return false;
    ends.push(sink.length);
  }
  sink.sortRanges(start, ends);
  return true;
}

function writeText(sink: ByteSink, text: string): void {
  sink.byte(TEXT);
  sink.lengthAndText(text);
}

function writeNumber(sink: ByteSink, value: number): void {
  if ((value | 0) === value && (value !== 0 || 1 / value > 0)) {
    sink.tagged(INT, value);
  } else if (Number.isSafeInteger(value) && value !== 0) {
    writeLong(sink, Math.abs(value), value < 0);
  } else {
    sink.byte(FLOAT);
    sink.float(value);
  }
}

/** Digits of 15 bits, the least significant first. */
function writeLong(sink: ByteSink, magnitude: number, negative: boolean): void {
  let count = 0;
  for (let rest = magnitude; rest > 0; rest = Math.floor(rest / 0x8000)) count++;
  sink.tagged(LONG, negative ? -count : count);
  for (let rest = magnitude; rest > 0; rest = Math.floor(rest / 0x8000)) sink.uint16(rest % 0x8000);
}

function writeBigint(sink: ByteSink, value: bigint): void {
  if (BigInt.asIntN(32, value) === value) return sink.tagged(INT, Number(value));
  // One digit of marshal is three of base 32, and writing in such a base takes linear time.
  const text = value.toString(32);
  const first = value < 0n ? 1 : 0;
  const count = Math.ceil((text.length - first) / 3);
  sink.tagged(LONG, first === 1 ? -count : count);
  for (let end = text.length; end > first; end -= 3) {
    sink.uint16(parseInt(text.slice(Math.max(first, end - 3), end), 32));
  }
}

function isCollection(value: object): value is Map<unknown, unknown> | Set<unknown> {
  const prototype = Object.getPrototypeOf(value);
  return (value instanceof Map && prototype === Map.prototype) ||
    (value instanceof Set && prototype === Set.prototype);
}

const MARSHAL_RULES: LossRules = {
  maxDepth: MAX_MARSHAL_DEPTH,
  reasonFor(part: unknown, isKey: boolean): string | undefined {
    switch (typeof part) {
      case "string":
      case "number":
      case "boolean":
      case "bigint":
        return undefined;
      case "object":
        if (part === null || part instanceof Uint8Array) return undefined;
        if (isKey && (isPlainObject(part) || part instanceof Map)) {
          return `Python takes no dict as a key or member: ${describe(part)}`;
        }
        if (isPlainObject(part)) return undefined;
        if (Array.isArray(part) && Object.getPrototypeOf(part) === Array.prototype) {
          return undefined;
        }
        if (isCollection(part)) {
          return part instanceof Map && part.keys().every((key) => typeof key === "string")
            ? "a Map whose keys are all texts would come back as an object: store an object"
            : undefined;
        }
    }
    return `marshal would lose it: ${describe(part)}`;
  },
};

// Type codes.
const NONE = 0x4e; // N
const TRUE = 0x54; // T
const FALSE = 0x46; // F
const INT = 0x69; // i
const LONG = 0x6c; // l
const FLOAT = 0x67; // g
const TEXT = 0x75; // u
const BYTES = 0x73; // s
const TUPLE = 0x28; // (
const LIST = 0x5b; // [
const DICT = 0x7b; // {
const NULL = 0x30; // 0
const SET = 0x3c; // <
const FROZENSET = 0x3e; // >

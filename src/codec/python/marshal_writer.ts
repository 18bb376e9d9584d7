/**
 * Writes Python's marshal, version 2, as libmc does: the very bytes that `marshal.dumps(value, 2)` gives in Python for the
 * same value.
 *
 * Python distinguishes types that JavaScript does not. Arrays are lists, but tuples inside sets and as keys, where Python
 * allows no lists; sets are frozensets there. Keys and members that Python takes for equal are refused: one would be lost.
 */

import { type ByteSink, lendSink } from "./byte_sink.ts";
import { plainBytes } from "../../checks/bytes.ts";
import { findEqual } from "./equality.ts";
import { describe, hasOnlyElements, isPlainObject, lossError, type LossRules } from "../loss.ts";
import { wayOut } from "../way_out.ts";

/** Most levels of containers inside each other that are written. */
const MAX_MARSHAL_DEPTH = 1000;

/**
 * Encodes a value as marshal.
 *
 * @param format What an error says would lose a part of the value, if these bytes are on the way to another format.
 * @returns Owned.
 * @throws {TypeError} If part of the value would be lost.
 */
export function writeMarshal(value: unknown, format = "marshal"): Uint8Array {
  const sink = lendSink();
  if (!writeValue(sink, value, 0, false)) throw lossError(value, rulesOf(format));
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
  if (Object.getPrototypeOf(array) !== Array.prototype) return false;
  const { length } = array;
  // A Proxy of an array may give any length.
  if (!(Number.isInteger(length) && length >= 0 && length <= MOST_ELEMENTS)) return false;
  sink.tagged(hashable ? TUPLE : LIST, length);
  // What a getter takes away reads as undefined, as a hole does, which has no form in marshal.
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
  let areTexts = true;
  let kinds = 0;
  const starts: number[] = [];
  sink.byte(DICT);
  for (const [key, value] of map) {
    if (typeof key !== "string") areTexts = false;
    kinds |= kindOf(key);
    starts.push(sink.length);
    if (!writeValue(sink, key, depth, true) || !writeValue(sink, value, depth, false)) return false;
  }
  sink.byte(NULL);
  return !areTexts && !(mayBeEqual(kinds) && findEqual(sink.written(), starts) !== undefined);
}

/** Members go in the order of their encoded bytes, as CPython writes them since 3.11. */
function writeSet(
  sink: ByteSink,
  set: Set<unknown>,
  depth: number,
  hashable: boolean,
): boolean {
  const members = [...set];
  sink.tagged(hashable ? FROZENSET : SET, members.length);
  const bounds = [sink.length];
  let kinds = 0;
  for (const member of members) {
    kinds |= kindOf(member);
    if (!writeValue(sink, member, depth, true)) return false;
    bounds.push(sink.length);
  }
  // The sets inside a member are compared with it.
  if (
    !hashable && mayBeEqual(kinds) && findEqual(sink.written(), bounds.slice(0, -1)) !== undefined
  ) {
    return false;
  }
  sink.sortRanges(bounds);
  return true;
}

/** Gives a bit for each kind of values of which two that differ in JavaScript can be equal in Python. */
function kindOf(value: unknown): number {
  switch (typeof value) {
    case "number":
      return 1;
    case "bigint":
      return 2;
    case "boolean":
      return 4;
    case "object":
      return value === null ? 0 : WITH_CONTENT;
    default:
      return 0;
  }
}

/** True if values of these kinds can be equal: of one kind, only those that JavaScript compares by identity can. */
function mayBeEqual(kinds: number): boolean {
  return kinds >= WITH_CONTENT || (kinds & (kinds - 1)) !== 0;
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

function reasonForCollection(
  part: Map<unknown, unknown> | Set<unknown>,
  isKey: boolean,
): string | undefined {
  if (part instanceof Set) return isKey ? undefined : reasonForEqual("member", part);
  return part.keys().every((key) => typeof key === "string")
    ? "a Map whose keys are all texts would come back as an object: store an object"
    : reasonForEqual("key", part.keys());
}

/** Says which keys or members Python takes for equal, if any do. They are encoded once more. */
function reasonForEqual(what: "key" | "member", values: Iterable<unknown>): string | undefined {
  const sink = lendSink();
  const starts: number[] = [];
  for (const value of values) {
    starts.push(sink.length);
    if (!writeValue(sink, value, 0, true)) return undefined;
  }
  const pair = findEqual(sink.written(), starts);
  if (pair === undefined) return undefined;
  const [first, second] = pair;
  return first === second
    ? `Python takes two members of a set inside ${what} ${first} for equal`
    : `Python takes ${what}s ${first} and ${second} for equal`;
}

const rulesOf = (format: string): LossRules => ({
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
        if (isCollection(part)) return reasonForCollection(part, isKey);
    }
    return `${format} would lose it: ${describe(part)}; ${wayOut(part)}`;
  },
});

/** Marshal counts in signed numbers of 32 bits. */
const MOST_ELEMENTS = 2 ** 31 - 1;

/** The kind of what JavaScript compares by identity, and Python by what is in it. */
const WITH_CONTENT = 8;

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

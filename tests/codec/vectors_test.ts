import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodeBase64 } from "@std/encoding";
import { DEFAULT_BUDGET } from "../../src/codec/budget.ts";
import { inflate } from "../../src/codec/compression.ts";
import { libmcCodec } from "../../src/codec/libmc_codec.ts";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { decodeValue, encodeValue } from "../../src/codec/values.ts";
import { CodecError } from "../../src/errors.ts";
import { same } from "./same.ts";
import {
  DECODE,
  fromPython,
  isReadable,
  partsOf,
  type PythonValue,
  STORED,
  type StoredVector,
} from "./vectors.ts";

/**
 * Why a stored value cannot be written the same from JavaScript, which lacks the difference that Python makes; each with
 * how many vectors it concerns. `tests/vectors/differences.md` says it at length.
 */
const NOT_WRITTEN_ALIKE: readonly (readonly [
  reason: string,
  count: number,
  concerns: (python: PythonValue) => boolean,
])[] = [
  ["no such type", 24, (python) => !isReadable(python)],
  ["a bytearray or memoryview is a Uint8Array, stored as bytes", 2, isBuffer],
  ["a whole float is an integer", 1, (python) => anywhere(python, isWholeFloat)],
  ["a tuple is an array, stored as a list", 18, (python) => hasPlain(python, "tuple")],
  ["an object has keys that look like indexes first", 2, (p) => anywhere(p, hasIndexKeys)],
  ["a frozenset is a Set, stored as a set", 2, (python) => hasPlain(python, "frozenset")],
];

/** Results of `decode_value` that are ours to differ in, each with how many vectors it concerns. */
const NOT_READ_ALIKE: readonly (readonly [reason: string, count: number, raised: boolean])[] = [
  ["a spoiled integer is a CodecError, where libmc raises ValueError", 11, true],
  ["spoiled zlib or marshal data is a CodecError, where libmc gives None", 7, true],
  ["a type that JavaScript lacks is a CodecError that names it", 10, true],
  ["flag 64 is our JSON, which this is not", 1, true],
];

Deno.test("encodeValue() with libmcCodec stores what libmc stores", () => {
  const excepted = new Map<string, number>();
  let facts = 0;
  for (const [i, vector] of STORED.entries()) {
    const message = `stored ${i}: ${JSON.stringify(vector.value).slice(0, 200)}`;
    const exception = NOT_WRITTEN_ALIKE.find(([, , concerns]) => concerns(vector.value));
    if (exception !== undefined) {
      excepted.set(exception[0], (excepted.get(exception[0]) ?? 0) + 1);
      if (isReadable(vector.value)) assertStoredSimilarly(vector, message);
      continue;
    }
    const value = fromPython(vector.value);
    const encoded = encodeValue(libmcCodec, value, vector.comp_threshold, true);
    const { flags, b64 } = vector.stored!;
    assertEquals(encoded.flags, flags, message);
    assertEquals(
      plainBytes(bytesOf(encoded.data), flags),
      plainBytes(decodeBase64(b64), flags),
      message,
    );
    facts += 2;
  }
  assertEquals(
    [...excepted].toSorted(),
    NOT_WRITTEN_ALIKE.map(([reason, count]) => [reason, count]).toSorted() as [string, number][],
  );
  console.log(
    `stored: ${facts} facts checked, 0 differ, ${sum(excepted)} of ${STORED.length} excepted`,
  );
});

for (const [name, codec] of [["libmcCodec", libmcCodec], ["jsCodec", jsCodec]] as const) {
  Deno.test(`decodeValue() with ${name} reads all that libmc stores`, () => {
    let facts = 0;
    for (const [i, { value, stored }] of STORED.entries()) {
      if (stored === null) continue;
      const message = `stored ${i}: ${JSON.stringify(value).slice(0, 200)}`;
      const bytes = decodeBase64(stored.b64);
      const read = () => decodeValue(codec, bytes, 0, bytes.length, stored.flags, DEFAULT_BUDGET);
      if (name === "jsCodec" && stored.flags === 0 && bytes.length === 0) {
        // It looks as the placeholder of a lease does.
        assert(read() === undefined, message);
      } else if (isReadable(value)) {
        assert(same(read(), expected(value, stored.flags, name)), message);
      } else {
        assertThrows(read, CodecError, undefined, message);
      }
      facts++;
    }
    console.log(`stored, read by ${name}: ${facts} facts checked, 0 differ`);
  });
}

Deno.test("decodeValue() with libmcCodec reads every vector as libmc does", () => {
  const excepted = new Map<string, number>();
  let facts = 0;
  for (const [i, { b64, flags, value }] of DECODE.entries()) {
    const message = `decode ${i}: ${b64.slice(0, 60)} with flags ${flags}`;
    const bytes = decodeBase64(b64);
    // The flag of a manifest is dealt with, and taken away, before a value is decoded.
    const read = () =>
      decodeValue(libmcCodec, bytes, 0, bytes.length, flags & ~4096, DEFAULT_BUDGET);
    const reason = exceptionFor(value, flags, bytes);
    if (reason !== undefined) {
      excepted.set(reason, (excepted.get(reason) ?? 0) + 1);
      assertThrows(read, CodecError, undefined, message);
    } else {
      assert(same(read(), fromPython(value)), message);
    }
    facts++;
  }
  assertEquals(
    [...excepted].toSorted(),
    NOT_READ_ALIKE.map(([r, n]) => [r, n]).toSorted() as [string, number][],
  );
  console.log(`decode: ${facts} facts checked, ${sum(excepted)} differ as listed`);
});

function exceptionFor(value: PythonValue, flags: number, bytes: Uint8Array): string | undefined {
  if (value.type === "raised") return NOT_READ_ALIKE[0][0];
  if (!isReadable(value)) return NOT_READ_ALIKE[2][0];
  if (flags === 64) return NOT_READ_ALIKE[3][0];
  // None is a value where the data says so, and else libmc's answer to what it cannot read.
  const saysNone = (flags & 32) !== 0 ? bytes[0] === 0x4e : bytes.at(-2) === 0x4e;
  return value.type === "none" && !saysNone ? NOT_READ_ALIKE[1][0] : undefined;
}

/** What differs is only how a type is marked: the same length, unless the type is stored under another flag. */
function assertStoredSimilarly(
  { value, comp_threshold, stored }: StoredVector,
  message: string,
): void {
  const { data, flags } = encodeValue(libmcCodec, fromPython(value), comp_threshold, true);
  const bytes = bytesOf(data);
  const again = decodeValue(libmcCodec, bytes, 0, bytes.length, flags, DEFAULT_BUDGET);
  assert(same(again, fromPython(value)), message);
  if (flags === stored!.flags) {
    const ours = plainBytes(bytes, flags).length;
    assertEquals(ours, plainBytes(decodeBase64(stored!.b64), flags).length, message);
  }
}

function expected(python: PythonValue, flags: number, codec: string): unknown {
  const value = fromPython(python);
  if (codec === "libmcCodec" || (flags & ~16) !== 0) return value;
  // Flags 0 are text for jsCodec.
  try {
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: true }).decode(value as Uint8Array);
  } catch {
    return value;
  }
}

function plainBytes(bytes: Uint8Array, flags: number): Uint8Array {
  return flags & 16 ? inflate(bytes, DEFAULT_BUDGET.bytes) : bytes;
}

function bytesOf(data: Uint8Array | string): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

function isBuffer(python: PythonValue): boolean {
  return python.type === "bytearray" || python.type === "memoryview";
}

function isWholeFloat(python: PythonValue): boolean {
  if (python.type !== "float") return false;
  const number = fromPython(python);
  return Number.isSafeInteger(number) && !Object.is(number, -0);
}

function hasIndexKeys(python: PythonValue): boolean {
  if (python.type !== "dict" || !isReadable(python)) return false;
  const keys = (python.items as PythonValue[][]).map(([key]) => key);
  if (keys.some((key) => key.type !== "str")) return false;
  return keys.some((key, i) => Object.keys(fromPython(python) as object)[i] !== key.value);
}

function anywhere(python: PythonValue, test: (python: PythonValue) => boolean): boolean {
  return test(python) || partsOf(python).some((part) => anywhere(part, test));
}

/** Whether a type stands where Python would also take its mutable sister: not in a set, not in a key. */
function hasPlain(python: PythonValue, type: string): boolean {
  if (python.type === type) return true;
  if (python.type === "set" || python.type === "frozenset") return false;
  const parts = python.type === "dict"
    ? (python.items as PythonValue[][]).map(([, value]) => value)
    : partsOf(python);
  return parts.some((part) => hasPlain(part, type));
}

function sum(counts: Map<string, number>): number {
  return counts.values().reduce((total, count) => total + count, 0);
}

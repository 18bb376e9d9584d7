import { assert, assertLess, assertLessOrEqual, assertThrows } from "@std/assert";
import { readMarshal } from "../../src/codec/python/marshal_reader.ts";
import { readPickle } from "../../src/codec/python/pickle_reader.ts";
import { MAX_DEPTH } from "../../src/codec/python/python.ts";
import { ALLOWANCE, COPY_FACTOR, MEMORY_FACTOR } from "../../src/codec/python/read_budget.ts";
import { CodecError } from "../../src/errors.ts";
import { sizeOf } from "./size_of.ts";

/** A million bytes of the worst that each opcode or type code can do. */
const MEGABYTES: readonly (readonly [name: string, read: Reader, data: Uint8Array])[] = [
  ["marshal lists that claim all that follows", readMarshal, repeat([0x5b, 0, 0, 8, 0], 200_000)],
  ["marshal tuples in a list, empty", readMarshal, list(500_000, [0x29, 0])],
  ["marshal dicts in a list, empty", readMarshal, list(500_000, [0x7b, 0x30])],
  ["marshal sets in a list, empty", readMarshal, list(200_000, [0x3c, 0, 0, 0, 0])],
  ["marshal dicts with other keys", readMarshal, list(250_000, [0x7b, 0x4e, 0x4e, 0x30])],
  ["marshal booleans in a list", readMarshal, list(1_000_000, [0x54])],
  ["marshal references to a long text", readMarshal, references(100_000)],
  ["marshal long of a million bytes", readMarshal, long(500_000)],
  ["pickle None on the stack", readPickle, pickle(repeat([0x4e], 1_000_000), [])],
  [
    "pickle lists in each other",
    readPickle,
    pickle(repeat([0x5d], 500_000), repeat([0x61], 499_999)),
  ],
  ["pickle lists in a tuple, empty", readPickle, pickle(repeat([0x5d], 1_000_000), [0x74], [0x28])],
  ["pickle sets in a tuple, empty", readPickle, pickle(repeat([0x8f], 1_000_000), [0x74], [0x28])],
  ["pickle memo of everything", readPickle, pickle(repeat([0x94], 1_000_000), [], [0x4e])],
  ["pickle copies of a long text", readPickle, copies("encode", "X", "latin1")],
  ["pickle copies of long bytes", readPickle, copies("bytes", "B")],
  ["pickle text of escapes", readPickle, pickle(repeat([0x5c], 999_000), [0x0a], [0x56])],
];

for (const [name, read, data] of MEGABYTES) {
  Deno.test(`${read.name}() bounds time and memory: ${name}`, () => {
    const before = Deno.memoryUsage();
    const start = performance.now();
    let value: unknown;
    try {
      value = read(data);
    } catch (error) {
      assert(error instanceof CodecError, String(error));
    }
    assertLess(performance.now() - start, 5000, "milliseconds");
    // Garbage counts here too, so the bound is loose.
    const after = Deno.memoryUsage();
    const grown = after.heapUsed + after.external - before.heapUsed - before.external;
    assertLess(grown, MEMORY_FACTOR * data.length + ALLOWANCE, "bytes");
    assertLessOrEqual(sizeOf(value), COPY_FACTOR * data.length, "bytes of the value");
  });
}

Deno.test("readMarshal() reads to the depth of CPython's marshal and no deeper", () => {
  const nested = (levels: number) => concat(repeat([0x29, 1], levels - 1), [0x29, 0]);
  readMarshal(nested(MAX_DEPTH));
  assertThrows(() => readMarshal(nested(MAX_DEPTH + 1)), CodecError, "deeper than 2000 levels");
  assertThrows(() => readMarshal(nested(400_000)), CodecError, "deeper than 2000 levels");
});

Deno.test("readMarshal() counts depth through references", () => {
  // A list of two: 1,500 levels with number 1, then 600 levels around a reference to them.
  const data = concat(
    [0x5b, 2, 0, 0, 0],
    [0x80 | 0x29, 1],
    repeat([0x29, 1], 1498),
    [0x29, 0],
    repeat([0x29, 1], 600),
    [0x72, 0, 0, 0, 0],
  );
  assertThrows(() => readMarshal(data), CodecError, "deeper than 2000 levels");
});

Deno.test("readPickle() reads to the same depth and no deeper", () => {
  const nested = (levels: number) => concat([0x29], repeat([0x85], levels - 1), [0x2e]);
  readPickle(nested(MAX_DEPTH));
  assertThrows(() => readPickle(nested(MAX_DEPTH + 1)), CodecError, "deeper than 2000 levels");
});

Deno.test("readPickle() visits what is shared once", () => {
  // Each tuple holds the one before twice: 2^1000 paths through 1,000 tuples.
  const data = concat([0x29], repeat([0x32, 0x86], 1000), [0x2e]);
  const value = readPickle(data) as unknown[];
  assert(value[0] === value[1]);
});

Deno.test("readMarshal() and readPickle() refuse what contains itself", () => {
  assertThrows(
    () => readMarshal(Uint8Array.of(0xdb, 1, 0, 0, 0, 0x72, 0, 0, 0, 0)),
    CodecError,
    "object 0 contains itself",
  );
  const encoder = new TextEncoder();
  for (const text of ["(lp0\ng0\na.", "(dp0\nI1\ng0\ns.", "]q\0]q\x01h\0ah\x01a."]) {
    assertThrows(() => readPickle(encoder.encode(text)), CodecError, "contains itself");
  }
});

type Reader = (data: Uint8Array) => unknown;

function repeat(unit: number[], times: number): Uint8Array {
  const bytes = new Uint8Array(unit.length * times);
  for (let i = 0; i < bytes.length; i++) bytes[i] = unit[i % unit.length];
  return bytes;
}

function concat(...parts: ArrayLike<number>[]): Uint8Array {
  const bytes = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

function uint32(value: number): number[] {
  return [value & 0xff, (value >> 8) & 0xff, (value >> 16) & 0xff, value >>> 24];
}

function list(count: number, part: number[]): Uint8Array {
  return concat([0x5b], uint32(count), repeat(part, count));
}

function references(count: number): Uint8Array {
  const text = concat([0xf5], uint32(500_000), repeat([0x7a], 500_000));
  return concat([0x5b], uint32(count + 1), text, repeat([0x72, 0, 0, 0, 0], count));
}

function long(digits: number): Uint8Array {
  return concat([0x6c], uint32(digits), repeat([0xff, 0x7f], digits));
}

function pickle(
  body: ArrayLike<number>,
  end: ArrayLike<number>,
  start: ArrayLike<number> = [],
): Uint8Array {
  return concat(start, body, end, [0x2e]);
}

/** A tuple of many calls of one global with the same long argument. */
function copies(name: string, opcode: string, encoding?: string): Uint8Array {
  const module = name === "encode" ? "_codecs" : "builtins";
  const ascii = (text: string) => new TextEncoder().encode(text);
  return concat(
    ascii(`c${module}\n${name}\nq\0`),
    ascii(opcode),
    uint32(500_000),
    repeat([0x61], 500_000),
    encoding === undefined
      ? [0x85]
      : concat(ascii("X"), uint32(encoding.length), ascii(encoding), [0x86]),
    ascii("q\x01("),
    repeat([...ascii("h\0h\x01R")], 100_000),
    ascii("t."),
  );
}

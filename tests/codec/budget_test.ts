import { assertEquals, assertThrows } from "@std/assert";
import { DEFAULT_BUDGET, inflateLimit } from "../../src/codec/budget.ts";
import { compress } from "../../src/codec/compression.ts";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { libmcCodec } from "../../src/codec/libmc_codec.ts";
import { decodeValue, encodeValue } from "../../src/codec/values.ts";
import { CodecError } from "../../src/errors.ts";

const MEBIBYTE = 2 ** 20;
const [JSON_FLAG, MARSHAL, PICKLE, ZLIB] = [64, 32, 1, 16];

Deno.test("inflateLimit() bounds bytes and ratio, and lets any value inflate to 16 MiB", () => {
  assertEquals(inflateLimit(DEFAULT_BUDGET, 100), 16 * MEBIBYTE);
  assertEquals(inflateLimit(DEFAULT_BUDGET, 500_000), 50_000_000);
  assertEquals(inflateLimit(DEFAULT_BUDGET, 10_000_000), 128 * MEBIBYTE);
  assertEquals(inflateLimit({ ...DEFAULT_BUDGET, bytes: 5 }, 100), 5);
  assertEquals(inflateLimit({ ...DEFAULT_BUDGET, ratio: 1.5 }, 20_000_001), 30_000_001);
});

Deno.test("decodeValue() refuses what inflates to a hundred times its size and more, beyond 16 MiB", () => {
  const [zeros, more] = [
    compress(new Uint8Array(16 * MEBIBYTE)),
    compress(new Uint8Array(17 * MEBIBYTE)),
  ];
  assertEquals((read(zeros, 128 | ZLIB) as Uint8Array).length, 16 * MEBIBYTE);
  assertThrows(() => read(more, 128 | ZLIB), CodecError, "inflateBudget");
  const budget = { ...DEFAULT_BUDGET, ratio: 1100 };
  assertEquals((read(more, 128 | ZLIB, budget) as Uint8Array).length, 17 * MEBIBYTE);
});

const GREEDY: readonly (readonly [name: string, data: Uint8Array, flags: number])[] = [
  ["JSON of objects", latin1(`[${"{},".repeat(20_000)}1]`), JSON_FLAG],
  ["JSON of arrays in each other", latin1("[".repeat(50_000) + "]".repeat(50_000)), JSON_FLAG],
  ["JSON of keys", latin1(`{${Array.from({ length: 9000 }, (_, i) => `"k${i}":1`)}}`), JSON_FLAG],
  ["JSON of texts", latin1(`[${'"a",'.repeat(40_000)}1]`), JSON_FLAG],
  ["marshal of None", latin1(`[\x50\xc3\0\0${"N".repeat(50_000)}`), MARSHAL],
  ["marshal of dicts", latin1(`[\x40\x1f\0\0${"{0".repeat(8000)}`), MARSHAL],
  ["pickle of MEMOIZE", latin1(`N${"\x94".repeat(50_000)}.`), PICKLE],
  ["pickle of DUP", latin1(`(N${"2".repeat(50_000)}t.`), PICKLE],
  ["pickle of marks", latin1(`N${"(1".repeat(25_000)}.`), PICKLE],
  ["pickle of bytes", latin1(`(${"C\0".repeat(5000)}t.`), PICKLE],
];

for (const [name, data, flags] of GREEDY) {
  Deno.test(`decodeValue() counts what a value becomes, before it does: ${name}`, () => {
    read(data, flags);
    const budget = { ...DEFAULT_BUDGET, memory: MEBIBYTE };
    const error = assertThrows(() => read(data, flags, budget), CodecError);
    assertEquals(
      error.message,
      `Cannot read a value of ${data.length} bytes as it would take more than 1048576 bytes of memory: ` +
        'the option "inflateBudget" sets the bound',
    );
    assertThrows(() => read(compress(data), flags | ZLIB, budget), CodecError, "inflateBudget");
    for (const codec of [jsCodec, libmcCodec]) {
      assertThrows(() => codec.decode(data, flags, MEBIBYTE), CodecError, "inflateBudget");
    }
  });
}

Deno.test("decodeValue() reads every ordinary value of 10,000,000 bytes, with either codec", () => {
  const record = { id: 123_456, name: "Ada", tags: ["a", "b"], ok: true, score: 0.5 };
  const values: readonly unknown[] = [
    "x".repeat(10_000_000),
    "\u0416".repeat(5_000_000),
    new Uint8Array(10_000_000),
    Array.from({ length: 600_000 }, (_, i) => [i, i]),
    Array.from({ length: 1_200_000 }, (_, i) => i % 1000),
    Array.from({ length: 140_000 }, (_, i) => ({ ...record, id: i })),
    Object.fromEntries(Array.from({ length: 300_000 }, (_, i) => [`user:${i}`, i])),
    Array.from({ length: 700_000 }, (_, i) => `text ${i}`),
    Array.from({ length: 1_000_000 }, () => ({})),
  ];
  for (const codec of [jsCodec, libmcCodec]) {
    for (const [i, value] of values.entries()) {
      const { data, flags } = encodeValue(codec, value, 0, false);
      const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
      const back = decodeValue(codec, bytes, 0, bytes.length, flags, DEFAULT_BUDGET);
      assertEquals(sizeOf(back), sizeOf(value), `value ${i}`);
    }
  }
});

Deno.test("decodeValue() reads JSON of 10,000,000 bytes that is empty objects alone", () => {
  const data = latin1(`[${"{},".repeat(3_333_332)}{}]`);
  assertEquals((read(data, JSON_FLAG) as unknown[]).length, 3_333_333);
});

Deno.test("decodeValue() takes quotes, brackets and backslashes in a text of JSON for text", () => {
  const text = '{"[\\,:]}'.repeat(100_000);
  const data = new TextEncoder().encode(JSON.stringify([text, "\\"]));
  const budget = { ...DEFAULT_BUDGET, memory: 8_000_000 };
  assertEquals(read(data, JSON_FLAG, budget), [text, "\\"]);
});

function read(data: Uint8Array, flags: number, budget = DEFAULT_BUDGET): unknown {
  return decodeValue(jsCodec, data, 0, data.length, flags, budget);
}

function sizeOf(value: unknown): number {
  if (typeof value === "string" || value instanceof Uint8Array) return value.length;
  return Object.keys(value as object).length;
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { DEFAULT_BUDGET } from "../../src/codec/budget.ts";
import { compress, inflate } from "../../src/codec/compression.ts";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { libmcCodec } from "../../src/codec/libmc_codec.ts";
import { decodeValue, encodeValue } from "../../src/codec/values.ts";
import { CodecError } from "../../src/errors.ts";

Deno.test("encodeValue() compresses what is longer than the threshold, counted in bytes", () => {
  const table: [value: unknown, threshold: number, compressed: boolean][] = [
    ["x".repeat(10), 10, false],
    ["x".repeat(11), 10, true],
    ["é".repeat(5), 10, false],
    ["é".repeat(6), 10, true],
    ["中".repeat(4), 10, true],
    [new Uint8Array(10), 10, false],
    [new Uint8Array(11), 10, true],
    [12345678901, 10, true],
    [true, 1, false],
    [[1, 2, 3, 4], 8, true],
    ["x".repeat(1000), 0, false],
    ["x".repeat(1000), -1, false],
  ];
  for (const [value, threshold, compressed] of table) {
    const plain = jsCodec.encode(value);
    const { data, flags } = encodeValue(jsCodec, value, threshold, true);
    assertEquals(flags, plain.flags + (compressed ? 16 : 0), String(value));
    assertEquals(encodeValue(jsCodec, value, threshold, false), plain);
    if (!compressed) continue;
    const inflated = inflate(data as Uint8Array, DEFAULT_BUDGET.bytes);
    assertEquals(
      typeof plain.data === "string" ? new TextDecoder().decode(inflated) : inflated,
      plain.data,
    );
  }
});

Deno.test("encodeValue() keeps a compressed form that is longer", () => {
  const { data } = encodeValue(libmcCodec, Uint8Array.of(1, 2, 3), 1, true);
  assert(data.length > 3);
});

Deno.test("decodeValue() bounds what a value may inflate to", () => {
  const { data, flags } = encodeValue(jsCodec, "x".repeat(1000), 10, true);
  const bytes = data as Uint8Array;
  assertEquals(
    decodeValue(jsCodec, bytes, 0, bytes.length, flags, { ...DEFAULT_BUDGET, bytes: 1000 }),
    "x".repeat(1000),
  );
  assertThrows(
    () => decodeValue(jsCodec, bytes, 0, bytes.length, flags, { ...DEFAULT_BUDGET, bytes: 999 }),
    CodecError,
    `Cannot inflate a value of ${bytes.length} bytes as it must inflate to <= 999 bytes`,
  );
});

Deno.test("decodeValue() copies bytes unless they are owned", () => {
  for (const [codec, flags] of [[jsCodec, 128], [libmcCodec, 0]] as const) {
    const bytes = Uint8Array.of(1, 2, 3, 4);
    const copy = decodeValue(codec, bytes, 1, 3, flags, DEFAULT_BUDGET) as Uint8Array;
    assert(copy.buffer !== bytes.buffer);
    assertEquals(copy, Uint8Array.of(2, 3));
    const owned = decodeValue(codec, bytes, 1, 3, flags, DEFAULT_BUDGET, true) as Uint8Array;
    assertStrictEquals(owned.buffer, bytes.buffer);
    assertEquals(owned, Uint8Array.of(2, 3));
  }
});

Deno.test("decodeValue() copies text that is no UTF-8", () => {
  const bytes = Uint8Array.of(0x61, 0xff, 0x61);
  const value = decodeValue(jsCodec, bytes, 1, 2, 0, DEFAULT_BUDGET);
  bytes.fill(0);
  assertEquals(value, Uint8Array.of(0xff));
});

Deno.test("decodeValue() does not keep a large buffer for a short inflated value", () => {
  const bytes = compress(Uint8Array.of(1, 2, 3));
  const value = decodeValue(libmcCodec, bytes, 0, bytes.length, 16, DEFAULT_BUDGET) as Uint8Array;
  assertEquals(value, Uint8Array.of(1, 2, 3));
  assertEquals(value.buffer.byteLength, 3);
});

Deno.test("decodeValue() asks a codec without flags of its own for everything", () => {
  const codec = {
    encode: jsCodec.encode,
    decode: (data: Uint8Array, flags: number) => [...data, flags],
    libmcFlags: true,
  };
  assertEquals(decodeValue(codec, Uint8Array.of(9, 1, 2, 9), 1, 3, 0, DEFAULT_BUDGET), [1, 2, 0]);
  const bytes = compress(Uint8Array.of(1, 2));
  assertEquals(decodeValue(codec, bytes, 0, bytes.length, 16 + 64, DEFAULT_BUDGET), [1, 2, 64]);
  const high = 2 ** 31 + 16;
  assertEquals(decodeValue(codec, bytes, 0, bytes.length, high, DEFAULT_BUDGET), [1, 2, 2 ** 31]);
  const own = { ...codec, libmcFlags: false };
  assertEquals(decodeValue(own, bytes, 0, bytes.length, high, DEFAULT_BUDGET), [...bytes, high]);
});

Deno.test("jsCodec and libmcCodec refuse bytes that were transferred, inside others, too", () => {
  const gone = new Uint8Array(8);
  structuredClone(gone, { transfer: [gone.buffer] });
  for (const codec of [jsCodec, libmcCodec]) {
    const message = "Cannot use bytes that are gone: their buffer was transferred or cut";
    assertThrows(() => codec.encode(gone), TypeError, message);
    assertEquals(codec.encode(new Uint8Array()).data, new Uint8Array());
  }
  for (const value of [[gone], { a: gone }, new Map([[1, gone]])]) {
    assertThrows(() => libmcCodec.encode(value), TypeError, "Cannot use bytes that are gone");
  }
  assertEquals(libmcCodec.encode([new Uint8Array()]).flags, 32);
});

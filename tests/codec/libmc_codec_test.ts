import { assert, assertEquals, assertThrows } from "@std/assert";
import { libmcCodec } from "../../src/codec/libmc_codec.ts";
import { same } from "./same.ts";

/** Bytes of a text in which each character is one byte. */
const latin1 = (text: string) => Uint8Array.from(text, (letter) => letter.charCodeAt(0));

Deno.test("libmcCodec.encode() writes what libmc writes", () => {
  const table: [value: unknown, flags: number, data: string | Uint8Array][] = [
    ["a", 32, latin1("u\x01\0\0\0a")],
    ["", 32, latin1("u\0\0\0\0")],
    ["é\ud800", 32, latin1("u\x05\0\0\0\xc3\xa9\xed\xa0\x80")],
    [Uint8Array.of(1), 0, Uint8Array.of(1)],
    [true, 8, "1"],
    [7, 4, "7"],
    [7n, 4, "7"],
    [2n ** 64n, 4, "18446744073709551616"],
    [1.5, 32, latin1("g\0\0\0\0\0\0\xf8\x3f")],
    [null, 32, latin1("N")],
    [[1, 1.5], 32, latin1("[\x02\0\0\0i\x01\0\0\0g\0\0\0\0\0\0\xf8\x3f")],
    [
      [2 ** 31, -(2n ** 40n)],
      32,
      latin1("[\x02\0\0\0l\x03\0\0\0\0\0\0\0\x02\0l\xfd\xff\xff\xff\0\0\0\0\0\x04"),
    ],
    [{ a: true }, 32, latin1("{u\x01\0\0\0aT0")],
    [new Set([2, 1]), 32, latin1("<\x02\0\0\0i\x01\0\0\0i\x02\0\0\0")],
    [new Map([[[1], new Set([[]])]]), 32, latin1("{(\x01\0\0\0i\x01\0\0\0<\x01\0\0\0(\0\0\0\x000")],
    [new Set([new Set([null])]), 32, latin1("<\x01\0\0\0>\x01\0\0\0N")],
  ];
  for (const [value, flags, data] of table) {
    assertEquals(libmcCodec.encode(value), { data, flags }, Deno.inspect(value));
  }
});

Deno.test("libmcCodec.encode() refuses what would be lost, and says where and why", () => {
  const cycle: unknown[] = [];
  cycle.push(new Map<unknown, unknown>([[1, cycle]]));
  const table: [value: unknown, message: string][] = [
    [undefined, "Cannot encode value as it would be lost: undefined"],
    [new Date(0), "Cannot encode value as marshal would lose it: a Date"],
    [[new class Point {}()], "Cannot encode value[0] as marshal would lose it: a Point"],
    [{ a: [undefined] }, "Cannot encode value.a[0] as marshal would lose it: undefined"],
    [new Map([[1, undefined]]), "Cannot encode value.entry(0).value as marshal would lose it"],
    [new Array(1), "Cannot encode value[0] as it is a hole"],
    [Object.assign([1], { extra: 1 }), "Cannot encode value.extra as a property beside"],
    [Object.assign(new Set(), { extra: 1 }), "Cannot encode value.extra as a property beside"],
    [[{ [Symbol("s")]: 1 }], "Cannot encode value[0] as its symbol keys would be lost"],
    [new Map([["a", 1]]), "a Map whose keys are all texts would come back as an object"],
    [{ a: new Map() }, "Cannot encode value.a as a Map whose keys are all texts"],
    [new Map([[{}, 1]]), "Cannot encode value.entry(0).key as Python takes no dict as a key"],
    [new Set([[new Map()]]), "Cannot encode value.member(0)[0] as Python takes no dict"],
    [new Map([[1, [() => 1]]]), "Cannot encode value.entry(0).value[0] as marshal would lose it"],
    [
      new (class Special extends Map<number, number> {})([[1, 1]]),
      "Cannot encode value as marshal would lose it",
    ],
    [cycle, "Cannot encode value[0].entry(0).value as it contains itself"],
  ];
  for (const [value, message] of table) {
    assertThrows(() => libmcCodec.encode(value), TypeError, message);
  }
});

Deno.test("libmcCodec.encode() leaves out properties that are undefined", () => {
  assertEquals(libmcCodec.encode({ a: true, b: undefined }).data, latin1("{u\x01\0\0\0aT0"));
  assertEquals(libmcCodec.encode([{ b: undefined }]).data, latin1("[\x01\0\0\0{0"));
});

Deno.test("libmcCodec.encode() encodes well after it refused", () => {
  assertThrows(() => libmcCodec.encode(["x".repeat(100), undefined]), TypeError);
  assertEquals(libmcCodec.encode([]).data, latin1("[\0\0\0\0"));
});

Deno.test("libmcCodec.encode() may be called by a getter of what it encodes", () => {
  const value = {
    a: 1,
    get b(): unknown {
      return libmcCodec.encode([2]).data;
    },
  };
  const { data, flags } = libmcCodec.encode(value);
  const read = libmcCodec.decode(data as Uint8Array, flags);
  assert(same(read, { a: 1, b: latin1("[\x01\0\0\0i\x02\0\0\0") }));
});

Deno.test("libmcCodec gives a bigint that is a safe integer back as a number", () => {
  const { data, flags } = libmcCodec.encode([5n, 2n ** 53n]);
  assertEquals(libmcCodec.decode(data as Uint8Array, flags), [5, 2n ** 53n]);
});

Deno.test("libmcCodec.decode() reads flags 0 as bytes, copied", () => {
  const borrowed = Uint8Array.of(1, 2);
  const owned = libmcCodec.decode(borrowed, 0);
  borrowed.fill(0);
  assertEquals(owned, Uint8Array.of(1, 2));
});

Deno.test("libmcCodec.encode() never writes over what it gave before", () => {
  const texts = Array.from({ length: 2000 }, (_, i) => `${i}`.repeat(1 + i % 300));
  const encoded = texts.map((text) => libmcCodec.encode(text));
  const read = encoded.map(({ data, flags }) => libmcCodec.decode(data as Uint8Array, flags));
  assertEquals(read, texts);
});

Deno.test("libmcCodec writes a Set that does not fit the buffer that it shares with other results", () => {
  for (let length = 20; length < 200; length++) {
    // The next result begins a little later each time.
    libmcCodec.encode("x".repeat(150));
    const set = new Set(Array.from({ length: 300 }, (_, i) => `${i}`.padStart(length, "m")));
    const { data, flags } = libmcCodec.encode(set);
    const read = libmcCodec.decode(data as Uint8Array, flags) as Set<unknown>;
    assertEquals(read.symmetricDifference(set).size, 0);
  }
});

Deno.test("libmcCodec writes and reads big values", () => {
  for (
    const value of ["x".repeat(300_000), "中".repeat(100_000), ["\ud800".repeat(70_000), 1], [
      new Uint8Array(200_000),
    ]]
  ) {
    const { data, flags } = libmcCodec.encode(value);
    assert(same(libmcCodec.decode(data as Uint8Array, flags), value));
  }
});

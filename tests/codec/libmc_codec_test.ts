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
    [new Date(0), "Cannot encode value as marshal would lose it: a Date; store its toISOString()"],
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
      new Map<unknown, string>([[1, "a"], [true, "b"]]),
      "value as Python takes keys 0 and 1 for equal",
    ],
    [{ a: new Set([null, 0, false]) }, "value.a as Python takes members 1 and 2 for equal"],
    [
      [new Map([["a", new Set<unknown>([1, 1n])]])],
      "Cannot encode value[0] as a Map whose keys are all texts",
    ],
    [
      new Map<unknown, unknown>([[1, new Set([1, 1n])]]),
      "Cannot encode value.entry(0).value as Python takes members 0 and 1 for equal",
    ],
    [
      new Set([[new Set([0, false])]]),
      "Cannot encode value as Python takes two members of a set inside member 0 for equal",
    ],
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

Deno.test("libmcCodec.encode() writes what it looked through, whatever a getter or a Proxy gives", () => {
  const shrinking = [0, 1, 2];
  Object.defineProperty(shrinking, 0, { get: () => (shrinking.length = 1, 7), enumerable: true });
  assertThrows(() => libmcCodec.encode(shrinking), TypeError);
  for (const length of [-1, 1.5, 2 ** 31, Infinity, NaN, "1"]) {
    const proxy = new Proxy([1], {
      get: (target, name) => name === "length" ? length : Reflect.get(target, name),
    });
    assertThrows(() => libmcCodec.encode([proxy]), TypeError);
  }
  const set = new Set<unknown>(["a"]);
  const growing = Object.defineProperty([0], 0, {
    get: () => (set.add("b"), 1),
    enumerable: true,
  });
  set.add(growing);
  const written = libmcCodec.encode([set]).data as Uint8Array;
  assertEquals(libmcCodec.decode(written, 32), [new Set(["a", [1]])]);
  const sized = Object.defineProperty(new Set([1]), "size", { value: 5 });
  assertEquals(libmcCodec.encode([sized, 2]).data, libmcCodec.encode([new Set([1]), 2]).data);
});

/** Values in groups: Python takes those of a group for equal, and no others. */
const HASHABLE: readonly (readonly unknown[])[] = [
  [0, false, 0n],
  [1, true, 1n],
  [-1, -1n],
  [null],
  ["1"],
  [""],
  [0.5],
  [Infinity],
  [-Infinity],
  [NaN],
  [2 ** 53 - 1, 2n ** 53n - 1n],
  [2 ** 53, 2n ** 53n],
  [2n ** 53n + 1n],
  [-(2 ** 80), -(2n ** 80n)],
  [Number.MAX_VALUE, BigInt(Number.MAX_VALUE)],
  [2n ** 2000n],
  [Uint8Array.of(1), Uint8Array.of(1)],
  [Uint8Array.of()],
  [[], []],
  [[0], [-0], [false]],
  [[1, 2], [true, 2n], [1, 2]],
  [[2, 1]],
  [[1, 2, 3]],
  [[[1, 2], 3], [[1, 2], 3]],
  [[1, [2, 3]]],
  [["a"], ["a"]],
  [[Uint8Array.of(97)]],
  [[NaN]],
  [[NaN]],
  [new Set(), new Set()],
  [new Set([1, "a"]), new Set(["a", true])],
  [new Set([1])],
  [new Set([new Set([1])]), new Set([new Set([1n])])],
  [[new Set([0])], [new Set([false])]],
];

Deno.test("libmcCodec.encode() refuses keys and members that Python takes for equal, and no others", () => {
  const different = HASHABLE.map(([first]) => first);
  const { data } = libmcCodec.encode(new Set(different));
  assertEquals((libmcCodec.decode(data as Uint8Array, 32) as Set<unknown>).size, HASHABLE.length);
  libmcCodec.encode(new Map(different.map((key) => [key, 1])));
  for (const group of HASHABLE) {
    for (const other of group.slice(1)) {
      const message = "for equal";
      const pair = [group[0], other];
      assertThrows(() => libmcCodec.encode(new Set(pair)), TypeError, message);
      assertThrows(() => libmcCodec.encode(new Set([...different, other])), TypeError, message);
      assertThrows(() => libmcCodec.encode([new Set([pair, other, pair[0]])]), TypeError, message);
      assertThrows(() => libmcCodec.encode(new Set([new Set(pair)])), TypeError, message);
      const map = new Map([["x", 0], ...pair.map((key) => [key, 1] as const)] as [unknown, 1][]);
      assertThrows(() => libmcCodec.encode(map), TypeError, message);
    }
  }
});

Deno.test("libmcCodec.encode() compares members in time that grows with their bytes", () => {
  let nested: unknown = "x".repeat(1_000_000);
  for (let i = 0; i < 900; i++) nested = i % 2 === 0 ? new Set([nested, i]) : [nested];
  const many = new Set<unknown>([true]);
  for (let i = 2; i < 50_000; i++) many.add(i % 2 === 0 ? [i, [i]] : BigInt(i) << 75n);
  for (const value of [new Set([nested]), many]) {
    const start = performance.now();
    const { data } = libmcCodec.encode(value);
    assert(data.length > 900_000);
    assert(performance.now() - start < 5000, `it took ${performance.now() - start} ms`);
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

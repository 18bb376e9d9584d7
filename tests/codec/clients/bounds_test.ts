import { assert, assertThrows } from "@std/assert";
import {
  type Codec,
  CodecError,
  dalliCodec,
  jsonCodec,
  phpCodec,
  pylibmcCodec,
  pymemcacheCodec,
} from "@libmc/libmc";
import { encodeHex } from "@std/encoding";
import { deflateSync } from "node:zlib";
import { Random } from "../../support/random.ts";
import { mutate } from "../fuzz.ts";
import { sizeOf } from "../size_of.ts";
import { ORIGINALS } from "./our_values.ts";
import { dataOf, RECORDINGS } from "./vectors.ts";

const latin1 = (text: string) => Uint8Array.from(text, (char) => char.charCodeAt(0));

Deno.test("codecs of other clients inflate no more than the budget allows", () => {
  const zeros = deflateSync(new Uint8Array(1_000_000));
  const framed = Uint8Array.of(0x40, 0x42, 0x0f, 0, ...zeros);
  const fastlz = Uint8Array.of(0x40, 0x42, 0x0f, 0, 0, 0, 0xe0, 0xfd, 0);
  const table: [codec: Codec, data: Uint8Array, flags: number][] = [
    [pylibmcCodec, zeros, 8],
    [pymemcacheCodec, zeros, 8],
    [dalliCodec, zeros, 2],
    [phpCodec, framed, 16 | 32],
    [phpCodec, fastlz, 16 | 64],
  ];
  const inflateBudget = { bytes: 999_999 };
  for (const [codec, data, flags] of table) {
    const decode = () => codec.decode(data, flags, undefined, inflateBudget);
    assertThrows(decode, CodecError, "inflateBudget");
  }
});

Deno.test("phpCodec reserves nothing for what is only announced", () => {
  const table: [data: Uint8Array, flags: number][] = [
    [latin1("\xff\xff\xff\xff" + "x".repeat(20)), 16 | 64],
    [latin1("\0\0\xff\0" + "\0x\xe0\xfd\0"), 16 | 64],
    [latin1("\xff\xff\xff\xff" + "x".repeat(20)), 16 | 32],
    [latin1("a:9999999999:{i:0;i:1;}"), 4],
    [latin1('s:9999999999:"x";'), 4],
  ];
  for (const [data, flags] of table) {
    assertThrows(() => phpCodec.decode(data, flags), CodecError);
  }
});

Deno.test("phpCodec bounds depth and memory of serialized data", () => {
  const deep = "a:1:{i:0;".repeat(100_000);
  assertThrows(() => phpCodec.decode(latin1(deep), 4), CodecError, "nested deeper than 2000");
  const wide = latin1(
    `a:20000:{${Array.from({ length: 20_000 }, (_, i) => `i:${i};a:0:{}`).join("")}}`,
  );
  assert(Array.isArray(phpCodec.decode(wide, 4)));
  assertThrows(() => phpCodec.decode(wide, 4, 1_000_000), CodecError, "inflateBudget");
  const bomb = deflateSync(latin1(`a:1:{i:0;s:5000000:"${"x".repeat(5_000_000)}";}`));
  const framed = latin1("\0\0\0\0" + String.fromCharCode(...bomb));
  new DataView(framed.buffer).setUint32(0, 5_000_000 + 23, true);
  assertThrows(() => phpCodec.decode(framed, 16 | 32 | 4, 10_000_000), CodecError, "inflateBudget");
});

Deno.test("the codecs of other clients survive 60,000 random and mutated items", () => {
  const random = new Random(20261128);
  const codecs = [...Object.entries(ORIGINALS), ["json", { codec: jsonCodec }] as const];
  const items = new Map(codecs.map(([name]) => {
    const { written, read } = RECORDINGS[name === "json" ? "nodeMemcached" : name];
    return [name, [...written, ...read].map((item) => [dataOf(item), item.flags] as const)];
  }));
  let read = 0;
  let refused = 0;
  for (let i = 0; i < 60_000; i++) {
    const [name, { codec }] = random.pick(codecs);
    const [known, knownFlags] = random.pick(items.get(name)!);
    let data = random.below(8) === 0 ? random.bytes(random.below(60)) : known;
    for (let times = random.below(4); times > 0 && data.length > 0; times--) {
      data = mutate(random, data);
    }
    const flags = random.below(4) === 0 ? random.below(256) : knownFlags;
    const shown = () =>
      `seed ${random.seed}, item ${i}, ${name}, flags ${flags}: ${encodeHex(data)}`;
    const start = performance.now();
    try {
      const value = codec.decode(data, flags, BUDGET, { bytes: BUDGET });
      read++;
      assert(sizeOf(value) <= BUDGET + data.length, shown());
    } catch (error) {
      if (!(error instanceof CodecError)) throw new Error(shown(), { cause: error });
      refused++;
    }
    assert(performance.now() - start < LONGEST, shown());
  }
  assert(read > 5_000 && refused > 5_000, `${read} read, ${refused} refused`);
});

/** Most bytes of memory, and most that come out of compressed data. */
const BUDGET = 2_000_000;
/** Milliseconds; generous, as other work shares the machine. */
const LONGEST = 2000;

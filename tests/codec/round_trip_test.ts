import { assert, assertEquals } from "@std/assert";
import { DEFAULT_BUDGET } from "../../src/codec/budget.ts";
import type { Codec } from "../../src/codec/codec.ts";
import { jsCodec } from "../../src/codec/js_codec.ts";
import { libmcCodec } from "../../src/codec/libmc_codec.ts";
import { decodeValue, encodeValue } from "../../src/codec/values.ts";
import { Random } from "../support/random.ts";
import { randomJson, randomPython, randomText } from "./random_value.ts";
import { same } from "./same.ts";

const ROUNDS = 3000;

Deno.test("jsCodec gives back every random value that it takes", () => {
  const random = new Random(20260101);
  for (let i = 0; i < ROUNDS; i++) {
    const value = random.pick<() => unknown>([
      () => randomJson(random),
      () => randomText(random).toWellFormed(),
      () => random.bytes(random.below(300)),
      () => BigInt(random.below(2 ** 32)) ** BigInt(random.below(5)),
      () => random.pick([NaN, Infinity, -Infinity, -0, 0.1, 2 ** 53]),
    ])();
    assertComesBack(jsCodec, value, random);
  }
});

Deno.test("libmcCodec gives back every random value that it takes", () => {
  const random = new Random(20260102);
  for (let i = 0; i < ROUNDS; i++) {
    const value = random.below(5) === 0 ? randomText(random) : randomPython(random);
    assertComesBack(libmcCodec, value, random);
  }
});

Deno.test("each codec reads what the other writes", () => {
  const random = new Random(20260103);
  for (let i = 0; i < ROUNDS; i++) {
    const value = randomJson(random);
    for (const [writer, reader] of [[jsCodec, libmcCodec], [libmcCodec, jsCodec]]) {
      // Plain data has no flags: there, each reads its own.
      if (writer === jsCodec && typeof value === "string") continue;
      const { bytes, flags } = store(writer, value, 0);
      const read = decodeValue(reader, bytes, 0, bytes.length, flags, DEFAULT_BUDGET);
      assert(same(read, value), `seed ${random.seed}, round ${i}`);
    }
  }
});

function assertComesBack(codec: Codec, value: unknown, random: Random): void {
  const message = `seed ${random.seed}: ${Deno.inspect(value, { depth: 10 })}`;
  if (typeof value === "string" && codec === jsCodec && !value.isWellFormed()) return;
  const threshold = random.pick([0, 1, 20, 200]);
  const { bytes, flags } = store(codec, value, threshold);
  assertEquals(
    (flags & 16) !== 0,
    threshold > 0 && store(codec, value, 0).bytes.length > threshold,
  );

  // In the middle of a bigger buffer, which is overwritten afterwards: nothing that was given back may lie in it.
  const before = random.below(20);
  const buffer = new Uint8Array(before + bytes.length + 20).fill(0x41);
  buffer.set(bytes, before);
  const read = decodeValue(codec, buffer, before, before + bytes.length, flags, DEFAULT_BUDGET);
  buffer.fill(0x42);
  assert(same(read, value), message);

  const owned = decodeValue(codec, bytes, 0, bytes.length, flags, DEFAULT_BUDGET, true);
  assert(same(owned, value), message);
}

function store(
  codec: Codec,
  value: unknown,
  threshold: number,
): { bytes: Uint8Array; flags: number } {
  const { data, flags } = encodeValue(codec, value, threshold, true);
  return { bytes: typeof data === "string" ? new TextEncoder().encode(data) : data, flags };
}

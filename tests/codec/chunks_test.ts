/** Chunks of one writing are told from those of any other, by their flags. */

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import {
  belongs,
  type Chunk,
  CHUNK_BYTES,
  chunkFlags,
  cut,
  join,
  newMark,
} from "../../src/codec/chunks.ts";
import { FLAG_SPLIT } from "../../src/codec/flags.ts";
import { sameBytes } from "../compat/same_bytes.ts";
import { Random } from "../support/random.ts";

const FLAGS = [0, 32, 48, 64, 128, 512, 4294963199];

Deno.test("join() gives the data of chunks of one writing, marked or with the value's own flags", () => {
  for (const flags of FLAGS) {
    const data = filled(2 * CHUNK_BYTES + 1, 7);
    assert(sameBytes(join(marked(data, flags), flags)!, data));
    const unmarked = cut(data).map((data) => ({ data, flags }));
    assert(sameBytes(join(unmarked, flags)!, data));
  }
});

Deno.test("join() refuses every mixture of two writings of whatever flags", () => {
  const lengths = [1, 2, 3].map((chunks) => chunks * CHUNK_BYTES + 5);
  for (const ours of FLAGS) {
    for (const others of FLAGS) {
      for (const length of lengths) {
        for (const otherLength of lengths) {
          const first = marked(filled(length, 1), ours);
          const second = marked(filled(otherLength, 2), others);
          for (let from = 1; from < Math.max(first.length, second.length); from++) {
            for (const count of new Set([first.length, second.length])) {
              const mixed = [...first.slice(0, from), ...second.slice(from)].slice(0, count);
              const isOne = from >= count && count === first.length ||
                mixed.every((chunk) => first.includes(chunk)) && count === first.length;
              if (isOne) continue;
              assertEquals(join(mixed, ours), undefined, `${ours}, ${others}, ${from} of ${count}`);
              assertEquals(join(mixed, others), undefined, `${others}, ${ours}`);
            }
          }
        }
      }
    }
  }
});

Deno.test("join() refuses chunks with and without a mark together, and a value cut short or without its beginning", () => {
  const data = filled(3 * CHUNK_BYTES, 3);
  const chunks = marked(data, 128);
  const plain = cut(data).map((data) => ({ data, flags: 128 }));
  assertEquals(join([plain[0], chunks[1], chunks[2]], 128), undefined);
  assertEquals(join([chunks[0], plain[1], chunks[2]], 128), undefined);
  assertEquals(join([chunks[0], chunks[1], plain[2]], 128), undefined);
  assertEquals(join(chunks.slice(0, 2), 128), undefined, "cut short");
  assertEquals(join(chunks.slice(0, 1), 128), undefined);
  assertEquals(join(chunks.slice(1), 128), undefined);
  assertEquals(join([chunks[1], chunks[0], chunks[2]], 128), undefined);
  assertEquals(join([chunks[0], undefined, chunks[2]], 128), undefined);
  assertEquals(join(chunks, 0), undefined, "a manifest of other flags");
  assertEquals(join([plain[0], { ...plain[1], flags: 32 }, plain[2]], 128), undefined);
  assertEquals(join([], 128), undefined);
});

Deno.test("chunkFlags() give two marks two flags, and never the bit of a manifest", () => {
  const random = new Random(20261128);
  for (let i = 0; i < 20_000; i++) {
    const flags = random.below(2) === 0 ? 128 : random.below(2 ** 32);
    const [mark, other] = [newMark(flags), newMark(flags)];
    for (
      const found of [mark, chunkFlags(mark, flags, 1, false), chunkFlags(mark, flags, 9, true)]
    ) {
      assert(Number.isInteger(found) && found >= 0 && found < 2 ** 32, `${found}`);
      assertEquals(found & FLAG_SPLIT, 0);
    }
    assertNotEquals(mark, flags);
    if (mark === other) continue;
    const index = 1 + random.below(9);
    const isLast = random.below(2) === 0;
    assertNotEquals(
      chunkFlags(mark, flags, index, isLast),
      chunkFlags(other, flags, index, isLast),
      `seed ${random.seed}`,
    );
  }
});

Deno.test("belongs() takes marked chunks of any length up to 1,000,000 bytes, and others by libmc's lengths", () => {
  const of = (length: number, flags: number) => ({ data: new Uint8Array(length), flags });
  const mark = newMark(0);
  const second = chunkFlags(mark, 0, 1, false);
  assert(belongs(of(10, mark), mark, 0, 0, 3));
  assert(belongs(of(10, second), mark, 0, 1, 3));
  for (const length of [0, CHUNK_BYTES + 1]) {
    assert(!belongs(of(length, mark), mark, 0, 0, 3));
    assert(!belongs(of(length, 0), 0, 0, 2, 3));
  }
  assert(!belongs(of(CHUNK_BYTES - 1, 0), 0, 0, 0, 3));
  assert(belongs(of(CHUNK_BYTES, 0), 0, 0, 0, 3));
  assert(belongs(of(1, 0), 0, 0, 2, 3));
});

function marked(data: Uint8Array, flags: number): Chunk[] {
  const mark = newMark(flags);
  return cut(data).map((data, i, all) => ({
    data,
    flags: chunkFlags(mark, flags, i, i === all.length - 1),
  }));
}

function filled(length: number, byte: number): Uint8Array {
  return new Uint8Array(length).fill(byte);
}

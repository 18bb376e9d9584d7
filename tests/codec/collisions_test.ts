import { assert, assertEquals, assertLess, assertThrows } from "@std/assert";
import { countComparisons } from "../../src/codec/python/collisions.ts";
import { readMarshal } from "../../src/codec/python/marshal_reader.ts";
import { readPickle } from "../../src/codec/python/pickle_reader.ts";
import { CodecError } from "../../src/errors.ts";
import {
  collidingBigints,
  collidingFloats,
  collidingIndexes,
  collidingInts,
} from "./chosen_keys.ts";
import { marshalOf, pickleOf } from "./python_bytes.ts";

const CHOSEN: readonly (readonly [name: string, keys: readonly unknown[]])[] = [
  ["integers k × 2^75", collidingBigints(100_000)],
  ["fractions with one hash", collidingFloats(100_000)],
  ["integers of 32 bits with one end of the hash", collidingInts(60_000)],
  ["texts of digits with one end", collidingIndexes(60_000)],
];

for (const [name, keys] of CHOSEN) {
  Deno.test(`readMarshal() and readPickle() refuse many keys that share a hash: ${name}`, () => {
    for (const kind of ["set", "dict"] as const) {
      // A dict of texts becomes an object, which has a seed.
      const all = typeof keys[0] === "string" ? [7, ...keys] : keys;
      for (
        const read of [
          () => readMarshal(marshalOf(kind, all)),
          () => readPickle(pickleOf(kind, all)),
        ]
      ) {
        const start = performance.now();
        assertThrows(read, CodecError, "share a hash");
        assertLess(performance.now() - start, 5000, "milliseconds");
      }
    }
  });
}

Deno.test("readMarshal() and readPickle() read a few keys that share a hash", () => {
  for (const [name, keys] of CHOSEN) {
    const few = keys.slice(0, 2000);
    assertEquals((readMarshal(marshalOf("set", few)) as Set<unknown>).size, 2000, name);
    assertEquals((readPickle(pickleOf("set", few)) as Set<unknown>).size, 2000, name);
  }
});

Deno.test("readMarshal() counts the keys of all sets of a value together", () => {
  const set = marshalOf("set", collidingBigints(4000));
  const sets = (count: number) => {
    const data = new Uint8Array(5 + count * set.length);
    data.set([0x5b, count, 0, 0, 0]);
    for (let i = 0; i < count; i++) data.set(set, 5 + i * set.length);
    return data;
  };
  assertEquals((readMarshal(sets(5)) as unknown[]).length, 5);
  assertThrows(() => readMarshal(sets(20)), CodecError, "share a hash");
});

Deno.test("readMarshal() and readPickle() read sets of 200,000 keys as programs have them", () => {
  const many = (key: (k: number) => unknown) => Array.from({ length: 200_000 }, (_, k) => key(k));
  const ordinary: readonly unknown[][] = [
    many((k) => k),
    many((k) => -k),
    many((k) => k * 1000),
    many((k) => k * 4096),
    many((k) => k + 0.5),
    many((k) => 1.7e9 + k * 0.37),
    many((k) => (BigInt(k) << 22n) + (1n << 61n)),
    many((k) => BigInt(k + 1) * 10n ** 18n + (1n << 60n)),
    many((k) => String(k)),
    many((k) => String(k * 1000)),
    many((k) => String(1_700_000_000 + k * 60)),
    many((k) => `user:${k}`),
  ];
  for (const keys of ordinary) {
    const [, example] = keys;
    assert(countComparisons(keys, 1) < 20 * keys.length, String(example));
    assertEquals((readMarshal(marshalOf("set", keys)) as Set<unknown>).size, 200_000, `${example}`);
    assertEquals((readPickle(pickleOf("set", keys)) as Set<unknown>).size, 200_000, `${example}`);
  }
});

Deno.test("readPickle() refuses a long text that is no float without trying its divisions", () => {
  const data = new Uint8Array(1_000_000).fill(0x31);
  data[0] = 0x46;
  data.set([0x78, 0x0a, 0x2e], data.length - 3);
  const start = performance.now();
  assertThrows(() => readPickle(data), CodecError, "Cannot read a float");
  assertLess(performance.now() - start, 5000, "milliseconds");
});

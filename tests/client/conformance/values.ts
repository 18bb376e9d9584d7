import type { Storable } from "@libmc/libmc";
import { assert, assertEquals, assertRejects } from "@std/assert";
import type { ConformanceCase } from "./case.ts";

/** Everything that jsCodec takes, by every way that stores and reads. */
export const VALUE_CASES: readonly ConformanceCase[] = [
  {
    name: "Client.set() and get() keep value and type of everything that the codec takes",
    async run(servers) {
      await using client = servers.client();
      for (const [key, value] of Object.entries(VALUES)) {
        assert(await client.set(key, value), key);
        assertSame(await client.get(key), value, key);
        assertSame((await client.gets(key))?.value, value, key);
      }
    },
  },
  {
    name: "Client.setMulti() and getMulti() keep value and type of everything that the codec takes",
    async run(servers) {
      await using client = servers.client();
      const keys = Object.keys(VALUES);
      assertEquals(await client.setMulti(VALUES), { ok: true, failed: [] });
      const found = await client.getMulti(keys);
      const list = await client.getList(keys);
      const touched = await client.gatMulti(keys, 100);
      keys.forEach((key, i) => {
        assertSame(found.get(key), VALUES[key], key);
        assertSame(touched.get(key), VALUES[key], key);
        assertSame(list[i], VALUES[key], key);
      });
    },
  },
  {
    name: "Client.add(), replace() and cas() encode as set() does",
    async run(servers) {
      await using client = servers.client();
      for (const [key, value] of Object.entries(VALUES)) {
        assert(await client.add(key, value), key);
        const added = (await client.getRaw(key))!;
        assert(await client.replace(key, value), key);
        assertEquals(await client.getRaw(key), added, key);
        const { cas } = (await client.gets(key))!;
        assert(await client.cas(key, value, cas), key);
        assertEquals(await client.getRaw(key), added, key);
      }
    },
  },
  {
    name: "Client.set() refuses what would be lost, and stores nothing",
    async run(servers) {
      await using client = servers.client();
      for (const [name, value] of Object.entries(LOST)) {
        await assertRejects(() => client.set("a", value as Storable), TypeError, "", name);
        await assertRejects(
          () => client.setMulti({ b: 1, a: value as Storable }),
          TypeError,
          "",
          name,
        );
      }
      assertEquals(await client.getMulti(["a", "b"]), new Map());
    },
  },
  {
    name: "Client.get() gives bytes for text that is none",
    async run(servers) {
      await using client = servers.client();
      await client.setRaw("a", Uint8Array.of(0xff, 0xfe));
      assertEquals(await client.get("a"), Uint8Array.of(0xff, 0xfe));
    },
  },
];

const VALUES: Readonly<Record<string, Storable>> = {
  emptyText: "",
  text: "hello",
  unicode: "grüße 世界 🌍",
  lines: "a\r\nb\0c",
  longText: "é".repeat(100_000),
  emptyBytes: new Uint8Array(),
  bytes: Uint8Array.from({ length: 256 }, (_, i) => i),
  longBytes: new Uint8Array(300_000).fill(7),
  yes: true,
  no: false,
  zero: 0,
  integer: -42,
  safe: Number.MAX_SAFE_INTEGER,
  least: Number.MIN_SAFE_INTEGER,
  fraction: 0.1,
  negativeZero: -0,
  nan: NaN,
  infinity: Infinity,
  negativeInfinity: -Infinity,
  large: 1e300,
  beyondSafe: 2 ** 60,
  bigint: 7n,
  bigBigint: 2n ** 200n,
  negativeBigint: -(2n ** 64n),
  null: null,
  emptyArray: [],
  array: [1, "two", [3], { four: 4 }, null, true, 0.5],
  emptyObject: {},
  object: { name: "Ada", tags: ["a", "b"], nested: { deep: { deeper: [null] } } },
};

const LOST: Readonly<Record<string, unknown>> = {
  undefined: undefined,
  function: () => 1,
  symbol: Symbol("s"),
  map: new Map([[1, 2]]),
  set: new Set([1]),
  date: new Date(0),
  undefinedInside: { a: [undefined] },
  bigintInside: [1n],
  nanInside: [NaN],
  surrogate: "\ud800",
};

function assertSame(actual: unknown, expected: unknown, key: string): void {
  assertEquals(actual, expected, key);
  assertEquals(Object.is(actual, -0), Object.is(expected, -0), key);
  assertEquals(typeof actual, typeof expected, key);
}

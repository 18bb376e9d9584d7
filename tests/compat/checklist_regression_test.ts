/** What libmc's tests/test_cmemcached_regression.py checks, in our words: compression from 1,024 bytes on. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, jsCodec, libmcCodec, type Storable } from "@libmc/libmc";
import { startMemcached } from "../support/memcached.ts";

const OPTIONS: ClientOptions = {
  codec: libmcCodec,
  compThreshold: 1024,
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
};

/** Registers a test on a memcached of its own. */
function live(
  name: string,
  run: (client: Client, address: string) => Promise<void>,
  options: ClientOptions = {},
): void {
  Deno.test(name, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address, { ...OPTIONS, ...options });
    await run(client, server.address);
  });
}

async function roundTrip(client: Client, key: string, value: Storable): Promise<void> {
  assert(await client.set(key, value), key);
  assertEquals(await client.get(key), value, key);
}

live("Client keeps texts, numbers, booleans, null and nested objects", async (client) => {
  const values: Storable[] = [
    "value",
    "",
    "中文",
    "long ".repeat(1000),
    1,
    0,
    -1,
    2n ** 70n,
    1.5,
    true,
    false,
    null,
    [],
    { a: { b: [1, "2", null, { c: 3.25 }] }, 中: "文" },
    new Map([[1, "one"], [2, "two"]]),
    new Set(["a", "b"]),
  ];
  for (const [i, value] of values.entries()) await roundTrip(client, `key${i}`, value);
  await roundTrip(client, "中文:key", "中文");
});

live("Client keeps objects of more than a megabyte, compressed and split", async (client) => {
  const noise = Array.from(crypto.getRandomValues(new Uint32Array(10_000)));
  const big = { text: "x".repeat(2_000_000), noise };
  await roundTrip(client, "big", big);
  await roundTrip(client, "just_over", { text: "x".repeat(1024 * 1024 + 1), noise });
  const list = Array.from({ length: 1_000_000 }, (_, i) => i);
  assert(await client.set("range", list));
  const found = await client.get<number[]>("range");
  assert(found?.length === list.length && found.every((n, i) => n === i));
});

live("Client.getMulti() gives three objects of more than a megabyte", async (client) => {
  const items = new Map(["a", "b", "c"].map((key) => [key, { key, text: key.repeat(1_100_000) }]));
  assert((await client.setMulti(items)).ok);
  assertEquals(await client.getMulti(items.keys()), items);
}, { compThreshold: 0 });

live("Client does everything with keys that are not ASCII", async (client) => {
  for (const key of ["ascii", "中文", "é"]) {
    assertEquals(await client.add(key, 1), true);
    assertEquals(await client.add(key, 1), false);
    assertEquals(await client.incr(key), 2);
    assertEquals(await client.get(key), 2);
    assertEquals(await client.delete(key), true);
    assertEquals(await client.get(key), undefined);
  }
});

live("Client.add() and replace() look whether the key is there", async (client) => {
  assertEquals(await client.replace("k", ""), false);
  assertEquals(await client.add("k", [0, 1, 2]), true);
  assertEquals(await client.add("k", "other"), false);
  assertEquals(await client.get("k"), [0, 1, 2]);
  assertEquals(await client.replace("k", ""), true);
  assertEquals(await client.get("k"), "");
});

live("Client.append() and prepend() change a value of bytes that is there", async (client) => {
  assertEquals(await client.append("k", "x"), false);
  assertEquals(await client.prepend("k", "x"), false);
  assert(await client.set("k", new Uint8Array(0)));
  assert(await client.append("k", "after"));
  assert(await client.append("k", "wards"));
  assert(await client.prepend("k", "before"));
  assertEquals(await client.get("k"), new TextEncoder().encode("beforeafterwards"));
});

live(
  "Client.append() to a compressed value is not seen, to one that was not to be compressed it is",
  async (client) => {
    const value = new Uint8Array(10_000).fill(65);
    assert(await client.set("k", value));
    assert(await client.append("k", "more"));
    assertEquals(await client.get("k"), value);
    assert(await client.set("k", value, { compress: false }));
    assert(await client.append("k", "more"));
    assertEquals((await client.get<Uint8Array>("k"))?.length, value.length + 4);
  },
);

live(
  "Client.setMulti() of 1,000 values stores them, and with one key that cannot be used, none",
  async (client) => {
    const items = new Map<string, Storable>(
      Array.from({ length: 1000 }, (_, i) => [`test${i}`, i]),
    );
    await assertRejects(() => client.setMulti([...items, ["two words", 1]]), TypeError);
    assertEquals((await client.getMulti(items.keys())).size, 0);
    assertEquals(await client.setMulti(items), { ok: true, failed: [] });
    assertEquals(await client.getMulti(items.keys()), items);
  },
);

live("Client.getMulti() and getList() tell empty texts from misses", async (client) => {
  assert((await client.setMulti({ a: "", b: "", c: "c" })).ok);
  assertEquals(await client.getMulti(["a", "b", "d"]), new Map([["a", ""], ["b", ""]]));
  assertEquals(await client.getList(["c", "d", "a"]), ["c", undefined, ""]);
  await assertRejects(() => client.getMulti(["a", "two words"]), TypeError);
  assertEquals(await client.getMulti(["c"]), new Map([["c", "c"]]));
});

live(
  "Client.set() refuses a value that cannot be stored, and the key stays as it was",
  async (client) => {
    await assertRejects(() => client.set("k", (() => 1) as unknown as Storable), TypeError);
    await assertRejects(
      () => client.setMulti({ a: 1, k: Symbol("s") as unknown as Storable }),
      TypeError,
    );
    assertEquals(await client.getMulti(["a", "k"]), new Map());
  },
);

live("Client.appendMulti(), prependMulti() and deleteMulti() change ten keys", async (client) => {
  const keys = Array.from({ length: 10 }, (_, i) => `k${i}`);
  const all = { ok: true, failed: [] };
  assertEquals(await client.appendMulti(keys, "x"), { ok: false, failed: keys });
  assertEquals(await client.setMulti(keys.map((key) => [key, new Uint8Array([66])])), all);
  assertEquals(await client.appendMulti(keys, "C"), all);
  assertEquals(await client.prependMulti(keys, "A"), all);
  const abc = new TextEncoder().encode("ABC");
  assertEquals(await client.getMulti(keys), new Map(keys.map((key) => [key, abc])));
  assertEquals(await client.deleteMulti(keys), all);
  assertEquals((await client.getMulti(keys)).size, 0);
});

live("Client.appendMulti() to 70,000 keys that are not there ends in time", async (client) => {
  const keys = Array.from({ length: 70_000 }, (_, i) => `absent:${i}`);
  const start = performance.now();
  const { ok, failed } = await client.appendMulti(keys, "append");
  assert(performance.now() - start < 5000);
  assertEquals([ok, failed.length], [false, keys.length]);
});

live("Client.getHostByKey() names the only server", async (client, address) => {
  assertEquals(client.getHostByKey("any"), address);
  await using named = new Client(`${address} alias`);
  assertEquals(named.getHostByKey("any"), "alias");
  assertEquals(client.servers, [address]);
});

live("Client reads what a client with another codec has written", async (client, address) => {
  await using other = new Client(address, { ...OPTIONS, codec: jsCodec });
  const values = ["text", 7, true, 1.5, null, { a: [1, "b"] }, "x".repeat(5000)];
  for (const [writer, reader] of [[client, other], [other, client]]) {
    for (const [i, value] of values.entries()) {
      if (writer === other && typeof value === "string") continue;
      assert(await writer.set(`k${i}`, value));
      assertEquals(await reader.get(`k${i}`), value);
    }
  }
});

Deno.test("Client with a prefix keeps keys that hold the prefix, and ? stays in front", async () => {
  await using server = await startMemcached();
  const prefix = "prefix";
  await using client = new Client(server.address, { ...OPTIONS, prefix });
  await using plain = new Client(server.address, OPTIONS);
  const keys = ["prefix", "prefixprefix", "a_prefix", "foo"];
  const items = new Map(keys.map((key) => [key, `value of ${key}`]));
  assert((await client.setMulti(items)).ok);
  assertEquals(await client.getMulti(keys), items);
  for (const key of keys) assertEquals(await plain.get(prefix + key), items.get(key));

  assert(await client.set("?foo", 1));
  assertEquals(await client.incr("?foo"), 2);
  assertEquals(await plain.get("?prefixfoo"), 2);
  assertEquals(await client.add("n", 1), true);
  assertEquals(await plain.incr("prefixn"), 2);
  assertEquals(await client.deleteMulti(keys), { ok: true, failed: [] });
  assertEquals((await plain.getMulti(keys.map((key) => prefix + key))).size, 0);
  assertEquals(await client.expire("n"), true);
  assertEquals(await client.get("n"), undefined);
});

/** What libmc's tests/test_client.py, tests/test_client_pool.py and src/golibmc_test.go check, in our words. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, libmcCodec, type MemcachedError, type Storable } from "@libmc/libmc";
import { everywhere } from "./everywhere.ts";

everywhere(
  "Client does delete, get, set, setMulti and getMulti of mixed values",
  async (servers) => {
    const client = servers.client();
    await playMisc(client, "");
  },
);

async function playMisc(client: Client, suffix: string): Promise<void> {
  const items: Record<string, Storable> = { foo: "biu", bar: "1", blah: 0, 豆瓣: "中文", n: 42 };
  const keys = Object.keys(items).map((key) => key + suffix);
  const values = Object.values(items);
  await client.deleteMulti(keys);
  assertEquals(await client.get(keys[0]), undefined);
  assert(await client.set(keys[0], "biu"));
  assertEquals(await client.get(keys[0]), "biu");
  const pairs = keys.map((key, i) => [key, values[i]] as const);
  assertEquals(await client.setMulti(pairs), { ok: true, failed: [] });
  assertEquals(await client.getMulti([...keys, `absent${suffix}`]), new Map(pairs));
}

everywhere(
  "Client.delete() and deleteMulti() succeed, however often, key or no key",
  async (servers) => {
    const client = servers.client();
    const keys = ["a", "b", "c"];
    assert(await client.set("a", 1));
    for (let i = 0; i < 3; i++) {
      assertEquals(await client.delete("a"), true);
      assertEquals(await client.deleteMulti(keys), { ok: true, failed: [] });
    }
  },
);

everywhere(
  "Client.incr() and decr() count a stored number by one, and nothing that is gone",
  async (servers) => {
    const client = servers.client();
    assert(await client.set("n", 10));
    assertEquals(await client.incr("n"), 11);
    assertEquals(await client.decr("n"), 10);
    assertEquals(await client.decr("n"), 9);
    assertEquals(await client.get("n"), 9);
    assert(await client.delete("n"));
    assertEquals(await client.incr("n"), undefined);
    assertEquals(await client.decr("n"), undefined);
  },
);

everywhere("Client.cas() works once with what gets() gave", async (servers) => {
  const client = servers.client();
  assertEquals(await client.gets("k"), undefined);
  assertEquals(await client.cas("k", "x", 1n), false);
  assert(await client.set("k", "one"));
  const item = await client.gets("k");
  assertEquals(item?.value, "one");
  assertEquals(await client.cas("k", "two", item!.cas), true);
  assertEquals(await client.cas("k", "three", item!.cas), false);
  const changed = await client.gets("k");
  assertEquals(changed?.value, "two");
  assert(changed!.cas !== item!.cas);
});

everywhere(
  "Client keeps texts of half a million and a million characters, which libmc splits",
  async (servers) => {
    const client = servers.client();
    const items = { half: "h".repeat(500 * 1024), full: "f".repeat(1_000_000) };
    for (const [key, value] of Object.entries(items)) {
      assert(await client.set(key, value));
      assert(await client.get(key) === value);
    }
    assert((await client.setMulti(items)).ok);
    const found = await client.getMulti(Object.keys(items));
    assert(found.get("half") === items.half && found.get("full") === items.full);
  },
);

everywhere("Client keeps values just at and just over the size of a chunk", async (servers) => {
  const client = servers.client();
  for (const size of [1_000_000, 1_000_001, 2_000_000, 2_000_001]) {
    const value = "v".repeat(size);
    assert(await client.set("k", value));
    assert(await client.get("k") === value, `${size}`);
  }
});

everywhere("Client with noreply changes what later reads see", async (servers) => {
  const client = servers.client({ noreply: true });
  assertEquals(await client.set("k", 3), true);
  assertEquals(await client.get("k"), 3);
  assertEquals(await client.incr("k"), undefined);
  assertEquals(await client.incr("k", 10), undefined);
  assertEquals(await client.decr("k", 4), undefined);
  const item = await client.gets("k");
  // A number that became shorter would keep its length: this one did not.
  assertEquals(item?.value, 10);
  assertEquals(await client.cas("k", "changed", item!.cas), true);
  assertEquals(await client.get("k"), "changed");
  assertEquals(await client.touch("k", -1), true);
  assertEquals(await client.get("k"), undefined);
  assertEquals(await client.set("k", 1), true);
  assertEquals(await client.delete("k"), true);
  assertEquals(await client.get("k"), undefined);
});

everywhere(
  "Client takes a key of 250 bytes, and no command hidden in keys and values",
  async (servers) => {
    const client = servers.client();
    const longest = "k".repeat(250);
    assert(await client.set(longest, 1));
    assertEquals(await client.get(longest), 1);
    await assertRejects(() => client.set(`${longest}k`, 1), RangeError, "<= 250 bytes");
    await assertRejects(() => client.get("two words"), TypeError, "a space");
    const hidden = "set injected 0 3600 3\r\nyes\r\n";
    for (const key of [`k\r\n${hidden}`, `k\n${hidden}`, `k 0 0 0\r\n\r\n${hidden}`]) {
      await assertRejects(() => client.set(key, "x"), TypeError);
      await assertRejects(() => client.get(key), TypeError);
      await assertRejects(() => client.delete(key), TypeError);
      await assertRejects(() => client.getMulti(["k", key]), TypeError);
      await assertRejects(() => client.setMulti([["k", 1], [key, 1]]), TypeError);
    }
    for (
      const value of [
        hidden,
        `\r\n${hidden}`,
        `k 0 0 0\r\n${hidden}`,
        new TextEncoder().encode(hidden),
      ]
    ) {
      assert(await client.set("k", value));
      assertEquals(await client.get("k"), value);
      assert(await client.append("k", `\r\n${hidden}`));
    }
    assertEquals(await client.get("injected"), undefined);
  },
);

everywhere("Client.getMulti() of 10,000 keys that are not there is empty", async (servers) => {
  const client = servers.client();
  const keys = Array.from({ length: 10_000 }, (_, i) => `not_existed${i}`);
  assertEquals((await client.getMulti(keys)).size, 0);
});

everywhere(
  "Client.getRaw() gives a number's digits and flag 4, and flag 2 is read as a number",
  async (servers) => {
    const client = servers.client();
    assert(await client.set("n", 233));
    assertEquals(await client.getRaw("n"), { data: ascii("233"), flags: 4 });
    assert(await client.setRaw("n", ascii("666"), { flags: 2 }));
    assertEquals(await client.get("n"), 666);
  },
);

everywhere("Client.stats() has a version, a time and a count of each server", async (servers) => {
  const client = servers.client();
  const stats = await client.stats();
  assertEquals(Array.from(stats.keys()).sort(), servers.addresses.toSorted());
  for (const one of stats.values()) {
    assertEquals(typeof one.version, "string");
    assertEquals(typeof one.rusage_user, "number");
    assert(Number.isInteger(one.curr_connections));
    assert(Object.keys(one).length >= 22);
  }
});

everywhere(
  "Client.getRaw() of a split value can be stored again by setRaw(), compressed or not",
  async (servers) => {
    const value = "0123456789 ".repeat(200_000);
    for (const compThreshold of [0, 1000]) {
      const client = servers.client({ compThreshold });
      assert(await client.set("k", value));
      const raw = await client.getRaw("k");
      assertEquals(raw?.flags, compThreshold === 0 ? 32 : 32 + 16);
      assert(await client.setRaw("copy", raw!.data, { flags: raw!.flags }));
      assert(await client.get("copy") === value);
    }
  },
);

everywhere(
  "Client.append() and prepend() add exactly their bytes to an uncompressed value",
  async (servers) => {
    const client = servers.client({ compThreshold: 1024 });
    const value = new Uint8Array(8192).fill(1);
    const patch = new Uint8Array(4096).fill(2);
    assert(await client.set("k", value, { compress: false }));
    assert(await client.append("k", patch));
    assert(await client.prepend("k", patch));
    assertEquals(await client.get("k"), new Uint8Array([...patch, ...value, ...patch]));
  },
);

everywhere(
  "Client.quit() ends its connections, and the next call works at once",
  async (servers) => {
    const client = servers.client();
    const watcher = servers.client();
    assert(await client.set("k", 1));
    await client.version();
    const count = async () => {
      const stats = await watcher.stats();
      return servers.addresses.map((address) => Number(stats.get(address)?.curr_connections));
    };
    const expected = (await count()).map((connections) => connections - 1);
    await client.quit();
    // The daemon notices by and by.
    const deadline = Date.now() + 5000;
    while (`${await count()}` !== `${expected}` && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    assertEquals(await count(), expected);
    assertEquals(await client.get("k"), 1);
  },
);

everywhere(
  "Client.flushAll() is refused until it is allowed, and empties all servers",
  async (servers) => {
    const client = servers.client();
    const items = Object.fromEntries(Array.from({ length: 1000 }, (_, i) => [`test${i}`, "x"]));
    assert((await client.setMulti(items)).ok);
    await assertRejects(() => client.flushAll(), TypeError, "toggle");
    client.toggleFlushAllFeature(true);
    assertEquals((await client.flushAll()).sort(), servers.addresses.toSorted());
    assertEquals((await client.getMulti(Object.keys(items))).size, 0);
    client.toggleFlushAllFeature(false);
    await assertRejects(() => client.flushAll(), TypeError, "toggle");
  },
);

everywhere("Client without a failure has no last error", async (servers) => {
  const client = servers.client({ strict: false });
  await client.version();
  await client.get("absent");
  assertEquals(client.lastError, undefined);
  await assertRejects(() => client.get("invalid key"), TypeError);
  assertThrows(() => client.getHostByKey("invalid key"), TypeError);
  assertEquals(client.lastError, undefined);
});

Deno.test("Client of a host that cannot be resolved fails with libmc's code and text", async () => {
  await using client = new Client("not_existed.invalid:11211", { connectTimeout: 0 });
  let failure: MemcachedError | undefined;
  client.addEventListener("failure", (event) => failure = event.error);
  assertEquals(await client.get("foo"), undefined);
  assertEquals(failure?.code, -4);
  assertEquals(failure?.strerror, "server_error");
  assertEquals(client.lastError, failure);
});

everywhere(
  "Client with several connections serves many callers without mixing values",
  async (servers) => {
    const client = servers.client({ connections: 4, codec: libmcCodec });
    await Promise.all(Array.from({ length: 8 }, async (_, caller) => {
      for (let round = 0; round < 100; round++) await playMisc(client, `_${caller}_${round}`);
    }));
  },
);

everywhere("Client.get() can be given up by a signal while others wait", async (servers) => {
  const client = servers.client();
  assert(await client.set("k", 1));
  servers.servers.forEach((server) => server.pause());
  try {
    const controller = new AbortController();
    const given = client.get("k", { signal: controller.signal });
    const waiting = client.get("k");
    controller.abort();
    await assertRejects(() => given, DOMException);
    servers.servers.forEach((server) => server.resume());
    assertEquals(await waiting, 1);
  } finally {
    servers.servers.forEach((server) => server.resume());
  }
});

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

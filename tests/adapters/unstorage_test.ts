import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, libmcCodec, memjsCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";
import { startMemcached } from "../support/memcached.ts";

Deno.test("memcachedDriver() keeps any text under any key, with either codec", async () => {
  await using server = await startMemcached();
  for (const codec of [undefined, libmcCodec]) {
    await using client = new Client(server.address, codec && { codec });
    const driver = memcachedDriver({ client, base: codec ? "libmc:" : "js:" });
    const keys = ["a:b", "a b", "é\r\n", "k".repeat(1000), "%", "#"];
    for (const key of keys) await driver.setItem(key, `value of ${key}`);
    for (const key of keys) assertEquals(await driver.getItem(key), `value of ${key}`);
    assertEquals(await driver.getItems([...keys, "none"].map((key) => ({ key }))), [
      ...keys.map((key) => ({ key, value: `value of ${key}` })),
      { key: "none", value: null },
    ]);
    await driver.setItem("empty", "");
    assertEquals([await driver.getItem("empty"), await driver.hasItem("empty")], ["", true]);
    await driver.setItemRaw("bytes", new Uint8Array([0, 255, 13, 10]));
    assertEquals(await driver.getItemRaw("bytes"), new Uint8Array([0, 255, 13, 10]));
    const big = "x".repeat(3_000_000);
    await driver.setItem("big", big);
    assertEquals([await driver.getItem("big"), await driver.hasItem("big")], [big, true]);
    await driver.removeItem("a:b");
    await driver.removeItem("a:b");
    assertEquals([await driver.getItem("a:b"), await driver.hasItem("a:b")], [null, false]);
    assertEquals(await driver.getItemRaw("a:b"), null);
    assertEquals(await driver.getKeys(), []);
  }
});

Deno.test("memcachedDriver() reads as text what was stored as bytes", async () => {
  await using server = await MemcachedServer.start();
  for (const codec of [undefined, libmcCodec, memjsCodec]) {
    await using client = new Client(server.address, codec && { codec });
    const driver = memcachedDriver({ client });
    await driver.setItem("text", "é");
    await driver.setItemRaw("bytes", new TextEncoder().encode("é"));
    const items = [{ key: "text", value: "é" }, { key: "bytes", value: "é" }];
    for (const { key, value } of items) assertEquals(await driver.getItem(key), value);
    assertEquals(await driver.getItems(items), items);
  }
});

Deno.test("memcachedDriver() gives each item its time: its own, that of the call, or the driver's", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const driver = memcachedDriver({ client, ttl: 100 });
  const month = 60 * 60 * 24 * 40;
  await driver.setItem("driver", "1");
  await driver.setItem("call", "1", { ttl: 50 });
  await driver.setItem("ever", "1", { ttl: 0 });
  await driver.setItemRaw("long", "1", { ttl: month });
  await driver.setItems(
    [{ key: "own", value: "1", options: { ttl: 20 } }, { key: "many", value: "1" }],
    { ttl: 70 },
  );
  const ttl = async (key: string) => (await driver.getMeta(key))?.ttl;
  assertEquals(await Promise.all(["driver", "call", "ever", "own", "many"].map(ttl)), [
    100,
    50,
    undefined,
    20,
    70,
  ]);
  assertEquals(Math.abs(((await ttl("long")) ?? 0) - month) <= 1, true);
  server.advance(60);
  const left = await driver.getItems(["driver", "call", "own", "many"].map((key) => ({ key })));
  assertEquals(left.map(({ value }) => value), ["1", null, null, "1"]);
  assertEquals(await driver.getMeta("own"), null);
  await driver.setItem("ever", "2", { ttl: -0.5 });
  assertEquals(await driver.getItem("ever"), null);
});

Deno.test("memcachedDriver() drops its items by a namespace, and never flushes", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const driver = memcachedDriver({ client: client.namespace("pages") });
  await client.set("other", 1);
  await driver.setItem("home", "1");
  await driver.clear("");
  assertEquals([await driver.getItem("home"), await client.get("other")], [null, 1]);
  await assertRejects(() => driver.clear("part:"), TypeError, "a driver of its own");
  await assertRejects(
    () => memcachedDriver({ client }).clear(""),
    TypeError,
    "client.namespace(name)",
  );
  await driver.dispose();
  assertEquals(await client.get("other"), 1);
});

Deno.test("memcachedDriver(): without memcached an item is missing, and a strict client rejects", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false });
  await using strict = new Client(server.address, { strict: true });
  await server.stop();
  const driver = memcachedDriver({ client });
  await driver.setItem("key", "1");
  assertEquals([await driver.getItem("key"), await driver.getMeta("key")], [null, null]);
  await assertRejects(() => memcachedDriver({ client: strict }).getItem("key"));
});

Deno.test("memcachedDriver(): a server without meta commands tells nothing of an item", async () => {
  await using server = await MemcachedServer.start({ version: "1.4.39" });
  await using client = new Client(server.address);
  const driver = memcachedDriver({ client });
  await driver.setItem("key", "1");
  assertEquals([await driver.getItem("key"), await driver.getMeta("key")], ["1", null]);
});

Deno.test("memcachedDriver() refuses options that cannot be used", async () => {
  await using client = new Client("10.0.0.1");
  assertThrows(() => memcachedDriver({} as never), TypeError, '"client"');
  assertThrows(() => memcachedDriver({ client, ttl: -1 }), RangeError, '"ttl"');
  assertThrows(() => memcachedDriver({ client, prefix: "" } as never), TypeError, '"prefix"');
});

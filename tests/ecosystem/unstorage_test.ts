/** The driver behind unstorage itself. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client } from "@libmc/libmc";
import { memcachedDriver } from "@libmc/libmc/unstorage";
import { createStorage, restoreSnapshot, snapshot } from "unstorage";
import { startMemcached } from "../support/memcached.ts";

Deno.test("memcachedDriver() is a driver of unstorage", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const storage = createStorage<string | number | boolean | object | null>({
    driver: memcachedDriver({ client: client.namespace("app") }),
  });
  const values = { text: "hello", number: 7, truth: true, list: [1, "2"], record: { a: { b: 1 } } };
  for (const [key, value] of Object.entries(values)) await storage.setItem(`s:${key}`, value);
  for (const [key, value] of Object.entries(values)) {
    assertEquals(await storage.getItem(`s:${key}`), value);
    assertEquals(await storage.hasItem(`s/${key}`), true);
  }
  assertEquals(await storage.getItem("s:none"), null);
  await storage.setItems<object | string>([{ key: "m:a", value: { n: 1 } }, {
    key: "m:b",
    value: "two",
  }]);
  assertEquals(await storage.getItems(["m:a", "m:b", "m:c"]), [
    { key: "m:a", value: { n: 1 } },
    { key: "m:b", value: "two" },
    { key: "m:c", value: null },
  ]);
  const bytes = new Uint8Array([0, 1, 254, 255]);
  await storage.setItemRaw("raw", bytes);
  assertEquals(await storage.getItemRaw("raw"), bytes);
  await storage.setItem("short", "1", { ttl: 30 });
  const ttl = (await storage.getMeta("short")).ttl as number;
  assertEquals(ttl > 28 && ttl <= 30, true);
  await storage.removeItem("s:text");
  assertEquals(await storage.hasItem("s:text"), false);
  assertEquals(await storage.getKeys(), []);
  await storage.clear();
  assertEquals(await storage.getItem("s:number"), null);
  await storage.dispose();
});

Deno.test("memcachedDriver() keeps the contract of a driver of unstorage", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const driver = memcachedDriver({ client: client.namespace("contract") });
  const storage = createStorage({ driver });
  assertEquals([await storage.hasItem("s1:a"), await storage.getItem("s2:a")], [false, null]);
  await restoreSnapshot(storage, { initial: "works" });
  assertEquals(await storage.getItem("initial"), "works");
  // Without a list of keys nothing is found for a snapshot.
  assertEquals(await snapshot(storage, ""), {});

  // A key has no query, and its parts are joined by colons.
  await storage.setItem("s3:a?q=1", "data");
  assertEquals([await storage.getItem("s3/a?q=2"), await storage.hasItem("s3:a")], ["data", true]);
  for (const value of [0, false, true, "", null, [], { json: "works" }]) {
    await storage.setItem("/data/value.json", value);
    assertEquals(await storage.getItem("data:value.json"), value);
  }
  await storage.setItem("lossy", { toJSON: () => ({ kept: "this" }) });
  assertEquals(await storage.getItem("lossy"), { kept: "this" });
  class Unknown {}
  const bad = new Unknown() as object;
  await assertRejects(() => storage.setItem("bad", bad), Error, "Cannot stringify value");

  await storage.setItems([{ key: "t:1", value: "one" }, { key: "t:2", value: "two" }], { ttl: 60 });
  assertEquals(await storage.getItems(["t:1", { key: "t:2?q" }, "t:3"]), [
    { key: "t:1", value: "one" },
    { key: "t:2", value: "two" },
    { key: "t:3", value: null },
  ]);
  await storage.setMeta("t:1", { author: "Ada" });
  assertEquals((await storage.getMeta("t:1")).author, "Ada");
  await storage.removeItem("t:1", { removeMeta: true });
  assertEquals([await storage.getItem("t:1"), (await storage.getMeta("t:1")).author], [
    null,
    undefined,
  ]);
  await storage.clear();
  await storage.clear();
  assertEquals([await storage.getItem("t:2"), await storage.getKeys()], [null, []]);
});

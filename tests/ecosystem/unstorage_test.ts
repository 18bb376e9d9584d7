/** The driver behind unstorage itself. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { memcachedDriver } from "@libmc/libmc/unstorage";
import { createStorage } from "unstorage";
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

import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client } from "@libmc/libmc";
import { Keyv5Store, KeyvStore } from "@libmc/libmc/keyv";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { startProxied } from "../support/nutcracker.ts";

for (const Store of [KeyvStore, Keyv5Store]) {
  const name = Store.name;

  Deno.test(`${name} keeps any text under any key`, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address);
    const store = new Store({ client });
    const keys = ["a", "a b\r\n", "é", "k".repeat(1000), "#", "%20", "'"];
    for (const key of keys) assertEquals(await store.set(key, `value of ${key}`), true);
    assertEquals(await store.getMany([...keys, "none"]), [
      ...keys.map((key) => `value of ${key}`),
      undefined,
    ]);
    assertEquals(await store.hasMany(["a", "none"]), [true, false]);
    assertEquals([await store.delete("a"), await store.delete("a")], [true, false]);
    await store.set("none", "");
    assertEquals([await store.get("none"), await store.has("none")], ["", true]);
    const listed = await Array.fromAsync(store.iterator<string>());
    const left = keys.filter((key) => key !== "a" && key.length < 1000);
    assertEquals(
      listed.sort(),
      [...left.map((key) => [key, `value of ${key}`]), ["none", ""]].sort(),
    );
  });

  Deno.test(`${name} drops one namespace, and never flushes`, async () => {
    await using server = await startMemcached();
    await using client = new Client(server.address);
    await client.set("other", 1);
    const stores = ["users", "n".repeat(300), undefined].map((namespace) =>
      Object.assign(new Store({ client }), { namespace })
    );
    for (const store of stores) await store.set("key", String(store.namespace));
    await stores[0].clear();
    assertEquals(
      [...await Promise.all(stores.map((store) => store.get("key"))), await client.get("other")],
      [undefined, "n".repeat(300), "undefined", 1],
    );
    assertEquals(await Array.fromAsync(stores[0].iterator()), []);
    await stores[0].disconnect();
    assertEquals(await client.get("other"), 1);
  });

  Deno.test(`${name} works where there are no meta commands, and without memcached`, async () => {
    await using proxied = await startProxied();
    await using client = new Client(proxied.address);
    const store = new Store({ client });
    await store.set("key", "value");
    assertEquals([await store.delete("key"), await store.delete("key")], [true, false]);

    const server = await startMemcached();
    await using soft = new Client(server.address, { warn: false });
    await using strict = new Client(server.address, { strict: true });
    await server.stop();
    const away = new Store({ client: soft });
    assertEquals([await away.set("key", "1"), await away.get("key"), await away.delete("key")], [
      false,
      undefined,
      false,
    ]);
    await away.clear();
    await assertRejects(() => new Store({ client: strict }).get("key"));
  });

  Deno.test(`${name} refuses options that cannot be used`, () => {
    assertThrows(() => new Store({} as never), TypeError, '"client"');
    const client = {} as Client;
    assertThrows(() => new Store({ client, prefix: "" }), TypeError, '"prefix"');
    assertThrows(() => new Store({ client, ttl: 1 } as never), TypeError, '"ttl"');
  });
}

Deno.test("KeyvStore keeps a value until its time", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const store = new KeyvStore({ client });
  const now = Date.now();
  await store.setMany([
    { key: "minute", value: "1", expires: now + 60_000 },
    { key: "year", value: "1", expires: now + 365 * 86_400_000 },
    { key: "ever", value: "1" },
  ]);
  await store.set("ever2", "1");
  assertEquals(await store.set("ever2", "2", now - 1), true);
  const keys = ["minute", "year", "ever", "ever2"];
  assertEquals(await store.hasMany(keys), [true, true, true, false]);
  server.advance(61);
  assertEquals(await store.hasMany(keys), [false, true, true, false]);
  assertEquals(await store.deleteMany(keys), [false, true, true, false]);
});

Deno.test("Keyv5Store keeps a value for its time", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const store = new Keyv5Store({ client });
  await store.setMany([
    { key: "minute", value: "1", ttl: 60_000 },
    { key: "year", value: "1", ttl: 365 * 86_400_000 },
    { key: "ever", value: "1" },
  ]);
  const keys = ["minute", "year", "ever"];
  assertEquals(await store.hasMany(keys), [true, true, true]);
  server.advance(61);
  assertEquals(await store.hasMany(keys), [false, true, true]);
  assertEquals([await store.deleteMany(keys), await store.deleteMany(keys)], [true, false]);
  for (const ttl of [-0.5, -1, -5000]) {
    await store.set("ever", "old");
    assertEquals([await store.set("ever", "new", ttl), await store.get("ever")], [true, undefined]);
  }
  await assertRejects(() => store.set("ever", "new", NaN), RangeError);
});

/** Adapters of a client whose schema takes none of what they keep: it is for the program's values. */

import { assertEquals } from "@std/assert";
import { Client, type Namespace, type StandardSchema } from "@libmc/libmc";
import { cached } from "@libmc/libmc/cached";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { Keyv5Store, KeyvStore } from "@libmc/libmc/keyv";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { expressSessionStore, HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";

const PAGE = "http://a.example/page";
const SESSION = { _data: {}, _expire: null, _delete: false, _accessed: null };
const isOdd: StandardSchema<number> = {
  "~standard": {
    version: 1,
    vendor: "shop",
    validate: (value) =>
      typeof value === "number" && value % 2 === 1
        ? { value }
        : { issues: [{ message: "It is no odd number" }] },
  },
};

/** The part of express-session that its stores have of it. */
class Store {
  createSession(_request: object, session: object): object {
    return session;
  }
}

/** Uses each adapter that takes a namespace as well. */
async function useAll(client: Client | Namespace): Promise<void> {
  const page = httpCache({ client, maxAge: 60 }, () => new Response("page"));
  for (const status of ["fwd=miss; stored", "hit; ttl=60"]) {
    const response = await page(new Request(PAGE));
    assertEquals(response.headers.get("cache-status"), `libmc; ${status}`);
    assertEquals(await response.text(), "page");
  }
  const head = await page(new Request(PAGE, { method: "HEAD" }));
  assertEquals(head.headers.get("cache-status"), "libmc; hit; ttl=60");

  for (const window of ["fixed", "sliding"] as const) {
    const limits = new RateLimitStore({ client, window, prefix: window, onFailure: "throw" });
    for (const hits of [1, 2]) assertEquals((await limits.increment("user")).totalHits, hits);
  }

  const sessions = new HonoSessionStore({ client });
  await sessions.createSession("id", SESSION);
  const session = await sessions.getSessionById("id");
  await sessions.persistSessionData("id", Object.assign(session ?? {}, { more: 1 }) as never);
  assertEquals(await sessions.getSessionById("id"), { ...SESSION, more: 1 });

  const driver = memcachedDriver({ client, base: "driver:" });
  await driver.setItem("item", "text");
  assertEquals(await driver.hasItem("item"), true);
  assertEquals(await driver.getItem("item"), "text");
  assertEquals(await driver.getItemRaw("item"), "text");
  assertEquals(await driver.getItems([{ key: "item" }]), [{ key: "item", value: "text" }]);
}

Deno.test("adapters keep what the schema of their client does not take", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { schema: isOdd, strict: true });
  await useAll(client);
  await useAll(client.namespace("space"));

  const express = expressSessionStore(Store, { client });
  const cookie = { maxAge: 1000 };
  await new Promise((done) => express.set("express", { cookie }, done));
  const found = await new Promise((done) => express.get("express", (_error, found) => done(found)));
  assertEquals(found, { cookie });

  const caches = memcachedCaches({ client });
  const cache = await caches.open("api");
  await cache.put(PAGE, new Response("page", { headers: { vary: "user" } }));
  assertEquals(await (await cache.match(PAGE))?.text(), "page");
  assertEquals(await caches.keys(), ["api"]);

  for (const Keyv of [KeyvStore, Keyv5Store]) {
    const store = new Keyv({ client, prefix: Keyv.name });
    await store.set("key", "value");
    assertEquals(await store.get("key"), "value");
    assertEquals(await store.getMany(["key"]), ["value"]);
    assertEquals(await store.has("key"), true);
  }
});

Deno.test("cached() shows the schema of its client what the program keeps", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { schema: isOdd });
  const price = cached((_item: string) => 7, { client, key: (item) => item, ttl: 60 });
  await client.set("tea", 2);
  assertEquals(await price("tea"), 7);
});

Deno.test("A page of httpCache() comes from any server that has a copy", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  await using client = new Client([`${one.address} one`, `${two.address} two`], { replicas: 2 });
  const page = httpCache({ client, maxAge: 60 }, () => new Response("page"));
  const given = new Map<string, number>();
  for (let i = 0; i < 200 && given.size < 2; i++) {
    assertEquals(await (await page(new Request(PAGE))).text(), "page");
    for (const [server, { hits }] of client.counters()) if (hits > 0) given.set(server, hits);
  }
  assertEquals([...given.keys()].sort(), ["one", "two"]);
});

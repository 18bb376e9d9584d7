/** Adapters that are made before the servers of their client are known, as they are at the start of a program. */

import { assertEquals, assertThrows } from "@std/assert";
import { Client } from "@libmc/libmc";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { Keyv5Store, KeyvStore } from "@libmc/libmc/keyv";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { expressSessionStore, HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";

const PAGE = "http://a.example/page";
const SESSION = { _data: {}, _expire: null, _delete: false, _accessed: null };

/** The part of express-session that its stores have of it. */
class Store {
  createSession(_request: object, session: object): object {
    return session;
  }
}

/** Makes every adapter, and gives what uses it. */
function makeAll(client: Client): (() => Promise<void>)[] {
  const page = httpCache({ client, maxAge: 60 }, () => new Response("page"));
  const limits = new RateLimitStore({ client, onFailure: "throw" });
  const sessions = new HonoSessionStore({ client });
  const express = expressSessionStore(Store, { client, prefix: "express:" });
  const driver = memcachedDriver({ client, base: "driver:" });
  const caches = memcachedCaches({ client });
  const stores = [KeyvStore, Keyv5Store].map((Keyv) => new Keyv({ client, prefix: Keyv.name }));
  return [
    async () => assertEquals(await (await page(new Request(PAGE))).text(), "page"),
    async () => assertEquals((await limits.increment("user")).totalHits, 1),
    async () => {
      await sessions.createSession("id", SESSION);
      assertEquals(await sessions.getSessionById("id"), SESSION);
    },
    async () => {
      const cookie = { maxAge: 1000 };
      await new Promise((done) => express.set("id", { cookie }, done));
      const found = await new Promise((done) => express.get("id", (_error, found) => done(found)));
      assertEquals(found, { cookie });
    },
    async () => {
      await driver.setItem("item", "text");
      assertEquals(await driver.getItem("item"), "text");
    },
    async () => {
      const cache = await caches.open("api");
      await cache.put(PAGE, new Response("page"));
      assertEquals(await (await cache.match(PAGE))?.text(), "page");
    },
    ...stores.map((store) => async () => {
      assertEquals(await store.set("key", "value"), true);
      assertEquals(await store.get("key"), "value");
    }),
  ];
}

Deno.test("adapters are made and used before the servers are known", async () => {
  await using server = await MemcachedServer.start();
  const known = Promise.withResolvers<string>();
  await using client = new Client(() => known.promise, { prefix: "shop:", strict: true });
  const uses = makeAll(client);
  const done = Promise.all(uses.map((use) => use()));
  known.resolve(server.address);
  await done;
});

Deno.test("adapters have the same keys whether the servers were known or not", async () => {
  await using server = await MemcachedServer.start();
  const long = "k".repeat(500);
  const options = { prefix: "é".repeat(40), strict: true };
  await using early = new Client(() => server.address, options);
  await using late = new Client(server.address, options);
  await memcachedDriver({ client: early }).setItem(long, "text");
  assertEquals(await memcachedDriver({ client: late }).getItem(long), "text");
});

Deno.test("adapters refuse a prefix that leaves no room before the servers are known", async () => {
  const options = { prefix: "p".repeat(190) };
  await using client = new Client(() => Promise.reject(new Error("not yet")), options);
  assertThrows(() => new RateLimitStore({ client }), RangeError, "must be <= 186");
  assertThrows(() => memcachedCaches({ client }), RangeError, "must be <= 91");
});

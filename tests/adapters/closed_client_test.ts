/** What callers of the adapters see when their client is closed under them. `http_cache/handler_test.ts` has that of `httpCache()`. */

import { assertEquals, assertRejects } from "@std/assert";
import { Client, ClosedError } from "@libmc/libmc";
import { cached } from "@libmc/libmc/cached";
import { memcachedCaches } from "@libmc/libmc/http-cache";
import { KeyvStore } from "@libmc/libmc/keyv";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";

Deno.test("adapters whose client is closed: hits pass, all else rejects with a ClosedError", async () => {
  await using server = await MemcachedServer.start();
  const client = new Client(server.address);
  const hits = new RateLimitStore({ client });
  hits.init({ windowMs: 60_000 });
  const sessions = new HonoSessionStore({ client });
  const caches = memcachedCaches({ client });
  const cache = await caches.open("v1");
  const driver = memcachedDriver({ client });
  const store = new KeyvStore({ client });
  const fn = cached((n: number) => Promise.resolve(n), { client, key: String, ttl: 60 });
  assertEquals([await fn(1), await store.set("key", "value")], [1, true]);
  await Promise.all([driver.dispose(), store.disconnect()]);
  assertEquals([await fn(1), await store.get("key")], [1, "value"]);

  await client.close();
  assertEquals((await hits.increment("caller")).totalHits, 1);
  const calls: readonly (() => Promise<unknown>)[] = [
    () => sessions.getSessionById("id"),
    () => cache.match("http://a.example/"),
    () => driver.getItem("key"),
    () => store.get("key"),
    () => fn(1),
  ];
  for (const call of calls) await assertRejects(call, ClosedError);
});

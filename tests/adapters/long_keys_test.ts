/** Every adapter, with the longest texts that come from outside, behind prefixes and names of every length. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Client, type Namespace } from "@libmc/libmc";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { Keyv5Store, KeyvStore } from "@libmc/libmc/keyv";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";

const LONG = "é ".repeat(500);
const PAGE = `http://a.example/${"p".repeat(2000)}`;
/** More than fits into one item. */
const BIG = "x".repeat(1_500_000);
const SESSION = { _data: {}, _expire: null, _delete: false, _accessed: null };

/** Uses each adapter that takes a namespace as well. */
async function useAll(client: Client | Namespace): Promise<void> {
  for (const window of ["fixed", "sliding"] as const) {
    const store = new RateLimitStore({ client, window, prefix: `${window}:`, onFailure: "throw" });
    assertEquals((await store.increment(LONG)).totalHits, 1);
    assertEquals((await store.get(LONG))?.totalHits, 1);
  }
  const sessions = new HonoSessionStore({ client });
  await sessions.createSession(LONG, SESSION);
  assertEquals(await sessions.getSessionById(LONG), SESSION);
  const driver = memcachedDriver({ client, base: "driver:" });
  await driver.setItem(LONG, BIG);
  assertEquals(await driver.getItem(LONG), BIG);
  const handler = httpCache({ client, maxAge: 60 }, () => new Response("page"));
  await handler(new Request(PAGE));
  const hit = await handler(new Request(PAGE));
  assertEquals(hit.headers.get("cache-status"), "libmc; hit; ttl=60");
}

for (const length of [0, 1, 30, 50]) {
  Deno.test(`adapters keep what has a long key, behind a prefix of ${length} bytes`, async () => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { prefix: "p".repeat(length), strict: true });
    await useAll(client);
    if (length <= 30) {
      for (const bytes of [1, 50, 90]) await useAll(client.namespace("n".repeat(bytes)));
    }
    for (const Store of [KeyvStore, Keyv5Store]) {
      const store = Object.assign(new Store({ client, prefix: Store.name }), { namespace: LONG });
      assertEquals(await store.set(LONG, BIG), true);
      assertEquals(await store.getMany([LONG, "none"]), [BIG, undefined]);
      assertEquals(await store.delete(LONG), true);
    }
    const cache = await memcachedCaches({ client }).open(LONG);
    await cache.put(PAGE, new Response(BIG, { headers: { vary: "user" } }));
    assertEquals(await (await cache.match(PAGE))?.text(), BIG);
  });
}

Deno.test("adapters take a client that hashes long keys", async () => {
  await using server = await MemcachedServer.start();
  const options = { prefix: "p".repeat(60), longKeys: "hash", strict: true } as const;
  await using client = new Client(server.address, options);
  await useAll(client);
});

Deno.test("adapters refuse what their keys cannot begin with when they are made", async () => {
  await using client = new Client("10.0.0.1");
  const make: Record<string, (prefix: string) => unknown> = {
    RateLimitStore: (prefix) => new RateLimitStore({ client, prefix }),
    HonoSessionStore: (prefix) => new HonoSessionStore({ client, prefix }),
    KeyvStore: (prefix) => new KeyvStore({ client, prefix }),
    memcachedCaches: (prefix) => memcachedCaches({ client, prefix }),
    memcachedDriver: (base) => memcachedDriver({ client, base }),
    httpCache: (prefix) => httpCache({ client, prefix }, () => new Response()),
  };
  for (const [name, adapter] of Object.entries(make)) {
    for (const prefix of ["a b", "a\r\n", "\0", "\x7f", "\ud800"]) {
      assertThrows(() => adapter(prefix), TypeError, `of ${name} as it must be text`);
    }
    assertThrows(() => adapter("p".repeat(61)), RangeError, `of ${name} as it must be <= 60`);
    adapter("é".repeat(60));
  }
});

Deno.test("adapters refuse a client whose prefix leaves no room for keys", async () => {
  await using client = new Client("10.0.0.1", { prefix: "p".repeat(190) });
  const error = assertThrows(() => new RateLimitStore({ client }), RangeError, "must be <= 186");
  assert(error.message.includes("a prefix of 190 bytes"));
  assertThrows(() => new KeyvStore({ client }), RangeError, "must be <= 91");
  assertThrows(() => memcachedCaches({ client }), RangeError, "must be <= 91");
});

/**
 * Uses the adapters of the installed package as a program of Node or Bun does, each from its own entry point, and without
 * the library that it is made for.
 */

import { Client } from "@libmc/libmc";
import { cached } from "@libmc/libmc/cached";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { Keyv5Store, KeyvStore } from "@libmc/libmc/keyv";
import { RateLimitStore } from "@libmc/libmc/rate-limit";
import { expressSessionStore, type HonoSessionData, HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { memcachedDriver } from "@libmc/libmc/unstorage";

await using server = await MemcachedServer.start();
await using client = new Client(server.address, {
  strict: true,
  connectTimeout: 5000,
  pollTimeout: 5000,
});

const square = cached((n: number) => n * n, { client, key: (n) => `square:${n}`, ttl: 60 });
equal(await square(7), 49);

const handler = httpCache({ client, maxAge: 60 }, () => new Response("page"));
await handler(new Request("http://a.example/"));
const hit = await handler(new Request("http://a.example/"));
equal([hit.headers.get("cache-status"), await hit.text()], ["libmc; hit; ttl=60", "page"]);
const cache = await memcachedCaches({ client }).open("pages");
await cache.put("http://a.example/", new Response("kept", { headers: { vary: "accept" } }));
equal(await (await cache.match("http://a.example/"))?.text(), "kept");

for (const Store of [KeyvStore, Keyv5Store]) {
  const store = new Store({ client, prefix: Store.name });
  await store.set("key", "value");
  equal(await store.getMany(["key", "none"]), ["value", undefined]);
  equal(store.on("error", () => {}) === store, true);
}

const { totalHits, resetTime } = await new RateLimitStore({ client }).increment("192.0.2.1");
equal([totalHits, resetTime.getTime() > Date.now()], [1, true]);

const sessions = new HonoSessionStore({ client });
const session: HonoSessionData = { _data: {}, _expire: null, _delete: false, _accessed: null };
await sessions.createSession("id", session);
equal(await sessions.getSessionById("id"), session);
// It stands for the class of express-session.
class Store {
  createSession(_request: object, session: object): object {
    return session;
  }
}
const store = expressSessionStore(Store, { client });
await new Promise((done) => store.set("other", { user: "Ada" }, done));
equal(await client.get("session:other"), { user: "Ada" });

const driver = memcachedDriver({ client, base: "driver:" });
await driver.setItem("key", "value", { ttl: 60 });
equal(await driver.getItems([{ key: "key" }]), [{ key: "key", value: "value" }]);

console.log("each adapter from its entry point: as it should be");

function equal(found: unknown, wanted: unknown): void {
  const [left, right] = [found, wanted].map(textOf);
  if (left !== right) throw new Error(`Found ${left} in place of ${right}`);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}n` : part) ?? "none";
}

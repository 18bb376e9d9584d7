/** The web's Cache API in memcached, under Hono's own `cache()`. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { Hono } from "hono";
import { cache } from "hono/cache";
import { eventually } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";

Deno.test("memcachedCaches() can be globalThis.caches for Hono's cache()", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const own = Object.getOwnPropertyDescriptor(globalThis, "caches");
  const value = memcachedCaches({ client });
  Object.defineProperty(globalThis, "caches", { value, configurable: true });
  try {
    let calls = 0;
    const app = new Hono();
    app.use(cache({ cacheName: "pages", wait: true, cacheControl: "max-age=60" }));
    app.get("/", (context) => context.text(`page ${++calls}`));
    const ask = async () => await (await app.request("http://a.example/")).text();
    assertEquals([await ask(), await ask(), calls], ["page 1", "page 1", 1]);
    await value.delete("pages");
    await eventually("the cache is dropped", async () => await ask() === "page 2");
  } finally {
    if (own === undefined) Reflect.deleteProperty(globalThis, "caches");
    else Object.defineProperty(globalThis, "caches", own);
  }
});

Deno.test("httpCache() stands before an app of Hono", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  let calls = 0;
  const app = new Hono();
  app.get("/:page", (context) => context.text(`${context.req.param("page")} ${++calls}`));
  const handler = httpCache({ client, maxAge: 60 }, (request) => app.fetch(request));
  const ask = async (page: string) =>
    await (await handler(new Request(`http://a.example/${page}`))).text();
  assertEquals([await ask("a"), await ask("a"), await ask("b")], ["a 1", "a 1", "b 2"]);
});

/** The web's Cache API in memcached, under Hono's own `cache()`. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { MemcachedServer } from "@libmc/libmc/testing";
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

Deno.test("httpCache() renews a page of Deno.serve when its request is over", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const renewals: Promise<void>[] = [];
  let calls = 0;
  const handler = httpCache({
    client,
    maxAge: 1,
    staleWhileRevalidate: 600,
    waitUntil: (renewal) => void renewals.push(renewal),
  }, async (request) => {
    // A request of Deno.serve cannot be read any more once its response is sent.
    await new Promise((resolve) => setTimeout(resolve, 20));
    return new Response(`${request.headers.get("accept-language")} ${++calls}`);
  });
  const options = { hostname: "127.0.0.1", port: 0, onListen: () => {} };
  await using listening = Deno.serve(options, (request) => handler(request));
  const ask = async () => {
    const headers = { "accept-language": "de" };
    return await (await fetch(`http://127.0.0.1:${listening.addr.port}/`, { headers })).text();
  };
  assertEquals(await ask(), "de 1");
  server.advance(2);
  assertEquals(await ask(), "de 1");
  await Promise.all(renewals);
  assertEquals(await ask(), "de 2");
});

Deno.test("httpCache() stands before some routes of an app of Hono, also while it renews them", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const renewals: Promise<void>[] = [];
  const waitUntil = (renewal: Promise<void>) => void renewals.push(renewal);
  let calls = 0;
  const pages = new Hono();
  pages.get("/pages/:page", (context) => context.text(`${context.req.param("page")} ${++calls}`));
  const cached = httpCache(
    { client, maxAge: 1, staleWhileRevalidate: 600, waitUntil },
    (request) => pages.fetch(request),
  );
  const app = new Hono();
  app.use(async (context, next) => {
    await next();
    context.header("own", "1");
  });
  app.all("/pages/*", (context) => cached(context.req.raw));
  app.get("/user", (context) => context.text(`user ${++calls}`));
  const ask = async (path: string) => {
    const response = await app.request(`http://a.example${path}`);
    assertEquals(response.headers.get("own"), "1");
    return await response.text();
  };
  assertEquals([await ask("/pages/a"), await ask("/user")], ["a 1", "user 2"]);
  assertEquals([await ask("/pages/a"), await ask("/user")], ["a 1", "user 3"]);
  server.advance(2);
  assertEquals(await ask("/pages/a"), "a 1");
  await Promise.all(renewals);
  assertEquals(await ask("/pages/a"), "a 4");
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

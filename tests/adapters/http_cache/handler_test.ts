import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client } from "@libmc/libmc";
import { httpCache, type HttpCacheOptions } from "@libmc/libmc/http-cache";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../../support/memcached.ts";
import { FRESH, PAGE, rig, statusOf } from "./rig.ts";

Deno.test("httpCache() calls the handler once for 200 requests of two processes", async () => {
  await using server = await startMemcached();
  const settings = { pollTimeout: 5000, connectTimeout: 5000, maxPending: 10_000 };
  await using client = new Client(server.address, settings);
  await using other = new Client(server.address, settings);
  const make = async (call: number) => {
    await new Promise((resolve) => setTimeout(resolve, 30));
    return new Response(`page ${call}`, { headers: FRESH });
  };
  const rigs = [rig(client, {}, make), rig(other, {}, make)];
  const texts = await Promise.all(
    Array.from({ length: 200 }, async (_, index) => (await rigs[index % 2].ask()).text()),
  );
  assertEquals(new Set(texts), new Set(["page 1"]));
  assertEquals(rigs[0].calls + rigs[1].calls, 1);
});

Deno.test("httpCache() keeps only what a shared cache may keep", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const kept = async (
    headers: Record<string, string>,
    asked: Record<string, string> = {},
    more: { status?: number; options?: Partial<HttpCacheOptions>; method?: string } = {},
  ) => {
    const name = crypto.randomUUID();
    const { status = 200, options = {}, method = "GET" } = more;
    const { ask } = rig(
      client,
      { prefix: name, ...options },
      () => new Response(null, { status, headers }),
    );
    await ask({ headers: asked, method });
    return (statusOf(await ask({ headers: asked, method })) ?? "").includes("hit");
  };
  assertEquals(await kept(FRESH), true);
  assertEquals(await kept({}), false);
  assertEquals(await kept({}, {}, { options: { maxAge: 9 } }), true);
  assertEquals(await kept(FRESH, {}, { status: 404 }), true);
  assertEquals(await kept(FRESH, {}, { status: 500 }), false);
  assertEquals(await kept(FRESH, {}, { status: 302 }), false);
  assertEquals(await kept(FRESH, {}, { method: "POST" }), false);
  for (const name of ["private", "no-store", "no-cache"]) {
    assertEquals(await kept({ "cache-control": `max-age=60, ${name}` }), false, name);
  }
  assertEquals(await kept({ ...FRESH, "set-cookie": "a=1" }), false);
  assertEquals(await kept({ ...FRESH, vary: "cookie" }), false);
  assertEquals(
    await kept({ ...FRESH, vary: "Cookie" }, {}, { options: { vary: ["cookie"] } }),
    true,
  );
  assertEquals(await kept({ ...FRESH, vary: "*" }, {}, { options: { vary: ["*"] } }), false);
  assertEquals(await kept(FRESH, { authorization: "x" }), false);
  assertEquals(await kept({ "cache-control": "s-maxage=60" }, { authorization: "x" }), true);
  assertEquals(await kept(FRESH, { range: "bytes=0-1" }), false);
  assertEquals(await kept(FRESH, { "cache-control": "no-store" }), false);
  const stale = { options: { staleIfError: 60 } };
  assertEquals(await kept(FRESH, {}, stale), true);
  assertEquals(await kept({ "cache-control": "max-age=60, must-revalidate" }, {}, stale), false);
});

Deno.test("httpCache() tells age and state, answers HEAD and conditions, and renews on demand", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const headers = { ...FRESH, etag: '"v1"', "content-type": "text/plain" };
  const { ask } = rig(client, {}, (call) => new Response(`page ${call}`, { headers }));
  assertEquals(statusOf(await ask()), "libmc; fwd=miss; stored");
  const hit = await ask();
  assertEquals([statusOf(hit), hit.headers.get("age"), await hit.text()], [
    "libmc; hit; ttl=60",
    "0",
    "page 1",
  ]);
  const head = await ask({ method: "HEAD" });
  assertEquals([head.status, head.headers.get("content-type"), head.body], [
    200,
    "text/plain",
    null,
  ]);
  const same = await ask({ headers: { "if-none-match": 'W/"v1", "v0"' } });
  assertEquals([same.status, same.headers.get("etag"), same.body], [304, '"v1"', null]);
  assertEquals((await ask({ headers: { "if-none-match": '"v2"' } })).status, 200);
  const renewed = await ask({ headers: { "cache-control": "no-cache" } });
  assertEquals(await renewed.text(), "page 2");
  assertEquals(await (await ask()).text(), "page 2");
  server.advance(60);
  assertEquals(await (await ask()).text(), "page 3");
});

Deno.test("httpCache() gives a stale page at once and renews it once", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const renewals: Promise<void>[] = [];
  const waitUntil = (promise: Promise<void>) => void renewals.push(promise);
  const { ask } = rig(
    client,
    { staleWhileRevalidate: 60, waitUntil },
    (call) => new Response(`page ${call}`, { headers: FRESH }),
  );
  await ask();
  server.advance(61);
  const stale = await Promise.all(Array.from({ length: 10 }, async () => (await ask()).text()));
  assertEquals(new Set(stale), new Set(["page 1"]));
  await Promise.all(renewals);
  assertEquals(await (await ask()).text(), "page 2");
});

Deno.test("httpCache() gives a stale page while the handler fails, and the failure when there is none", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  let fails = "";
  const { ask } = rig(client, { staleIfError: 60 }, () => {
    if (fails === "throws") throw new Error("The source is down");
    return fails === ""
      ? new Response("page", { headers: FRESH })
      : new Response("sorry", { status: 503 });
  });
  await ask();
  server.advance(61);
  for (fails of ["throws", "answers 503"]) assertEquals(await (await ask()).text(), "page");
  server.advance(60);
  const failed = await Promise.all([ask(), ask(), ask()]);
  assertEquals(failed.map(({ status }) => status), [503, 503, 503]);
  assertEquals(await Promise.all(failed.map((response) => response.text())), [
    "sorry",
    "sorry",
    "sorry",
  ]);
  fails = "throws";
  await assertRejects(() => ask(), Error, "The source is down");
});

Deno.test("httpCache(): requests for what is not kept do not wait for each other", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  let running = 0;
  let most = 0;
  const { ask } = rig(client, {}, async (call) => {
    most = Math.max(most, ++running);
    await new Promise((resolve) => setTimeout(resolve, 20));
    running--;
    return new Response(`user ${call}`, { headers: { "cache-control": "private" } });
  });
  await ask();
  most = 0;
  const texts = await Promise.all(Array.from({ length: 20 }, async () => (await ask()).text()));
  assertEquals([most, new Set(texts).size], [20, 20]);
});

Deno.test("httpCache() lets a body flow that is too long to be kept", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const { ask } = rig(client, { maxBytes: 1000 }, (_, { url }) => {
    const chunks = Array.from(
      { length: 10 },
      () => new Uint8Array(Number(new URL(url).search.slice(1))),
    );
    return new Response(ReadableStream.from(chunks), { headers: FRESH });
  });
  for (const size of [100, 101, 5000]) {
    for (const hit of [false, size === 100]) {
      const response = await ask({}, `${PAGE}?${size}`);
      assertEquals((statusOf(response) ?? "").includes("hit"), hit, `${size}`);
      assertEquals((await response.arrayBuffer()).byteLength, size * 10);
    }
  }
});

Deno.test("httpCache() serves without memcached, keys of any length and each variant", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false });
  const { ask } = rig(
    client,
    { vary: ["Accept-Language"] },
    (_, { headers }) =>
      new Response(headers.get("accept-language"), {
        headers: { ...FRESH, vary: "accept-language" },
      }),
  );
  const url = `${PAGE}?${"q".repeat(5000)}`;
  for (const language of ["de", "en", "de", "en"]) {
    const response = await ask({ headers: { "accept-language": language } }, url);
    assertEquals(await response.text(), language);
  }
  await server.stop();
  assertEquals(await (await ask({ headers: { "accept-language": "fr" } }, url)).text(), "fr");
});

Deno.test("httpCache(): a condition of the first request does not keep the page from being kept", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const headers = { ...FRESH, etag: '"v1"' };
  const { ask } = rig(
    client,
    {},
    (_, request) =>
      request.headers.has("if-none-match")
        ? new Response(null, { status: 304, headers })
        : new Response("page", { headers }),
  );
  const condition = { headers: { "if-none-match": '"v1"', "accept-language": "de" } };
  assertEquals((await ask(condition)).status, 304);
  const hit = await ask();
  assertEquals([statusOf(hit), await hit.text()], ["libmc; hit; ttl=60", "page"]);
});

Deno.test("httpCache(): a page that has failed is kept as soon as it does not", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const { ask } = rig(
    client,
    {},
    (call) =>
      call === 1 ? new Response(null, { status: 500 }) : new Response("", { headers: FRESH }),
  );
  assertEquals((await ask()).status, 500);
  await ask();
  assertEquals(statusOf(await ask()), "libmc; hit; ttl=60");
});

Deno.test("httpCache() serves without memcached if the client is strict, too", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { strict: true });
  await server.stop();
  const { ask } = rig(client, {}, () => new Response("page", { headers: FRESH }));
  for (const method of ["GET", "HEAD", "GET"]) assertEquals((await ask({ method })).status, 200);
});

Deno.test("httpCache() serves once its client is closed, and what it is making in that moment", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { timeout: 100 });
  const made = Promise.withResolvers<void>();
  const asked = Promise.withResolvers<void>();
  const page = rig(client, {}, async (call) => {
    asked.resolve();
    await made.promise;
    return new Response(`page ${call}`, { headers: FRESH });
  });
  const first = page.ask();
  await asked.promise;
  const second = page.ask();
  await client.close();
  made.resolve();
  const bodies = await Promise.all([first, second].map(async (page) => (await page).text()));
  assertEquals([bodies.sort(), page.calls], [["page 1", "page 2"], 2]);
  assertEquals(await (await page.ask()).text(), "page 3");
  assertEquals((await page.ask({ method: "HEAD" })).status, 200);
  assertEquals(await (await page.ask({ method: "POST" })).text(), "page 5");
});

Deno.test("httpCache() is the middleware of a framework whose context goes on by next(), as Fresh's", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  /** What a middleware of Fresh 2 is given. */
  interface Context {
    readonly req: Request;
    next(): Promise<Response>;
  }
  const page = httpCache({ client, maxAge: 60 }, (_request, context: Context) => context.next());
  const middleware = (context: Context) => page(context.req, context);
  let calls = 0;
  const next = () => Promise.resolve(new Response(`page ${++calls}`));
  const ask = async () => await (await middleware({ req: new Request(PAGE), next })).text();
  assertEquals(await Promise.all([ask(), ask()]), ["page 1", "page 1"]);
  assertEquals([await ask(), calls], ["page 1", 1]);
});

Deno.test("httpCache() refuses options that cannot be used", async () => {
  await using client = new Client("10.0.0.1");
  const page = () => new Response();
  assertThrows(() => httpCache({} as never, page), TypeError, '"client"');
  assertThrows(() => httpCache({ client }, undefined as never), TypeError, "handler");
  assertThrows(() => httpCache({ client, vary: "cookie" as never }, page), TypeError, '"vary"');
  assertThrows(() => httpCache({ client, maxBytes: 2_000_000 }, page), RangeError, '"maxBytes"');
});

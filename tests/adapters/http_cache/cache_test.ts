import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, dalliCodec, jsonCodec, phpCodec } from "@libmc/libmc";
import { httpCache, memcachedCaches } from "@libmc/libmc/http-cache";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../../support/memcached.ts";

const URL_1 = "http://a.example/one?x=1";
const text = async (response: Response | undefined) => await response?.text();
const request = (headers: Record<string, string>) => new Request(URL_1, { headers });

Deno.test("MemcachedCache gives back what was put: status, headers, bytes, URL", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  await using other = new Client(server.address);
  const cache = await memcachedCaches({ client }).open("pages");
  const shared = await memcachedCaches({ client: other }).open("pages");
  const body = Uint8Array.from({ length: 3_000_000 }, (_, index) => index * 7);
  const headers = [["content-type", "image/png"], ["set-cookie", "a=1"], ["set-cookie", "b=2"]];
  const put = new Response(body, {
    status: 404,
    statusText: "Gone fishing",
    headers: headers as [],
  });
  await cache.put(URL_1 + "#part", put);
  const found = await shared.match(new URL(URL_1)) as Response;
  assertEquals([found.status, found.statusText, found.url], [404, "Gone fishing", URL_1]);
  assertEquals(found.headers.getSetCookie(), ["a=1", "b=2"]);
  assertEquals(new Uint8Array(await found.arrayBuffer()), body);
  assertEquals(await cache.match("http://a.example/one?x=2"), undefined);
  assertEquals(await cache.match(new Request(URL_1, { method: "POST" })), undefined);
  assertEquals(
    (await cache.match(new Request(URL_1, { method: "HEAD" }), { ignoreMethod: true }))?.status,
    404,
  );
  assertEquals((await cache.matchAll(URL_1)).length, 1);

  await cache.put("http://a.example/empty", new Response(null, { status: 204 }));
  const empty = await cache.match("http://a.example/empty");
  assertEquals([empty?.status, empty?.body], [204, null]);
  assertEquals([await cache.delete(URL_1), await cache.delete(URL_1)], [true, false]);
  assertEquals(await shared.match(URL_1), undefined);
});

Deno.test("MemcachedCache keeps a response for each variant of the headers that it varies by", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const cache = await memcachedCaches({ client }).open("pages");
  const vary = { headers: { vary: "Accept-Language, accept-encoding" } };
  await cache.put(request({ "accept-language": "de" }), new Response("hallo", vary));
  await cache.put(request({ "accept-language": "en" }), new Response("hello", vary));
  await cache.put(request({}), new Response("hm", vary));
  const asked = ["de", "en", "fr"].map((language) => request({ "accept-language": language }));
  assertEquals(await Promise.all(asked.map(async (asked) => text(await cache.match(asked)))), [
    "hallo",
    "hello",
    undefined,
  ]);
  assertEquals(await text(await cache.match(URL_1)), "hm");
  assertEquals(await text(await cache.match(request({ "accept-language": "" }))), undefined);
  assertEquals((await cache.keys()).map(({ url }) => url), [URL_1]);
  // It varies by something else now: the older variants are out of reach.
  await cache.put(request({ user: "1" }), new Response("one", { headers: { vary: "user" } }));
  assertEquals(await text(await cache.match(request({ user: "1" }))), "one");
  assertEquals(await cache.match(asked[0]), undefined);
  assertEquals(await cache.delete(URL_1, { ignoreVary: true }), true);
  assertEquals(await cache.match(request({ user: "1" })), undefined);
});

Deno.test("MemcachedCache keeps the variants that two processes put at once", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  await using other = new Client(server.address);
  const caches = await Promise.all(
    [client, other].map((client) => memcachedCaches({ client }).open("pages")),
  );
  const headers = { vary: "user" };
  await Promise.all(
    Array.from({ length: 40 }, (_, index) =>
      caches[index % 2].put(
        request({ user: String(index) }),
        new Response(`${index}`, { headers }),
      )),
  );
  for (let index = 0; index < 40; index++) {
    assertEquals(await text(await caches[0].match(request({ user: String(index) }))), `${index}`);
  }
});

Deno.test("MemcachedCache keeps a response for as long as it is fresh", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const cache = await memcachedCaches({ client }).open("pages");
  const lasts = async (headers: Record<string, string>) => {
    await cache.put(URL_1, new Response("x", { headers }));
    for (const seconds of [0, 9, 10, 50]) {
      server.advance(seconds);
      if (await cache.match(URL_1) === undefined) return seconds;
    }
    return Infinity;
  };
  assertEquals(await lasts({}), Infinity);
  assertEquals(await lasts({ "cache-control": "max-age=10" }), 10);
  assertEquals(await lasts({ "cache-control": 'public, s-maxage="19", max-age=10' }), 10);
  assertEquals(await lasts({ "cache-control": "max-age=100", age: "60" }), 50);
  assertEquals(await lasts({ "cache-control": "max-age=0" }), 0);
  assertEquals(await lasts({ expires: "0" }), 0);
  const expires = { date: new Date(0).toUTCString(), expires: new Date(40_000).toUTCString() };
  assertEquals(await lasts(expires), 50);
});

Deno.test("MemcachedCache refuses what the web's caches refuse, and says what it cannot do", async () => {
  await using client = new Client("10.0.0.1", { connectTimeout: 1, warn: false });
  const cache = await memcachedCaches({ client }).open("pages");
  const ok = () => new Response("x");
  const table: [() => Promise<unknown>, string][] = [
    [() => cache.put(new Request(URL_1, { method: "POST" }), ok()), "no GET: POST"],
    [() => cache.put("data:,x", ok()), "no http or https URL"],
    [() => cache.put(URL_1, new Response("x", { status: 206 })), "partial"],
    [() => cache.put(URL_1, new Response("x", { headers: { vary: "a, *" } })), "Vary: *"],
    [() => cache.match(URL_1, { ignoreSearch: true }), "whole keys"],
    [() => cache.match(URL_1, { ignoreVary: true }), "Vary"],
    [() => cache.matchAll(), "keys()"],
  ];
  for (const [attempt, message] of table) await assertRejects(attempt, TypeError, message);
  const used = ok();
  await used.text();
  await assertRejects(() => cache.put(URL_1, used), TypeError, "was read");
});

Deno.test("MemcachedCaches lists, finds and drops caches", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const caches = memcachedCaches({ client });
  const long = "n".repeat(500);
  const names = ["pages", "a b", long, "日本"];
  for (const name of names) {
    const cache = await caches.open(name);
    await cache.put("http://a.example/" + "p".repeat(600), new Response(name));
    await cache.put("http://a.example/short", new Response(name));
  }
  await caches.open("pages");
  assertEquals(await caches.keys(), names);
  assertEquals(await text(await caches.match("http://a.example/short")), "pages");
  assertEquals(await text(await caches.match("http://a.example/short", { cacheName: long })), long);
  for (const name of names) {
    const keys = await (await caches.open(name)).keys();
    assertEquals(keys.map(({ url }) => url.length).sort((a, b) => a - b), [22, 617]);
  }
  assertEquals([await caches.has("pages"), await caches.delete("pages")], [true, true]);
  assertEquals([await caches.has("pages"), await caches.delete("pages")], [false, false]);
  assertEquals(await text(await caches.match("http://a.example/short")), "a b");
});

Deno.test("MemcachedCaches: without memcached nothing matches, and nothing fails", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false });
  await server.stop();
  const caches = memcachedCaches({ client });
  const cache = await caches.open("pages");
  await cache.put(URL_1, new Response("x"));
  assertEquals(await cache.match(URL_1), undefined);
  assertEquals([await cache.delete(URL_1), await caches.keys()], [false, []]);
});

Deno.test("MemcachedCache does not store what is too big, and removes what was there before", async () => {
  await using server = await startMemcached();
  for (
    const [doSplit, length] of [[true, 10_500_000], [true, 9_999_990], [false, 1_100_000]] as const
  ) {
    await using client = new Client(server.address, { doSplit });
    const cache = await memcachedCaches({ client }).open(`${length}`);
    for (
      const [headers, more] of [[{}], [{ vary: "user" }], [{}, { "content-length": `${length}` }]]
    ) {
      await cache.put(URL_1, new Response("small", { headers: headers as HeadersInit }));
      assertEquals(await text(await cache.match(URL_1)), "small");
      const big = new Response(new Uint8Array(length), {
        headers: { ...headers, ...more } as HeadersInit,
      });
      await cache.put(URL_1, big);
      assertEquals([await cache.match(URL_1), big.bodyUsed], [undefined, true]);
    }
  }
});

Deno.test("MemcachedCaches says of a cache that could not be dropped that it is still there", async () => {
  await using list = await startMemcached();
  const numbers = await startMemcached();
  await using client = new Client([list.address, numbers.address], { warn: false });
  const serverOf = (key: string) => client.explain(key).server;
  const prefix = ["a", "b", "c", "d", "e", "f", "g", "h"].find((prefix) =>
    serverOf(`${prefix}caches`) === list.address
  );
  const name = Array.from({ length: 50 }, (_, index) => `${index}`).find((name) =>
    serverOf(`libmc:namespace:${prefix}${name}`) === numbers.address
  );
  const caches = memcachedCaches({ client, prefix: prefix as string });
  await caches.open(name as string);
  await numbers.stop();
  assertEquals([await caches.delete(name as string), await caches.keys()], [false, [name]]);
});

Deno.test("MemcachedCache takes what is no response for none", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const cache = await memcachedCaches({ client }).open("pages");
  const space = client.namespace("http:pages");
  const head = new TextEncoder().encode("\0\0\0\x02{}");
  for (const value of [1, "vary:", "vary:{}", new Uint8Array(3), new Uint8Array(9), head, null]) {
    await space.set(URL_1, value);
    assertEquals(await cache.match(URL_1), undefined);
  }
  await cache.put(URL_1, new Response("x"));
  assert(await cache.match(URL_1));
});

Deno.test("responses are refused by a client whose codec does not keep bytes", async () => {
  await using server = await startMemcached();
  for (const codec of [jsonCodec, phpCodec, dalliCodec]) {
    await using client = new Client(server.address, { codec });
    const handler = httpCache({ client, maxAge: 60 }, () => new Response("x"));
    const twice = () => handler(new Request(URL_1)).then(() => handler(new Request(URL_1)));
    await assertRejects(twice, TypeError, "bytes");
    const cache = await memcachedCaches({ client }).open(codec.constructor.name);
    const putAndMatch = () => cache.put(URL_1, new Response("x")).then(() => cache.match(URL_1));
    await assertRejects(putAndMatch, TypeError, "bytes");
  }
});

/** A response that was made for one request and is given to others: what may be, and what must not. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { wholeBody } from "../../../src/adapters/http_cache/whole_body.ts";
import { startMemcached } from "../../support/memcached.ts";
import { FRESH, PAGE, rig, statusOf } from "./rig.ts";

Deno.test("httpCache(): a failure that is for one user is not shown to those who wait with him", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const table: [asked: HeadersInit, given: HeadersInit, isShared: boolean][] = [
    [{}, {}, true],
    [{}, { "cache-control": "private" }, false],
    [{}, { "cache-control": "no-store" }, false],
    [{}, { "set-cookie": "id=1" }, false],
    [{}, { "vary": "cookie" }, false],
    [{ authorization: "Ada" }, {}, false],
    [{ authorization: "Ada" }, { "cache-control": "public" }, true],
  ];
  for (const [asked, headers, isShared] of table) {
    const { ask } = rig(client, { staleIfError: 60, prefix: crypto.randomUUID() }, async (call) => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response(`for ${call}`, { status: 503, headers });
    });
    const responses = await Promise.all(
      [ask({ headers: asked }), ask({ headers: asked }), ask({ headers: asked })],
    );
    const texts = await Promise.all(responses.map((response) => response.text()));
    assertEquals(new Set(texts).size, isShared ? 1 : 3, JSON.stringify([asked, headers, texts]));
    assertEquals(responses.map(({ status }) => status), [503, 503, 503]);
  }
});

Deno.test("httpCache(): who asks first can go away without harm to those who wait with him", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const made = rig(client, {}, async (_, request) => {
    await new Promise((resolve) => setTimeout(resolve, 10));
    request.signal.throwIfAborted();
    return new Response(request.headers.get("accept"), { headers: FRESH });
  });
  const first = new AbortController();
  const init = { headers: { accept: "text/html", cookie: "a=1" } };
  const asked = [made.ask({ ...init, signal: first.signal }), made.ask(init), made.ask(init)];
  first.abort();
  const texts = await Promise.all(asked.map(async (response) => (await response).text()));
  assertEquals(texts, ["text/html", "text/html", "text/html"]);
  assertEquals(statusOf(await made.ask(init)), "libmc; hit; ttl=60");
  assertEquals(made.calls, 1);
});

Deno.test("httpCache(): a request that changes something drops what is kept of its URL", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const answers: Record<string, number> = { POST: 201, PUT: 303, PATCH: 400, DELETE: 500 };
  const { ask } = rig(
    client,
    {},
    (call, { method }) =>
      new Response(`page ${call}`, { status: answers[method] ?? 200, headers: FRESH }),
  );
  const page = async () => await (await ask()).text();
  const before = await page();
  for (const method of ["OPTIONS", "PATCH", "DELETE"]) await ask({ method });
  await ask({ method: "POST" }, `${PAGE}/other`);
  assertEquals(await page(), before);
  for (const method of ["POST", "PUT"]) {
    const kept = await page();
    await ask({ method, body: "x" });
    assert(await page() !== kept, method);
  }
});

Deno.test("httpCache(): what is loaded while its URL is changed is not kept", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  let text = "old";
  const gate = Promise.withResolvers<void>();
  const begun = Promise.withResolvers<void>();
  const { ask } = rig(client, {}, async (_, { method }) => {
    if (method === "POST") return new Response(text = "new");
    const read = text;
    begun.resolve();
    if (read === "old") await gate.promise;
    return new Response(read, { headers: FRESH });
  });
  const early = ask();
  await begun.promise;
  await ask({ method: "POST" });
  gate.resolve();
  assertEquals(await (await early).text(), "old");
  assertEquals(await (await ask()).text(), "new");
});

Deno.test("httpCache(): a page that is not to be kept any more is not given again from before", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await using other = new Client(server.address);
  for (const [asked, seconds] of [[{ "cache-control": "no-cache" }, 0], [{}, 61]] as const) {
    const renewals: Promise<void>[] = [];
    const waitUntil = (renewal: Promise<void>) => void renewals.push(renewal);
    const options = { staleWhileRevalidate: 600, waitUntil, prefix: `${seconds}:` };
    let cacheControl = "max-age=60";
    const make = (call: number) =>
      new Response(`page ${call}`, { headers: { "cache-control": cacheControl } });
    const [one, two] = [client, other].map((client) => rig(client, options, make));
    await one.ask();
    assertEquals(statusOf(await two.ask()), "libmc; hit; ttl=60");
    cacheControl = "private";
    server.advance(seconds);
    await one.ask({ headers: asked });
    await Promise.all(renewals);
    assertEquals(statusOf(await two.ask()), "libmc; fwd=miss");
  }
});

Deno.test("httpCache(): HEAD is not answered from a response that is stale", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const headers = { "cache-control": "max-age=60", date: new Date(0).toUTCString() };
  const made = rig(client, { staleIfError: 600 }, (call) => new Response(`${call}`, { headers }));
  await made.ask();
  assertEquals(statusOf(await made.ask({ method: "HEAD" })), "libmc; hit; ttl=60");
  const realNow = Date.now;
  try {
    Date.now = () => realNow() + 61_000;
    server.advance(61);
    assertEquals(statusOf(await made.ask({ method: "HEAD" })), null);
  } finally {
    Date.now = realNow;
  }
  assertEquals(made.calls, 2);
});

Deno.test("httpCache() gives a response that does not fit into an item, and does not wait for it again", async () => {
  await using server = await startMemcached();
  const big = { headers: { ...FRESH, big: "h".repeat(100_000) } };
  for (const [itemSizeLimit, length] of [[1_048_576, 990_000], [100_000, 200_000]]) {
    await using client = new Client(server.address, { itemSizeLimit });
    const { ask } = rig(client, { prefix: `${length}:` }, async () => {
      await new Promise((resolve) => setTimeout(resolve, 5));
      return new Response("x".repeat(length), big);
    });
    const responses = [...await Promise.all([ask(), ask(), ask()]), await ask()];
    for (const response of responses) assertEquals((await response.text()).length, length);
    assertEquals(statusOf(responses[0]), "libmc; fwd=miss" + (length < 500_000 ? "; stored" : ""));
    assertEquals(statusOf(responses[3]), "libmc; fwd=bypass");
  }
});

Deno.test("httpCache() gives a stream of events as it comes", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const { ask } = rig(client, { maxAge: 60 }, () =>
    new Response(
      new ReadableStream({
        start: (controller) => controller.enqueue(new TextEncoder().encode("data: 1\n\n")),
      }),
      { headers: { "content-type": "text/event-stream; charset=utf-8" } },
    ));
  for (let i = 0; i < 2; i++) {
    const reader = (await ask()).body!.getReader();
    assertEquals(new TextDecoder().decode((await reader.read()).value), "data: 1\n\n");
    await reader.cancel();
  }
});

Deno.test("wholeBody() lets flow what takes too long, and loses nothing of it", async () => {
  const text = ["one ", "two ", "three ", "four"];
  for (let late = 0; late <= text.length; late++) {
    const gate = Promise.withResolvers<void>();
    let given = 0;
    const body = new ReadableStream({
      async pull(controller) {
        if (given === late) await gate.promise;
        if (given === text.length) return controller.close();
        controller.enqueue(new TextEncoder().encode(text[given++]));
      },
    }, { highWaterMark: 0 });
    const whole = await wholeBody(new Response(body), 1000, 5);
    assertEquals(whole.body, undefined);
    gate.resolve();
    assertEquals(await whole.response.text(), text.join(""));
  }
  const broken = new ReadableStream({ start: (controller) => controller.error(new Error("Gone")) });
  await assertRejects(() => wholeBody(new Response(broken), 1000, 5), Error, "Gone");
});

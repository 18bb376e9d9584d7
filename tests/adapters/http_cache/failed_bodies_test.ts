/** Bodies of failed responses: each is read to its end or cancelled, so that nobody upstream waits for a reader. */

import { assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { FRESH, rig, statusOf } from "./rig.ts";

/** A body that goes on until it is cancelled, or ends after a few pieces. */
class Source {
  pulls = 0;
  isCancelled = false;
  readonly body: ReadableStream<Uint8Array>;

  constructor(pieces = Infinity) {
    this.body = new ReadableStream({
      pull: (controller) => {
        if (this.pulls++ >= pieces) controller.close();
        else controller.enqueue(new TextEncoder().encode("sorry "));
      },
      cancel: () => void (this.isCancelled = true),
    }, { highWaterMark: 0 });
  }
}

Deno.test("httpCache() cancels the body of a failed response that it has made in the background", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const renewals: Promise<void>[] = [];
  const sources: Source[] = [];
  const { ask } = rig(client, {
    staleWhileRevalidate: 60,
    staleIfError: 60,
    waitUntil: (promise) => void renewals.push(promise),
  }, (call) => {
    if (call === 1) return new Response("page", { headers: FRESH });
    const source = new Source();
    sources.push(source);
    return new Response(source.body, { status: 503 });
  });
  await (await ask()).text();
  server.advance(61);
  assertEquals(await (await ask()).text(), "page");
  await Promise.all(renewals);
  assertEquals(sources.map(({ isCancelled }) => isCancelled), [true]);
});

Deno.test("httpCache() cancels the body of a failed response in whose place it gives a stale one", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const source = new Source();
  const { ask } = rig(
    client,
    { staleIfError: 60 },
    (call) =>
      call === 1
        ? new Response("page", { headers: FRESH })
        : new Response(source.body, { status: 503 }),
  );
  await (await ask()).text();
  server.advance(61);
  assertEquals(await (await ask()).text(), "page");
  assertEquals([source.isCancelled, source.pulls], [true, 0]);
});

Deno.test("httpCache() reads the body of a failed response once for all who wait for it", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const sources: Source[] = [];
  const { ask } = rig(client, { staleIfError: 60 }, async () => {
    // So that the others wait for it.
    await new Promise((resolve) => setTimeout(resolve, 5));
    const source = new Source(3);
    sources.push(source);
    return new Response(source.body, { status: 503 });
  });
  const [first, ...others] = await Promise.all([ask(), ask(), ask()]);
  await first.body?.cancel();
  for (const other of others) assertEquals(await other.text(), "sorry sorry sorry ");
  assertEquals(sources.map(({ pulls }) => pulls), [4]);
});

Deno.test("httpCache(): who goes away cancels the source of a failed response that is too long to be read", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const source = new Source();
  const headers = { "content-length": "9000000" };
  const { ask } = rig(
    client,
    { staleIfError: 60 },
    () => new Response(source.body, { status: 503, headers }),
  );
  const response = await ask();
  assertEquals([response.status, statusOf(response)], [503, "libmc; fwd=miss"]);
  await response.body?.cancel();
  assertEquals(source.isCancelled, true);
});

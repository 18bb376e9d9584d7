/** `getOrSet()` while memcached is away, or cannot do what it needs. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import {
  Client,
  ConnectionError,
  jsCodec,
  libmcCodec,
  MemcachedError,
  TimeoutError,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { recordEvents } from "../../support/failures.ts";
import { type Memcached, startMemcached } from "../../support/memcached.ts";

const TTL = { ttl: 60 };
const NOBODY = "127.0.0.1:1";

Deno.test("Client.getOrSet() loads while memcached is away, tells of it once a load, and rejects if it is strict", async () => {
  await using client = new Client(NOBODY, { warn: false });
  const { failure } = recordEvents(client);
  let loads = 0;
  const load = () => Promise.resolve(++loads);
  const results = await Promise.all(
    Array.from({ length: 5 }, () => client.getOrSet("a", load, TTL)),
  );
  assertEquals([results, failure.length], [[1, 1, 1, 1, 1], 1]);
  assertEquals(failure[0].verb, "getOrSet");
  await assertRejects(() => client.getOrSet("a", load, { ...TTL, strict: true }), MemcachedError);
  const mixed = await Promise.allSettled([
    client.getOrSet("a", load, TTL),
    client.getOrSet("a", load, { ...TTL, strict: true }),
  ]);
  assertEquals(mixed.map(({ status }) => status), ["fulfilled", "rejected"]);
  assertEquals(loads, 2);
});

Deno.test("Client.getOrSet() runs at most maxLoads loads while memcached is away; the others wait, up to timeout", async () => {
  await using client = new Client(NOBODY, { maxLoads: 2, timeout: 200, warn: false });
  const sources = new Map<string, PromiseWithResolvers<string>>();
  const load = ({ key }: { key: string }) => {
    const source = Promise.withResolvers<string>();
    sources.set(key, source);
    return source.promise;
  };
  const calls = ["a", "b", "c", "d"].map((key) => client.getOrSet(key, load, TTL));
  await eventually("two are loaded", () => sources.size === 2);
  sources.get("a")?.resolve("a");
  await eventually("the third is loaded", () => sources.size === 3);
  await assertRejects(() => calls[3], TimeoutError, "maxLoads");
  for (const key of ["b", "c"]) sources.get(key)?.resolve(key);
  assertEquals(await Promise.all(calls.slice(0, 3)), ["a", "b", "c"]);
  assertEquals(await client.getOrSet("e", () => "e", TTL), "e");
});

Deno.test("Client.getOrSet(): who waits for a place while memcached is away may go", async () => {
  await using client = new Client(NOBODY, { maxLoads: 1, warn: false });
  const source = Promise.withResolvers<string>();
  const first = client.getOrSet("a", () => source.promise, TTL);
  const controller = new AbortController();
  const second = client.getOrSet("b", () => "b", { ...TTL, signal: controller.signal });
  setTimeout(() => controller.abort(new Error("gone")), 20);
  await assertRejects(() => second, Error, "gone");
  source.resolve("a");
  assertEquals([await first, await client.getOrSet("c", () => "c", TTL)], ["a", "c"]);
});

Deno.test("Client.getOrSet(), live: memcached killed during the load: the value is given, and the failure told", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false, retryTimeout: 0 });
  const { failure } = recordEvents(client);
  const value = await client.getOrSet("a", async () => {
    await server.stop();
    return "loaded";
  }, TTL);
  assertEquals(value, "loaded");
  await eventually("the failure is told", () => failure.length === 1);
  assert(failure[0].error instanceof ConnectionError);
  await using again = await startMemcached({ port: server.port! });
  assertEquals(again.port, server.port);
  await eventually("it stores again", async () => {
    assertEquals(await client.getOrSet("a", () => "again", TTL), "again");
    return await client.get("a") === "again";
  });
});

for (const [way, codec] of [["a lease", jsCodec], ["a lock", libmcCodec]] as const) {
  Deno.test(`Client.getOrSet(), live: memcached killed and restarted during a load by ${way}: 200 callers have the value, the next one loads`, async () => {
    const server = await startMemcached();
    await using client = new Client(server.address, { warn: false, retryTimeout: 0, codec });
    await using other = new Client(server.address, { warn: false, retryTimeout: 0, codec });
    let again: Memcached | undefined;
    let loads = 0;
    const load = async () => {
      loads++;
      await server.stop();
      again = await startMemcached({ port: server.port! });
      return "of before";
    };
    const calls = Array.from({ length: 200 }, () => client.getOrSet("a", load, TTL));
    assertEquals(new Set(await Promise.all(calls)), new Set(["of before"]));
    await using _ = again;
    assertEquals(loads, 1);
    await eventually("it is stored anew", async () => {
      const value = await other.getOrSet("a", () => "of after", TTL);
      assert(["of before", "of after"].includes(value), value);
      return await other.get("a") === "of after";
    });
    assertEquals(await client.getOrSet("a", () => "never", TTL), "of after");
  });
}

Deno.test("Client.getOrSet(): a server that answers nothing delays no more than its silence", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { pollTimeout: 100, warn: false });
  await client.meta.noop();
  server.fault({ kind: "missingReply", commands: ["mg"] });
  assertEquals(await client.getOrSet("a", () => "loaded", TTL), "loaded");
  assertEquals(client.lastError?.name, "TimeoutError");
});

Deno.test("Client.getOrSet() keeps a value whose ttl ends after the last date of a server until then", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const ttl = 2 ** 31 - 1;
  for (const options of [{ ttl }, { ttl: () => ttl, staleIfError: 2_592_000 }]) {
    assertEquals(await client.getOrSet("a", () => "a", options), "a");
    const left = (await client.meta.get("a", { ttl: true }))?.ttl ?? 0;
    assert(Math.abs(left - (ttl - Date.now() / 1000)) < 10, String(left));
    await client.delete("a");
  }
});

Deno.test("Client.getOrSet() rejects, and does not throw, if a getter of its options throws", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const options = {
    get ttl(): number {
      throw new Error("no options");
    },
  };
  const call = client.getOrSet("a", () => 1, options);
  await assertRejects(() => call, Error, "no options");
});

Deno.test("Client.getOrSet() rejects what cannot be used, before a byte is sent and without a load", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const load = () => {
    throw new Error("It has loaded");
  };
  const seconds = [-1, 1.5, 2_592_001, NaN, "1"];
  const bad: [options: unknown, word: string][] = [
    ...[undefined, {}, { lease: 5 }].map((options) => [options, '"ttl"'] as [unknown, string]),
    ...[60, "60", null, []].map((options) => [options, "not an object"] as [unknown, string]),
    ...[0, -1, 1.5, 2 ** 31, "60", null].map((ttl) => [{ ttl }, '"ttl"'] as [unknown, string]),
    ...["staleWhileRevalidate", "staleIfError", "cacheErrors", "lease"].flatMap((name) =>
      seconds.map((value) => [{ ttl: 1, [name]: value }, `"${name}"`] as [unknown, string])
    ),
    ...[0, true].map((lease) => [{ ttl: 1, lease }, '"lease"'] as [unknown, string]),
    [{ ttl: 1, waitTimeout: -1 }, '"waitTimeout"'],
    [{ ttl: 1, loadTimeout: "1" }, '"loadTimeout"'],
    [{ ttl: 1, forceFresh: 1 }, '"forceFresh"'],
    [{ ttl: 1, waitUntil: {} }, '"waitUntil"'],
    [{ ttl: 1, swr: 5 }, '"swr"'],
  ];
  for (const [options, word] of bad) {
    const error = await client.getOrSet("a", load, options as { ttl: number }).catch((error) =>
      error
    );
    assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(options));
    assert(error.message.includes(word), error.message);
  }
  await assertRejects(
    () => client.getOrSet("a", 5 as unknown as () => void, TTL),
    TypeError,
    "load",
  );
  await assertRejects(() => client.getOrSet("a b", load, TTL), TypeError, "space");
  await assertRejects(() => client.getOrSet("k".repeat(251), load, TTL), RangeError);
  assertEquals([server.connections, client.lastError], [0, undefined]);
});

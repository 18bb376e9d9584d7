/** Values that are given after their time: while one caller renews them, or because nobody can. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type LoadContext } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertTtl } from "../../support/assert_ttl.ts";
import { eventually } from "../../support/eventually.ts";

const PATIENT = { pollTimeout: 5000, connectTimeout: 5000, warn: false };

Deno.test("Client.getOrSet() gives a stale value at once, and one caller renews it", async () => {
  await using rig = await startRig();
  const { server, client, other } = rig;
  const options = { ttl: 60, staleWhileRevalidate: 30 };
  assertEquals(await client.getOrSet("a", () => "old", options), "old");
  server.advance(59);
  assertEquals(await client.getOrSet<string>("a", never, options), "old", "it is fresh");
  server.advance(2);
  const source = Promise.withResolvers<string>();
  const contexts: LoadContext<string>[] = [];
  const load = (context: LoadContext<string>) => {
    contexts.push(context);
    return source.promise;
  };
  const calls = [client, client, other, other].map((each) => each.getOrSet("a", load, options));
  assertEquals(await Promise.all(calls), ["old", "old", "old", "old"]);
  await eventually("it loads", () => contexts.length > 0);
  assertEquals(await other.getOrSet("a", load, options), "old");
  source.resolve("new");
  await eventually("it is stored", async () => await client.get("a") === "new");
  assertEquals(contexts.map(({ key, stale, background }) => [key, stale, background]), [
    ["a", "old", true],
  ]);
  assertTtl((await client.meta.get("a", { ttl: true }))?.ttl, 90);
});

Deno.test("Client.getOrSet() without a lease renews a stale value once in each process", async () => {
  await using rig = await startRig();
  const { server, client, other } = rig;
  const options = { ttl: 60, staleWhileRevalidate: 30, lease: false } as const;
  await client.getOrSet("a", () => "old", options);
  server.advance(70);
  const source = Promise.withResolvers<string>();
  let loads = 0;
  const load = () => {
    loads++;
    return source.promise;
  };
  for (let i = 0; i < 3; i++) {
    assertEquals(await client.getOrSet("a", load, options), "old");
    assertEquals(await other.getOrSet("a", load, options), "old");
  }
  source.resolve("new");
  await eventually("it is stored", async () => await client.get("a") === "new");
  assertEquals(loads, 2);
});

Deno.test("Client.getOrSet() gives a stale value if the load fails within staleIfError, and not beyond", async () => {
  await using rig = await startRig();
  const { server, client, other } = rig;
  const options = { ttl: 60, staleIfError: 120 };
  await client.getOrSet("a", () => "old", options);
  server.advance(100);
  let loads = 0;
  const failing = () => Promise.reject(new Error(`down ${++loads}`));
  for (const each of [client, client, other]) {
    assertEquals(await each.getOrSet<string>("a", failing, options), "old");
    await each.meta.noop();
  }
  assertEquals(loads, 3, "each call has tried");
  server.advance(80);
  const results = await Promise.allSettled(
    Array.from({ length: 5 }, () => client.getOrSet<string>("a", failing, options)),
  );
  assertEquals(results.map((result) => result.status === "rejected" && result.reason.message), [
    ...Array(5).fill("down 4"),
  ]);
  assertEquals(await client.getOrSet("a", () => "new", options), "new");
});

Deno.test("Client.getOrSet() beyond staleWhileRevalidate waits for the load, and falls back within staleIfError", async () => {
  await using rig = await startRig();
  const { server, client, other } = rig;
  const options = { ttl: 60, staleWhileRevalidate: 10, staleIfError: 100 };
  await client.getOrSet("a", () => "old", options);
  server.advance(90);
  const source = Promise.withResolvers<string>();
  const first = client.getOrSet("a", () => source.promise, options);
  await eventually("it is taken", async () => (await client.meta.get("a"))?.taken === true);
  const second = other.getOrSet<string>("a", never, options);
  setTimeout(() => source.resolve("new"), 50);
  assertEquals([await first, await second], ["new", "new"]);
});

Deno.test("Client.getOrSet() asks a source that is down for a background load about once a second", async () => {
  await using rig = await startRig();
  const { server, client } = rig;
  const options = { ttl: 60, staleWhileRevalidate: 100 };
  await client.getOrSet("a", () => "old", options);
  server.advance(70);
  let loads = 0;
  const failing = () => Promise.reject(new Error(`down ${++loads}`));
  const begun = performance.now();
  for (let i = 0; i < 50; i++) {
    assertEquals(await client.getOrSet<string>("a", failing, options), "old");
  }
  if (performance.now() - begun < 900) assertEquals(loads, 1);
  await eventually("it is tried again", async () => {
    assertEquals(await client.getOrSet<string>("a", failing, options), "old");
    return loads === 2;
  });
  assert(performance.now() - begun >= 1000);
});

Deno.test("Client.getOrSet() offers loads in the background to waitUntil, and close() awaits them", async () => {
  await using rig = await startRig();
  const { server, client } = rig;
  const promises: Promise<void>[] = [];
  const options = {
    ttl: 60,
    staleWhileRevalidate: 100,
    waitUntil: (promise: Promise<void>) => void promises.push(promise),
  };
  const closing = new Client(server.address, PATIENT);
  await closing.getOrSet("a", () => "old", options);
  assertEquals(promises.length, 0);
  server.advance(70);
  const source = Promise.withResolvers<string>();
  assertEquals(await closing.getOrSet("a", () => source.promise, options), "old");
  assertEquals(promises.length, 1);
  const closed = closing.close();
  source.resolve("new");
  await closed;
  await promises[0];
  assertEquals(await client.get("a"), "new");
});

Deno.test("Client.getOrSet(): a background load that fails while the client closes gives back its lease at once", async () => {
  await using rig = await startRig();
  const { server, client } = rig;
  const options = { ttl: 60, staleWhileRevalidate: 100 };
  const closing = new Client(server.address, PATIENT);
  await closing.getOrSet("a", () => "old", options);
  server.advance(70);
  const failing = () => Promise.reject(new Error("down"));
  assertEquals(await closing.getOrSet<string>("a", failing, options), "old");
  const begun = performance.now();
  await closing.close();
  assert(performance.now() - begun < 900);
  assertEquals((await client.meta.get("a"))?.won, true);
});

Deno.test("Client.getOrSet(): a waitUntil that throws rejects, and the lease is given back", async () => {
  await using rig = await startRig();
  const { server, client, other } = rig;
  await client.set("a", "old", { exptime: 50 });
  server.advance(1);
  const options = {
    ttl: 60,
    staleWhileRevalidate: 100,
    waitUntil: () => {
      throw new Error("no more");
    },
  };
  await assertRejects(() => client.getOrSet<string>("a", never, options), Error, "no more");
  await client.meta.noop();
  assertEquals((await other.meta.get("a"))?.won, true);
});

Deno.test("Client.getOrSet() gives a marked value once more within staleWhileRevalidate; a deleted one is gone", async () => {
  await using rig = await startRig();
  const { client, other } = rig;
  const options = { ttl: 60, staleWhileRevalidate: 100 };
  await client.getOrSet("a", () => "old", options);
  await other.meta.delete("a", { stale: true });
  assertEquals(await client.getOrSet("a", () => "new", options), "old");
  await eventually("it is renewed", async () => await client.get("a") === "new");
  await other.delete("a");
  assertEquals(await client.getOrSet("a", () => "newest", options), "newest");
});

const never = () => new Promise<never>(() => {});

async function startRig() {
  const server = await MemcachedServer.start();
  const client = new Client(server.address, PATIENT);
  const other = new Client(server.address, PATIENT);
  return {
    server,
    client,
    other,
    async [Symbol.asyncDispose]() {
      await client.close();
      await other.close();
      await server.stop();
    },
  };
}

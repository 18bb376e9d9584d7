/** `invalidate()`: a value that is stale from now on, and renewed by one caller. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import { Client, libmcCodec, type LoadContext, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertTtl } from "../../support/assert_ttl.ts";
import { type CaseOnBoth, testOnBothServers } from "../../support/on_both_servers.ts";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";

const PATIENT = { strict: true, pollTimeout: 5000, connectTimeout: 5000, warn: false };
/** The window is longer than the time in which stale values are given at once. */
const STALE = { ttl: 60, staleWhileRevalidate: 30, staleIfError: 3600 };
const AN_HOUR = { staleFor: 3600 };

const CASES: Record<string, CaseOnBoth> = {
  "its value is given at once while one caller renews it": async (client, other) => {
    await client.getOrSet("a", () => "old", STALE);
    assertEquals(await other.invalidate("a", { staleFor: 10 }), true);
    assertEquals(await other.get("a"), "old", "get() gives the stale value");
    const source = Promise.withResolvers<string>();
    const contexts: LoadContext<string>[] = [];
    const load = (context: LoadContext<string>) => {
      contexts.push(context);
      return source.promise;
    };
    const calls = [client, client, other, other].map((each) => each.getOrSet("a", load, STALE));
    assertEquals(await Promise.all(calls), ["old", "old", "old", "old"]);
    await eventually("it loads", () => contexts.length > 0);
    assertEquals(await other.getOrSet("a", load, STALE), "old");
    source.resolve("new");
    await eventually("it is renewed", async () => await other.get("a") === "new");
    assertEquals(contexts.map(({ stale, background }) => [stale, background]), [["old", true]]);
    assertTtl((await other.meta.get("a", { ttl: true }))?.ttl, 3660);
    assertEquals(await client.getOrSet<string>("a", never, STALE), "new");
  },
  "who takes no stale value waits for the load, and gets it if that fails within staleIfError":
    async (client) => {
      await client.set("a", "old");
      await client.invalidate("a", AN_HOUR);
      const failing = () => Promise.reject(new Error("down"));
      await assertRejects(() => client.getOrSet("a", failing, { ttl: 60 }), Error, "down");
      await client.meta.noop();
      const spare = { ttl: 60, staleIfError: 5 };
      assertEquals(await client.getOrSet<string>("a", failing, spare), "old");
      await client.meta.noop();
      assertEquals(await client.getOrSet("a", () => "new", { ttl: 60 }), "new");
      assertEquals(await client.get("a"), "new");
    },
  "twice in a row: what was loaded between the two is not stored": async (client, other) => {
    await client.set("a", "old");
    await client.invalidate("a", AN_HOUR);
    const sources = [1, 2].map(() => Promise.withResolvers<string>());
    let loads = 0;
    const load = () => sources[loads++].promise;
    assertEquals(await client.getOrSet("a", load, STALE), "old");
    await eventually("the first is loaded", () => loads === 1);
    await other.invalidate("a", AN_HOUR);
    await other.invalidate("a", AN_HOUR);
    assertEquals(await other.getOrSet("a", load, STALE), "old");
    await eventually("it is loaded again", () => loads === 2);
    sources[0].resolve("between");
    await client.meta.noop();
    await new Promise((resolve) => setTimeout(resolve, 5));
    assertEquals(await client.get("a"), "old", "the first is not stored");
    sources[1].resolve("new");
    await eventually("the second is stored", async () => await client.get("a") === "new");
    assertEquals(loads, 2);
  },
  "during the load of a missing key: its value is not stored, and nobody else gets it": async (
    client,
    other,
  ) => {
    for (const [key, marker] of [["a", client], ["b", other]] as const) {
      const source = Promise.withResolvers<string>();
      let loads = 0;
      const first = client.getOrSet(key, () => (loads++, source.promise), { ttl: 60 });
      await eventually("it loads", () => loads === 1);
      assertEquals(await marker.invalidate(key, AN_HOUR), true);
      // The one who has marked it does not join the load of before.
      assertEquals(await marker.getOrSet(key, () => "new", { ttl: 60 }), "new");
      source.resolve("old");
      assertEquals(await first, "old");
      await client.meta.noop();
      assertEquals([await client.get(key), loads], ["new", 1]);
    }
  },
  "during a load without a lease: the process that marks it does not store it": async (client) => {
    const source = Promise.withResolvers<string>();
    const options = { ttl: 60, lease: false } as const;
    let loads = 0;
    const first = client.getOrSet("a", () => (loads++, source.promise), options);
    await eventually("it loads", () => loads === 1);
    await client.invalidate("a", AN_HOUR);
    source.resolve("old");
    assertEquals([await first, await client.get("a")], ["old", undefined]);
  },
  "during a load by forceFresh: its value is not stored": async (client, other) => {
    await client.set("a", "old");
    const source = Promise.withResolvers<string>();
    const fresh = { ttl: 60, forceFresh: true };
    const first = client.getOrSet("a", () => source.promise, fresh);
    await client.meta.noop();
    await other.invalidate("a", AN_HOUR);
    source.resolve("loaded");
    assertEquals([await first, await client.get("a")], ["loaded", "old"]);
    assertEquals((await client.meta.get("a"))?.stale, true);
  },
  "the placeholder of a holder that died is taken after the lease": async (client, other) => {
    await other.meta.get("a", { vivify: 1 });
    await client.invalidate("a", AN_HOUR);
    // Somebody wins it again, and is not heard of any more.
    assertEquals((await other.meta.get("a", { vivify: 1 }))?.won, true);
    const options = { ttl: 60, lease: 1, waitTimeout: 60_000 };
    const begun = performance.now();
    assertEquals(await client.getOrSet("a", () => "loaded", options), "loaded");
    assert(performance.now() - begun < 3000);
    assertEquals(await client.get("a"), "loaded");
  },
  "what is not there is no failure": async (client) => {
    assertEquals(await client.invalidate("a", AN_HOUR), true);
    assertEquals(await client.get("a"), undefined);
  },
};

testOnBothServers("Client.invalidate()", CASES, PATIENT);

Deno.test("Client.invalidate(): after staleFor the value is gone, and none is given in its place", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  for (const exptime of [5, 0]) {
    await client.set("a", "old", { exptime });
    await client.invalidate("a", { staleFor: 10 });
    server.advance(9);
    assertEquals(await client.get("a"), "old");
    server.advance(1);
    assertEquals(await client.get("a"), undefined);
    assertEquals(await client.getOrSet("a", () => "new", STALE), "new");
  }
});

Deno.test("Client.invalidate() deletes on a server without meta commands, and for a codec that does not see marks", async () => {
  await using old = await MemcachedServer.start();
  old.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
  await using live = await startMemcached();
  for (const [server, codec] of [[old, undefined], [live, libmcCodec]] as const) {
    await using client = new Client(server.address, { ...PATIENT, ...(codec && { codec }) });
    await client.set("a", "old");
    const order = [client.invalidate("a", AN_HOUR), client.get("a"), client.set("a", "new")];
    assertEquals(await Promise.all(order), [true, undefined, true]);
    assertEquals(await client.get("a"), "new");
    assertEquals(await client.invalidate("absent", AN_HOUR), true);
  }
});

Deno.test("Client.invalidate() that fails is false, or rejects if it is strict", async () => {
  await using client = new Client("127.0.0.1:1", { warn: false });
  assertEquals(await client.invalidate("a", AN_HOUR), false);
  assertInstanceOf(client.lastError, MemcachedError);
  await assertRejects(() => client.invalidate("a", { ...AN_HOUR, strict: true }));
});

Deno.test("Client.invalidate() refuses what cannot be used before a byte is sent", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const bad = [undefined, {}, 5, ...[0, -1, 1.5, 2_592_001, "5"].map((staleFor) => ({ staleFor }))];
  for (const options of [...bad, { staleFor: 5, exptime: 5 }]) {
    const error = await client.invalidate("a", options as { staleFor: number }).catch((e) => e);
    assert(error instanceof TypeError || error instanceof RangeError, Deno.inspect(options));
  }
  await assertRejects(() => client.invalidate("a b", AN_HOUR), TypeError, "space");
  assertEquals([server.connections, client.lastError], [0, undefined]);
});

const never = () => new Promise<never>(() => {});

/** The placeholder of a lease, as the rest of a client sees it: nothing is there. */

import { assert, assertEquals } from "@std/assert";
import { Client, jsCodec, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../../support/memcached.ts";

const PATIENT = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };

Deno.test("a placeholder is a miss in counters(), whatever reads it, and so is the read that makes it", async () => {
  await using embedded = await MemcachedServer.start();
  await using live = await startMemcached();
  for (const { address } of [embedded, live]) {
    await using client = new Client(address, PATIENT);
    const counted = async (read: () => Promise<unknown>) => {
      const { hits, misses } = client.counters().get(address)!;
      await read();
      const now = client.counters().get(address)!;
      return [now.hits - hits, now.misses - misses];
    };
    await client.set("there", 1);
    await client.meta.get("a", { vivify: 60 });
    const keys = ["a", "there", "absent"];
    assertEquals(await counted(() => client.get("a")), [0, 1]);
    assertEquals(await counted(() => client.gets("a")), [0, 1]);
    assertEquals(await counted(() => client.getStream("a")), [0, 1]);
    assertEquals(await counted(() => Promise.all(keys.map((key) => client.get(key)))), [1, 2]);
    assertEquals(await counted(() => Promise.all([..."aa"].map((key) => client.get(key)))), [0, 1]);
    assertEquals(await counted(() => client.getMulti(keys)), [1, 2]);
    assertEquals(await counted(() => client.meta.get("a")), [0, 1]);
    assertEquals(await counted(() => client.meta.getMulti(keys)), [1, 2]);
    assertEquals(await counted(() => client.meta.get("b", { vivify: 60 })), [0, 1]);
    assertEquals(await counted(() => client.getOrSet("c", () => 1, { ttl: 60 })), [0, 1]);
    assertEquals(await counted(() => client.getOrSet("c", () => 1, { ttl: 60 })), [1, 0]);
    const plain = { vivify: 60, value: false };
    assertEquals(await counted(() => client.meta.get("d", plain)), [0, 1]);
    assertEquals(await counted(() => client.meta.getMulti(["e", "f"], plain)), [0, 2]);
    assertEquals(await counted(() => client.meta.get("there", plain)), [1, 0]);
    const update = (key: string) => client.update<number>(key, (old = 0) => old + 1);
    assertEquals(await counted(() => update("a")), [0, 1]);
    assertEquals(await counted(() => update("a")), [1, 0]);
    const fresh = { ttl: 60, forceFresh: true };
    assertEquals(await counted(() => client.getOrSet("g", () => 1, fresh)), [0, 1]);
    await client.set("empty", "");
    assertEquals(await counted(() => client.get("empty")), [1, 0]);
    assertEquals(await counted(() => client.update("empty", () => undefined)), [1, 0]);
  }
});

Deno.test("a placeholder is a miss for a client that keeps values near, and a hit for getRaw(), which gives it", async () => {
  await using server = await MemcachedServer.start();
  const nearCache = { maxBytes: 1_000_000, maxAge: 60_000 };
  await using client = new Client(server.address, { ...PATIENT, nearCache });
  const countsOf = () => {
    const { hits, misses, nearHits, nearMisses } = client.counters().get(server.address)!;
    return [hits, misses, nearHits, nearMisses];
  };
  await client.meta.get("a", { vivify: 60 });
  const before = countsOf();
  assertEquals(await client.get("a"), undefined);
  assertEquals(await client.getMulti(["a", "b"]), new Map());
  assertEquals(await client.getList(["a", "b"]), [undefined, undefined]);
  assertEquals(countsOf().map((count, i) => count - before[i]), [0, 5, 0, 5]);
  assertEquals(await client.getRaw("a"), { data: new Uint8Array(0), flags: 0 });
  assertEquals(countsOf().map((count, i) => count - before[i]), [1, 5, 0, 5]);
});

Deno.test("a placeholder beside a lock is a miss in counters(), and what getOrSet() looks up besides is not counted", async () => {
  await using old = await MemcachedServer.start({ version: "1.4.39" });
  await using server = await MemcachedServer.start();
  for (const [{ address }, codec] of [[old, jsCodec], [server, libmcCodec]] as const) {
    await using client = new Client(address, { ...PATIENT, codec });
    const counted = async (read: () => Promise<unknown>) => {
      const { hits } = client.counters().get(address)!;
      await read();
      return client.counters().get(address)!.hits - hits;
    };
    const stale = { ttl: 60, staleWhileRevalidate: 60 };
    let during: number | undefined;
    const load = async () => {
      during = await counted(() => Promise.all([client.get("a"), client.gets("a")]));
      return 1;
    };
    assertEquals([await counted(() => client.getOrSet("a", load, { ttl: 60 })), during], [0, 0]);
    assertEquals(await counted(() => client.getOrSet("a", load, { ttl: 60 })), 1);
    assertEquals(await counted(() => client.getOrSet("b", () => 1, stale)), 0);
    assertEquals(await counted(() => client.getOrSet("b", () => 1, stale)), 1);
    const fresh = { ttl: 60, forceFresh: true };
    assertEquals(await counted(() => client.getOrSet("a", () => 1, fresh)), 0);
  }
});

Deno.test("Client.getStream() takes a placeholder for a miss where the codec does, and an empty value for none", async () => {
  await using server = await startMemcached();
  for (const [codec, isMiss] of [[jsCodec, true], [libmcCodec, false]] as const) {
    await using client = new Client(server.address, { ...PATIENT, codec });
    await client.meta.get("a", { vivify: 60 });
    const stream = await client.getStream("a");
    assertEquals(stream === undefined, isMiss);
    await stream?.cancel();
    await client.setStream("empty", new Blob([]).stream());
    const empty = await client.getStream("empty");
    assert(empty !== undefined);
    assertEquals(await new Response(empty).text(), "");
  }
});

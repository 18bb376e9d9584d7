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
    await client.set("empty", "");
    assertEquals(await counted(() => client.get("empty")), [1, 0]);
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

/** A client that changes an item while a load of its own is under way: who asks afterwards is not given what was loaded before. */

import { assertEquals } from "@std/assert";
import { Client, type ClientOptions, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../../support/memcached.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };
const TTL = { ttl: 60 };

/** Changes of the item "k", each with the value that is read afterwards; without one it is loaded anew. */
const CHANGES: Record<string, [change: (client: Client) => Promise<unknown>, value?: unknown]> = {
  set: [(client) => client.set("k", "new"), "new"],
  setMulti: [(client) => client.setMulti({ j: 1, k: "new" }), "new"],
  setRaw: [(client) => client.setRaw("k", new Uint8Array([0x30]), { flags: 8 }), false],
  delete: [(client) => client.delete("k")],
  deleteMulti: [(client) => client.deleteMulti(["j", "k"])],
  update: [(client) => client.update("k", () => "new"), "new"],
  invalidate: [(client) => client.invalidate("k", { staleFor: 60 })],
  "delete and add": [async (client) => {
    await client.delete("k");
    await client.add("k", "new");
  }, "new"],
  "meta.set": [(client) => client.meta.set("k", "new"), "new"],
  "meta.delete": [(client) => client.meta.delete("k")],
  flushAll: [(client) => client.flushAll()],
};

for (const codec of ["jsCodec", "libmcCodec"] as const) {
  Deno.test(`${codec}: after a change of the client itself, no call of getOrSet joins a load that began before`, async () => {
    await using server = await MemcachedServer.start();
    for (const [name, [change, value]] of Object.entries(CHANGES)) {
      await using client = new Client(server.address, {
        ...PATIENT,
        allowFlushAll: true,
        ...codec === "libmcCodec" && { codec: libmcCodec },
      });
      // The lock of a load outlives what does not know of it.
      if (codec === "libmcCodec" && /^meta\.delete|^flushAll/.test(name)) continue;
      await client.flushAll();
      const { promise: source, resolve } = Promise.withResolvers<string>();
      const { promise: loading, resolve: loads } = Promise.withResolvers<void>();
      const first = client.getOrSet<unknown>("k", () => (loads(), source), TTL);
      await loading;
      await change(client);
      let later = client.getOrSet<unknown>("k", () => "loaded anew", TTL);
      if (value !== undefined) assertEquals(await later, value, name);
      resolve("old");
      assertEquals(await first, "old", name);
      assertEquals(await later, value ?? "loaded anew", name);
      later = client.getOrSet<unknown>("k", () => "loaded anew", TTL);
      assertEquals(await later, value ?? "loaded anew", name);
    }
  });
}

Deno.test("getOrSet that is called behind a set in the same turn gives what was set", async () => {
  await using embedded = await MemcachedServer.start();
  await using live = await startMemcached();
  for (const { address } of [embedded, live]) {
    await using client = new Client(address, PATIENT);
    const ask = (load: string) => client.getOrSet("k", () => load, TTL);
    const calls = [ask("first"), ask("first"), client.set("k", "set"), ask("second"), ask("third")];
    assertEquals(await Promise.all(calls), ["first", "first", true, "set", "set"]);
    assertEquals(await client.get("k"), "set");
  }
});

Deno.test("A touch of the client itself does not keep a load from storing", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const load = async () => {
    await client.touch("k", 30);
    return "loaded";
  };
  assertEquals(await client.getOrSet("k", load, TTL), "loaded");
  assertEquals(await client.get("k"), "loaded");
});

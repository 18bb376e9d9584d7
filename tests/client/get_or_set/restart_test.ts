/**
 * What is read, loaded and stored again while a server restarts, or another one stands in. Their cas numbers begin anew or
 * are others: the number of the item that was read may be that of a newer one.
 */

import { assertEquals } from "@std/assert";
import { Client, jsCodec, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startRestartable } from "../../support/some_port.ts";

const STALE = { ttl: 60, staleIfError: 60 };

/** A server that restarts while something is on its way, and has a newer value then, with the cas of the older one. */
async function restarting(codec: typeof jsCodec) {
  let server = await startRestartable();
  const options = { codec, warn: false, retryTimeout: 0 };
  const client = new Client(server.address, options);
  const other = new Client(server.address, { ...options, strict: true });
  const { port } = server;
  return {
    client,
    other,
    /** Restarts it as soon as the key has an item. */
    async restart(): Promise<string> {
      const cas = (await other.meta.get("key", { value: false, cas: true }))?.cas;
      await server.stop();
      server = await MemcachedServer.start({ port });
      for (let i = 0; i < 10; i++) {
        await other.set("key", "newer", { strict: false });
        if ((await other.gets("key", { strict: false }))?.cas === cas) break;
      }
      assertEquals(
        await other.gets("key"),
        cas === undefined ? undefined : { value: "newer", cas },
      );
      return "older";
    },
    async [Symbol.asyncDispose]() {
      await Promise.all([client.close(), other.close()]);
      await server.stop();
    },
  };
}

const CALLS: Record<string, (client: Client, load: () => Promise<string>) => Promise<unknown>> = {
  "getOrSet() on a stale item": async (client, load) => {
    await client.set("key", "stale", { exptime: 1 });
    return await client.getOrSet("key", load, STALE);
  },
  "getOrSet() without a lease": async (client, load) => {
    await client.set("key", "stale");
    return await client.getOrSet("key", load, { ttl: 60, lease: false, forceFresh: true });
  },
  "getOrSetMulti() on a stale item": async (client, load) => {
    await client.set("key", "stale", { exptime: 1 });
    const values = await client.getOrSetMulti(["key"], async () => ({ key: await load() }), STALE);
    return values.get("key");
  },
};

for (const [way, codec] of [["a lease", jsCodec], ["a lock", libmcCodec]] as const) {
  const calls = way === "a lock" ? CALLS : {
    ...CALLS,
    "getOrSet() on a missing key": ((client, load) =>
      client.getOrSet("key", load, { ttl: 60 })) as typeof CALLS[string],
    "getOrSetMulti() on a missing key": (async (client, load) => {
      const load1 = async () => ({ key: await load() });
      return (await client.getOrSetMulti(["key"], load1, { ttl: 60 })).get("key");
    }) as typeof CALLS[string],
  };
  for (const [name, call] of Object.entries(calls)) {
    Deno.test(`Client.${name}, by ${way}: a load that began before a restart is not stored over what was set after it`, async () => {
      await using world = await restarting(codec);
      const { client, other, restart } = world;
      assertEquals(await call(client, restart), "older");
      assertEquals(await other.get("key"), "newer");
    });
  }
}

Deno.test("Client.update(): what was read before a restart is not changed in place of what was set after it", async () => {
  await using world = await restarting(jsCodec);
  const { client, other, restart } = world;
  await client.set("key", "older");
  const seen: (string | undefined)[] = [];
  await client.update<string>("key", async (value) => {
    if (seen.push(value) === 1) await restart();
    return `${value}, changed`;
  });
  assertEquals(seen, ["older", "newer"]);
  assertEquals(await other.get("key"), "newer, changed");
});

Deno.test("Lock.release(): a lock that was lost with a restart does not end that of the next holder", async () => {
  await using world = await restarting(jsCodec);
  const { client, other, restart } = world;
  const lock = await client.lock("key", { ttl: 60 });
  await restart();
  assertEquals(await lock?.release(), false);
  assertEquals(await other.get("key"), "newer");
});

Deno.test("Client.getOrSet(): if only the connection was lost during a load, the next caller loads at once", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { warn: false, retryTimeout: 0 });
  const load = async () => {
    server.disconnect();
    // The client has seen it once it is connected again.
    while (!await client.set("other", 1)) { /* It is not yet. */ }
    return "of before";
  };
  assertEquals(await client.getOrSet("key", load, { ttl: 60 }), "of before");
  assertEquals(await client.getOrSet("key", () => "of after", { ttl: 60 }), "of after");
  assertEquals(await client.get("key"), "of after");
});

Deno.test("Client.getOrSet(): a load that began at a server which died is not stored over what the stand-in has", async () => {
  const servers = [await MemcachedServer.start(), await MemcachedServer.start()];
  await using first = servers[0];
  await using second = servers[1];
  const addresses = [first.address, second.address];
  const options = { failover: true, warn: false };
  await using client = new Client(addresses, options);
  await using other = new Client(addresses, { ...options, retryTimeout: 0 });
  const owner = servers[addresses.indexOf(client.getHostByKey("key"))];
  const load = async () => {
    await owner.stop();
    // The stand-in's first item has the cas of the owner's first, the placeholder.
    while (!await other.set("key", "newer")) { /* It is not dead to the client yet. */ }
    return "older";
  };
  assertEquals(await client.getOrSet("key", load, { ttl: 60 }), "older");
  assertEquals(await other.gets("key"), { value: "newer", cas: 1n });
  assertEquals(await client.getOrSet("key", () => "never", { ttl: 60 }), "newer");
});

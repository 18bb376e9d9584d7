/** A server that was cut off and comes back gives nothing that was changed meanwhile, with `replayInvalidations`. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { type FaultProxy, MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { startProxy } from "../support/some_port.ts";

const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `key${i}`);
type Change = (client: Client, keys: readonly string[]) => Promise<unknown>;

/** What makes the old values out of date. */
const CHANGES: Readonly<Record<string, Change>> = {
  delete: (client, keys) => Promise.all(keys.map((key) => client.delete(key))),
  deleteMulti: (client, keys) => client.deleteMulti(keys),
  set: (client, keys) => Promise.all(keys.map((key) => client.set(key, "new"))),
  setMulti: (client, keys) => client.setMulti(keys.map((key) => [key, "new"])),
  replace: (client, keys) => Promise.all(keys.map((key) => client.replace(key, "new"))),
  expire: (client, keys) => Promise.all(keys.map((key) => client.expire(key))),
  "meta.delete": (client, keys) => Promise.all(keys.map((key) => client.meta.delete(key))),
  "meta.setMulti": (client, keys) => client.meta.setMulti(keys.map((key) => [key, "new"] as const)),
};

/** How a server is cut off. */
const CUTS: Readonly<Record<string, (proxy: FaultProxy) => Promise<void>>> = {
  "refuses connections": async (proxy) => {
    await proxy.set({ refuse: true });
    await proxy.reset();
  },
  "says nothing": (proxy) => proxy.set({ stall: true }),
};

for (const failover of [false, true]) {
  for (const [cut, strike] of Object.entries(CUTS)) {
    Deno.test(`Client with replayInvalidations reads nothing stale of a server that ${cut}, failover ${failover}`, async () => {
      for (const [name, change] of Object.entries(CHANGES)) {
        await using rig = await Rig.start({ failover, replayInvalidations: true });
        const { client, proxy, name: server } = rig;
        await eventually("all are stored", async () => {
          const { ok } = await client.setMulti(KEYS.map((key) => [key, "old"]));
          return ok && (await client.getMulti(KEYS)).size === KEYS.length;
        });
        const keys = KEYS.filter((key) => client.getHostByKey(key) === server);
        const others = KEYS.filter((key) => !keys.includes(key));
        await client.meta.noop();
        await strike(proxy);
        await change(client, keys.slice(1));
        await proxy.clear();
        await eventually(`${name}: it is back`, async () => {
          const found = await client.getMulti<string>(keys);
          for (const key of keys.slice(1)) {
            if (found.get(key) === "old") throw new Error(`${name}: ${key} is stale`);
          }
          return found.get(keys[0]) === "old";
        });
        assertEquals((await client.getMulti(others)).size, others.length, name);
        const { owed, replayed, forgotten } = client.counters().get(server)!;
        assert(owed >= keys.length - 1 && replayed >= keys.length - 1, `${owed}, ${replayed}`);
        assertEquals(forgotten, 0);
      }
    });
  }
}

Deno.test("Client without replayInvalidations reads what was deleted meanwhile, as libmc does", async () => {
  await using rig = await Rig.start({});
  const { client, proxy, name } = rig;
  const key = KEYS.find((key) => client.getHostByKey(key) === name)!;
  await client.set(key, "old");
  await CUTS["refuses connections"](proxy);
  assertEquals(await client.delete(key), false);
  await proxy.clear();
  await eventually("it is back", async () => await client.get(key) === "old");
});

Deno.test("Client with replayInvalidations deletes what one stood in for that another one now does", async () => {
  const gone = await MemcachedServer.start();
  await using first = await MemcachedServer.start();
  await using second = await MemcachedServer.start();
  const [old, there, between] = [gone, first, second].map(({ address }, i) => `${address} s${i}`);
  await gone.stop();
  await using client = new Client([old, there], {
    failover: true,
    replayInvalidations: true,
    retryTimeout: 60_000,
    connectTimeout: 5000,
    warn: false,
  });
  await using after = new Client([old, there, between]);
  const key = KEYS.find((key) => {
    const { server, standIns } = after.explain(key);
    return server === "s0" && standIns[0].server === "s2";
  })!;
  await client.get(key);
  assertEquals(await client.set(key, "old"), true);
  assertEquals([first.items, second.items], [1, 0]);
  client.setServers([old, there, between]);
  assertEquals(await client.set(key, "new"), true);
  await eventually("it is deleted", () => first.items === 0);
  assertEquals([second.items, await client.get(key)], [1, "new"]);
});

Deno.test("Client with replayInvalidations leaves a server dead that cannot carry out the deletes", async () => {
  await using rig = await Rig.start({ replayInvalidations: true });
  const { client, proxy, name, server } = rig;
  const key = KEYS.find((key) => client.getHostByKey(key) === name)!;
  await client.set(key, "old");
  await CUTS["refuses connections"](proxy);
  await client.delete(key);
  server.fault({ kind: "serverError", commands: ["delete"], times: 3 });
  await proxy.clear();
  await eventually("it is back", async () => {
    assertEquals(await client.get(key), undefined);
    return client.counters().get(name)!.replayed > 0;
  });
  assertEquals(server.commands.get("delete")! >= 1, true);
  assertEquals(await client.set(key, "newer"), true);
  assertEquals(await client.get(key), "newer");
});

Deno.test("Client refuses replayInvalidations together with noreply", () => {
  assertThrows(
    () => new Client("127.0.0.1", { replayInvalidations: true, noreply: true }),
    TypeError,
    "nobody knows what failed",
  );
});

/** A client of two servers, one of them behind a proxy. */
class Rig implements AsyncDisposable {
  readonly name = "cut";
  readonly server: MemcachedServer;
  readonly other: MemcachedServer;
  readonly proxy: FaultProxy;
  readonly client: Client;

  static async start(options: ClientOptions): Promise<Rig> {
    const server = await MemcachedServer.start();
    const other = await MemcachedServer.start();
    const proxy = await startProxy(server.address);
    return new Rig(server, other, proxy, options);
  }

  private constructor(
    server: MemcachedServer,
    other: MemcachedServer,
    proxy: FaultProxy,
    options: ClientOptions,
  ) {
    this.server = server;
    this.other = other;
    this.proxy = proxy;
    this.client = new Client([`${proxy.address} cut`, `${other.address} other`], {
      pollTimeout: 60,
      connectTimeout: 1000,
      retryTimeout: 20,
      warn: false,
      ...options,
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.proxy.stop();
    await this.server.stop();
    await this.other.stop();
  }
}

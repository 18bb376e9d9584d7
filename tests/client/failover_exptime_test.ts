/** With `failoverExptime` nothing lasts longer on a server that stands in, whatever stores or touches it. */

import { assertEquals, assertGreater } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { cappedExptime } from "../../src/commands/exptime_cap.ts";

const LONG = 5000;
const CAP = 60;
type Call = (client: Client, key: string, keys: readonly string[]) => Promise<unknown>;

/** What stores or touches an item. */
const CALLS: Readonly<Record<string, Call>> = {
  set: (client, key) => client.set(key, "v"),
  "set with an exptime": (client, key) => client.set(key, "v", { exptime: LONG }),
  "set with a date": (client, key) => client.set(key, "v", { exptime: inAWhile() }),
  setRaw: (client, key) => client.setRaw(key, new Uint8Array(2)),
  "set of a big value": (client, key) => client.set(key, "v".repeat(1_500_000)),
  add: async (client, key) => {
    await client.delete(key);
    await client.add(key, "v");
  },
  replace: (client, key) => client.replace(key, "v"),
  cas: async (client, key) => client.cas(key, "v", (await client.gets(key))!.cas),
  setMulti: (client, _, keys) => client.setMulti(keys.map((key) => [key, "v"])),
  "setMulti with an exptime": (client, _, keys) =>
    client.setMulti(keys.map((key) => [key, "v"]), { exptime: LONG }),
  touch: (client, key) => client.touch(key, LONG),
  gat: (client, key) => client.gat(key, LONG),
  gats: (client, key) => client.gats(key, 0),
  gatMulti: (client, _, keys) => client.gatMulti(keys, LONG),
  update: (client, key) => client.update(key, () => "w"),
  "incr with initial": async (client, key) => {
    await client.delete(key);
    await client.incr(key, 1, { initial: 1, exptime: LONG });
  },
  getOrSet: async (client, key) => {
    await client.delete(key);
    await client.getOrSet(key, () => "loaded", { ttl: LONG });
  },
  getOrSetMulti: async (client, _, keys) => {
    await client.deleteMulti(keys);
    await client.getOrSetMulti(keys, (missing) => missing.map((key) => [key, "v"] as const), {
      ttl: LONG,
    });
  },
  "meta.set": (client, key) => client.meta.set(key, "v"),
  "meta.set with an exptime": (client, key) => client.meta.set(key, "v", { exptime: LONG }),
  "meta.setMulti": (client, _, keys) =>
    client.meta.setMulti(keys.map((key) => [key, "v"] as const)),
  "meta.get with touch": (client, key) => client.meta.get(key, { touch: LONG }),
  "meta.getMulti with touch": (client, _, keys) => client.meta.getMulti(keys, { touch: 0 }),
  "meta.get with vivify": async (client, key) => {
    await client.delete(key);
    await client.meta.get(key, { vivify: LONG });
  },
  "meta.arithmetic with touch": async (client, key) => {
    await client.set(key, 5);
    await client.meta.arithmetic(key, { touch: LONG });
  },
  "meta.delete with stale": (client, key) =>
    client.meta.delete(key, { stale: true, exptime: LONG }),
};

for (const [name, call] of Object.entries(CALLS)) {
  Deno.test(`Client with failoverExptime bounds what ${name} leaves at a server that stands in`, async () => {
    await using rig = await Rig.start({ failoverExptime: CAP });
    await rig.client.setMulti(rig.keys.map((key) => [key, "old"]));
    await call(rig.client, rig.keys[0], rig.keys);
    assertGreater(rig.server.items, 0);
    rig.server.advance(CAP + 1);
    for (const key of rig.keys) assertEquals(await rig.client.get(key), undefined, key);
  });
}

Deno.test("Client with failoverExptime leaves what goes to its owner as the caller wants it", async () => {
  await using rig = await Rig.start({ failoverExptime: CAP });
  const own = rig.ownKeys;
  const all = [...own, ...rig.keys];
  assertEquals((await rig.client.setMulti(all.map((key) => [key, key]))).ok, true);
  assertEquals(await rig.client.touch(own[0], LONG), true);
  assertEquals((await rig.client.getMulti(all)).size, all.length);
  rig.server.advance(CAP + 1);
  assertEquals([...(await rig.client.getMulti(all)).keys()].sort(), [...own].sort());
});

Deno.test("Client with failoverExptime leaves shorter times as they are", async () => {
  await using rig = await Rig.start({ failoverExptime: CAP });
  const [a, b] = rig.keys;
  await rig.client.set(a, "v", { exptime: 5 });
  await rig.client.set(b, "v", { exptime: 50 });
  rig.server.advance(6);
  assertEquals(await rig.client.getList([a, b]), [undefined, "v"]);
  assertEquals(await rig.client.expire(b), true);
  assertEquals(await rig.client.get(b), undefined);
});

Deno.test("Client without failoverExptime lets it last as libmc does, and config() turns it on", async () => {
  await using rig = await Rig.start({});
  const [a, b] = rig.keys;
  await rig.client.set(a, "v");
  rig.client.config({ failoverExptime: 1 });
  await rig.client.set(b, "v");
  rig.server.advance(1_000_000);
  assertEquals(await rig.client.getList([a, b]), ["v", undefined]);
});

Deno.test("cappedExptime() gives no more than the seconds from now, of times and of dates", () => {
  const cap = { seconds: 60, now: 1_800_000_000 };
  const cases: readonly (readonly [exptime: number, capped: number])[] = [
    [0, 60],
    [1, 1],
    [60, 60],
    [61, 60],
    [2_592_000, 60],
    [-1, -1],
    [2_592_001, 2_592_001],
    [1_800_000_060, 1_800_000_060],
    [1_800_000_061, 60],
  ];
  for (const [exptime, capped] of cases) {
    assertEquals(cappedExptime(exptime, cap), capped, `${exptime}`);
  }
});

/** A client of two servers, one of which is not there, so that the other stands in. */
class Rig implements AsyncDisposable {
  readonly server: MemcachedServer;
  readonly client: Client;
  /** Keys of the server that is not there, and of the other one. */
  readonly keys: readonly string[];
  readonly ownKeys: readonly string[];

  static async start(options: ClientOptions): Promise<Rig> {
    const gone = await MemcachedServer.start();
    const server = await MemcachedServer.start();
    const client = new Client([`${gone.address} gone`, `${server.address} there`], {
      failover: true,
      retryTimeout: 60_000,
      connectTimeout: 5000,
      pollTimeout: 5000,
      ...options,
    });
    await gone.stop();
    return new Rig(server, client);
  }

  private constructor(server: MemcachedServer, client: Client) {
    this.server = server;
    this.client = client;
    const all = Array.from({ length: 40 }, (_, i) => `key${i}`);
    const isGone = (key: string) => client.getHostByKey(key) === "gone";
    this.keys = all.filter(isGone).slice(0, 4);
    this.ownKeys = all.filter((key) => !isGone(key)).slice(0, 4);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.server.stop();
  }
}

function inAWhile(): number {
  return Math.floor(Date.now() / 1000) + LONG;
}

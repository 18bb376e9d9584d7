/** The option `distribution`, and what goes with it, as callers of a client see them. */

import {
  Client,
  type ClientOptions,
  type DistributionFactory,
  MemcachedError,
  type Servers,
  type WeightedServer,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { wireKey } from "../../../src/key.ts";
import { parseAddress } from "../../../src/placement/address.ts";
import {
  type DistributionName,
  distributionOf,
  DISTRIBUTIONS,
} from "../../../src/placement/distributions.ts";
import { eventually } from "../../support/eventually.ts";

const SERVERS = ["10.0.0.1", "10.0.0.2:11212", "10.0.0.3:11213", "10.0.0.4 d"];
const KEYS = [
  ...Array.from({ length: 50 }, (_, i) => `key:${i}`),
  ...Array.from({ length: 50 }, (_, i) => `grüße:${i}:日本`),
];
const NAMES = Object.keys(DISTRIBUTIONS) as DistributionName[];

Deno.test("Client() places keys by the distribution that it is given", async () => {
  const addresses = SERVERS.map(parseAddress);
  for (const distribution of NAMES) {
    const made = distributionOf(addresses, { ...PLAIN, distribution });
    assertEquals(
      await ownersOf(SERVERS, { distribution }),
      KEYS.map((key) => addresses[made.indexFor(wireKey(key))].name),
      distribution,
    );
  }
});

Deno.test("Client() places keys by libmc's distribution unless it is told otherwise", async () => {
  assertEquals(await ownersOf(SERVERS, { distribution: "libmc" }), await ownersOf(SERVERS));
});

Deno.test("Client() stores keys on the servers that the distribution names, and finds them there", async () => {
  await using group = await startThree();
  const { servers } = group;
  for (const distribution of NAMES) {
    await using client = new Client(servers, { distribution, strict: true });
    const items = KEYS.map((key): [string, string] => [key, `${distribution} ${key}`]);
    assertEquals(await client.setMulti(items), { ok: true, failed: [] });
    for (const server of servers) {
      await using alone = new Client(server);
      const found = await alone.getMulti(KEYS);
      const own = items.filter(([key]) => client.getHostByKey(key) === server);
      assertEquals([...found], own, `${distribution} ${server}`);
      await alone.deleteMulti(KEYS);
    }
  }
});

Deno.test("hashPrefix: false leaves the prefix out of what decides the server, and of nothing else", async () => {
  for (const distribution of NAMES) {
    const plain = await ownersOf(SERVERS, { distribution });
    const prefixed: ClientOptions = { distribution, prefix: "shop:", hashPrefix: false };
    assertEquals(await ownersOf(SERVERS, prefixed), plain, distribution);
  }
  const marked = KEYS.map((key) => `?${key}`);
  assertEquals(
    await ownersOf(SERVERS, { prefix: "ü:", hashPrefix: false }, marked),
    await ownersOf(SERVERS, {}, marked),
  );
});

Deno.test("hashTag lets the part between two characters decide the server", async () => {
  for (const distribution of NAMES) {
    const alone = await ownersOf(SERVERS, { distribution });
    const tagged = KEYS.map((key, i) => `page:{${key}}:${i}`);
    assertEquals(await ownersOf(SERVERS, { distribution, hashTag: "{}" }, tagged), alone);
    assertEquals(
      await ownersOf(SERVERS, { distribution, hashTag: "||" }, KEYS.map((key) => `|${key}|x|`)),
      alone,
    );
    // Nothing between, and only one of the two: the whole key decides.
    for (const odd of ["{}", "{", "}{", "a{}b}"]) {
      const keys = KEYS.map((key) => `${odd}${key}`);
      const whole = await ownersOf(SERVERS, { distribution }, keys);
      assertEquals(await ownersOf(SERVERS, { distribution, hashTag: "{}" }, keys), whole, odd);
    }
  }
});

Deno.test("hashTag and hashPrefix go together: the prefix is left out first", async () => {
  const options: ClientOptions = { prefix: "{p}:", hashPrefix: false, hashTag: "{}" };
  const tagged = KEYS.map((key) => `a:{${key}}`);
  assertEquals(await ownersOf(SERVERS, options, tagged), await ownersOf(SERVERS));
});

Deno.test("Client() rejects options that do not go with the distribution", () => {
  const wrong: [options: ClientOptions, message: string][] = [
    [{ distribution: "ketama", hashFn: "md5" }, 'use "hash"'],
    [{ distribution: () => ({ indexFor: () => 0 }), hashFn: "md5" }, "a distribution of your own"],
    [{ hash: "md5" }, '"hashFn" in its place'],
    [{ distribution: "dalli", hash: "md5" }, "one hash only"],
    [{ distribution: "rendezvous", hash: "crc" }, "one hash only"],
    [{ distribution: "hashring", hash: "crc" }, "one hash only"],
    [{ distribution: "spymemcached", hash: "md5" }, "one hash only"],
  ];
  for (const [options, message] of wrong) {
    assertThrows(() => new Client(SERVERS, options), TypeError, message);
  }
});

Deno.test("config() changes hashFn with libmc's distribution only", async () => {
  await using client = new Client(SERVERS, { distribution: "ketama" });
  assertThrows(() => client.config({ hashFn: "crc_32" }), TypeError, '"ketama"');
  assertThrows(() => client.config({ distribution: "libmc" } as ClientOptions), TypeError);
});

Deno.test("Client() takes servers with weights where the distribution has weights", async () => {
  for (const distribution of NAMES) {
    const servers: Servers = ["10.0.0.1", { server: "10.0.0.2", weight: 9 }];
    if (!DISTRIBUTIONS[distribution].takesWeights) {
      assertThrows(
        () => new Client(servers, { distribution }),
        TypeError,
        "has no weights",
        distribution,
      );
      continue;
    }
    const heavy = (await ownersOf(servers, { distribution })).filter((name) =>
      name === "10.0.0.2:11211"
    ).length;
    assert(heavy > 0.6 * KEYS.length, `${distribution}: ${heavy}`);
  }
});

Deno.test("a weight of 1 is none", async () => {
  const servers = SERVERS.map((server): WeightedServer => ({ server, weight: 1 }));
  for (const distribution of NAMES) {
    const plain = await ownersOf(SERVERS, { distribution });
    assertEquals(await ownersOf(servers, { distribution }), plain);
  }
});

Deno.test("Client() rejects servers that are neither strings nor have a string and a weight", () => {
  const wrong: [entry: unknown, error: new (message: string) => Error, message: string][] = [
    [{ server: "a", weight: 0 }, RangeError, "current value is 0"],
    [{ server: "a", weight: 1.5 }, RangeError, "current value is 1.5"],
    [{ server: "a", weight: "2" }, TypeError, "current type is string"],
    [{ server: "a", wieght: 2 }, TypeError, '"wieght"'],
    [{ weight: 2 }, TypeError, "undefined"],
    [{ server: "a:b:c" }, TypeError, "not a number"],
    [["a", 2], TypeError, 'write "a:2"'],
    [null, TypeError, "type is null"],
    [5, TypeError, "number"],
  ];
  for (const [entry, error, message] of wrong) {
    const servers = [entry] as string[];
    assertThrows(() => new Client(servers, { distribution: "ketama" }), error, message);
  }
});

Deno.test("updateServers() moves servers with weights, and keeps to libmc's rules for them", async () => {
  const weighted = (host: string): WeightedServer[] => [
    { server: `${host}:1 a`, weight: 3 },
    { server: `${host}:2 b` },
  ];
  await using client = new Client(weighted("10.0.0.1"), { distribution: "ketama_weighted" });
  const before = KEYS.map((key) => client.getHostByKey(key));
  assertEquals(client.updateServers(["10.0.0.2:1 a", "10.0.0.2:2 b"]), false);
  assertEquals(client.servers, ["10.0.0.1:1 a", "10.0.0.1:2 b"]);
  assertEquals(client.updateServers(weighted("10.0.0.2")), true);
  assertEquals(client.servers, ["10.0.0.2:1 a", "10.0.0.2:2 b"]);
  assertEquals(KEYS.map((key) => client.getHostByKey(key)), before);
});

Deno.test("failover goes by the distribution's order", async () => {
  for (const distribution of NAMES) {
    await using group = await startThree();
    const { servers } = group;
    await using client = new Client(servers, { distribution, failover: true, strict: true });
    await client.setMulti(KEYS.map((key) => [key, 1]));
    const made = distributionOf(servers.map(parseAddress), { ...PLAIN, distribution });
    await group.stop(0);
    const orderOf = (key: string) => Array.from(made.order(wireKey(key)), (i) => servers[i]);
    const lost = KEYS.find((key) => orderOf(key)[0] === servers[0]) as string;
    await eventually("the client sees that it is gone", async () => {
      return await client.getRealtimeHostByKey(lost) !== servers[0];
    });
    for (const key of KEYS) {
      const order = orderOf(key);
      const expected = order.find((server) => server !== servers[0]);
      assertEquals(await client.getRealtimeHostByKey(key), expected, `${distribution} ${key}`);
    }
  }
});

Deno.test("a distribution of one's own is given the servers and the hash, and asked for each key", async () => {
  const asked: unknown[] = [];
  const factory: DistributionFactory = (servers, { hash }) => {
    asked.push(servers.map(({ name, weight = 1 }) => [name, weight]), hash("a"));
    return { indexFor: (key) => key.length % servers.length };
  };
  const servers: Servers = [{ server: "10.0.0.1", weight: 5 }, "10.0.0.2 b"];
  await using client = new Client(servers, { distribution: factory, hash: "crc32", prefix: "p" });
  assertEquals(asked, [[["10.0.0.1:11211", 5], ["b", 1]], 0xe8b7be43]);
  assertEquals([client.getHostByKey("a"), client.getHostByKey("ü")], ["10.0.0.1:11211", "b"]);
});

Deno.test("a distribution of one's own without an order lets the next of the list stand in", async () => {
  await using group = await startThree();
  const { servers } = group;
  await group.stop(1);
  await using client = new Client(servers, {
    distribution: () => ({ indexFor: () => 1 }),
    failover: true,
    strict: true,
  });
  assertEquals(await client.set("key", "value"), true);
  const many = Array.from({ length: 500 }, (_, i) => `key:${i}`);
  assertEquals((await client.setMulti(many.map((key) => [key, 1]))).ok, true);
  assertEquals(await client.getRealtimeHostByKey("key"), servers[2]);
});

Deno.test("a distribution of one's own that gives no server makes the call reject as misuse", async () => {
  for (const index of [-1, 2, 0.5, NaN, "0", undefined] as number[]) {
    await using client = new Client(["10.0.0.1", "10.0.0.2"], {
      distribution: () => ({ indexFor: () => index }),
    });
    const message = `Cannot use ${index} as the server of key "key"`;
    await assertRejects(() => client.get("key"), TypeError, message);
    await assertRejects(() => client.getMulti(["key"]), TypeError, message);
    await assertRejects(() => client.setMulti({ key: 1 }), TypeError, message);
    assertThrows(() => client.getHostByKey("key"), TypeError, message);
  }
  const wrong = (() => 5) as unknown as DistributionFactory;
  assertThrows(() => new Client("a", { distribution: wrong }), TypeError, "has no method indexFor");
});

Deno.test("a distribution of one's own that fails later fails the calls that are placed anew, and no other", async () => {
  await using group = await startThree();
  const [server] = group.servers;
  let isBroken = false;
  await using client = new Client(group.servers, {
    distribution: () => ({ indexFor: () => isBroken ? -1 : 0 }),
    maxRetries: 1,
    strict: true,
  });
  await client.set("key", "value");
  group.at(0).fault({ kind: "missingReply", commands: ["get"], then: "close", times: 1 });
  const calls = [client.get("key"), client.getMulti(["key", "other"])];
  isBroken = true;
  for (const call of calls) {
    const error = await assertRejects(() => call, MemcachedError);
    assertEquals(error.server, server);
  }
  isBroken = false;
  assertEquals(await client.get("key"), "value");
});
Deno.test("a distribution of one's own that fails while a call is under way fails that call, and not the client", async () => {
  await using group = await startThree();
  const ttl = 60;
  const calls: Record<string, (client: Client) => Promise<unknown>> = {
    get: (client) => client.get("a"),
    getMulti: (client) => client.getMulti(["a", "bb"]),
    setMulti: (client) => client.setMulti({ a: 1, bb: 2 }),
    getOrSet: (client) => client.getOrSet("a", () => 1, { ttl }),
    getOrSetMulti: (client) =>
      client.getOrSetMulti(["a", "bb"], (keys) => new Map(keys.map((key) => [key, 1])), { ttl }),
    metaGet: (client) => client.meta.get("a"),
    metaGetMulti: (client) => client.meta.getMulti(["a", "bb"]),
    getRealtimeHostByKey: (client) => client.getRealtimeHostByKey("a"),
    update: (client) => client.update("a", () => 1),
    inNamespace: (client) => client.namespace("n").get("a"),
  };
  for (const [name, call] of Object.entries(calls)) {
    for (let answers = 0; answers < 8; answers++) {
      let left = answers;
      const indexFor = (wireKey: string) => {
        if (left-- <= 0) throw new Error("no more answers");
        return wireKey.length % 2;
      };
      await using client = new Client(group.servers, { distribution: () => ({ indexFor }) });
      // It settles, with a result or the error; closing waits for nothing.
      await Promise.allSettled([call(client)]);
      left = Infinity;
      assertEquals(await client.set("key", name), true);
    }
  }
});

Deno.test("a distribution of one's own may name servers without end, and some again and again", () => {
  const orders = [
    function* () {
      for (let i = 0;; i++) yield i % 3;
    },
    function* () {
      for (;;) yield 0;
    },
  ];
  for (const order of orders) {
    const made = distributionOf([1, 2, 3].map((port) => parseAddress(`a:${port}`)), {
      ...PLAIN,
      distribution: () => ({ indexFor: () => 0, order }),
    });
    assertEquals(Array.from(made.order("key")), [0, 1, 2]);
    assertEquals(made.firstUsable((index) => index === 2)("key"), 2);
  }
});

Deno.test("explain() takes from a distribution of one's own what it reckoned, and nothing else", async () => {
  const reckon = () => ({ hash: 7, server: "another", wireKey: "another" });
  const distribution = () => ({ indexFor: () => 0, reckon });
  await using client = new Client(["a", "b"], { distribution });
  const { hash, server, wireKey } = client.explain("key");
  assertEquals({ hash, server, wireKey }, { hash: 7, server: "a:11211", wireKey: "key" });
});
Deno.test("a key is free again after a distribution of one's own has failed in its turn", async () => {
  await using group = await startThree();
  for (let answers = 0; answers < 8; answers++) {
    let left = answers;
    const indexFor = (wireKey: string) => {
      if (left-- === 0) throw new Error("no answer this once");
      return wireKey.length % 2;
    };
    await using client = new Client(group.servers, {
      distribution: () => ({ indexFor }),
      strict: true,
      timeout: 400,
    });
    const calls = [client.meta.getMulti(["a", "bb"]), client.meta.get("a"), client.get("a")];
    await Promise.allSettled(calls);
    assertEquals(await client.set("a", answers), true);
    assertEquals(await client.set("bb", answers), true);
  }
});

const PLAIN = {
  hash: undefined,
  hashFn: "md5",
  prefix: "",
  hashPrefix: true,
  hashTag: "",
} as const;

async function ownersOf(
  servers: Servers,
  options: ClientOptions = {},
  keys: readonly string[] = KEYS,
): Promise<string[]> {
  await using client = new Client(servers, options);
  return keys.map((key) => client.getHostByKey(key));
}

/** Three servers, by their addresses. */
async function startThree(): Promise<
  AsyncDisposable & {
    servers: string[];
    at(index: number): MemcachedServer;
    stop(index: number): Promise<void>;
  }
> {
  const started = await Promise.all([0, 1, 2].map(() => MemcachedServer.start()));
  return {
    servers: started.map(({ address }) => address),
    at: (index) => started[index],
    stop: (index) => started[index].stop(),
    async [Symbol.asyncDispose]() {
      await Promise.all(started.map((server) => server.stop()));
    },
  };
}

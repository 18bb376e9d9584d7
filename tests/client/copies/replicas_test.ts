/** With `replicas`, several servers have a key: reads are spread over them, and none ever gives what was changed. */

import { Client, type ClientOptions, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { eventually } from "../../support/eventually.ts";

const BIG = "7".repeat(1_500_000);
const KEYS: readonly string[] = Array.from({ length: 60 }, (_, i) => `key${i}`);

Deno.test("Client with replicas spreads the reads of a key over its servers", async () => {
  await using rig = await Rig.start({ replicas: 2 });
  const { client } = rig;
  assertEquals(await client.set("hot", "v"), true);
  assertEquals(rig.items, 1, "it is stored once, and copied when it is read");
  await rig.read("hot", "v", 2);
  const copies = client.explain("hot").copies!;
  assertEquals(copies.map(({ alive }) => alive), [true, true]);
  assertEquals([copies[0].server, client.explain("hot").standIns[0].server], [
    client.getHostByKey("hot"),
    copies[1].server,
  ]);
  const before = rig.hits();
  for (let i = 0; i < 400; i++) assertEquals(await client.get("hot"), "v");
  const hits = rig.hits().map((count, i) => count - before[i]).toSorted((a, b) => a - b);
  // A copy that was on its way may have been one more.
  assert(hits[0] === 0 && hits[1] > 100 && hits[1] + hits[2] <= 402, `${hits}`);
});

/** Each verb that changes an item, and what is there afterwards. */
const CHANGES: Readonly<Record<string, readonly [(client: Client) => Promise<unknown>, unknown]>> =
  {
    set: [(client) => client.set("n", 7), 7],
    setMulti: [(client) => client.setMulti({ n: 7, m: 8 }), 7],
    setRaw: [(client) => client.setRaw("n", new TextEncoder().encode("7"), { flags: 4 }), 7],
    "set of a big value": [(client) => client.set("n", BIG), BIG],
    replace: [(client) => client.replace("n", 7), 7],
    cas: [async (client) => await client.cas("n", 7, (await client.gets("n"))!.cas), 7],
    update: [(client) => client.update<number>("n", (n) => n! + 6), 7],
    incr: [(client) => client.incr("n", 6), 7],
    decr: [(client) => client.decr("n", 1), 0],
    append: [(client) => client.append("n", "2"), 12],
    "delete": [(client) => client.delete("n"), undefined],
    deleteMulti: [(client) => client.deleteMulti(["n", "m"]), undefined],
    expire: [(client) => client.expire("n"), undefined],
    touch: [(client) => client.touch("n", -1), undefined],
    gat: [(client) => client.gat("n", -1), undefined],
    "meta.set": [(client) => client.meta.set("n", 7), 7],
    "meta.delete": [(client) => client.meta.delete("n"), undefined],
    "meta.arithmetic": [(client) => client.meta.arithmetic("n", { delta: 6 }), 7],
    "add after delete": [async (client) => {
      await client.delete("n");
      await client.add("n", 7);
    }, 7],
    flushAll: [(client) => client.flushAll(), undefined],
    "getOrSet of a fresh value": [
      (client) => client.getOrSet("n", () => 7, { ttl: 60, forceFresh: true }),
      7,
    ],
  };

for (const [name, [change, expected]] of Object.entries(CHANGES)) {
  Deno.test(`Client with replicas gives nothing outdated after ${name}`, async () => {
    await using rig = await Rig.start({ replicas: 3, allowFlushAll: true });
    const { client } = rig;
    await client.setMulti({ n: 1, m: 1 });
    await rig.read("n", 1, 3);
    await change(client);
    for (let i = 0; i < 12; i++) {
      assertEquals(await client.get("n"), expected);
      assertEquals((await client.getMulti(["n"])).get("n"), expected);
      assertEquals(await client.getList(["none", "n"]), [undefined, expected]);
    }
  });
}

Deno.test("Client with replicas reads many keys, split values and streams of any copy", async () => {
  await using rig = await Rig.start({ replicas: 2 });
  const { client } = rig;
  await client.setMulti(KEYS.map((key) => [key, key]));
  await client.set("big", BIG);
  for (let i = 0; i < 8; i++) {
    assertEquals((await client.getMulti(KEYS)).size, KEYS.length);
    assertEquals([...(await client.getMulti(KEYS)).keys()], KEYS);
    assertEquals(await client.getList([...KEYS, "none"]), [...KEYS, undefined]);
    assertEquals(await client.get("big"), BIG);
    assertEquals((await client.getRaw("key1"))?.data.length, 4);
    assertEquals(await new Response((await client.getStream("big"))!).text(), BIG);
  }
  await eventually("all are copied", async () => {
    await client.getMulti(KEYS);
    return rig.items >= 2 * KEYS.length;
  });
});

Deno.test("Client with replicas reads what a call that was made before has stored", async () => {
  await using rig = await Rig.start({ replicas: 3 });
  const { client } = rig;
  await client.set("n", 0);
  for (let n = 1; n < 100; n++) {
    const stored = client.set("n", n);
    assertEquals(await client.get("n"), n);
    await stored;
  }
});

Deno.test("Client with replicas never leaves different values, whoever writes at one moment", async () => {
  await using rig = await Rig.start({ replicas: 3 });
  await using other = new Client(rig.servers, { replicas: 3 });
  const clients = [rig.client, other];
  for (let round = 0; round < 40; round++) {
    await Promise.all(clients.flatMap((client, i) => [
      client.set("n", `${round} ${i}`),
      client.get("n"),
      other.get("n"),
    ]));
    const leading = (await rig.client.gets("n"))?.value;
    for (let i = 0; i < 6; i++) {
      for (const client of clients) assertEquals(await client.get("n"), leading);
    }
  }
});

Deno.test("Client with replicas of some keys leaves the others on one server", async () => {
  await using rig = await Rig.start({
    prefix: "p:",
    replicas: { count: 2, keys: (key) => key.startsWith("hot") },
  });
  const { client } = rig;
  await client.setMulti({ hot1: 1, cold1: 1 });
  await rig.read("hot1", 1, 2);
  for (let i = 0; i < 20; i++) assertEquals(await client.getList(["hot1", "cold1"]), [1, 1]);
  assertEquals(rig.items, 3);
  assertEquals([client.explain("hot1").copies?.length, client.explain("cold1").copies], [
    2,
    undefined,
  ]);
  assertEquals((await client.deleteMulti(["hot1", "cold1"])).ok, true);
  assertEquals(rig.items, 0);
});

Deno.test("Client with replicas loads once, locks once, and counts in one place", async () => {
  await using rig = await Rig.start({ replicas: 3 });
  await using other = new Client(rig.servers, { replicas: 3 });
  let loads = 0;
  const load = () => ++loads;
  for (let i = 0; i < 10; i++) {
    assertEquals(await rig.client.getOrSet("n", load, { ttl: 60 }), 1);
    assertEquals(
      await other.getOrSetMulti(["n"], (keys) => keys.map((key) => [key, ++loads] as const), {
        ttl: 60,
      }),
      new Map([["n", 1]]),
    );
  }
  const lock = await rig.client.lock("job", { ttl: 60 });
  assertEquals(await other.lock("job", { ttl: 60 }), undefined);
  assertEquals(await lock!.release(), true);
  await Promise.all(
    Array.from(
      { length: 20 },
      (_, i) => [rig.client, other][i % 2].incr("count", 1, { initial: 1 }),
    ),
  );
  assertEquals(await other.get("count"), "20");
});

Deno.test("Client with replicas keeps what a namespace has on one server", async () => {
  await using rig = await Rig.start({ replicas: 2 });
  const space = rig.client.namespace("space");
  await space.set("n", 1);
  for (let i = 0; i < 10; i++) assertEquals(await space.get("n"), 1);
  assertEquals(await space.clear(), true);
  for (let i = 0; i < 10; i++) assertEquals(await space.get("n"), undefined);
});

Deno.test("Client with replicas goes on with fewer servers, and with routeBy", async () => {
  await using rig = await Rig.start({ replicas: 3 });
  const { client } = rig;
  for (const servers of [rig.servers, rig.servers.slice(0, 2), rig.servers.slice(0, 1)]) {
    client.setServers(servers);
    for (let i = 0; i < 10; i++) {
      assertEquals(await client.set("n", i, { routeBy: "r" }), true);
      assertEquals(await client.get("n", { routeBy: "r" }), i);
      assertEquals(await client.set("m", i), true);
      assertEquals(await client.get("m"), i);
    }
  }
  await using following = new Client(() => rig.servers, { replicas: 2, connectTimeout: 5000 });
  assertEquals(await following.set("n", 1), true);
  for (let i = 0; i < 10; i++) assertEquals(await following.get("n"), 1);
});

Deno.test("Client with replicas rejects misuse and an abort, and nothing once it is closed", async () => {
  await using rig = await Rig.start({ replicas: 2 });
  const { client } = rig;
  await assertRejects(() => client.get("a b"), TypeError);
  await assertRejects(() => client.set("a", Symbol() as unknown as string), TypeError);
  await assertRejects(() => client.getMulti(5 as unknown as string[]), TypeError);
  await assertRejects(() => client.get("a", { strict: 5 as unknown as boolean }), TypeError);
  await assertRejects(() => client.set("a", 1, { signal: AbortSignal.abort("gone") }));
  assertThrows(() => client.config({ failover: true }), TypeError, "by itself");
  await client.close();
  await assertRejects(() => client.get("a"), Error, "closed");
});

Deno.test("Client refuses replicas that cannot be", () => {
  const { failover, gutter, noreply }: ClientOptions = {
    failover: true,
    gutter: "g",
    noreply: true,
  };
  const cases: readonly (readonly [options: object, type: typeof Error, text: string])[] = [
    [{ replicas: "2" }, TypeError, "number"],
    [{ replicas: 0 }, RangeError, "from 1 to 16"],
    [{ replicas: 17 }, RangeError, "from 1 to 16"],
    [{ replicas: { keys: () => true } }, TypeError, "count"],
    [{ replicas: { count: 2, keys: 5 } }, TypeError, "function"],
    [{ replicas: { count: 2, key: 5 } }, TypeError, "key"],
    [{ replicas: 3 }, RangeError, "<= 2, the number of servers: current value is 3"],
    [{ replicas: 2, failover }, TypeError, "by itself"],
    [{ replicas: 2, gutter }, TypeError, "by itself"],
    [{ replicas: 2, noreply }, TypeError, "without replies"],
    [{ replicas: 2, replayInvalidations: false }, TypeError, "missed a change"],
    [{ replicas: 2, codec: libmcCodec }, TypeError, "use jsCodec"],
    [{ replicas: 2, zones: { own: "a", others: { b: "c" } } }, TypeError, "together"],
    [{ replicas: 2, migrateFrom: new Client("z") }, TypeError, "when the move is done"],
  ];
  for (const [options, type, text] of cases) {
    assertThrows(() => new Client(["a", "b"], options), type, text);
  }
  const old = new Client(["a", "b"], { replicas: 2 });
  assertThrows(() => new Client("c", { migrateFrom: old }), TypeError, "make one without");
  assertEquals(new Client(["a"], { replicas: 1 }).explain("k").copies, undefined);
});

/** A client of three servers. */
class Rig implements AsyncDisposable {
  readonly #servers: readonly MemcachedServer[];
  readonly servers: readonly string[];
  readonly client: Client;

  static async start(options: ClientOptions): Promise<Rig> {
    const servers = await Promise.all(Array.from({ length: 3 }, () => MemcachedServer.start()));
    return new Rig(servers, options);
  }

  private constructor(servers: readonly MemcachedServer[], options: ClientOptions) {
    this.#servers = servers;
    this.servers = servers.map(({ address }, i) => `${address} s${i}`);
    this.client = new Client(this.servers, {
      connectTimeout: 5000,
      pollTimeout: 5000,
      ...options,
    });
  }

  get items(): number {
    return this.#servers.reduce((sum, { items }) => sum + items, 0);
  }

  /** Reads until so many servers have a copy. */
  async read(key: string, value: unknown, copies: number): Promise<void> {
    const before = this.items;
    await eventually("it is copied", async () => {
      assertEquals(await this.client.get(key), value);
      return this.items >= before + copies - 1;
    });
  }

  hits(): number[] {
    return [...this.client.counters().values()].map(({ hits }) => hits);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    for (const server of this.#servers) await server.stop();
  }
}

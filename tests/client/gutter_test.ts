/** With `gutter`, servers of their own stand in for dead ones. */

import { Client, type ClientOptions, type Servers } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";

const KEYS: readonly string[] = Array.from({ length: 300 }, (_, i) => `key${i}`);

Deno.test("Client with a gutter keeps the keys of a dead server there, and nowhere else", async () => {
  await using rig = await Rig.start();
  const { client } = rig;
  assertEquals((await client.setMulti(KEYS.map((key) => [key, key]))).ok, true);
  assertEquals((await client.getMulti(KEYS)).size, KEYS.length);
  for (const key of rig.keys) assertEquals(await client.get(key), key);
  assertEquals(rig.other.items, KEYS.length - rig.keys.length);
  assertEquals(rig.gutter.map(({ items }) => items > 10), [true, true]);
  assertEquals(rig.gutter[0].items + rig.gutter[1].items, rig.keys.length);
  await client.deleteMulti(KEYS);
  assertEquals(rig.gutter.map(({ items }) => items), [0, 0]);
});

Deno.test("Client with a gutter lets each verb go there, one key or few", async () => {
  await using rig = await Rig.start();
  const { client, keys: [a, b, c, d] } = rig;
  assertEquals(await client.set(a, 1), true);
  assertEquals(await client.incr(a, 2), 3);
  assertEquals((await client.setMulti([[b, "b"], [c, "c"]])).ok, true);
  assertEquals(await client.append(b, "!"), true);
  const item = await client.gets(c);
  assertEquals(await client.cas(c, "d", item!.cas), true);
  assertEquals(await client.getList([a, b, c]), [3, "b!", "d"]);
  assertEquals(await client.meta.set(d, "meta"), { status: "stored" });
  assertEquals((await client.meta.get(d))?.value, "meta");
  assertEquals((await client.meta.getMulti([a, d])).size, 2);
  assertEquals(await client.getOrSet(`${d}x`, () => 5, { ttl: 10 }), 5);
  assertEquals(rig.gutter[0].items + rig.gutter[1].items >= 4, true);
});

Deno.test("Client with a gutter places keys that belong together on one server of it", async () => {
  await using rig = await Rig.start({ hashTag: "{}" });
  const { client, keys: [route] } = rig;
  const hosts = new Set<string | undefined>();
  for (let i = 0; i < 20; i++) hosts.add(client.explain(`{${route}}:${i}`).goesTo);
  for (let i = 0; i < 20; i++) hosts.add(client.explain(`k${i}`, { routeBy: route }).goesTo);
  assertEquals([...hosts], [await client.getRealtimeHostByKey(route)]);
  for (let i = 0; i < 20; i++) await client.set(`k${i}`, i, { routeBy: route });
  assertEquals(rig.gutter.map(({ items }) => items).toSorted((a, b) => a - b), [0, 20]);
});

Deno.test("explain() names the servers of the gutter before the others", async () => {
  await using rig = await Rig.start();
  const { server, alive, standIns, goesTo } = rig.client.explain(rig.keys[0]);
  assertEquals([server, alive], ["gone", false]);
  assertEquals(standIns.slice(0, 2).map(({ server }) => server).toSorted(), ["g0", "g1"]);
  assertEquals(standIns[2], { server: "there", alive: true });
  assertEquals(goesTo, standIns[0].server);
  assertEquals(rig.client.getHostByKey(rig.keys[0]), "gone");
  assertEquals(await rig.client.getRealtimeHostByKey(rig.keys[0]), goesTo);
});

for (const failover of [false, true]) {
  Deno.test(`Client with a gutter that is dead, too, goes on as without one, failover ${failover}`, async () => {
    await using rig = await Rig.start({ failover });
    const { client, keys } = rig;
    await rig.gutter[0].stop();
    for (const key of keys.slice(0, 20)) {
      assertEquals(await client.set(key, "v"), true);
      assertEquals(await client.get(key), "v");
    }
    assertEquals(rig.gutter[1].items, 20);
    await rig.gutter[1].stop();
    for (const key of keys.slice(0, 3)) await client.get(key);
    assertEquals(await client.set(keys[0], "w"), failover);
    assertEquals(client.explain(keys[0]).goesTo, failover ? "there" : undefined);
    const { ok } = await client.setMulti(keys.map((key) => [key, "w"]));
    assertEquals([ok, rig.other.items], failover ? [true, keys.length] : [false, 0]);
  });
}

Deno.test("Client with a gutter keeps things there for a minute, unless told otherwise", async () => {
  const cases: readonly (readonly [options: ClientOptions, lasts: number])[] = [
    [{}, 60],
    [{ failoverExptime: 5 }, 5],
    [{ failoverExptime: 0 }, Infinity],
  ];
  for (const [options, lasts] of cases) {
    await using rig = await Rig.start(options);
    const { client, keys: [key, lockKey] } = rig;
    await client.set(key, "v", { exptime: 5000 });
    const lock = await client.lock(lockKey, { ttl: 5000 });
    for (const server of rig.gutter) server.advance(Math.min(lasts, 4000) - 1);
    assertEquals(await client.get(key), "v");
    for (const server of rig.gutter) server.advance(2);
    assertEquals(await client.get(key), lasts === Infinity ? "v" : undefined);
    assertEquals(
      await client.lock(lockKey, { ttl: 5 }),
      undefined,
      "it is held as long as it says",
    );
    assertEquals(await lock!.release(), true);
  }
});

Deno.test("Client asks the servers of its gutter whatever it asks all servers", async () => {
  await using rig = await Rig.start({ allowFlushAll: true });
  const { client } = rig;
  const names = ["there", "g0", "g1"];
  assertEquals([...(await client.version()).keys()], names);
  assertEquals([...(await client.stats()).keys()], names);
  assertEquals([...client.counters().keys()], ["gone", ...names]);
  await client.set(rig.keys[0], "v");
  assertEquals(await client.flushAll(), names);
  assertEquals(await client.get(rig.keys[0]), undefined);
  assertEquals(await client.meta.noop(), false, "one is gone");
  const found: string[] = [];
  await client.set(rig.keys[0], "v");
  for await (const { key } of client.admin.keys({ servers: ["g0", "g1"] })) found.push(key);
  assertEquals(found, [rig.keys[0]]);
  await assertRejects(() => client.admin.stats("items", { servers: ["g2"] }), TypeError, "g2");
  assertEquals(client.servers, rig.servers);
});

Deno.test("Client tells what happens to the servers of its gutter", async () => {
  await using rig = await Rig.start({ retryTimeout: 60_000 });
  const log: string[] = [];
  for (const name of ["connect", "dead", "failure"] as const) {
    rig.client.addEventListener(name, ({ server }) => log.push(`${name} ${server}`));
  }
  const server = rig.client.explain(rig.keys[0]).goesTo!;
  const key = rig.keys.find((key) => rig.client.explain(key).goesTo !== server)!;
  const second = rig.client.explain(key).goesTo!;
  await rig.client.set(key, 1);
  assertEquals(log, [`connect ${second}`]);
  assertEquals(rig.client.counters().get(second)?.commands, 1);
  await Promise.all(rig.gutter.map((server) => server.stop()));
  await rig.client.get(rig.keys[0]);
  await rig.client.get(rig.keys[0]);
  assert(log.includes(`dead ${server}`), log.join());
});

Deno.test("Client with a gutter uses it once it knows its servers, and they may change", async () => {
  await using rig = await Rig.start();
  const { servers, gutterStrings: gutter } = rig;
  await using client = new Client(() => servers, {
    gutter,
    connectTimeout: 5000,
    retryTimeout: 60_000,
  });
  assertEquals(await client.set(rig.keys[0], "v"), true);
  assertEquals(rig.gutter[0].items + rig.gutter[1].items, 1);
  await client.setServers([servers[0]]);
  assertEquals(await client.get(rig.keys[0]), "v");
  assertThrows(() => client.setServers([servers[0], gutter[0]]), TypeError, "stand in for itself");
  assertThrows(
    () => client.setServers([`${rig.gutter[0].address} other`]),
    TypeError,
    'server "g0" in option "gutter"',
  );
  assertEquals(await client.get(rig.keys[0]), "v");
});

Deno.test("Client refuses a gutter that cannot be one", () => {
  const cases: readonly (readonly [gutter: unknown, type: typeof Error, text: string])[] = [
    [5, TypeError, 'option "gutter" as it must be a server string or an array of servers'],
    [[], RangeError, "leave it out"],
    ["", RangeError, "leave it out"],
    [[""], TypeError, "it is empty"],
    [["g", "g"], TypeError, 'named "g:11211"'],
    [["a"], TypeError, "it would stand in for itself"],
    [["other:1 b"], TypeError, "it would stand in for itself"],
    [["a:11211 g"], TypeError, 'server "g" in option "gutter"'],
    [[{ server: "g", weight: 2 }], TypeError, "weight"],
  ];
  for (const [gutter, type, text] of cases) {
    const options = { gutter: gutter as Servers };
    assertThrows(() => new Client(["a", "h b"], options), type, text);
  }
  const client = new Client("a", { gutter: "g" });
  assertThrows(
    () => client.config({ gutter: "h" } as ClientOptions),
    TypeError,
    'option "gutter" of a living client',
  );
});

/** A client of two servers, one of which is not there, and a gutter of two. */
class Rig implements AsyncDisposable {
  readonly other: MemcachedServer;
  readonly gutter: readonly MemcachedServer[];
  readonly servers: readonly string[];
  readonly gutterStrings: readonly string[];
  readonly client: Client;
  /** Keys of the server that is not there. */
  readonly keys: readonly string[];

  static async start(options: ClientOptions = {}): Promise<Rig> {
    const gone = await MemcachedServer.start();
    const started = await Promise.all(Array.from({ length: 3 }, () => MemcachedServer.start()));
    await gone.stop();
    const rig = new Rig(`${gone.address} gone`, started, options);
    await rig.client.get(rig.keys[0]);
    return rig;
  }

  private constructor(gone: string, started: readonly MemcachedServer[], options: ClientOptions) {
    const [other, ...gutter] = started;
    this.other = other;
    this.gutter = gutter;
    this.servers = [gone, `${other.address} there`];
    this.gutterStrings = gutter.map(({ address }, i) => `${address} g${i}`);
    this.client = new Client(this.servers, {
      gutter: this.gutterStrings,
      retryTimeout: 60_000,
      connectTimeout: 5000,
      pollTimeout: 5000,
      warn: false,
      ...options,
    });
    this.keys = KEYS.filter((key) => this.client.getHostByKey(key) === "gone");
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.other.stop();
    for (const server of this.gutter) await server.stop();
  }
}

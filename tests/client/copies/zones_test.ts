/** With `zones`, each zone has all keys: reads stay in the own one, and changes reach all. */

import { Client, type ClientOptions, type ZoneOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { eventually } from "../../support/eventually.ts";
import { settle } from "../../support/settle.ts";
import { CopiesRig } from "./rig.ts";

const KEYS: readonly string[] = Array.from({ length: 40 }, (_, i) => `key${i}`);

Deno.test("Client with zones reads in its own one, once that has a copy", async () => {
  await using rig = await Rig.start();
  const { a, b } = rig;
  assertEquals((await a.setMulti(KEYS.map((key) => [key, key]))).ok, true);
  await rig.copied(b);
  const before = rig.gets();
  for (let i = 0; i < 10; i++) {
    assertEquals((await b.getMulti(KEYS)).size, KEYS.length);
    assertEquals(await b.get("key1"), "key1");
  }
  const after = rig.gets();
  assertEquals([after[0] - before[0], after[1] - before[1]], [0, 0]);
});

Deno.test("Client with zones sees what another zone has changed", async () => {
  await using rig = await Rig.start();
  const { a, b } = rig;
  for (const [writer, reader] of [[a, b], [b, a]] as const) {
    await writer.setMulti(KEYS.map((key) => [key, "old"]));
    for (const client of [a, b]) await rig.copied(client);
    await writer.setMulti(KEYS.slice(1, 10).map((key) => [key, "new"]));
    await writer.deleteMulti(KEYS.slice(10, 20));
    await writer.incr("count", 5, { initial: 5 });
    for (const client of [reader, writer]) {
      const found = await client.getList(KEYS.slice(0, 20));
      assertEquals(found.map((value) => value), [
        "old",
        ...KEYS.slice(1, 10).map(() => "new"),
        ...KEYS.slice(10, 20).map(() => undefined),
      ]);
      assertEquals(await client.get("count"), "5");
    }
    await writer.delete("count");
    assertEquals(await reader.get("count"), undefined);
  }
});

Deno.test("Client with zones never leaves different values in them, whoever writes at one moment", async () => {
  await using rig = await Rig.start();
  for (let round = 0; round < 40; round++) {
    const { a, b } = rig;
    await Promise.all([a.set("n", round), b.set("n", -round), a.get("n"), b.get("n")]);
    const leading = (await a.gets("n"))?.value;
    for (let i = 0; i < 4; i++) {
      assertEquals([await a.get("n"), await b.get("n")], [leading, leading]);
    }
  }
});

Deno.test("Client with zones loads in its own zone, and a delete in any zone ends a load", async () => {
  await using rig = await Rig.start();
  const { a, b } = rig;
  let loads = 0;
  for (const client of [b, a, b, a]) {
    await client.getOrSet("n", () => ++loads, { ttl: 60 });
  }
  assertEquals(loads, 2);
  assertEquals([await a.getOrSet("n", () => 0, { ttl: 60 }), await b.get("n")], [2, 1]);
  await a.delete("n");
  assertEquals([await a.get("n"), await b.get("n")], [undefined, undefined]);
  const loaded = b.getOrSet("n", async () => {
    await a.delete("n");
    return "outdated";
  }, { ttl: 60 });
  assertEquals(await loaded, "outdated");
  assertEquals([await a.get("n"), await b.get("n")], [undefined, undefined]);
});

Deno.test("Client with zones tells of all its servers, and has all of them flushed", async () => {
  await using rig = await Rig.start({ allowFlushAll: true });
  const { b } = rig;
  const names = ["b0", "a0", "a1"];
  assertEquals([...(await b.version()).keys()], names);
  assertEquals([...b.counters().keys()], names);
  await b.setMulti(KEYS.map((key) => [key, key]));
  await rig.copied(b);
  assertEquals(await b.flushAll(), names);
  assertEquals((await b.getMulti(KEYS)).size, 0);
  assertEquals(rig.servers.map(({ items }) => items), [0, 0, 0]);
  assertEquals(b.getHostByKey("n"), "b0");
  assertEquals(b.explain("n").copies?.map(({ server }) => server[0]), ["a", "b"]);
  assertEquals(rig.a.explain("n").copies?.map(({ server }) => server[0]), ["a", "b"]);
  assertEquals((await b.getRealtimeHostByKey("n"))?.[0], "a");
  assertThrows(() => b.namespace("n"), TypeError, "make a client without");
  b.setServers([`${rig.servers[2].address} b1`]);
  assertEquals(await b.set("n", 1), true);
  assertEquals(await b.get("n"), 1);
  assertThrows(() => b.setServers([rig.servers[0].address]), TypeError, 'option "zones"');
});

Deno.test("Client with zones finds the servers of its own one by itself", async () => {
  await using rig = await Rig.start();
  await using client = new Client(() => [`${rig.servers[2].address} b0`], {
    zones: { own: "b", others: rig.othersOf("a") },
    connectTimeout: 5000,
  });
  await rig.a.set("n", 1);
  assertEquals(await client.get("n"), 1);
  assertEquals(await client.delete("n"), true);
  assertEquals(await rig.a.get("n"), undefined);
});

Deno.test("Client refuses zones that cannot be", async () => {
  const cases: readonly (readonly [zones: unknown, type: typeof Error, text: string])[] = [
    [5, TypeError, "zones"],
    [{ own: "a" }, TypeError, "others"],
    [{ own: 5, others: { b: "c" } }, TypeError, "a string"],
    [{ own: "a", others: {} }, TypeError, 'zones beside "a"'],
    [{ own: "a", others: { a: "c" } }, TypeError, 'zones beside "a"'],
    [{ own: "a", others: ["c"] }, TypeError, "an object of lists of servers"],
    [{ own: "a", others: { b: 5 } }, TypeError, 'zone "b"'],
    [{ own: "a", others: { b: [] } }, RangeError, 'zone "b" as it has no servers'],
    [{ own: "a", others: { b: "x" } }, TypeError, "two zones"],
    [{ own: "a", others: { b: "c", c: "c:11211 d" } }, TypeError, "two zones"],
    [{ own: "a", others: { b: ["c", "c"] } }, TypeError, 'named "c:11211"'],
  ];
  for (const [zones, type, text] of cases) {
    assertThrows(() => new Client(["x", "y"], { zones: zones as ZoneOptions }), type, text);
  }
  await using client = new Client("x", { zones: { own: "a", others: { b: "c" } } });
  assertThrows(() => client.config({ failover: true }), TypeError, "by itself");
  await assertRejects(() => client.get("a b"), TypeError);
});

/** Clients of two zones, a with two servers and b with one. */
class Rig implements AsyncDisposable {
  readonly servers: readonly MemcachedServer[];
  readonly a: Client;
  readonly b: Client;

  static async start(options: ClientOptions = {}): Promise<Rig> {
    const servers = await Promise.all(Array.from({ length: 3 }, () => MemcachedServer.start()));
    return new Rig(servers, options);
  }

  private constructor(servers: readonly MemcachedServer[], options: ClientOptions) {
    this.servers = servers;
    const both = { connectTimeout: 5000, pollTimeout: 5000, ...options };
    const { a, b } = { ...this.othersOf("a"), ...this.othersOf("b") };
    this.a = new Client(a, { ...both, zones: { own: "a", others: { b } } });
    this.b = new Client(b, { ...both, zones: { own: "b", others: { a } } });
  }

  othersOf(zone: string): Record<string, string[]> {
    const [a0, a1, b0] = this.servers.map(({ address }) => address);
    return zone === "a" ? { a: [`${a0} a0`, `${a1} a1`] } : { b: [`${b0} b0`] };
  }

  /** Reads until the zone of a client has what it reads. */
  async copied(client: Client): Promise<void> {
    await eventually("it is copied", async () => {
      await client.getMulti(KEYS);
      const [a0, a1, b0] = this.servers.map(({ items }) => items);
      return client === this.a || b0 >= Math.min(KEYS.length, a0 + a1);
    });
  }

  gets(): number[] {
    return this.servers.map(({ commands }) =>
      (commands.get("get") ?? 0) + (commands.get("mg") ?? 0)
    );
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.a.close();
    await this.b.close();
    for (const server of this.servers) await server.stop();
  }
}

Deno.test("Client.setServers() changes the list of another zone, and tells of it", async () => {
  await using rig = await CopiesRig.start(4, (names) => [
    names.slice(0, 1),
    { zones: { own: "a", others: { b: names.slice(1, 2), c: names.slice(2, 3) } } },
  ]);
  const { client } = rig;
  const changes: unknown[] = [];
  client.addEventListener("servers", ({ change }) => changes.push(change));
  await client.set("n", 1);
  client.setServers(rig.names.slice(1, 2), { zone: "b" });
  client.setServers([rig.names[3], rig.names[1]], { zone: "b" });
  client.setServers([rig.names[0]], { zone: "a" });
  await eventually("it is told", () => changes.length > 0);
  assertEquals(changes, [
    { zone: "b", servers: [rig.names[3], rig.names[1]], added: ["s3"], removed: [], moved: [] },
  ]);
  assertEquals(client.servers, [rig.names[0]]);
  assertEquals([...client.counters().keys()].toSorted(), ["s0", "s1", "s2", "s3"]);
  assertEquals((await client.version()).size, 4);
  assertEquals(await client.set("n", 2), true);
  client.setServers([rig.names[3]], { zone: "b" });
  assertEquals(await client.delete("n", { strict: true }), true);
  assertEquals((await client.version()).size, 3);
  assertEquals(rig.items, 0);

  assertThrows(() => client.setServers(rig.names.slice(0, 1), { zone: "b" }), TypeError, "zones");
  assertThrows(() => client.setServers(rig.names.slice(2, 3), { zone: "b" }), TypeError, "zones");
  assertThrows(() => client.setServers([], { zone: "b" }), RangeError, "empty");
  assertThrows(() => client.setServers("x", { zone: "d" }), TypeError, 'it has "a", "b", "c"');
  assertThrows(() => client.setServers("x", { zoen: "b" } as object), TypeError, "zoen");
  assertThrows(() => new Client("x").setServers("y", { zone: "b" }), TypeError, "it has none");
  assertEquals((await client.version()).size, 3);
});

Deno.test("Client.setServers() tells of another zone's change while the own servers are awaited", async () => {
  await using client = new Client(() => new Promise<string[]>(() => {}), {
    zones: { own: "a", others: { b: "one:1" } },
  });
  const changes: unknown[] = [];
  client.addEventListener("servers", ({ change }) => changes.push(change));
  client.setServers("one:1", { zone: "b" });
  client.setServers("two:1", { zone: "b" });
  await settle();
  assertEquals(changes, [
    { zone: "b", servers: ["two:1"], added: ["two:1"], removed: ["one:1"], moved: [] },
  ]);
});

Deno.test("Client with zones deletes in the servers of a zone that changes in the middle of a set()", async () => {
  await using rig = await CopiesRig.start(3, (names) => [
    names.slice(0, 1),
    { zones: { own: "a", others: { b: names.slice(1, 2) } } },
  ]);
  const { client } = rig;
  await using inB = new Client(rig.names.slice(1, 2), {
    zones: { own: "b", others: { a: rig.names.slice(0, 1) } },
    connectTimeout: 2000,
  });
  await client.set("n", "old");
  await eventually("zone b has it", async () => {
    await inB.get("n");
    return rig.servers[1].items === 1;
  });
  for (const proxy of rig.proxies) await proxy.set({ delayMs: 10 });
  const stored = client.set("n", "new");
  await new Promise((resolve) => setTimeout(resolve, 3));
  client.setServers(rig.names.slice(2), { zone: "b" });
  await stored;
  client.setServers(rig.names.slice(1, 2), { zone: "b" });
  for (const proxy of rig.proxies) await proxy.clear();
  await client.get("n");
  await client.version();
  assert(!(await rig.seen(() => client.get("n"))).includes("old"));
  await client.set("m", 1);
  assert(!(await rig.seen(() => inB.get("n"))).includes("old"));
});

/** The option `routeBy` of calls: one key decides the server of others, which are sent, read and checked as always. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { META_VERBS } from "../../support/meta_verbs.ts";
import { KEYS, VERBS } from "../../support/verbs.ts";

const BIG = "x".repeat(3_000_000);

Deno.test("routeBy sends every verb to the server of that key, and to no other", async () => {
  await using rig = await Rig.start();
  for (const verb of VERBS) {
    if (!verb.options.includes("routeBy")) continue;
    for (const routeBy of rig.routes) {
      const used = await rig.used((client) => verb.call(client, { routeBy }));
      assertEquals(used, [rig.serverOf(routeBy)], `${verb.name} by ${routeBy}`);
    }
  }
});

Deno.test("routeBy sends every meta verb to the server of that key, and to no other", async () => {
  await using rig = await Rig.start();
  const items = KEYS.map((key) => [key, "5"] as const);
  const given = { key: "k0", keys: KEYS, value: "5", items };
  for (const verb of META_VERBS) {
    if (verb.name === "meta.noop") continue;
    for (const routeBy of rig.routes) {
      const used = await rig.used((client) =>
        verb.call(client, { routeBy, strict: true } as object, given)
      );
      assertEquals(used, [rig.serverOf(routeBy)], `${verb.name} by ${routeBy}`);
    }
  }
});

Deno.test("routeBy holds for all steps of a call: chunks, streams, locks, updates, counters, loads", async () => {
  await using rig = await Rig.start();
  const steps: Record<string, (client: Client, how: { routeBy: string }) => Promise<unknown>> = {
    async chunks(client, how) {
      await client.setMulti({ a: BIG, b: 1 }, how);
      assertEquals((await client.getMulti(["a", "b"], how)).get("a"), BIG);
      assertEquals(await client.get("a", how), BIG);
      assertEquals((await client.meta.get("a", how))?.value, BIG);
      assertEquals(await client.touch("a", 100, how), true);
      assertEquals(await client.gat("a", 100, how), BIG);
      assertEquals(await client.append("b", "2", how), true);
      await assertRejects(() => client.append("a", "2", { ...how, strict: true }));
      await assertRejects(() => client.incr("a", 1, { ...how, strict: true }));
      assertEquals(await client.deleteMulti(["a", "b"], how), { ok: true, failed: [] });
    },
    async streams(client, how) {
      await client.setStream("s", new Blob([BIG]).stream(), how);
      const stream = await client.getStream("s", how);
      assertEquals(await new Response(stream).text(), BIG);
    },
    async locks(client, how) {
      const lock = await client.lock("l", { ttl: 10, ...how });
      assert(lock !== undefined);
      assertEquals(await client.lock("l", { ttl: 10, ...how }), undefined);
      assertEquals(await lock.release(), true);
    },
    async updates(client, how) {
      const add = (n = 0) => n + 1;
      await Promise.all([1, 2, 3].map(() => client.update("u", add, how)));
      assertEquals(await client.get("u", how), 3);
    },
    async counters(client, how) {
      assertEquals(await client.incr("c", 2, { initial: 5, ...how }), 5);
      assertEquals(await client.decr("c", 2, { initial: 5, ...how }), 3);
    },
    async loads(client, how) {
      const options = { ttl: 10, ...how };
      const load = () => Promise.resolve("value");
      assertEquals(await client.getOrSet("o", load, options), "value");
      assertEquals(await client.getOrSet("o", () => "other", options), "value");
      const many = await client.getOrSetMulti(
        ["m", "n"],
        (keys) => new Map([...keys].map((key) => [key, key])),
        options,
      );
      assertEquals([...many], [["m", "m"], ["n", "n"]]);
      assertEquals(await client.invalidate("o", { staleFor: 10, ...how }), true);
    },
  };
  for (const [name, run] of Object.entries(steps)) {
    for (const routeBy of rig.routes) {
      const used = await rig.used((client) => run(client, { routeBy }));
      assertEquals(used, [rig.serverOf(routeBy)], `${name} by ${routeBy}`);
    }
  }
});

Deno.test("routeBy finds by the real keys what was stored by it, and nothing of other routes", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers, { strict: true });
  const [one, other] = rig.routes;
  await client.set("key", "one", { routeBy: one });
  await client.set("key", "other", { routeBy: other });
  assertEquals(await client.get("key", { routeBy: one }), "one");
  assertEquals(await client.getMulti(["key"], { routeBy: other }), new Map([["key", "other"]]));
  assertEquals(await client.delete("key", { routeBy: one }), true);
  assertEquals(await client.get("key", { routeBy: one }), undefined);
  assertEquals(await client.get("key", { routeBy: other }), "other");
});

Deno.test("gets of one tick join only with those of the same route", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers, { strict: true });
  await Promise.all(rig.routes.map((routeBy) => client.set("key", routeBy, { routeBy })));
  const values = await Promise.all(
    [...rig.routes, ...rig.routes].map((routeBy) => client.get("key", { routeBy })),
  );
  assertEquals(values, [...rig.routes, ...rig.routes]);
});

Deno.test("getOrSet() loads a key once for each route", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers, { strict: true });
  let loads = 0;
  const load = async () => {
    await Promise.resolve();
    return ++loads;
  };
  const ask = (routeBy?: string) =>
    client.getOrSet("key", load, routeBy === undefined ? { ttl: 10 } : { ttl: 10, routeBy });
  const [one, other] = rig.routes;
  const values = await Promise.all([ask(one), ask(other), ask(one), ask(other)]);
  assertEquals([values[0], values[1], loads], [values[2], values[3], 2]);
});

Deno.test("routeBy in a namespace is a key of the client, whichever generation it has", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers, { strict: true });
  const spaces = ["a", "b", "c"].map((name) => client.namespace(name));
  for (const routeBy of rig.routes) {
    for (const space of spaces) {
      await space.setMulti({ x: 1, y: 2 }, { routeBy });
      assertEquals(await space.getList(["x", "y"], { routeBy }), [1, 2]);
      assertEquals((await space.meta.get("x", { routeBy }))?.value, 1);
      await space.clear();
      assertEquals(await space.get("x", { routeBy }), undefined);
      await space.set("z", 3, { routeBy });
      await using alone = new Client(rig.serverOf(routeBy), { strict: true });
      const keys = [];
      for await (const { key } of alone.admin.keys()) keys.push(key);
      assert(keys.some((key) => key.endsWith(":z")), `${space.name} by ${routeBy}`);
    }
  }
});

Deno.test("a routed command whose connection is lost goes to the server of its route again", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers, { maxRetries: 1, strict: true });
  for (const routeBy of rig.routes) {
    const server = rig.at(routeBy);
    await client.setMulti({ a: 1, b: 2 }, { routeBy });
    server.fault({ kind: "missingReply", commands: ["get"], then: "close", times: 1 });
    assertEquals(await client.get("a", { routeBy }), 1);
    server.fault({ kind: "missingReply", commands: ["get"], then: "close", times: 1 });
    assertEquals(await client.getList(["a", "b"], { routeBy }), [1, 2]);
  }
});

Deno.test("with failover the server that stands in is that of the route, for one key and for many", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers, { failover: true, strict: true });
  const [routeBy] = rig.routes;
  const { standIns } = client.explain("k", { routeBy });
  await rig.at(routeBy).stop();
  const keys = Array.from({ length: 150 }, (_, i) => `k${i}`);
  assertEquals((await client.setMulti(keys.map((key) => [key, 1]), { routeBy })).ok, true);
  assertEquals(await client.set("k", 2, { routeBy }), true);
  await using alone = new Client(standIns[0].server);
  assertEquals((await alone.getMulti([...keys, "k"])).size, 151);
  assertEquals(client.explain("k", { routeBy }).goesTo, standIns[0].server);
});

Deno.test("a routed failure names the server of the route", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers);
  for (const routeBy of rig.routes) {
    const server = rig.serverOf(routeBy);
    await rig.at(routeBy).stop();
    for (const key of ["a", "b", "c", "d"]) {
      await client.get(key, { routeBy });
      assertEquals(client.lastError?.server, server);
      await client.setMulti({ [key]: 1 }, { routeBy });
      assertEquals(client.lastError?.server, server);
    }
  }
});

Deno.test("routeBy may be any text, goes by hashTag, and is placed as the key would be", async () => {
  const options: ClientOptions = { prefix: "ü:", hashTag: "{}" };
  await using client = new Client(["10.0.0.1", "10.0.0.2", "10.0.0.3"], options);
  for (const key of ["user:1", "grüße", "?x", "a{b}c", "日本"]) {
    const { server, placedBy } = client.explain(key);
    const routed = client.explain("other", { routeBy: key });
    assertEquals([routed.server, routed.placedBy, routed.wireKey], [
      server,
      placedBy,
      "\u00c3\u00bc:other",
    ]);
  }
  client.explain("other", { routeBy: `two words ${"x".repeat(500)}` });
  assertThrows(() => client.explain("other", { routeBy: "" }), TypeError, "not empty");
  assertThrows(() => client.explain("other", { route: "a" } as object), TypeError, '"route"');
});

Deno.test("verbs that are for servers take no routeBy", async () => {
  await using rig = await Rig.start();
  await using client = new Client(rig.servers);
  const options = { routeBy: "a" } as object;
  for (
    const call of [client.version(options), client.stats("", options), client.meta.noop(options)]
  ) {
    await assertRejects(() => call, TypeError, "routeBy");
  }
});

/** Three servers, and three keys of which each has another one. */
class Rig implements AsyncDisposable {
  readonly servers: readonly string[];
  readonly routes: readonly string[];
  readonly #started: readonly MemcachedServer[];

  private constructor(started: readonly MemcachedServer[]) {
    this.#started = started;
    this.servers = started.map(({ address }) => address);
    const client = new Client(this.servers);
    const candidates = Array.from({ length: 200 }, (_, i) => `route:${i}`);
    this.routes = this.servers.map((server) =>
      candidates.find((key) => client.getHostByKey(key) === server) ?? ""
    );
  }

  static async start(): Promise<Rig> {
    return new Rig(await Promise.all([0, 1, 2].map(() => MemcachedServer.start())));
  }

  at(routeBy: string): MemcachedServer {
    return this.#started[this.routes.indexOf(routeBy)];
  }

  serverOf(routeBy: string): string {
    return this.at(routeBy).address;
  }

  /** Names the servers that a new client uses meanwhile. */
  async used(run: (client: Client) => Promise<unknown>): Promise<string[]> {
    await using client = new Client(this.servers, { retryTimeout: 0 });
    const used = new Set<string>();
    client.addEventListener("connect", ({ server }) => used.add(String(server)));
    await run(client);
    await client.quit();
    return [...used];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#started.map((server) => server.stop()));
  }
}

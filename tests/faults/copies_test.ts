/** Several servers have a key: while some are cut off the others go on, and nobody ever reads what was changed. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, MemcachedError } from "@libmc/libmc";
import type { FaultProxy } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { startProxy } from "../support/some_port.ts";

const KEYS: readonly string[] = Array.from({ length: 90 }, (_, i) => `key${i}`);

type OptionsOf = (servers: readonly string[]) => [string[], ClientOptions];

/** How the servers are used: three of them by replicas, or the first two as one zone and the third as another. */
const REPLICAS = (replicas: number): OptionsOf => (servers) => [[...servers], { replicas }];
const ZONE_A: OptionsOf = ([a0, a1, b0]) => [
  [a0, a1],
  { zones: { own: "a", others: { b: [b0] } } },
];
const ZONE_B: OptionsOf = ([a0, a1, b0]) => [
  [b0],
  { zones: { own: "b", others: { a: [a0, a1] } } },
];

/** Who is at work, who reads beforehand so that there are copies, and which servers are cut off. */
const CASES: readonly (readonly [use: string, user: OptionsOf, reader: OptionsOf, number[][]])[] = [
  ["two replicas", REPLICAS(2), REPLICAS(2), [[0], [1, 2]]],
  ["three replicas", REPLICAS(3), REPLICAS(3), [[0, 1]]],
  ["zones, in the leading one", ZONE_A, ZONE_B, [[2], [0, 1]]],
  ["zones, in another one", ZONE_B, ZONE_B, [[0], [0, 1], [2]]],
];

for (const [use, user, reader, cuts] of CASES) {
  for (const cut of cuts) {
    Deno.test(`Client with ${use} reads nothing stale while servers ${cut} are cut off and after it`, async () => {
      await using rig = await Rig.start(user);
      const { client } = rig;
      await eventually("all are stored", async () => {
        return (await client.setMulti(KEYS.map((key) => [key, "one"]))).ok;
      });
      await using other = rig.clientOf(reader);
      await eventually("copies are made", async () => {
        for (let i = 0; i < 4; i++) await other.getMulti(KEYS);
        return await rig.items() >= client.explain("key0").copies!.length * KEYS.length;
      });
      // The last copies are on their way.
      await other.close();
      const [kept, changed, deleted] = [0, 1, 2].map((rest) =>
        KEYS.filter((_, i) => i % 3 === rest)
      );
      await rig.cut(cut);
      await eventually("they are dead", async () => {
        await client.version();
        return rig.deadCount() === cut.length;
      });
      const stored = await client.setMulti(changed.map((key) => [key, "two"]));
      const gone = await client.deleteMulti(deleted);
      // Those are told as failed that may still be somewhere.
      const isOn = (key: string, isCut: boolean) =>
        client.explain(key).copies!.some(({ server }) => cut.includes(+server[1]) === isCut);
      assertEquals(gone.failed, deleted.filter((key) => isOn(key, true)));
      assertEquals(stored.failed, changed.filter((key) => !isOn(key, false)));
      await rig.assertNothingStale(changed, deleted);
      // What has a copy that is alive is read.
      const found = await client.getMulti<string>(kept);
      for (const key of kept) assertEquals(found.has(key), isOn(key, false), key);

      await rig.heal();
      await eventually("they are back", async () => {
        await rig.assertNothingStale(changed, deleted);
        return rig.deadCount() === 0 && (await client.getMulti(kept)).size === kept.length;
      });
      for (let i = 0; i < 5; i++) await rig.assertNothingStale(changed, deleted);
      await client.setMulti(changed.map((key) => [key, "three"]));
      for (let i = 0; i < 5; i++) {
        assertEquals(
          new Set((await client.getMulti<string>(changed)).values()),
          new Set(["three"]),
        );
      }
    });
  }
}

Deno.test("Client with zones goes on without any of the other ones, and tells of it", async () => {
  await using rig = await Rig.start(ZONE_A);
  const { client } = rig;
  await client.version();
  await rig.cut([2]);
  const verbs: (string | undefined)[] = [];
  client.addEventListener("failure", ({ verb }) => verbs.push(verb));
  assertEquals(await client.set("n", 1), true);
  assertEquals(await client.get("n"), 1);
  assertEquals(verbs, ["delete"]);
  assertEquals(await client.delete("n"), false);
  await assertRejects(() => client.delete("n", { strict: true }), MemcachedError);
  assertEquals(await client.get("n"), undefined);
});

/** A client of three servers behind proxies; all of them memcached. */
class Rig implements AsyncDisposable {
  readonly #servers: readonly Memcached[];
  readonly #proxies: readonly FaultProxy[];
  readonly #names: readonly string[];
  readonly client: Client;

  static async start(optionsOf: OptionsOf): Promise<Rig> {
    const servers = await Promise.all(Array.from({ length: 3 }, () => startMemcached()));
    const proxies = await Promise.all(
      servers.map(({ address }) => startProxy(address)),
    );
    return new Rig(servers, proxies, optionsOf);
  }

  private constructor(
    servers: readonly Memcached[],
    proxies: readonly FaultProxy[],
    optionsOf: OptionsOf,
  ) {
    this.#servers = servers;
    this.#proxies = proxies;
    this.#names = proxies.map((_, i) => `s${i}`);
    this.client = this.clientOf(optionsOf);
  }

  clientOf(optionsOf: OptionsOf): Client {
    const [list, options] = optionsOf(this.#proxies.map(({ address }, i) => `${address} s${i}`));
    return new Client(list, { connectTimeout: 1000, retryTimeout: 700, warn: false, ...options });
  }

  async items(): Promise<number> {
    const stats = await this.client.stats();
    return [...stats.values()].reduce((sum, { curr_items }) => sum + Number(curr_items), 0);
  }

  async cut(which: readonly number[]): Promise<void> {
    for (const i of which) {
      await this.#proxies[i].set({ refuse: true });
      await this.#proxies[i].reset();
    }
  }

  async heal(): Promise<void> {
    for (const proxy of this.#proxies) await proxy.clear();
  }

  /** How many servers are known to be dead. */
  deadCount(): number {
    const dead = new Set<string>();
    for (const key of KEYS) {
      const { server, alive, copies = [] } = this.client.explain(key);
      for (const each of [{ server, alive }, ...copies]) if (!each.alive) dead.add(each.server);
    }
    return this.#names.filter((name) => dead.has(name)).length;
  }

  async assertNothingStale(changed: readonly string[], deleted: readonly string[]): Promise<void> {
    const found = await this.client.getMulti<string>([...changed, ...deleted]);
    for (const key of changed) assert(found.get(key) !== "one", `${key} is stale`);
    for (const key of deleted) assert(!found.has(key), `${key} is there`);
    const at = Math.floor(changed.length / 2);
    assert(await this.client.get(changed[at]) !== "one");
    assertEquals(await this.client.get(deleted[at]), undefined);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    for (const proxy of this.#proxies) await proxy.stop();
    for (const server of this.#servers) await server.stop();
  }
}

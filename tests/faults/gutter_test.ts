/** Neither a server that comes back nor the gutter that stood in gives anything that was changed meanwhile. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import type { FaultProxy } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { startProxy } from "../support/some_port.ts";

const KEYS: readonly string[] = Array.from({ length: 120 }, (_, i) => `key${i}`);

Deno.test("Client with a gutter reads nothing stale in this outage, after it, and in the next one", async () => {
  await using rig = await Rig.start({ replayInvalidations: true });
  const { client, keys } = rig;
  const [kept, changed, deleted, deletedLater] = [0, 1, 2, 3].map((rest) =>
    keys.filter((_, i) => i % 4 === rest)
  );
  await client.setMulti(KEYS.map((key) => [key, "one"]));

  await rig.cut();
  await client.setMulti([...changed, ...deletedLater].map((key) => [key, "two"]));
  await Promise.all(deleted.map((key) => client.delete(key)));
  assertEquals(await valuesOf(client, changed), ["two"]);
  assertEquals(await valuesOf(client, deleted), []);

  await rig.heal();
  await eventually("it is back", async () => (await valuesOf(client, kept))[0] === "one");
  assertEquals(await valuesOf(client, [...changed, ...deleted, ...deletedLater]), []);
  await client.setMulti(changed.map((key) => [key, "three"]));
  assertEquals(await valuesOf(client, changed), ["three"]);

  await rig.cut();
  await client.get(keys[0]);
  assertEquals(await valuesOf(client, KEYS.filter((key) => keys.includes(key))), []);
  await client.set(changed[0], "four");
  assertEquals(await client.get(changed[0]), "four");

  await rig.heal();
  await eventually("it is back", async () => await client.get(changed[1]) === "three");
  assertEquals(await client.get(changed[0]), undefined);
  const { owed, replayed, forgotten } = client.counters().get("cut")!;
  const least = changed.length + deleted.length + deletedLater.length + 1;
  assert(replayed >= least && owed >= replayed, `${owed}, ${replayed} of ${least}`);
  assertEquals(forgotten, 0);
});

Deno.test("Client with a gutter deletes on a server of it what another one has taken over", async () => {
  await using rig = await Rig.start({ replayInvalidations: true });
  const { client, keys } = rig;
  await rig.cut();
  await client.setMulti(keys.map((key) => [key, "one"]));
  await rig.gutterProxy.set({ refuse: true });
  await rig.gutterProxy.reset();
  await eventually("all go to the other one", async () => {
    const { ok } = await client.setMulti(keys.map((key) => [key, "two"]));
    return ok;
  });
  await rig.gutterProxy.clear();
  await eventually("it is back", async () => {
    const values = await valuesOf(client, keys);
    assert(!values.includes("one"), "a stale value");
    return client.counters().get("g0")!.replayed > 0;
  });
  await client.setMulti(keys.map((key) => [key, "three"]));
  assertEquals(await valuesOf(client, keys), ["three"]);
  await rig.gutterProxy.set({ refuse: true });
  await rig.gutterProxy.reset();
  await eventually("the other one stands in again", async () => {
    const values = await valuesOf(client, keys);
    assert(!values.includes("two"), "a stale value");
    return await client.getRealtimeHostByKey(rig.ofFirst) === "g1";
  });
  assert(!(await valuesOf(client, keys)).includes("two"));
});

async function valuesOf(client: Client, keys: readonly string[]): Promise<string[]> {
  return Array.from(new Set((await client.getMulti<string>(keys)).values()));
}

/** A client of two servers and a gutter of two, of each the first one behind a proxy; all of them memcached. */
class Rig implements AsyncDisposable {
  readonly #servers: readonly Memcached[];
  readonly #proxy: FaultProxy;
  readonly gutterProxy: FaultProxy;
  readonly client: Client;
  /** The keys of the server that is cut off. */
  readonly keys: readonly string[];
  /** One for which the first server of the gutter stands in. */
  readonly ofFirst: string;

  static async start(options: ClientOptions): Promise<Rig> {
    const servers = await Promise.all(Array.from({ length: 4 }, () => startMemcached()));
    const proxies = await Promise.all(
      [servers[0], servers[2]].map(({ address }) => startProxy(address)),
    );
    return new Rig(servers, proxies, options);
  }

  private constructor(
    servers: readonly Memcached[],
    proxies: readonly FaultProxy[],
    options: ClientOptions,
  ) {
    this.#servers = servers;
    [this.#proxy, this.gutterProxy] = proxies;
    this.client = new Client([`${this.#proxy.address} cut`, `${servers[1].address} there`], {
      gutter: [`${this.gutterProxy.address} g0`, `${servers[3].address} g1`],
      connectTimeout: 1000,
      retryTimeout: 20,
      warn: false,
      ...options,
    });
    this.keys = KEYS.filter((key) => this.client.getHostByKey(key) === "cut");
    this.ofFirst = this.keys.find((key) => this.client.explain(key).standIns[0].server === "g0")!;
  }

  async cut(): Promise<void> {
    await this.#proxy.set({ refuse: true });
    await this.#proxy.reset();
    await eventually("it is dead", async () => {
      await this.client.get(this.keys[0]);
      return !this.client.explain(this.keys[0]).alive;
    });
  }

  heal(): Promise<void> {
    return this.#proxy.clear();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.client.close();
    await this.#proxy.stop();
    await this.gutterProxy.stop();
    for (const server of this.#servers) await server.stop();
  }
}

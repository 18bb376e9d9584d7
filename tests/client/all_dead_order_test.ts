/** While all servers are dead and tried again, calls for a key are carried out in the order in which they were made. */

import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertEquals } from "@std/assert";
import { eventually } from "../support/eventually.ts";
import { platformConnect } from "../support/platform_connect.ts";
import { settle } from "../support/settle.ts";
import { DialledWorld } from "./dialled_world.ts";

/** The name of the first server of the key: it is never there. */
const FIRST = "absent:1";

/** How another server stands in. */
const SETTINGS: Readonly<Record<string, (other: string) => [string[], ClientOptions]>> = {
  failover: (other) => [[FIRST, other], { failover: true }],
  "a gutter": (other) => [[FIRST], { gutter: [other] }],
};

for (const [name, setting] of Object.entries(SETTINGS)) {
  Deno.test(`Client with ${name} whose servers are all dead lets no call overtake one that tries another server`, async () => {
    await using world = await World.start(setting);
    const { client, key, keys } = world;
    const calls = [
      client.set(key, "one"),
      client.get(key),
      client.setMulti(keys.map((key) => [key, "two"])),
      client.getMulti([key]),
      client.set(key, "three"),
    ];
    // All wait for the first server.
    await settle();
    world.refuse();
    assertEquals(await Promise.all(calls), [
      true,
      "one",
      { ok: true, failed: [] },
      new Map([[key, "two"]]),
      true,
    ]);
    assertEquals(await client.get(key), "three");
  });
}

Deno.test("Client with failover whose servers are all dead lets no call overtake one that waits when another server comes back", async () => {
  await using world = await World.start(SETTINGS.failover);
  const { client, key } = world;
  const first = [client.set(key, "one"), client.setMulti([[key, "two"]])];
  // Its own server is the other one, which is back.
  assertEquals(await client.set(world.otherKey, "other"), true);
  const last = [client.get(key), client.set(key, "three"), client.get(key)];
  assertEquals(await Promise.all([...first, ...last]), [
    true,
    { ok: true, failed: [] },
    "two",
    true,
    "three",
  ]);
  world.refuse();
  assertEquals(await client.get(key), "three");
});

Deno.test("Client with failover whose servers are all dead lets no call overtake one that waits for a stand-in when the owner comes back", async () => {
  await using world = await DialledWorld.start(["owner", "second", "third"], { failover: true });
  const { client } = world;
  const key = world.keyOf("owner", "second");
  await client.set(key, "none");
  await world.allMayBeDialled(key);
  world.let("second", "hang");
  // The owner refuses, and they wait for the second one.
  const first = [client.set(key, "none"), client.set(key, "one")];
  await settle();
  await eventually("the owner may be tried again", () => client.explain(key).alive);
  world.let("owner", "connect");
  const last = [client.set(key, "two"), client.get(key)];
  assertEquals(await Promise.all([...first, ...last]), [true, true, true, "two"]);
});

Deno.test("Client with a gutter refuses no call that waits for its server when others connect", async () => {
  const names = ["first", "second", "third"];
  await using world = await DialledWorld.start(names, { gutter: ["gutter"], maxPending: 10 });
  const { client } = world;
  const keys = names.map((name) => world.keyOf(name));
  for (const key of keys) await client.set(key, "none");
  for (const key of keys) await world.allMayBeDialled(key);
  for (const slow of ["first", "gutter"]) world.let(slow, "hang");
  for (const other of names.slice(1)) world.let(other, "connect");
  const stored = Promise.all(Array.from({ length: 8 }, (_, i) => client.set(keys[0], i)));
  await settle();
  for (const key of keys.slice(1)) {
    await eventually("another one is back", () => client.set(key, "one"));
  }
  for (const slow of ["first", "gutter"]) world.let(slow, "connect");
  assertEquals(await stored, Array(8).fill(true));
  assertEquals(await client.get(keys[0]), 7);
});

/** A client whose servers are all dead, and whose pauses are over. */
class World implements AsyncDisposable {
  readonly client: Client;
  /** Keys whose first server is the one that is never there, and one of the other server, if that has keys. */
  readonly keys: readonly string[];
  readonly key: string;
  readonly otherKey: string;
  /** Lets the dial of the first server fail that is under way. */
  readonly refuse: () => void;
  readonly #server: MemcachedServer;

  static async start(setting: (other: string) => [string[], ClientOptions]): Promise<World> {
    const server = await MemcachedServer.start();
    const world = new World(server, setting);
    const { client } = world;
    // All dials fail at once.
    for (const key of [world.key, world.otherKey]) await client.set(key, "none");
    client.config({ retryTimeout: 1 });
    await eventually("all pauses are over", () => {
      const { alive, standIns } = client.explain(world.key);
      return alive && standIns.every(({ alive }) => alive);
    });
    world.#isThere = true;
    return world;
  }

  /** True once the other server takes connections, and a dial of the first one is not refused before it is told to be. */
  #isThere = false;

  private constructor(
    server: MemcachedServer,
    setting: (other: string) => [string[], ClientOptions],
  ) {
    const { promise, resolve } = Promise.withResolvers<void>();
    const [servers, options] = setting(server.address);
    this.#server = server;
    this.refuse = resolve;
    this.client = new Client(servers, {
      retryTimeout: 60_000,
      connectTimeout: 0,
      warn: false,
      ...options,
      connect: async (endpoint, signal) => {
        if (this.#isThere && "hostname" in endpoint && endpoint.hostname !== "absent") {
          return await platformConnect(endpoint, signal);
        }
        if (this.#isThere) await promise;
        throw new Error("no route");
      },
    });
    const keys = Array.from({ length: 500 }, (_, i) => `key${i}`);
    const isFirst = (key: string) => this.client.explain(key).server === FIRST;
    this.keys = keys.filter(isFirst);
    this.key = this.keys[0];
    this.otherKey = keys.find((key) => !isFirst(key)) ?? this.key;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.refuse();
    await this.client.close();
    await this.#server.stop();
  }
}

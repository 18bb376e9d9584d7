/** How the keys of changes that a server has missed are deleted there before it serves again: `replayInvalidations`. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ConnectionError, type Endpoint } from "@libmc/libmc";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";
import { type SteppedConnection, SteppedMemcached } from "../support/stepped_memcached.ts";

/** Most keys that are remembered for a server. */
const MOST = 65_536;

Deno.test("replayInvalidations remembers 65,536 keys a server, the newest, and counts those that it forgets", async () => {
  await using rig = new Rig(["one"], { maxPending: 100_000 });
  const { client } = rig;
  const keys = Array.from({ length: MOST }, (_, i) => `key${i}`);
  const watched = ["key0", "key1", "key2", "key3", "x", "y"];
  await rig.done(client.setMulti(watched.map((key) => [key, "old"] as const)));
  rig.cut("one");
  await client.deleteMulti(keys);
  assertEquals(rig.counted("one"), { owed: MOST, replayed: 0, forgotten: 0 });
  // One that is changed again is the newest, and no new one.
  await client.delete("key0");
  assertEquals(rig.counted("one"), { owed: MOST + 1, replayed: 0, forgotten: 0 });
  await client.deleteMulti(["x", "y"]);
  assertEquals(rig.counted("one"), { owed: MOST + 3, replayed: 0, forgotten: 2 });
  rig.heal("one");
  const found = await rig.done(client.getMulti(watched));
  assertEquals([...found.keys()], ["key1", "key2"]);
  assertEquals(rig.counted("one"), { owed: MOST + 3, replayed: MOST, forgotten: 2 });
});

Deno.test("replayInvalidations forgets the oldest where a replay fails while others are owed, and counts them", async () => {
  await using rig = new Rig(["one"], { maxPending: 100_000 });
  const { client } = rig;
  const keys = Array.from({ length: MOST }, (_, i) => `key${i}`);
  await rig.done(client.setMulti([["x", "old"], ["key0", "old"], ["key1", "old"]]));
  rig.cut("one");
  await client.deleteMulti(keys);
  rig.heal("one");
  const call = client.get("key0");
  await settle();
  // It is dialled, and asked to delete, while two more are owed: one of them again.
  rig.only("one").carryOut();
  assertEquals(await client.deleteMulti(["x", "key0"]), { ok: false, failed: ["x", "key0"] });
  rig.only("one").lose();
  assertEquals(await call, undefined);
  assertEquals(rig.counted("one"), { owed: MOST + 2, replayed: 0, forgotten: 1 });
  rig.clock.advance(5000);
  const found = await rig.done(client.getMulti(["x", "key0", "key1"]));
  assertEquals([...found.keys()], ["key1"]);
});

Deno.test("replayInvalidations deletes at once on a server that other connections still serve", async () => {
  await using rig = new Rig(["one"], { connections: 2 });
  const { client } = rig;
  await rig.done(client.set("key", "old"));
  await rig.grow("one", 2);
  const lost = client.set("key", "new");
  await settle();
  rig.holding("one").lose();
  assertEquals(await lost, false);
  // Whatever is asked next stands behind the delete.
  assertEquals(await rig.done(client.get("key")), undefined);
  assertEquals(rig.counted("one"), { owed: 1, replayed: 1, forgotten: 0 });
});

Deno.test("replayInvalidations deletes anew where the connection of a delete is lost, and another one serves", async () => {
  await using rig = new Rig(["one"], { connections: 3 });
  const { client } = rig;
  await rig.done(client.set("key", "old"));
  await rig.grow("one", 3);
  const lost = client.set("key", "new");
  await settle();
  rig.holding("one").lose();
  assertEquals(await lost, false);
  await settle();
  rig.holding("one").lose();
  await settle();
  assertEquals(await rig.done(client.get("key")), undefined);
  assertEquals(rig.counted("one"), { owed: 1, replayed: 1, forgotten: 0 });
});

Deno.test("replayInvalidations begins anew on a server that dies again midway through the replay", async () => {
  const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
  for (const carriedOut of [0, 1, 20, 49]) {
    await using rig = new Rig(["one"]);
    const { client } = rig;
    await rig.done(client.setMulti(keys.map((key) => [key, "old"] as const)));
    rig.cut("one");
    await client.deleteMulti(keys);
    rig.heal("one");
    const call = client.get(keys[49]);
    await settle();
    for (let i = 0; i < carriedOut; i++) rig.only("one").carryOut();
    rig.only("one").lose();
    assertEquals(await call, undefined);
    assertEquals(rig.counted("one").replayed, 0);
    // It is dead, and so is asked nothing.
    assertEquals(await client.get(keys[48]), undefined);
    assertEquals(rig.servers.one.connections.length, 0);
    rig.clock.advance(5000);
    assertEquals(await rig.done(client.getMulti(keys)), new Map());
    assertEquals(rig.counted("one"), { owed: 50, replayed: 50, forgotten: 0 });
  }
});

Deno.test("replayInvalidations gives up a server that says nothing midway, and keeps the keys", async () => {
  for (const limits of [{}, { pollTimeout: 0 }]) {
    await using rig = new Rig(["one"], limits);
    const { client } = rig;
    await rig.done(client.setMulti([["a", "old"], ["b", "old"]]));
    rig.cut("one");
    await client.deleteMulti(["a", "b"]);
    rig.heal("one");
    const call = client.getMulti(["a", "b"]);
    await settle();
    rig.only("one").carryOut();
    rig.only("one").deliver();
    await settle();
    rig.clock.advance(6000);
    await settle();
    assertEquals(await call, new Map());
    assertEquals(rig.servers.one.connections.length, 0);
    rig.clock.advance(5000);
    assertEquals(await rig.done(client.getMulti(["a", "b"])), new Map());
    assertEquals(rig.counted("one").replayed, 2);
  }
});

Deno.test("Client.close() ends while a server that still serves is silent about what is to be deleted", async () => {
  await using rig = new Rig(["one"], { connections: 2, pollTimeout: 0, timeout: 1000 });
  const { client } = rig;
  await rig.done(client.set("key", "old"));
  await rig.grow("one", 2);
  const lost = client.set("key", "new");
  await settle();
  rig.holding("one").lose();
  assertEquals(await lost, false);
  const closed = client.close();
  for (let i = 0; i < 30; i++) {
    rig.clock.advance(200);
    await settle();
  }
  await Promise.race([closed, settle().then(() => Promise.reject(new Error("close() waits")))]);
});

Deno.test("Client.close() and quit() wait for a replay, and give up one that the server does not answer", async () => {
  for (const end of ["close", "quit"] as const) {
    for (const answers of [true, false]) {
      await using rig = new Rig(["one"], { strict: true });
      const { client } = rig;
      await rig.done(client.set("key", "old"));
      rig.cut("one");
      await assertRejects(() => client.delete("key"), ConnectionError);
      rig.heal("one");
      const call = client.get("key");
      await settle();
      assertEquals(rig.only("one").waiting, 1);
      const over = client[end]();
      if (answers) {
        assertEquals(await rig.done(call), undefined);
        await rig.done(over);
      } else {
        const lost = assertRejects(() => call, ConnectionError, "silent");
        rig.clock.advance(1000);
        await lost;
        await rig.done(over);
      }
      if (end === "quit") continue;
      assertEquals([rig.servers.one.connections.length, rig.clock.timers], [0, 0]);
    }
  }
});

Deno.test("replayInvalidations loses nothing where the servers change in the middle of a replay", async () => {
  const changes: Readonly<Record<string, (client: Client) => void>> = {
    "another one comes": (client) => client.setServers(["one a", "two b", "three c"]),
    "the other one leaves": (client) => client.setServers(["one a"]),
    "it moves": (client) => client.setServers(["three a", "two b"]),
    "it moves by updateServers()": (client) => void client.updateServers(["three a", "two b"]),
  };
  for (const [what, change] of Object.entries(changes)) {
    await using rig = new Rig(["one a", "two b"]);
    const { client } = rig;
    const keys = Array.from({ length: 30 }, (_, i) => `key${i}`)
      .filter((key) => client.getHostByKey(key) === "a");
    await rig.done(client.setMulti(keys.map((key) => [key, "old"] as const)));
    rig.cut("one");
    await client.deleteMulti(keys);
    rig.heal("one");
    const call = client.getMulti(keys);
    await settle();
    rig.only("one").carryOut();
    change(client);
    assertEquals(await rig.done(call), new Map(), what);
    await rig.done(client.getMulti(keys));
    assertEquals(rig.counted("a").replayed >= keys.length, true, what);
  }
});

Deno.test("replayInvalidations lets a server leave in the middle of a replay, and the calls go elsewhere", async () => {
  await using rig = new Rig(["one", "two"]);
  const { client } = rig;
  const key = Array.from({ length: 30 }, (_, i) => `key${i}`)
    .find((key) => client.getHostByKey(key) === "one:11211") as string;
  await rig.done(client.set(key, "old"));
  rig.cut("one");
  await client.delete(key);
  rig.heal("one");
  const call = client.set(key, "new");
  await settle();
  const replaying = rig.only("one");
  client.setServers(["two"]);
  assertEquals(await rig.done(call), true);
  assertEquals(await rig.done(client.get(key)), "new");
  assertEquals([replaying.waiting, rig.servers.one.connections.length], [0, 0]);
});

Deno.test("replayInvalidations deletes on a server that left and is named again what it has missed before, and after it failed", async () => {
  await using rig = new Rig(["one a", "two b"]);
  const { client } = rig;
  const keys = Array.from({ length: 40 }, (_, i) => `key${i}`)
    .filter((key) => client.getHostByKey(key) === "a");
  const [missed, lost, kept] = keys;
  await rig.done(client.setMulti(keys.map((key) => [key, "old"] as const)));
  // One call is on its way when the server leaves, and is lost after that.
  const late = client.set(lost, "new");
  await settle();
  client.setServers(["two b"]);
  await settle();
  rig.cut("one");
  assertEquals(await rig.done(late), false);
  client.setServers(["one a", "two b"]);
  assertEquals(await client.delete(missed), false);
  client.setServers(["two b"]);
  await rig.done(client.get(kept));
  rig.heal("one");
  client.setServers(["one a", "two b"]);
  const found = await rig.done(client.getMulti(keys));
  assertEquals([missed, lost, kept].map((key) => found.get(key)), [undefined, undefined, "old"]);
});

Deno.test("replayInvalidations hands over what a server has missed that comes back while its last commands end", async () => {
  await using rig = new Rig(["one a", "two b"]);
  const { client } = rig;
  const key = Array.from({ length: 40 }, (_, i) => `key${i}`)
    .find((key) => client.getHostByKey(key) === "a") as string;
  await rig.done(client.set(key, "old"));
  const late = client.set(key, "new");
  await settle();
  client.setServers(["two b"]);
  client.setServers(["one a", "two b"]);
  const read = client.get(key);
  await settle();
  rig.only("one").lose();
  assertEquals(await rig.done(late), false);
  // It has not been carried out, and what was there before is deleted.
  assertEquals(await rig.done(read), undefined);
  assertEquals(await rig.done(client.get(key)), undefined);
});

Deno.test("replayInvalidations hands over what a server has missed that left before another one of its name", async () => {
  await using rig = new Rig(["one a", "three c"], { connections: 2 });
  const { client } = rig;
  const keys = Array.from({ length: 90 }, (_, i) => `key${i}`);
  const ofC = new Set(keys.filter((key) => client.getHostByKey(key) === "c"));
  client.setServers(["one a", "two b"]);
  const [key, other] = keys.filter((key) => ofC.has(key) && client.getHostByKey(key) === "a");
  await rig.done(client.set(key, "old"));
  await rig.grow("one", 2);
  const late = client.set(key, "new");
  await settle();
  const lost = rig.holding("one");
  const read = client.get(other);
  await settle();
  client.setServers(["two b"]);
  client.setServers(["one a", "three c"]);
  lost.lose();
  assertEquals(await late, false);
  // The second one has a call that no other server can have, and so takes longer to leave than the first.
  rig.servers.one.answersDials = false;
  const version = client.version();
  await settle();
  client.setServers(["two b"]);
  await rig.done(read);
  await settle();
  client.setServers(["one a", "two b"]);
  rig.servers.one.answersDials = true;
  for (const accept of rig.servers.one.dials) accept();
  assertEquals((await rig.done(version)).size, 2);
  assertEquals(await rig.done(client.get(key)), undefined);
});

Deno.test("replayInvalidations bounds what it keeps for servers that have left", async () => {
  await using rig = new Rig(["two b"], { maxPending: 100_000 });
  const { client } = rig;
  rig.cut("one");
  let forgotten = 0;
  const keys = Array.from({ length: MOST }, (_, i) => `key${i}`);
  // Each of them owns all keys, and misses 65,536 changes. Four of five fit.
  for (let i = 0; i < 5; i++) {
    client.setServers([`one gone${i}`]);
    await client.deleteMulti(keys);
    client.setServers(["two b"]);
    await settle();
  }
  rig.heal("one");
  for (let i = 0; i < 5; i++) {
    client.setServers([`one gone${i}`]);
    if (rig.counted(`gone${i}`).owed === 0) forgotten++;
    client.setServers(["two b"]);
    await settle();
  }
  assertEquals(forgotten, 1);
});

type Name = "one" | "two" | "three";

/** A client with servers that do nothing by themselves, unless they are let. */
class Rig implements AsyncDisposable {
  readonly clock = new ManualClock();
  readonly servers = {
    one: new SteppedMemcached(),
    two: new SteppedMemcached(),
    three: new SteppedMemcached(),
  };
  readonly client: Client;
  readonly #cut = new Set<Name>();

  constructor(servers: string[], options: ClientOptions = {}) {
    this.client = new Client(servers, {
      replayInvalidations: true,
      warn: false,
      clock: this.clock,
      connect: (endpoint: Endpoint, signal) => {
        const name = (endpoint as { hostname: string }).hostname as Name;
        if (this.#cut.has(name)) return Promise.reject(new Error("no route"));
        return this.servers[name].connect(endpoint, signal);
      },
      ...options,
    });
  }

  /** Lets nobody reach a server. */
  cut(name: Name): void {
    this.#cut.add(name);
    for (const connection of [...this.servers[name].connections]) connection.lose();
  }

  /** A server can be reached again, and may be dialled. */
  heal(name: Name): void {
    this.#cut.delete(name);
    this.clock.advance(5000);
  }

  /** The connection to a server. */
  only(name: Name): SteppedConnection {
    const { connections } = this.servers[name];
    assertEquals(connections.length, 1);
    return connections[0];
  }

  /** The connection to a server that has something to do. */
  holding(name: Name): SteppedConnection {
    const found = this.servers[name].connections.filter(({ waiting }) => waiting > 0);
    assertEquals(found.length, 1);
    return found[0];
  }

  /** Lets the client have so many connections to a server. */
  async grow(name: Name, count: number): Promise<void> {
    const { connections } = this.servers[name];
    const calls: Promise<unknown>[] = [];
    for (let i = 0; i < 20 && connections.length < count; i++) {
      calls.push(this.client.get(`grow${i}`));
      await settle();
    }
    assertEquals(connections.length, count);
    await this.done(Promise.all(calls));
  }

  /** Lets the servers work until this has settled. */
  async done<T>(call: Promise<T>): Promise<T> {
    let isOver = false;
    const over = () => isOver = true;
    call.then(over, over);
    for (let i = 0; !isOver; i++) {
      assert(i < 1000, "it does not end");
      for (const { connections } of Object.values(this.servers)) {
        for (const connection of [...connections]) {
          while (connection.carryOut());
          connection.deliver();
        }
      }
      await settle();
    }
    return await call;
  }

  counted(server: string): { owed: number; replayed: number; forgotten: number } {
    const counters = this.client.counters();
    const { owed, replayed, forgotten } = counters.get(server) ?? counters.get(`${server}:11211`)!;
    return { owed, replayed, forgotten };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.done(this.client.close());
  }
}

/** How many promises are made, and how many timers are set. Counted, not timed. */

import v8 from "node:v8";
import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions, type Clock } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { takes, VERBS } from "../support/verbs.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { MemoryServers } from "./memory_servers.ts";

const MULTI = VERBS.filter((verb) => takes(verb, "keys") || takes(verb, "items"));
const SINGLE = VERBS.filter((verb) => takes(verb, "key"));

for (const names of [["one"], ["one", "two", "three"]]) {
  Deno.test(`Client makes as many promises for 1,000 keys as for 20, servers: ${names.length}`, async () => {
    await using rig = await start(names);
    const { client } = rig;
    const keys = Array.from({ length: 10_000 }, (_, i) => `key${i}`);
    // Read buffers grow, so that the answers come in as many reads as they will.
    for (let i = 0; i < 4; i++) {
      await client.setMulti(keys.map((key) => [key, "v"] as const));
      await client.getMulti(keys);
    }
    for (const { name, call } of MULTI) {
      const counts: number[] = [];
      for (const count of [20, 100, 1000]) {
        const some = keys.slice(0, count);
        counts.push(await promisesDuring(() => call(client, undefined, { keys: some })));
      }
      assert(counts[0] > 0, "they are counted");
      assertEquals(counts, counts.map(() => counts[0]), name);
      const many = await promisesDuring(() => call(client, undefined, { keys }));
      assert(many < 30 * names.length + 100, `${name} made ${many} promises for 10,000 keys`);
    }
  });
}

Deno.test("Client makes one promise for a call of one key, and one for the end of the turn", async () => {
  await using rig = await start(["one"]);
  const { client } = rig;
  for (const { name, call } of SINGLE) {
    const made: Promise<unknown>[] = [];
    const count = promisesOf(() => {
      for (let i = 0; i < 1000; i++) made.push(call(client));
    });
    assertEquals(count, 1000 + 1, name);
    await Promise.all(made);
  }
});

Deno.test("Client.getOrSet() makes one promise for a question, also where others share its answer", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await client.meta.noop();
  for (const keyOf of [(i: number) => `key${i}`, () => "key"]) {
    await client.setMulti(Array.from({ length: 1000 }, (_, i) => [keyOf(i), i]));
    const made: Promise<unknown>[] = [];
    const count = promisesOf(() => {
      for (let i = 0; i < 1000; i++) made.push(client.getOrSet(keyOf(i), () => i, { ttl: 60 }));
    });
    assertEquals(count, 1000 + 1);
    await Promise.all(made);
  }
  assert((server.commands.get("mg") ?? 0) < 1020, "those for one key have asked once");
});

Deno.test("Client makes no promise for a write or a read that more callers share", async () => {
  await using rig = await start(["one"]);
  const { client } = rig;
  const counts: number[] = [];
  for (const callers of [10, 1000]) {
    let made: Promise<unknown>[] = [];
    const all = await promisesDuring(async () => {
      made = Array.from({ length: callers }, () => client.get("key"));
      await made.at(-1);
    });
    counts.push(all - callers);
    await Promise.all(made);
  }
  assertEquals(counts[1], counts[0], "beyond one a call");
});

Deno.test("Client sets one timer for 10,000 calls, and leaves none", async () => {
  const clock = new CountingClock();
  const servers = new MemoryServers();
  await using client = new Client(["one", "two", "three"], { connect: servers.connect, clock });
  const keys = Array.from({ length: 100 }, (_, i) => `key${i}`);
  await client.getMulti(keys);
  assertEquals(servers.connections.length, 3);
  const before = clock.set;
  assert(before <= 7, `${before} timers for three dials, their callers and a sweep`);
  await Promise.all(Array.from({ length: 5000 }, (_, i) => client.get(`key${i}`)));
  for (let i = 0; i < 2500; i++) await client.incr("n");
  await Promise.all(Array.from({ length: 2500 }, (_, i) => client.set(`key${i}`, i)));
  await client.getMulti(keys);
  assert(clock.set - before <= 1, `${clock.set - before} timers were set`);
  assert(clock.manual.timers <= 1);
  clock.manual.advance(1000);
  assertEquals(clock.manual.timers, 0, "nothing is due, and nothing is swept");
});

Deno.test("Client sweeps with one timer at a time while replies are due", async () => {
  const clock = new CountingClock();
  const servers = new MemoryServers();
  await using client = new Client("one", { connect: servers.connect, clock });
  await client.get("k");
  for (let round = 0; round < 100; round++) {
    await Promise.all(Array.from({ length: 100 }, () => client.get("k")));
    clock.manual.advance(1);
    assert(clock.manual.timers <= 1);
  }
  assert(clock.set <= 10, `${clock.set} timers were set in 100 ms`);
});

/** A clock that stands still and counts the timers that are set. */
class CountingClock implements Clock {
  readonly manual = new ManualClock();
  set = 0;

  now(): number {
    return this.manual.now();
  }

  after(milliseconds: number, callback: () => void): () => void {
    this.set++;
    return this.manual.after(milliseconds, callback);
  }
}

/** Promises that are made while `run` is called, whoever makes them and however. */
function promisesOf(run: () => void): number {
  let count = 0;
  const stop = v8.promiseHooks.onInit(() => void count++);
  try {
    run();
  } finally {
    stop();
  }
  return count;
}

/** The same until what `run` gives has settled. */
async function promisesDuring(run: () => Promise<unknown>): Promise<number> {
  let count = 0;
  const stop = v8.promiseHooks.onInit(() => void count++);
  try {
    await run();
  } finally {
    stop();
  }
  return count;
}

/** A client that is connected, and its servers. */
async function start(names: string[], options: ClientOptions = {}) {
  const servers = new MemoryServers();
  const client = new Client(names, { connect: servers.connect, ...options });
  await client.getMulti(Array.from({ length: 50 }, (_, i) => `first${i}`));
  assertEquals(servers.connections.length, names.length);
  return { client, servers, [Symbol.asyncDispose]: () => client.close() };
}

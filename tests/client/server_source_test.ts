/** What a client does whose servers come from a function or an async iterable. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Client,
  ConnectionError,
  ServerDeadError,
  type ServersFunction,
  TimeoutError,
} from "../../mod.ts";
import { MemcachedServer } from "../../src/testing/mod.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { settle } from "../support/settle.ts";

const PATIENCE = { timeout: 5000, connectTimeout: 5000, pollTimeout: 5000 };
const BATCH = ["a", "b", "c", "d", "e", "f"];

Deno.test("Client with a function asks it at the first call, and all calls wait for the answer in order", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const asked: AbortSignal[] = [];
  const { promise, resolve } = Promise.withResolvers<string[]>();
  await using client = new Client(({ signal }) => {
    asked.push(signal);
    return promise;
  }, { ...PATIENCE, strict: true });
  assertEquals([client.servers, client.counters().size, asked.length], [[], 0, 0]);
  const calls = [
    client.set("key", 1),
    client.incr("key"),
    client.get("key"),
    client.setMulti(BATCH.map((key) => [key, key] as const)),
    client.getMulti(BATCH),
    client.version(),
    client.meta.set("meta", "value"),
    client.meta.get("meta"),
    client.meta.noop(),
    client.meta.getMulti(BATCH),
    client.set("big", "x".repeat(1_500_000)),
    client.get<string>("big"),
    client.getOrSet("loaded", () => 7, { ttl: 60 }),
    client.admin.stats(),
    client.namespace("space").set("key", 2),
    Array.fromAsync(client.admin.keys({ servers: [one.address] })),
    client.getRealtimeHostByKey("key"),
  ] as const;
  await settle();
  assertEquals(asked.length, 1);
  assertEquals([one.connections, two.connections], [0, 0]);
  resolve([one.address, two.address]);
  const results = await Promise.all(calls);
  assertEquals(results.slice(0, 3), [true, 2, 2]);
  assertEquals(results[4], new Map(BATCH.map((key) => [key, key])));
  assertEquals(results[5].size, 2);
  assertEquals([results[7]?.value, results[8], results[9].size], ["value", true, 6]);
  assertEquals([results[11]?.length, results[12], results[13].size], [1_500_000, 7, 2]);
  assertEquals(client.servers, [one.address, two.address]);
  assertEquals([...client.counters().keys()], [one.address, two.address]);
});

Deno.test("Client with a function fails as one whose server cannot be reached while it has no answer", async () => {
  let answer = (): string[] => {
    throw new TypeError("fetch failed");
  };
  const servers: ServersFunction = Object.assign(() => answer(), { label: "cache.internal" });
  const clock = new ManualClock();
  await using server = await MemcachedServer.start();
  await using client = new Client(servers, { clock, warn: false });
  const failures: unknown[] = [];
  client.addEventListener("failure", ({ verb, server }) => failures.push([verb, server]));
  assertEquals(await client.get("key"), undefined);
  assertEquals(client.lastError?.message, "Cannot connect to cache.internal: fetch failed");
  assertEquals(await client.set("key", 1), false);
  assertEquals(client.lastError?.name, "ServerDeadError");
  assertEquals((await client.version()).size, 0);
  await assertRejects(() => client.admin.stats(), ServerDeadError);
  assertEquals(failures.slice(0, 2), [["get", "cache.internal"], ["set", "cache.internal"]]);
  answer = () => [server.address];
  clock.advance(5000);
  assertEquals(await client.set("key", 1), true);
});

Deno.test("Client with a source says what it cannot tell before the servers are known", async () => {
  await using client = new Client(() => ["10.0.0.1"]);
  assertThrows(() => client.getHostByKey("key"), ConnectionError, "await a call first");
  assertThrows(() => client.explain("key"), ConnectionError, "await a call first");
  assertEquals(client.updateServers(["10.0.0.2"]), false);
  assertThrows(() => new Client(Object.assign(() => [], { interval: 0 })), TypeError, "interval");
});

Deno.test("Client with a function that never answers keeps to the timeout of each call", async () => {
  const clock = new ManualClock();
  let aborts = 0;
  await using client = new Client(({ signal }) => {
    signal.addEventListener("abort", () => aborts++);
    return new Promise(() => {});
  }, { clock, timeout: 1000, strict: true });
  const call = client.get("key");
  await settle();
  clock.advance(1100);
  await assertRejects(() => call, TimeoutError);
  clock.advance(9000);
  await settle();
  assertEquals(aborts, 1);
  await client.close();
  assertEquals(clock.timers, 0);
});

Deno.test("Client with a function rejects if its list is a mistake, or a permission is missing", async () => {
  for (const wrong of [["host:0"], ["a", "a"], 3 as never]) {
    await using client = new Client(() => wrong);
    await assertRejects(() => client.get("key"), ConnectionError);
  }
  await using client = new Client(() => {
    throw Object.assign(new Error("Requires net access"), { name: "NotCapable" });
  });
  await assertRejects(() => client.get("key"), ConnectionError, "Requires net access");
});

Deno.test("Client with a function asks again after its interval, and keeps what answered last", async () => {
  const clock = new ManualClock();
  const answers: (() => string[])[] = [
    () => ["10.0.0.1", "10.0.0.2"],
    () => {
      throw new Error("no such name");
    },
    () => [],
    () => ["10.0.0.2:0"],
    () => ["10.0.0.2", "10.0.0.1"],
    () => ["10.0.0.2", "10.0.0.3"],
  ];
  let asked = 0;
  const servers: ServersFunction = Object.assign(() => answers[asked++](), { interval: 1000 });
  const connect = () => Promise.reject(new Error("no route"));
  await using client = new Client(servers, { clock, connect, warn: false });
  const log: string[] = [];
  client.addEventListener("servers", ({ change }) => log.push(`servers ${change?.servers}`));
  client.addEventListener("failure", ({ verb, error }) => log.push(`${verb} ${error?.message}`));
  assertEquals(await client.get("key"), undefined);
  assertEquals(log.splice(0)[0], "servers 10.0.0.1,10.0.0.2");
  for (const reason of ["no such name", "there are none", "Cannot use server"]) {
    await pass(clock, 1000);
    assertEquals([log.length, client.servers.length], [1, 2]);
    const text = log.splice(0)[0];
    assert(text.startsWith(`servers Cannot look again for the servers: ${reason}`), text);
    assert(client.lastError?.message.includes(reason));
  }
  await pass(clock, 999);
  assertEquals(asked, 4);
  await pass(clock, 1);
  await pass(clock, 1000);
  assertEquals(log, ["servers 10.0.0.2,10.0.0.1", "servers 10.0.0.2,10.0.0.3"]);
});

Deno.test("Client.quit() goes on asking a source for whose first answer calls wait", async () => {
  await using server = await MemcachedServer.start();
  let asked = 0;
  const { promise, resolve } = Promise.withResolvers<string[]>();
  await using client = new Client(() => (asked++, promise), { ...PATIENCE, strict: true });
  const before = client.set("key", 1);
  await settle();
  await client.quit();
  const behind = client.get("key");
  resolve([server.address]);
  assertEquals([await before, await behind, asked], [true, 1, 1]);
});

Deno.test("Client.quit() stops a source for whose first answer nobody waits any more", async () => {
  for (const source of ["answers", "fails", "is silent"]) {
    const clock = new ManualClock();
    let asked = 0;
    const { promise, resolve, reject } = Promise.withResolvers<string[]>();
    const options = {
      clock,
      timeout: 100,
      connect: () => Promise.reject(new Error("nobody dials")),
    };
    await using client = new Client(() => (asked++, promise), options);
    const call = client.get("key");
    await settle();
    clock.advance(200);
    assertEquals(await call, undefined);
    await client.quit();
    if (source === "answers") resolve(["one:1"]);
    if (source === "fails") reject(new Error("down"));
    for (let seconds = 0; seconds < 60; seconds++) {
      await settle();
      clock.advance(1000);
    }
    assertEquals([source, asked], [source, 1]);
  }
});

Deno.test("Client.quit() stops its source until the next dial, close() and setServers() for ever", async () => {
  const clock = new ManualClock();
  await using server = await MemcachedServer.start();
  let asked = 0;
  const servers: ServersFunction = Object.assign(() => {
    asked++;
    return [server.address];
  }, { interval: 100 });
  const client = new Client(servers, { clock });
  await client.set("key", "value");
  await client.quit();
  await pass(clock, 60_000);
  assertEquals(asked, 1);
  assertEquals(await client.get("key"), "value");
  assertEquals(asked, 2);
  await pass(clock, 100);
  assertEquals(asked, 3);
  client.setServers([server.address]);
  await pass(clock, 500);
  await client.quit();
  assertEquals(await client.get("key"), "value");
  assertEquals(asked, 3);
  await client.close();
  assertEquals(clock.timers, 0);

  const other = new Client(servers, { clock });
  await other.get("key");
  await other.close();
  await pass(clock, 60_000);
  assertEquals([asked, clock.timers], [4, 0]);
});

Deno.test("Client.close() lets calls end that wait for the servers", async () => {
  await using server = await MemcachedServer.start();
  const { promise, resolve } = Promise.withResolvers<string>();
  const client = new Client(() => promise, { strict: true });
  const call = client.set("key", "value");
  const closed = client.close();
  resolve(server.address);
  assertEquals(await call, true);
  await closed;
});

Deno.test("Client with an async iterable takes each list, and keeps the last when it ends or fails", async () => {
  const clock = new ManualClock();
  const connect = () => Promise.reject(new Error("no route"));
  const { promise: news, resolve: tell } = Promise.withResolvers<void>();
  async function* lists() {
    yield ["10.0.0.1"];
    await news;
    yield ["10.0.0.1", "10.0.0.2"];
    throw new Error("the stream broke");
  }
  await using client = new Client(lists(), { clock, connect, warn: false });
  await client.get("key");
  assertEquals(client.servers, ["10.0.0.1"]);
  tell();
  await settle();
  assertEquals(client.servers, ["10.0.0.1", "10.0.0.2"]);
  assertEquals(
    client.lastError?.message,
    "Cannot look again for the servers: the stream broke",
  );
  await pass(clock, 60_000);
  assertEquals([client.servers.length, clock.timers], [2, 0]);
});

Deno.test("Client with an async iterable that ends before it names a server says so", async () => {
  await using client = new Client((async function* () {})(), { strict: true });
  await assertRejects(() => client.get("key"), ConnectionError, "ended before it named any");
});

Deno.test("Client.close() returns an iterator that is waited for", async () => {
  await using server = await MemcachedServer.start();
  let returned = 0;
  let asked = 0;
  const servers = {
    [Symbol.asyncIterator]: () => ({
      next: () =>
        asked++ === 0
          ? Promise.resolve({ done: false, value: server.address })
          : new Promise<IteratorResult<string>>(() => {}),
      return: () => Promise.resolve({ done: true as const, value: void returned++ }),
    }),
  };
  const client = new Client(servers, { strict: true });
  await client.set("key", "value");
  await client.close();
  assertEquals(returned, 1);
});

/** Lets time pass, and what it wakes come to rest. */
async function pass(clock: ManualClock, milliseconds: number): Promise<void> {
  clock.advance(milliseconds);
  await settle();
}

import { assert, assertEquals, assertLess, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually, within } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { recordEvents } from "../support/failures.ts";
import { METHODS } from "./methods.ts";
import { runProgram } from "./program.ts";

Deno.test("Client makes one connection for 1,000 callers before the first is there", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf(server.address);
  const keys = Array.from({ length: 1000 }, (_, i) => `key${i}`);
  const stored = await Promise.all(keys.map((key) => client.set(key, key)));
  assert(stored.every(Boolean));
  assertEquals(server.accepted, 1);

  await using daemon = await startMemcached();
  await using observer = clientOf(daemon.address);
  const connections = async () =>
    (await observer.stats()).get(daemon.address)!.total_connections as number;
  const before = await connections();
  await using other = clientOf(daemon.address);
  await Promise.all(keys.map((key) => other.get(key)));
  assertEquals(await connections(), before + 1);
});

Deno.test("Client replaces a connection that the server closed while it was idle without a word", async () => {
  await using server = await MemcachedServer.start();
  await using client = clientOf(server.address);
  const { failure, disconnect, dead } = recordEvents(client);
  await client.set("a", 1);
  for (let round = 1; round <= 5; round++) {
    server.disconnect();
    await eventually("it is noticed", () => disconnect.length === round);
    assertEquals(disconnect[round - 1].error, undefined);
    assertEquals(await client.get("a"), 1);
  }
  assertEquals([failure.length, dead.length], [0, 0]);
  assertEquals([client.lastError, server.accepted], [undefined, 6]);
});

Deno.test("Client replaces a connection that memcached closed for being idle without a word", async () => {
  await using server = await startMemcached({ args: ["-o", "idle_timeout=1"] });
  await using client = clientOf(server.address);
  const { failure, disconnect } = recordEvents(client);
  await client.set("a", 1);
  await eventually("it is idle for too long", () => disconnect.length === 1, 10_000);
  assertEquals(await client.incr("a"), 2);
  assertEquals([failure.length, client.lastError], [0, undefined]);
});

Deno.test("Client replaces a connection that memcached closed while the program was busy without a word", async () => {
  await using server = await startMemcached({ args: ["-o", "idle_timeout=1"] });
  await using client = clientOf(server.address);
  const { failure, disconnect } = recordEvents(client);
  await client.set("a", 1);
  for (const end = performance.now() + 4000; performance.now() < end;);
  assertEquals(disconnect.length, 0, "nobody has heard of it so far");
  assertEquals(await client.get("a"), 1);
  assertEquals([failure.length, client.lastError, disconnect.length], [0, undefined, 1]);
});

Deno.test("Client lives through a kill of memcached under load, and is back when that is", async () => {
  let server = await startMemcached();
  const port = server.port!;
  const retryTimeout = 50;
  await using client = new Client(server.address, { retryTimeout, connectTimeout: 1000 });
  const { alive } = recordEvents(client);
  let running = true;
  let calls = 0;
  async function load(id: number): Promise<void> {
    while (running) {
      const key = `key${id}`;
      await client.set(key, id);
      const value = await client.get(key);
      assert(value === undefined || value === id, `${key} gave ${value}`);
      const found = await client.getMulti([key, "none"]);
      assert(found.size === 0 || found.get(key) === id);
      await client.incr("count");
      calls += 4;
      await new Promise((resolve) => setTimeout(resolve));
    }
  }
  const callers = Array.from({ length: 50 }, (_, id) => load(id));
  try {
    await eventually("the load is on", () => calls > 2000, 20_000);
    for (let round = 1; round <= 2; round++) {
      server.kill("SIGKILL");
      await server.stop();
      const sinceDeath = calls;
      await eventually("callers get misses", () => calls > sinceDeath + 1000, 20_000);
      server = await startMemcached({ port });
      const since = performance.now();
      await eventually("it is back", () => alive.length === round);
      assertLess(performance.now() - since, retryTimeout + 1000);
      assertEquals(await client.set("a", round), true);
    }
  } finally {
    running = false;
    await within("the callers", Promise.all(callers));
    await server.stop();
  }
  assertEquals(client.counters().get(server.address)!.desyncs, 0);
});

Deno.test("Client.close() settles every call that waits for a connection which never comes", async () => {
  const client = new Client(["127.0.0.1:1", "127.0.0.1:2"], {
    allowFlushAll: true,
    connectTimeout: 300,
    connect: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const soft = METHODS.map(({ call }) => call(client, { strict: false }));
  const strict = Promise.allSettled(METHODS.map(({ call }) => call(client, { strict: true })));
  await within("close()", client.close());
  assertEquals(await within("the calls", Promise.all(soft)), METHODS.map((m) => m.whenFailed));
  for (const outcome of await within("the strict calls", strict)) {
    assert(outcome.status === "rejected" && outcome.reason instanceof MemcachedError);
  }
  await assertRejects(() => client.get("a"), ClosedError);
});

Deno.test("Client.close() settles every call that waits for a reply which never comes", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, {
    allowFlushAll: true,
    pollTimeout: 200,
    connectTimeout: 5000,
  });
  await client.version();
  server.pause();
  const calls = METHODS.map(({ call }) => call(client));
  await within("close()", client.close());
  assertEquals(await within("the calls", Promise.all(calls)), METHODS.map((m) => m.whenFailed));
  server.resume();
});

Deno.test("Client.close() after quit() waits for what quit() waits for, and all of it settles", async () => {
  await using server = await startMemcached();
  await using client = clientOf(server.address, { pollTimeout: 100, strict: false });
  await client.version();
  server.pause();
  const call = client.get("a");
  await new Promise((resolve) => setTimeout(resolve, 0));
  const ends = [client.quit(), client.quit(), client.close()];
  await within("the ends", Promise.all(ends));
  assertEquals(await within("the call", call), undefined);
  server.resume();
});

Deno.test("Client.quit() ends by the timeout where no silence is too long and nothing can be sent", async () => {
  const connect = () => Promise.resolve(new ScriptedTransport({ held: true }));
  await using client = new Client("memory", { pollTimeout: 0, timeout: 100, connect });
  assertEquals(await within("the call", client.get("a")), undefined);
  await within("quit()", client.quit());
});

Deno.test("Client.close() lets calls finish that still wait for a connection", async () => {
  await using first = await MemcachedServer.start();
  await using second = await MemcachedServer.start();
  const client = clientOf([first.address, second.address]);
  const calls = Promise.all([client.set("a", 1), client.setMulti({ b: 2, c: 3, d: 4, e: 5 })]);
  await client.close();
  assertEquals(await calls, [true, { ok: true, failed: [] }]);
  assertEquals(first.items + second.items, 5);
});

Deno.test("A program ends by itself once its client is closed", async () => {
  await using server = await startMemcached();
  const end = await runProgram("round_trip", [`--allow-net=${server.address}`], [server.address]);
  assertEquals(end, { code: 0, out: "hello\n", error: "" });
});

Deno.test("A program ends by itself once its client is closed, even if no server is there", async () => {
  const servers = ["127.0.0.1:1", "127.0.0.1:2"];
  const end = await runProgram("forever_failing", [`--allow-net=${servers}`], servers);
  assertEquals(end, { code: 0, out: "undefined 0\n", error: "" });
});

Deno.test("Client.unref() lets a program end that forgets its client, and no call is lost", async () => {
  await using server = await startMemcached();
  const end = await runProgram("forgotten", [`--allow-net=${server.address}`], [server.address]);
  assertEquals(end, { code: 0, out: "hello\n", error: "" });
});

function clientOf(servers: string | string[], options: ClientOptions = {}): Client {
  return new Client(servers, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
    ...options,
  });
}

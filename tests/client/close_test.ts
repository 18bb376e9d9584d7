/** How a client ends: what it still waits for, what it settles, and that it lets the program end. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { within } from "../support/eventually.ts";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedTransport } from "../support/scripted_transport.ts";
import { VERBS } from "../support/verbs.ts";
import { runProgram } from "./program.ts";

const BIG = "x".repeat(2_500_000);
const KEYS = Array.from({ length: 40_000 }, (_, i) => `key${i}`);

Deno.test("Client.close() settles every call that waits for a connection which never comes", async () => {
  const client = new Client(["127.0.0.1:1", "127.0.0.1:2"], {
    allowFlushAll: true,
    connectTimeout: 300,
    connect: (_, signal) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  });
  const soft = VERBS.map(({ call }) => call(client, { strict: false }));
  const strict = Promise.allSettled(VERBS.map(({ call }) => call(client, { strict: true })));
  await within("close()", client.close());
  assertEquals(await within("the calls", Promise.all(soft)), VERBS.map((v) => v.fallback));
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
  const calls = VERBS.map(({ call }) => call(client));
  await within("close()", client.close());
  assertEquals(await within("the calls", Promise.all(calls)), VERBS.map((v) => v.fallback));
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

Deno.test("Client.close() lets calls of several steps finish", async () => {
  await using server = await MemcachedServer.start();
  const patience = { timeout: 60_000 };
  await using observer = clientOf(server.address, patience);
  await observer.set("big", BIG);
  await observer.set(KEYS[39_999], "last");
  for (const isConnected of [false, true]) {
    const client = clientOf(server.address, patience);
    if (isConnected) await client.version();
    const calls = Promise.all([
      client.get("big"),
      client.set("new", BIG),
      client.setMulti({ other: BIG, small: 1 }),
      client.getMulti(["big", "small"]).then((found) => found.get("big")),
      client.getMulti(KEYS).then((found) => found.size),
      client.getRealtimeHostByKey("big"),
    ]);
    await client.close();
    const stored = { ok: true, failed: [] };
    assertEquals(await calls, [BIG, true, stored, BIG, 1, server.address]);
    assertEquals(client.lastError, undefined);
    for (const key of ["new", "other"]) assertEquals(await observer.get(key), BIG);
  }
});

Deno.test("Client.close() waits for no stream that its caller keeps open, but for the chunk under way", async () => {
  await using server = await MemcachedServer.start();
  const client = clientOf(server.address, { strict: false, timeout: 60_000 });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const storing = client.setStream("stream", readable);
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(1_500_000));
  await within("close()", client.close());
  writer.write(new Uint8Array(1_500_000)).catch(() => {});
  assertEquals(await within("setStream()", storing), false);
  await writer.abort().catch(() => {});
});

Deno.test("Client.close() ends streams that have given nothing yet, and those behind them", async () => {
  await using server = await MemcachedServer.start();
  const client = clientOf(server.address, { strict: false, timeout: 60_000 });
  const storing = [1, 2].map(() => client.setStream("stream", new ReadableStream()));
  await within("close()", client.close());
  assertEquals(await within("setStream()", Promise.all(storing)), [false, false]);
});

Deno.test("Client.close() refuses an iterator over servers that nobody has asked yet", async () => {
  await using server = await MemcachedServer.start();
  const client = clientOf(server.address);
  const keys = client.admin.keys();
  const stored = client.set("key", 1);
  const closed = client.close();
  await assertRejects(() => keys.next(), ClosedError);
  await assertRejects(() => client.admin.watch("mutations").next(), ClosedError);
  await closed;
  assertEquals(await stored, true);
});

Deno.test("Client.close() calls off dials that have no bound, and settles what waits for them", async () => {
  const connect = () => new Promise<never>(() => {});
  const client = new Client("one", { connect, connectTimeout: 0, timeout: 0, strict: true });
  const calls = [client.get("a"), client.getMulti(["a", "b"]), client.set("big", BIG)];
  const settled = Promise.allSettled(calls);
  await within("close()", client.close());
  for (const { status } of await within("the calls", settled)) assertEquals(status, "rejected");
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

Deno.test("Client.close() gives each call whose stream it cancels an error of its own", async () => {
  await using server = await MemcachedServer.start();
  const client = clientOf(server.address, { strict: true });
  const silent = () => new ReadableStream<Uint8Array>();
  const rejected = ["a", "b"].map((key) =>
    assertRejects(() => client.setStream(key, silent()), ClosedError)
  );
  await within("close()", client.close());
  const [one, other] = await within("the calls", Promise.all(rejected));
  assert(one !== other);
});

/** Calls of several steps: closing lets all steps finish, and an error says what an earlier step has done. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, type Connect, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { platformConnect } from "../support/platform_connect.ts";
import { within } from "../support/eventually.ts";
import { textOf } from "../support/wire.ts";
import { recordEvents } from "../support/failures.ts";

const BIG = "x".repeat(2_500_000);
const KEYS = Array.from({ length: 40_000 }, (_, i) => `key${i}`);

Deno.test("Client.close() lets calls of several steps finish", async () => {
  await using server = await MemcachedServer.start();
  await using observer = clientOf(server);
  await observer.set("big", BIG);
  await observer.set(KEYS[39_999], "last");
  for (const isConnected of [false, true]) {
    const client = clientOf(server);
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
  const client = clientOf(server, { strict: false });
  const { readable, writable } = new TransformStream<Uint8Array, Uint8Array>();
  const storing = client.setStream("stream", readable);
  const writer = writable.getWriter();
  await writer.write(new Uint8Array(1_500_000));
  await within("close()", client.close());
  writer.write(new Uint8Array(1_500_000)).catch(() => {});
  assertEquals(await within("setStream()", storing), false);
  await writer.abort().catch(() => {});
});

Deno.test("Client.close() calls off dials that have no bound, and settles what waits for them", async () => {
  const connect = () => new Promise<never>(() => {});
  const client = new Client("one", { connect, connectTimeout: 0, timeout: 0, strict: true });
  const calls = [client.get("a"), client.getMulti(["a", "b"]), client.set("big", BIG)];
  const settled = Promise.allSettled(calls);
  await within("close()", client.close());
  for (const { status } of await within("the calls", settled)) assertEquals(status, "rejected");
});

Deno.test("Client.getRealtimeHostByKey() waits for no dial past the timeout", async () => {
  const connect = () => new Promise<never>(() => {});
  const client = new Client(["one", "two"], { connect, connectTimeout: 60_000, timeout: 50 });
  const found = client.getRealtimeHostByKey("key");
  assertEquals(await within("the name", found, 2000), undefined);
  await within("close()", client.close(), 2000);
});

Deno.test("Client.set() of a value in chunks says that it may be there once a chunk was stored", async () => {
  await using server = await MemcachedServer.start();
  const { connect, fails } = failing();
  await using client = clientOf(server, { connect });
  await using observer = clientOf(server);
  // The chunks are there, and nothing of the manifest can leave.
  fails.at = "set big ";
  const error = await assertRejects(() => client.set("big", BIG), MemcachedError);
  assertEquals([error.sent, error.name, error.server], [
    "maybe",
    "ConnectionError",
    server.address,
  ]);
  assertEquals(await observer.getRaw("~3big/0").then((chunk) => chunk?.data.length), 1_000_000);
  // Nothing at all has left.
  fails.at = "set ";
  const other = await assertRejects(() => client.set("other", BIG), MemcachedError);
  assertEquals(other.sent, "no");
});

Deno.test("Client.setStream() says that it may have been carried out once an old value in chunks is gone", async () => {
  await using server = await MemcachedServer.start();
  const { connect, fails } = failing();
  await using client = clientOf(server, { connect });
  const { failure } = recordEvents(client);
  await client.set("big", BIG);
  await client.set("plain", "old");
  fails.at = "set ";
  for (const [key, sent] of [["big", "maybe"], ["plain", "no"]]) {
    const stream = ReadableStream.from([new Uint8Array(1_500_000)]);
    const error = await assertRejects(() => client.setStream(key, stream), MemcachedError);
    assertEquals([error.sent, failure.at(-1)?.error === error], [sent, true], key);
  }
});

Deno.test("Client.setStream() does not wait for a stream that cannot be cancelled", async () => {
  const server = await MemcachedServer.start();
  await using client = clientOf(server, { strict: false });
  await client.version();
  await server.stop();
  const isCancelled = Promise.withResolvers<void>();
  const stream = new ReadableStream<Uint8Array>({
    pull: (controller) => controller.enqueue(new Uint8Array(1_000_000)),
    cancel: () => {
      isCancelled.resolve();
      return new Promise(() => {});
    },
  });
  assertEquals(await within("setStream()", client.setStream("key", stream)), false);
  await isCancelled.promise;
});

Deno.test("Client gives each caller whose command waited for a dial in vain an error of its own", async () => {
  await using server = await MemcachedServer.start();
  const { connect, fails } = failing();
  let dials = 0;
  await using client = clientOf(server, {
    connect: (endpoint, signal) =>
      ++dials === 1 ? connect(endpoint, signal) : Promise.reject(new Error("no route")),
  });
  await client.version();
  fails.at = "get a";
  const calls = [client.get("a"), client.touch("b", 1), client.set("c", 1)];
  const errors = (await Promise.allSettled(calls)).map((outcome) => {
    assert(outcome.status === "rejected");
    return outcome.reason as MemcachedError;
  });
  assertEquals(errors.map(({ command }) => command), ["get", "touch", "set"]);
  assertEquals(errors.map(({ sent }) => sent), ["no", "no", "no"]);
  assertEquals(new Set(errors).size, 3);
});

/** A strict client that has the time. */
function clientOf(server: MemcachedServer, options: ClientOptions = {}): Client {
  return new Client(server.address, {
    strict: true,
    connectTimeout: 5000,
    pollTimeout: 5000,
    timeout: 60_000,
    ...options,
  });
}

/** Dials as usual. A write that begins with a text fails, and no byte of it leaves. */
function failing(): { connect: Connect; fails: { at: string } } {
  const fails = { at: "none" };
  const connect: Connect = async (endpoint, signal) => {
    const transport = await platformConnect(endpoint, signal);
    return {
      read: (into) => transport.read(into),
      write: (bytes) =>
        textOf(bytes.subarray(0, fails.at.length)) === fails.at
          ? Promise.reject(new Error("broken pipe"))
          : transport.write(bytes),
      close: () => transport.close(),
    };
  };
  return { connect, fails };
}

/** lock(): one holder at a time, known by its token. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, ClosedError, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Recorder } from "../compat/recording_connect.ts";
import { startMemcached } from "../support/memcached.ts";
import { startProxied } from "../support/nutcracker.ts";
import { startRestartable } from "../support/some_port.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };

async function locksRight(address: string, options: ClientOptions = {}): Promise<void> {
  await using one = new Client(address, { ...PATIENT, ...options });
  await using two = new Client(address, { ...PATIENT, ...options });
  const calls = Array.from(
    { length: 20 },
    (_, i) => (i % 2 === 0 ? one : two).lock("l", { ttl: 60 }),
  );
  const locks = (await Promise.all(calls)).filter((lock) => lock !== undefined);
  assertEquals(locks.length, 1, "one holder at a time");
  const [first] = locks;
  assertEquals(first.key, "l");
  assertEquals(await first.release(), true);
  assertEquals(await first.release(), false);
  const second = await two.lock("l", { ttl: 60 });
  assert(second !== undefined && second.token > first.token, "a later holder has a greater token");
  assertEquals(await first.release(), false, "one whose time is over does not release another's");
  assertEquals(await one.lock("l", { ttl: 60 }), undefined);
  {
    await using _ = second;
  }
  {
    await using third = await one.lock("l", { ttl: 60 });
    assert(third !== undefined && third.token > second.token);
    await third.release();
    await using fourth = await two.lock("l", { ttl: 60 });
    assert(fourth !== undefined);
    await third[Symbol.asyncDispose]();
    assertEquals(await one.lock("l", { ttl: 60 }), undefined);
  }
  assert(await one.lock("l", { ttl: 1 }) !== undefined);
}

Deno.test("lock has one holder at a time, on memcached, through a proxy, and on the embedded server", async () => {
  await using live = await startMemcached();
  await locksRight(live.address);
  await using proxied = await startProxied();
  await locksRight(proxied.address);
  for (const options of [{}, { noreply: true, prefix: "p:" }, { connections: 3 }]) {
    await using server = await MemcachedServer.start();
    await locksRight(server.address, options);
  }
});

Deno.test("lock takes one trip, and asks no server for meta commands", async () => {
  await using server = await MemcachedServer.start();
  const recorder = new Recorder();
  await using client = new Client(server.address, { ...PATIENT, connect: recorder.connect });
  await client.lock("l", { ttl: 60 });
  assertEquals(recorder.connections.length, 1);
  const [{ sent }] = recorder.connections;
  assertEquals(
    sent.replace(/[0-9a-f-]{36}/, "id"),
    "add l 0 60 36\r\nid\r\ngets l\r\n",
  );
});

Deno.test("lock ends by itself after its ttl, and its holder cannot release the next one's", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const slow = await client.lock("l", { ttl: 10 });
  server.advance(9);
  assertEquals(await client.lock("l", { ttl: 10 }), undefined);
  server.advance(1);
  const next = await client.lock("l", { ttl: 10 });
  assert(slow !== undefined && next !== undefined && next.token > slow.token);
  assertEquals([await slow.release(), await next.release()], [false, true]);
});

Deno.test("lock is not given while something else is under its key", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  for (const value of ["text", 5, new Uint8Array(2_500_000), { a: 1 }]) {
    await client.set("l", value);
    assertEquals(await client.lock("l", { ttl: 10 }), undefined);
    assertEquals(await client.get("l"), value);
  }
});

Deno.test("lock whose reply is lost is not given, and frees itself", async () => {
  for (const command of ["add", "gets"]) {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { ...PATIENT, pollTimeout: 30, deadAfter: 0 });
    // Both times, as a retrieval is asked once more.
    const fault = server.fault({ kind: "missingReply", commands: [command] });
    const error = await assertRejects(() => client.lock("l", { ttl: 10 }), MemcachedError);
    assertEquals(error.sent, "maybe", command);
    fault.remove();
    assertEquals(await client.lock("l", { ttl: 10 }), undefined);
    server.advance(10);
    assert(await client.lock("l", { ttl: 10 }) !== undefined);
  }
});

Deno.test("lock of a server that is away is not given; the end of its block does not throw", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { strict: false });
  const lock = await client.lock("l", { ttl: 10 });
  assert(lock !== undefined);
  await server.stop();
  assertEquals(await lock.release(), false);
  const second = new Client(server.address, { strict: true, warn: false });
  await assertRejects(() => second.lock("l", { ttl: 10 }), MemcachedError);
  await second.close();
  assertEquals(await client.lock("l", { ttl: 10 }), undefined);
});

Deno.test("lock whose client is closed in its block leaves the block without an error", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  {
    await using lock = await client.lock("l", { ttl: 10 });
    assert(lock !== undefined);
    await client.close();
    await assertRejects(() => lock.release(), ClosedError);
  }
});

Deno.test("lock whose release fails at the end of a block leaves the block without an error", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PATIENT, pollTimeout: 30 });
  {
    await using lock = await client.lock("l", { ttl: 10 });
    assert(lock !== undefined);
    server.fault({ kind: "missingReply", commands: ["cas"], nth: 1, then: "close" });
  }
  assertEquals(client.lastError?.sent, "maybe");
});

Deno.test("release() ends a lock of which the connection was closed meanwhile, and not that of another holder", async () => {
  await using live = await startMemcached();
  await using client = new Client(live.address, PATIENT);
  const lock = await client.lock("l", { ttl: 60 });
  await client.quit();
  assertEquals(await lock?.release(), true);
  assertEquals(await client.get("l"), undefined);

  const server = await startRestartable();
  await using one = new Client(server.address, PATIENT);
  await using two = new Client(server.address, PATIENT);
  const lost = await one.lock("l", { ttl: 60 });
  await server[Symbol.asyncDispose]();
  await using _ = await MemcachedServer.start({ port: server.port });
  const held = await two.lock("l", { ttl: 60 });
  assertEquals(held?.token, lost?.token);
  assertEquals(await lost?.release(), false);
  assertEquals(await held?.release(), true);
});

/** What is allocated for bytes, and how often bytes are copied. Counted, not timed. */

import { assert, assertEquals } from "@std/assert";
import { Client } from "@libmc/libmc";
import { readClassicLine } from "../../src/protocol/classic_lines.ts";
import { ReplyParser } from "../../src/protocol/reply_parser.ts";
import { RequestWriter } from "../../src/protocol/request_writer.ts";
import { sameBytes } from "../compat/same_bytes.ts";
import { allocationsDuring, allocationsOf } from "../support/allocations.ts";
import { hitsOf } from "../support/answers.ts";
import { VERBS } from "../support/verbs.ts";
import { Random } from "../support/random.ts";
import { bytesOf } from "../support/wire.ts";
import { type MemoryConnection, MemoryServers } from "./memory_servers.ts";

/** The verbs that store a value as it is, whole. */
const STORING = VERBS.filter(({ command }) => command === "set");

Deno.test("Client reads any number of small replies into one buffer", async () => {
  await using rig = await start();
  const { client, connection } = rig;
  await client.set("k", "v".repeat(100));
  for (let i = 0; i < 3000; i++) await client.get("k");
  assertEquals(connection.reads.length, 3001);
  assertEquals(buffersOf(connection.reads).size, 1);
});

Deno.test("Client reads any number of big replies into a few buffers, each larger than the one before", async () => {
  await using rig = await start();
  const { client, connection } = rig;
  const keys = Array.from({ length: 5000 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, "v".repeat(200)] as const));
  for (let round = 0; round < 5; round++) assertEquals((await client.getMulti(keys)).size, 5000);
  const sizes = Array.from(buffersOf(connection.reads), (buffer) => buffer.byteLength);
  assertEquals(sizes, [1024, 4 * 1024, 16 * 1024, 64 * 1024, 256 * 1024]);
  connection.forget();
  for (let round = 0; round < 5; round++) await client.getMulti(keys);
  assert(connection.reads.length > 20);
  assertEquals(buffersOf(connection.reads).size, 1);
});

Deno.test("Client gives the buffer of a peak back, step by step, once many replies were small", async () => {
  await using rig = await start();
  const { client, connection } = rig;
  const keys = Array.from({ length: 5000 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, "v".repeat(200)] as const));
  for (let round = 0; round < 5; round++) await client.getMulti(keys);
  connection.forget();
  for (let i = 0; i < 4000; i++) await client.get("key0");
  const sizes = Array.from(buffersOf(connection.reads), (buffer) => buffer.byteLength);
  assertEquals(sizes, [256 * 1024, 64 * 1024, 16 * 1024, 4 * 1024]);
  // And no step back and forth where big and small ones take turns.
  for (let round = 0; round < 5; round++) await client.getMulti(keys);
  connection.forget();
  for (let round = 0; round < 8; round++) {
    await client.getMulti(keys);
    for (let i = 0; i < 500; i++) await client.get("key0");
  }
  assertEquals(buffersOf(connection.reads).size, 1);
});

Deno.test("ReplyParser allocates nothing for replies that lie whole in the buffer", () => {
  const reply = bytesOf(
    `VALUE some:key 0 100 12345\r\n${"v".repeat(100)}\r\nEND\r\nSTORED\r\n77\r\n`,
  );
  const buffer = new Uint8Array(16 * 1024);
  const count = Math.floor(buffer.length / reply.length);
  for (let i = 0; i < count; i++) buffer.set(reply, i * reply.length);
  let items = 0;
  const parser = new ReplyParser({ item: () => items++, line() {} }, readClassicLine);
  const allocated = allocationsOf(() => {
    for (let i = 0; i < 100; i++) {
      assertEquals(parser.feedFrom(buffer, 0, count * reply.length), 0);
      parser.feed(buffer, count * reply.length);
    }
  });
  assertEquals([allocated.count, items], [0, 200 * count]);
});

Deno.test("Client of many servers writes to one after the other from one buffer", async () => {
  const servers = new MemoryServers();
  const names = Array.from({ length: 20 }, (_, i) => `server${i}`);
  await using client = new Client(names, { connect: servers.connect });
  for (let i = 0; i < 500; i++) await client.set(`key${i}`, "v".repeat(100));
  const { connections } = servers;
  assertEquals(connections.length, names.length);
  const buffers = connections.flatMap(({ writes }) => writes.map(({ buffer }) => buffer));
  assertEquals([buffers.length, new Set(buffers).size], [500, 1]);
});

Deno.test("RequestWriter writes any number of requests into one buffer", () => {
  const writer = new RequestWriter();
  const data = new Uint8Array(100);
  const round = () => {
    for (let i = 0; i < 1000; i++) {
      writer.latin1(`set key${i} 0 0 `);
      writer.dataBlock(i % 2 === 0 ? data : "some text", "");
    }
    writer.handOut();
    writer.recycle();
  };
  // They grow to what is needed once.
  for (let i = 0; i < 3; i++) round();
  const allocated = allocationsOf(() => {
    for (let i = 0; i < 50; i++) round();
  });
  assertEquals(allocated.count, 0);
});

Deno.test("Client sends a big value as bytes from where it is", async () => {
  const random = new Random(31);
  for (const length of [200_000, 1_000_000, 2_500_000]) {
    const value = random.bytes(length);
    const given = { key: "k", value, raw: value, items: { k: value, other: 1 } };
    for (const { name, call } of STORING) {
      await using rig = await start();
      const { client, connection } = rig;
      const { bytes: allocated } = await allocationsDuring(() => call(client, undefined, given));
      const own = connection.writes.filter(({ buffer }) => buffer === value.buffer);
      assertEquals(lengthOf(own), length, `${name} of ${length}`);
      const others = lengthOf(connection.writes) - length;
      assert(others < 300, `${name} of ${length} wrote ${others} other bytes`);
      assert(allocated < 1000, `${name} of ${length} allocated ${allocated} bytes`);
      assert(sameBytes(await client.get<Uint8Array>("k") as Uint8Array, value));
    }
  }
});

Deno.test("Client reads a big value to where the caller gets it, but for what came with its line", async () => {
  const value = new Random(32).bytes(1_000_000);
  for (const verb of VERBS.filter(({ kind }) => kind === "retrieval")) {
    const { name } = verb;
    const keys = verb.isMulti ? ["none", "k"] : ["k"];
    await using rig = await start();
    const { client, connection } = rig;
    await client.set("k", value);
    // The read buffer has grown to its largest after these.
    for (let i = 0; i < 3; i++) await client.get("k");
    connection.forget();
    let found: unknown;
    const { bytes: allocated } = await allocationsDuring(async () => {
      found = await verb.call(client, undefined, { key: "k", keys });
    });
    const data = hitsOf(verb, found, keys)?.get("k") as Uint8Array;
    assert(sameBytes(data, value), name);
    const direct = connection.reads.filter(({ into }) => into.buffer === data.buffer);
    const read = direct.reduce((total, { count }) => total + count, 0);
    assert(read > value.length - 256 * 1024, `${name} read ${read} bytes directly`);
    assertEquals(allocated, value.length, name);
  }
});

Deno.test("Client gives a value of a split one after one copy", async () => {
  await using rig = await start();
  const { client, connection } = rig;
  const value = new Random(33).bytes(3_000_000);
  await client.set("k", value);
  connection.forget();
  let found: unknown;
  const { bytes: allocated } = await allocationsDuring(async () => found = await client.get("k"));
  assert(sameBytes(found as Uint8Array, value));
  // The chunks, what they are joined in, and a read buffer that grows from 1 to 256 KiB.
  assert(allocated <= 2 * value.length + 344 * 1024, `${allocated} bytes were allocated`);
});

/** A client that is connected, and its connection. */
async function start() {
  const servers = new MemoryServers();
  const client = new Client("one", { connect: servers.connect });
  await client.get("first");
  servers.forget();
  const [connection] = servers.connections;
  return { client, connection, [Symbol.asyncDispose]: () => client.close() };
}

function buffersOf(reads: MemoryConnection["reads"]): Set<ArrayBufferLike> {
  return new Set(reads.map(({ into }) => into.buffer));
}

function lengthOf(arrays: readonly Uint8Array[]): number {
  return arrays.reduce((total, { length }) => total + length, 0);
}

/** Values too big for one item, on memcached and on the embedded server: whole, or not there at all. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, libmcCodec, type Storable } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { CHUNK_BYTES, chunkKey } from "../../src/codec/chunks.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { Random } from "../support/random.ts";
import { Recorder } from "./recording_connect.ts";
import { sameBytes } from "./same_bytes.ts";

const NAMES = ["alfa", "bravo", "charlie"];
const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };

Deno.test("Client.set() of 9.9 MB of each kind goes round over three servers, and misses when one stops", async (t) => {
  const { random, seed } = seeded();
  const bytes = noise(random, 9_900_000);
  // 9,899,988 bytes of UTF-8, in fewer characters.
  const text = "0123456789 and some more ü ".repeat(9_900_000 / 28);
  const kinds: [kind: string, value: Storable, options: ClientOptions][] = [
    ["text", text, {}],
    ["text, as libmc writes it", text, { codec: libmcCodec }],
    ["bytes", bytes, {}],
    ["bytes, as libmc writes them", bytes, { codec: libmcCodec }],
    ["JSON", { name: "big", parts: [text.slice(0, 4_700_000), text.slice(0, 4_700_000)] }, {}],
    ["compressed", bytes, { compThreshold: 1000 }],
  ];
  for (const [kind, value, options] of kinds) {
    await t.step(kind, async () => {
      await using servers = new AsyncDisposableStack();
      const daemons: Memcached[] = [];
      for (const _ of NAMES) {
        daemons.push(servers.use(await startMemcached({ args: ["-m", "256"] })));
      }
      const addresses = daemons.map(({ address }, i) => `${address} ${NAMES[i]}`);
      await using client = new Client(addresses, { ...PATIENT, ...options });
      const { key, owner, others } = spreadKey(client, kind.replaceAll(/\W/g, "_"));
      assert(await client.set(key, value), `${kind}, seed ${seed}`);

      assert(same(await client.get(key), value), `${kind}, seed ${seed}`);
      assert(same((await client.gets(key))?.value, value), `${kind}, seed ${seed}`);
      const many = await client.getMulti(["absent", key]);
      assertEquals(Array.from(many.keys()), [key]);
      assert(same(many.get(key), value), `${kind}, seed ${seed}`);
      const length = (await client.getRaw(key))!.data.length;
      assert(length > 9_700_000 && length <= 10_000_000, `${length}`);

      await daemons[NAMES.indexOf(others[0])].stop();
      assertEquals(await client.get(key), undefined);
      assertEquals(await client.getRaw(key), undefined);
      assertEquals(await client.getList([key]), [undefined]);
      await assertRejects(() => client.get(key, { strict: true }));
      assert(client.counters().get(owner)!.torn >= 3);
    });
  }
});

/** A key whose chunks lie on all three servers. */
function spreadKey(client: Client, stem: string): { key: string; owner: string; others: string[] } {
  for (let i = 0;; i++) {
    const key = `${stem}${i}`;
    const chunkHosts = Array.from({ length: 10 }, (_, n) => client.getHostByKey(chunkKey(key, n)));
    if (new Set(chunkHosts).size < NAMES.length) continue;
    const owner = client.getHostByKey(key);
    return { key, owner, others: NAMES.filter((name) => name !== owner) };
  }
}

Deno.test("Client.get() misses a value of which a chunk is gone or of the wrong length, and counts it", async () => {
  const { random, seed } = seeded();
  const value = noise(random, 2_500_000);
  await using fixture = await start();
  const { client, raw } = fixture;
  const spoilt: [how: string, index: number, chunk: Uint8Array | undefined][] = [
    ["the first is gone", 0, undefined],
    ["the last is gone", 2, undefined],
    ["the first is short", 0, value.slice(0, CHUNK_BYTES - 1)],
    ["the first is long", 0, value.slice(0, CHUNK_BYTES + 1)],
    ["one is empty", 1, new Uint8Array(0)],
    ["the last is empty", 2, new Uint8Array(0)],
    ["the last is long", 2, value.slice(0, CHUNK_BYTES + 1)],
  ];
  for (const [i, [how, index, chunk]] of spoilt.entries()) {
    assert(await client.set("k", value));
    assert(same(await client.get("k"), value), `seed ${seed}`);
    if (chunk === undefined) await raw.delete(chunkKey("k", index));
    else assert(await raw.setRaw(chunkKey("k", index), chunk));
    assertEquals(await client.get("k", { strict: true }), undefined, how);
    assertEquals(await client.getRaw("k"), undefined, how);
    assertEquals((await client.getsMulti(["k"])).size, 0, how);
    assertEquals(fixture.torn(), 3 * (i + 1), how);
  }
  assertEquals(client.lastError, undefined);
});

Deno.test("Client.get() reads a manifest as libmc does, and misses where it says nothing", async () => {
  await using fixture = await start();
  const { client, raw } = fixture;
  assert(await raw.setRaw(chunkKey("k", 0), ascii("one chunk")));
  for (const text of ["1", "1\0", "\x00\x001\x00", " 1 ", "+1", "01"]) {
    assert(await raw.setRaw("k", ascii(text), { flags: 4096 }));
    assertEquals(await client.get("k"), "one chunk", JSON.stringify(text));
  }
  const spoilt = ["0", "11", "", "x", "-1", "1.0", "1 1", "1e0", "0x1", "9".repeat(100), "\0"];
  for (const text of spoilt) {
    assert(await raw.setRaw("k", ascii(text), { flags: 4096 }));
    assertEquals(await client.get("k", { strict: true }), undefined, JSON.stringify(text));
    assertEquals((await client.getMulti(["k"])).size, 0, JSON.stringify(text));
    // Somebody's own flag, perhaps: the bytes and flags are given as they are.
    assertEquals(
      await client.getRaw("k"),
      { data: ascii(text), flags: 4096 },
      JSON.stringify(text),
    );
  }
  assertEquals(fixture.torn(), 2 * spoilt.length);
});

Deno.test("Client.set() splits under a key of 200 bytes, and refuses one of 201", async () => {
  const { random } = seeded();
  const value = noise(random, CHUNK_BYTES + 1);
  await using fixture = await start({ prefix: "p:" });
  const { client } = fixture;
  const key = "ü".repeat(99);
  assert(await client.set(key, value));
  assert(same(await client.get(key), value));
  await assertRejects(
    () => client.set(`${key}x`, value),
    RangeError,
    "Cannot split value of 1000001 bytes as its key must be <= 200 bytes: current size is 201",
  );
  assert(await client.set(`${key}x`, value.slice(1)));
});

Deno.test("Client.set() takes 10,000,000 bytes, and refuses one more before it sends anything", async () => {
  await using fixture = await start();
  const { client, recorder } = fixture;
  const value = new Uint8Array(10_000_000).fill(65);
  assert(await client.set("k", value));
  assert(same(await client.get("k"), value));
  const sent = recorder.connections[0].sent.length;
  const tooBig = new Uint8Array(10_000_001);
  const message = "must be <= 10000000 bytes: current size is 10000001";
  await assertRejects(() => client.set("k", tooBig), RangeError, message);
  await assertRejects(() => client.setRaw("k", tooBig), RangeError, message);
  await assertRejects(() => client.setMulti({ a: 1, k: tooBig }), RangeError, message);
  assertEquals(recorder.connections[0].sent.length, sent);
});

Deno.test("Client.add() and its kind never split: what is too big for an item is refused", async () => {
  await using fixture = await start();
  const { client, recorder } = fixture;
  const value = new Uint8Array(1_500_000);
  const calls = [
    () => client.add("k", value),
    () => client.replace("k", value),
    () => client.cas("k", value, 1n),
    () => client.append("k", value),
    () => client.prepend("k", value),
    () => client.appendMulti(["k"], value),
  ];
  for (const [i, call] of calls.entries()) {
    // Appended bytes have no flags of their own.
    const most = i < 3 ? 1_048_512 : 1_048_516;
    const message = `Cannot store value as it must be <= ${most} bytes: current size is 1500000`;
    await assertRejects(call, RangeError, message);
  }
  assertEquals(recorder.connections.length, 0);
});

Deno.test("Client with doSplit false stores whole, up to the server's limit, and reads manifests as they are", async () => {
  await using fixture = await start({ doSplit: false });
  const { client, server } = fixture;
  const value = new Uint8Array(CHUNK_BYTES + 1).fill(1);
  assert(await client.set("k", value));
  assertEquals(server.items, 1);
  assert(same(await client.get("k"), value));
  await assertRejects(() => client.set("k", new Uint8Array(1_048_513)), RangeError, "1048512");
  assert(await client.setRaw("m", ascii("2"), { flags: 4096 }));
  assertEquals(await client.getRaw("m"), { data: ascii("2"), flags: 4096 });
});

Deno.test("Client.setMulti() stores small and big values together, and each manifest after its chunks", async () => {
  const { random } = seeded();
  const items = new Map<string, Storable>([
    ["small", "s"],
    ["big", noise(random, 2_000_001)],
    ["other", 7],
    ["text", "t".repeat(1_000_001)],
  ]);
  await using fixture = await start();
  const { client, recorder, server } = fixture;
  assertEquals(await client.setMulti(items, { exptime: 60 }), { ok: true, failed: [] });
  assertEquals(server.items, items.size + 3 + 2);
  const { sent } = recorder.connections[0];
  const order = Array.from(sent.matchAll(/set (\S+) \d+ 60 \d+\r\n/g), ([, key]) => key);
  assertEquals(order.slice(-2), ["big", "text"]);
  assertEquals(order.length, items.size + 5);
  const found = await client.getMulti(items.keys());
  assertEquals(Array.from(found.keys()), Array.from(items.keys()));
  for (const [key, value] of items) assert(same(found.get(key), value), key);
});

Deno.test("Client.setMulti() writes no manifest for a value of which a chunk was refused", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  server.fault({ kind: "serverError", commands: ["set"], times: 1 });
  const result = await client.setMulti({ big: new Uint8Array(1_500_000) });
  assertEquals(result, { ok: false, failed: ["big"] });
  assertEquals(client.lastError?.code, -4);
  assertEquals(await client.get("big"), undefined);
});

Deno.test("Client.getMulti() fetches the chunks of all split values with one line", async () => {
  const { random } = seeded();
  const items = Object.fromEntries(
    ["a", "b", "c"].map((key) => [key, noise(random, 1_000_000 + random.below(1_000_000))]),
  );
  await using fixture = await start();
  const { client, recorder } = fixture;
  assertEquals((await client.setMulti({ ...items, small: 1 })).ok, true);
  const before = recorder.connections[0].sent.length;
  const found = await client.getMulti(["a", "small", "b", "absent", "c"]);
  assertEquals(Array.from(found.keys()), ["a", "small", "b", "c"]);
  for (const key of ["a", "b", "c"]) assert(same(found.get(key), items[key]), key);
  assertEquals(recorder.connections[0].sent.slice(before).split("\r\n"), [
    "get a small b absent c",
    "get ~1a/0 ~1a/1 ~1b/0 ~1b/1 ~1c/0 ~1c/1",
    "",
  ]);
});

Deno.test("Client with noreply splits: the manifest goes without a reply, once the chunks are there", async () => {
  const { random } = seeded();
  const value = noise(random, 1_500_000);
  await using fixture = await start({ noreply: true });
  const { client, recorder } = fixture;
  assert(await client.set("k", value));
  const heads = Array.from(recorder.connections[0].sent.matchAll(/set \S+ \d+ 0 \d+ noreply\r\n/g));
  assertEquals(heads.map(([head]) => head.split(" ")[1]), ["k"]);
  assert(same(await client.get("k"), value));
});

/** Made anew for each test; the seed is for the message of what fails. */
function seeded(): { random: Random; seed: number } {
  const seed = crypto.getRandomValues(new Uint32Array(1))[0];
  return { random: new Random(seed), seed };
}

/** Bytes that do not compress, and of which no two chunks are the same. */
function noise(random: Random, length: number): Uint8Array {
  const tile = random.bytes(65_537);
  const bytes = new Uint8Array(length);
  for (let at = 0; at < length; at += tile.length) {
    bytes.set(tile.subarray(0, length - at), at);
  }
  return bytes;
}

/** A client with a recorder, one that sees items as they are, and the server of both. */
async function start(options: ClientOptions = {}) {
  const server = await MemcachedServer.start();
  const recorder = new Recorder();
  const client = new Client(server.address, { ...PATIENT, connect: recorder.connect, ...options });
  const raw = new Client(server.address, { ...PATIENT, doSplit: false, itemSizeLimit: 2 ** 21 });
  return {
    server,
    recorder,
    client,
    raw,
    torn: (): number => client.counters().get(server.address)!.torn,
    async [Symbol.asyncDispose](): Promise<void> {
      await client.close();
      await raw.close();
      await server.stop();
    },
  };
}

function same(a: unknown, b: unknown): boolean {
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return sameBytes(a, b);
  }
  return typeof a === "object" ? JSON.stringify(a) === JSON.stringify(b) : a === b;
}

function ascii(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}

/** What is too big for the servers is refused before it is sent, and nothing else is. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, type Codec, jsCodec, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { sameBytes } from "../compat/same_bytes.ts";
import { type Memcached, startMemcached } from "../support/memcached.ts";

const PATIENT: ClientOptions = { connectTimeout: 5000, pollTimeout: 5000, timeout: 60_000 };
/** Limits as memcached takes them, and its options for each. */
const LIMITS: readonly [limit: number, args: string[]][] = [
  [1_048_576, []],
  [8192, ["-I", "8k", "-o", "slab_chunk_max=8192"]],
  [524_288, ["-I", "512k"]],
  [2_097_152, ["-I", "2m"]],
];
/** 1, 100 and 250 bytes with the prefix. */
const KEYS = ["k", "ü".repeat(50), "k".repeat(250)];

for (const [limit, args] of LIMITS) {
  Deno.test(`Client stores whole what a server of ${limit} bytes an item takes, and refuses one byte more`, async () => {
    await using memcached = await startMemcached({ args: ["-m", "256", ...args] });
    for (const codec of [jsCodec, libmcCodec]) {
      const options = { ...PATIENT, codec, itemSizeLimit: limit, doSplit: false, strict: true };
      await using client = new Client(memcached.address, options);
      for (const key of KEYS) await fill(client, key, codec, limit);
    }
  });
}

async function fill(client: Client, key: string, codec: Codec, limit: number): Promise<void> {
  const { flags } = codec.encode(new Uint8Array(0));
  const bytes = new TextEncoder().encode(key).length;
  const most = limit - bytes - (flags === 0 ? 59 : 63);
  const value = new Uint8Array(most).fill(7);
  const tooBig = new Uint8Array(most + 1);
  const message = `must be <= ${most} bytes: current size is ${most + 1}`;
  assert(await client.set(key, value));
  assert(await client.replace(key, value));
  assert(await client.setRaw(key, value, { flags }));
  assertEquals(await client.setMulti({ [key]: value }), { ok: true, failed: [] });
  const { cas } = (await client.gets(key))!;
  assert(await client.cas(key, value, cas));
  for (
    const call of [
      () => client.set(key, tooBig),
      () => client.add(key, tooBig),
      () => client.replace(key, tooBig),
      () => client.cas(key, tooBig, cas),
      () => client.setRaw(key, tooBig, { flags }),
      () => client.setMulti({ [key]: tooBig }),
    ]
  ) {
    await assertRejects(call, RangeError, message);
  }
  await assertRejects(
    () => client.append(key, new Uint8Array(limit - bytes - 58)),
    RangeError,
    `must be <= ${limit - bytes - 59} bytes`,
  );
  assert(sameBytes((await client.get<Uint8Array>(key))!, value), "the old value is there");
  assert(await client.delete(key));
  assert(await client.add(key, value));
  // The server refuses what it cannot know here: it keeps what it has.
  assertEquals(await client.append(key, new Uint8Array(10)).catch(() => false), false);
  assert(sameBytes((await client.get<Uint8Array>(key))!, value), "the old value is there");
}

for (const limit of [8192, 524_288, 999_999, 1_000_000, 1_000_200]) {
  Deno.test(`Client splits values into chunks that a server of ${limit} bytes an item takes`, async () => {
    await using memcached = await startLimited(limit);
    const options: ClientOptions = { ...PATIENT, itemSizeLimit: limit, strict: true };
    await using client = new Client(memcached.address, options);
    await using reader = new Client(memcached.address, PATIENT);
    for (const key of ["k", "ü".repeat(100)]) {
      const bytes = new TextEncoder().encode(key).length;
      const chunkKeyBytes = `~${bytes}`.length + bytes + 2;
      const chunkBytes = Math.min(1_000_000, limit - chunkKeyBytes - 63);
      const most = 10 * chunkBytes;
      for (const size of [limit - 1000, limit, Math.ceil(limit * 1.6), most]) {
        const value = numbered(size);
        assert(await client.set(key, value), `${size}`);
        assert(sameBytes((await client.get<Uint8Array>(key))!, value), `${size}`);
        assert(sameBytes((await reader.get<Uint8Array>(key))!, value), `${size}`);
        assertEquals(await client.setMulti({ [key]: value, small: 1 }), { ok: true, failed: [] });
        assert(sameBytes((await reader.getRaw(key))!.data, value), `${size}`);
        assert(await client.setRaw(key, value.subarray(1)));
        assert(await client.setStream(key, ReadableStream.from([value])));
        const read = await new Response(await reader.getStream(key)).bytes();
        assert(sameBytes(read, value), `${size}`);
      }
      const tooBig = new Uint8Array(most + 1);
      const message = `must be <= ${most} bytes`;
      await assertRejects(() => client.set(key, tooBig), RangeError, message);
      await assertRejects(() => client.setMulti({ [key]: tooBig }), RangeError, message);
      await assertRejects(() => client.setRaw(key, tooBig), RangeError, message);
      const stream = ReadableStream.from([tooBig]);
      await assertRejects(() => client.setStream(key, stream), RangeError, message);
    }
    assertEquals([client.lastError, reader.lastError], [undefined, undefined]);
  });
}

Deno.test("Client refuses what cannot be split for its key, and the old value stays", async () => {
  await using memcached = await startLimited(524_288);
  const options: ClientOptions = { ...PATIENT, itemSizeLimit: 524_288 };
  await using client = new Client(memcached.address, options);
  const key = "k".repeat(201);
  const value = new Uint8Array(524_288 - 201 - 63);
  assert(await client.setStream(key, ReadableStream.from([value])));
  const tooBig = new Uint8Array(value.length + 1);
  const stream = ReadableStream.from([tooBig]);
  for (
    const call of [
      () => client.set(key, tooBig),
      () => client.setRaw(key, tooBig, { flags: 128 }),
      () => client.setMulti({ [key]: tooBig }),
      () => client.setStream(key, stream),
    ]
  ) {
    await assertRejects(call, RangeError, "as its key must be <= 200 bytes");
  }
  assert(sameBytes((await client.get<Uint8Array>(key))!, value));
});

/** Starts a server with this limit: memcached, which takes only powers of two here, or the embedded one. */
async function startLimited(limit: number): Promise<Memcached | MemcachedServer> {
  if (!Number.isInteger(Math.log2(limit))) {
    return await MemcachedServer.start({ itemSizeLimit: limit });
  }
  const args = ["-m", "256", "-I", `${limit}`, "-o", `slab_chunk_max=${limit}`];
  return await startMemcached({ args });
}

/** Bytes of which no two kilobytes are the same. */
function numbered(length: number): Uint8Array {
  const words = new Uint32Array(Math.ceil(length / 4));
  for (let i = 0; i < words.length; i++) words[i] = i;
  return new Uint8Array(words.buffer).subarray(0, length);
}

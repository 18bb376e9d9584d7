import {
  Client,
  type ClientOptions,
  CodecError,
  jsCodec,
  jsonCodec,
  libmcCodec,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { inflateSync } from "node:zlib";
import { compress, inflate } from "../../src/codec/compression.ts";
import { compressZstd, hasZstd, inflateZstd, isZstd } from "../../src/codec/zstd.ts";
import { Random } from "../support/random.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 10_000, connectTimeout: 10_000 };
const ZSTD = { algorithm: "zstd", level: 5 } as const;

Deno.test("compression: zstd values are read by every client, as they were", async () => {
  await using server = await MemcachedServer.start();
  for (const codec of [jsCodec, libmcCodec, jsonCodec]) {
    await using writer = new Client(server.address, {
      codec,
      compression: ZSTD,
      compThreshold: 100,
      ...PATIENT,
    });
    await using reader = new Client(server.address, { codec, ...PATIENT });
    const values = ["text ".repeat(1000), { rows: Array.from({ length: 500 }, (_, i) => ({ i })) }];
    for (const value of values) {
      await writer.set("key", value);
      const item = await reader.getRaw("key");
      assert(item !== undefined && (item.flags & 16) !== 0 && isZstd(item.data));
      assertEquals(await reader.get("key"), value);
      await writer.meta.set("meta", value);
      assertEquals((await reader.meta.get("meta"))?.value, value);
    }
    await writer.set("short", "short");
    await writer.set("plain", "plain ".repeat(100), { compress: false });
    assertEquals((await reader.getRaw("short"))!.flags & 16, 0);
    assertEquals((await reader.getRaw("plain"))!.flags & 16, 0);
  }
});

Deno.test("compression: a zstd value in chunks, and as a stream", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, {
    compression: { algorithm: "zstd" },
    compThreshold: 100,
    ...PATIENT,
  });
  const data = new Random(20261130).bytes(2_500_000);
  for (const value of [data, new Uint8Array(3_000_000)]) {
    await client.set("key", value);
    assertEquals(await client.get("key"), value);
    const stream = await client.getStream("key");
    assertEquals(new Uint8Array(await new Response(stream).arrayBuffer()), value);
  }
});

Deno.test("compression: the level counts, and zlib stays what libmc reads", async () => {
  await using server = await MemcachedServer.start();
  const text = Array.from({ length: 3000 }, (_, i) => `row ${i * 7919}`).join();
  const sizes: number[] = [];
  for (const level of [1, 9]) {
    const compression = { algorithm: "zlib", level } as const;
    await using client = new Client(server.address, { compression, compThreshold: 100 });
    await client.set("key", text);
    const { data } = (await client.getRaw("key"))!;
    assertEquals(new TextDecoder().decode(inflateSync(data)), text);
    sizes.push(data.length);
  }
  assert(sizes[1] < sizes[0]);
});

Deno.test("compression: wrong options are refused", () => {
  const table: [compression: unknown, message: string][] = [
    ["zstd", "that are not an object"],
    [{ algorithm: "lz4" }, 'option "algorithm"'],
    [{ level: 0 }, 'option "level"'],
    [{ level: 10 }, 'option "level"'],
    [{ algorithm: "zstd", level: 23 }, 'option "level"'],
    [{ levels: 1 }, 'option "levels"'],
  ];
  for (const [compression, message] of table) {
    assertThrows(
      () => new Client("10.0.0.1", { compression: compression as typeof ZSTD }),
      Error,
      message,
    );
  }
});

Deno.test("inflateZstd() refuses what is cut off, too long or no frame", () => {
  assert(hasZstd());
  const data = new TextEncoder().encode("value ".repeat(10_000));
  const frame = compressZstd(data, 3);
  assertEquals(inflateZstd(frame, data.length), data);
  assertEquals(inflateZstd(compressZstd(new Uint8Array(0), 3), 0), new Uint8Array(0));
  for (const length of [4, 5, 8, 12, frame.length - 1]) {
    assertThrows(() => inflateZstd(frame.slice(0, length), data.length), CodecError);
  }
  assertThrows(() => inflateZstd(frame, data.length - 1), CodecError, "inflateBudget");
  // The header says 2^62 bytes.
  const huge = Uint8Array.of(0x28, 0xb5, 0x2f, 0xfd, 0xe0, 0, 0, 0, 0, 0, 0, 0, 0x40, 1, 0, 0);
  assertThrows(() => inflateZstd(huge, 2 ** 30), CodecError, "inflateBudget");
  assertEquals(inflateZstd(new Uint8Array([...frame, ...frame]), data.length), data);
});

Deno.test("a reader that knows zlib only refuses a zstd frame, and one of zstd a zlib stream", () => {
  const random = new Random(20261201);
  for (let i = 0; i < 50; i++) {
    const data = random.bytes(random.below(2000));
    assertThrows(() => inflate(compressZstd(data, 3), 10_000), CodecError, "header");
    assert(!isZstd(compress(data)));
  }
});

Deno.test("inflateZstd() survives 5,000 mutated frames", () => {
  const random = new Random(20261202);
  for (let i = 0; i < 5000; i++) {
    const data = random.bytes(random.below(300));
    const frame = compressZstd(data, 1 + random.below(19));
    for (let times = random.below(3); times >= 0; times--) {
      frame[4 + random.below(frame.length - 4)] = random.below(256);
    }
    try {
      assert(inflateZstd(frame, 100_000).length <= 100_000, `seed ${random.seed}, frame ${i}`);
    } catch (error) {
      if (!(error instanceof CodecError)) {
        throw new Error(`seed ${random.seed}, frame ${i}`, { cause: error });
      }
    }
  }
});

Deno.test("getStream() of a zstd value that is cut off fails", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, {
    compression: ZSTD,
    compThreshold: 100,
    ...PATIENT,
  });
  await client.set("key", new Random(1).bytes(100_000));
  const { data, flags } = (await client.getRaw("key"))!;
  await client.setRaw("key", data.subarray(0, data.length - 100), { flags });
  await assertRejects(() => client.get("key"), CodecError);
  const stream = await client.getStream("key");
  await assertRejects(() => new Response(stream).arrayBuffer(), CodecError);
});

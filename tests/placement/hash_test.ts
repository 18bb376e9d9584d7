import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { HASHES, type HashFn, KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { md5Words } from "../../src/placement/hashes/md5.ts";
import { beginningOf, Ending } from "../../src/placement/hashes/murmur3.ts";
import { sha1 } from "../../src/placement/hashes/sha1.ts";
import { bucketOf } from "../../src/placement/jump.ts";
import { Random } from "../support/random.ts";
import { byteString, HASHES as RECORDED } from "./vectors.ts";

const NAMES: readonly HashFn[] = ["md5", "fnv1_32", "fnv1a_32", "crc_32"];

Deno.test("KEY_HASHES give libmc's hash for every key of the vectors", () => {
  let facts = 0;
  for (const entry of RECORDED.entries) {
    const key = byteString(entry.key);
    for (const name of NAMES) {
      assertEquals(KEY_HASHES[name](key), entry[name], `${name} of ${JSON.stringify(key)}`);
      facts++;
    }
  }
  assertEquals(facts, 816);
  console.log(`hashes: ${facts} facts checked, 0 differ, 0 excepted`);
});

Deno.test("KEY_HASHES give the known hash of nothing, and of the published check texts", () => {
  assertEquals(NAMES.map((name) => KEY_HASHES[name]("")), [3649838548, 2166136261, 2166136261, 0]);
  assertEquals(KEY_HASHES.crc_32("123456789"), 0xcbf43926);
  assertEquals(KEY_HASHES.fnv1_32("foobar"), 0x31f0b262);
  assertEquals(KEY_HASHES.fnv1a_32("foobar"), 0xbf9cf968);
  assertEquals(KEY_HASHES.md5("abc"), 0x98500190); // 900150983cd24fb0…
});

Deno.test("KEY_HASHES.md5 equals the platform's digest for each length up to 600 bytes", () => {
  const random = new Random(20251127);
  for (let length = 0; length <= 600; length++) {
    const bytes = random.bytes(length);
    assertEquals(
      KEY_HASHES.md5(byteString(bytes)),
      createHash("md5").update(bytes).digest().readUInt32LE(0),
      `seed ${random.seed}, length ${length}`,
    );
  }
});

Deno.test("KEY_HASHES do not depend on what was hashed before", () => {
  const long = "k".repeat(250);
  for (const name of NAMES) {
    const alone = KEY_HASHES[name]("user:1");
    KEY_HASHES[name](long);
    assertEquals(KEY_HASHES[name]("user:1"), alone, name);
  }
});

Deno.test("md5Words() and sha1() equal the platform's digests for each length up to 200 bytes", () => {
  const random = new Random(20261128);
  const words = new Uint32Array(6);
  for (let length = 0; length <= 200; length++) {
    const bytes = random.bytes(length);
    const text = byteString(bytes);
    const digest = createHash("md5").update(bytes).digest();
    md5Words(text, words, 1);
    assertEquals(
      Array.from(words),
      [0, ...[0, 4, 8, 12].map((at) => digest.readUInt32LE(at)), 0],
      `seed ${random.seed}, length ${length}`,
    );
    assertEquals(sha1(text), createHash("sha1").update(bytes).digest().readUInt32BE(0));
  }
});

Deno.test("Ending.after() is MurmurHash3 of both texts, wherever the first one ends", () => {
  // Of the reference implementation, with seed 0.
  const known: [text: string, hash: number][] = [
    ["", 0],
    ["test", 0xba6bd213],
    ["Hello, world!", 0xc0363e43],
    ["The quick brown fox jumps over the lazy dog", 0x2e4ff723],
  ];
  for (const [text, hash] of known) {
    for (let end = 0; end <= text.length; end++) {
      const found = new Ending(text.slice(end)).after(beginningOf(text.slice(0, end)));
      assertEquals(found, hash, `${text}, cut at ${end}`);
    }
  }
});

Deno.test("the hashes of other clients take bytes from 0x80 on with their sign, those of libmc do not", () => {
  for (const name of ["fnv1_32", "fnv1a_32"] as const) {
    assertEquals(HASHES[name]("abc"), KEY_HASHES[name]("abc"));
    assertEquals(HASHES[name]("a\xfcc") === KEY_HASHES[name]("a\xfcc"), false);
  }
  assertEquals(HASHES.crc32("123456789"), 0xcbf43926);
  assertEquals(HASHES.crc("123456789"), 0xcbf43926 >>> 16 & 0x7fff);
  // Of Jenkins' published examples.
  assertEquals([HASHES.one_at_a_time("a"), HASHES.one_at_a_time("")], [0xca2e9442, 0]);
});

Deno.test("bucketOf() is the published algorithm", () => {
  const published = (key: bigint, count: number): number => {
    let [bucket, next] = [-1n, 0n];
    while (next < BigInt(count)) {
      bucket = next;
      key = BigInt.asUintN(64, key * 2862933555777941757n + 1n);
      next = BigInt(Math.floor(Number(bucket + 1n) * (2 ** 31 / Number((key >> 33n) + 1n))));
    }
    return Number(bucket);
  };
  // Of the tests of other implementations.
  assertEquals([bucketOf(1, 1), bucketOf(42, 57), bucketOf(0xdead10cc, 666)], [0, 43, 361]);
  assertEquals(bucketOf(256, 1024), 520);
  const random = new Random(20261128);
  for (let i = 0; i < 2000; i++) {
    const [hash, count] = [random.below(2 ** 32), 1 + random.below(2000)];
    assertEquals(bucketOf(hash, count), published(BigInt(hash), count), `${hash} of ${count}`);
  }
});

import { assertEquals } from "@std/assert";
import { createHash } from "node:crypto";
import { type HashFn, KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { Random } from "../support/random.ts";
import { byteString, HASHES } from "./vectors.ts";

const NAMES: readonly HashFn[] = ["md5", "fnv1_32", "fnv1a_32", "crc_32"];

Deno.test("KEY_HASHES give libmc's hash for every key of the vectors", () => {
  let facts = 0;
  for (const entry of HASHES.entries) {
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

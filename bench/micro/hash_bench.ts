/** What one key hash costs, against a digest call of the platform. One iteration hashes 64 keys. */
import { createHash } from "node:crypto";
import { type HashFn, KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";

/** Takes the results, so that no loop is found useless and left out. */
const kept = new Float64Array(1);
const KEYS = 64;

for (const length of [12, 50, 200]) {
  const keys = Array.from(
    { length: KEYS },
    (_, i) => `user:${i}:`.padEnd(length, "abcdefgh"),
  );
  const group = `hash of ${KEYS} keys of ${length} bytes`;
  for (const name of Object.keys(KEY_HASHES) as HashFn[]) {
    const hash = KEY_HASHES[name];
    Deno.bench(
      `${name}, ${length} bytes`,
      { group, baseline: name === "md5" },
      () => {
        let sum = 0;
        for (const key of keys) sum ^= hash(key);
        kept[0] = sum;
      },
    );
  }
  Deno.bench(`node:crypto md5, ${length} bytes`, { group }, () => {
    let sum = 0;
    for (const key of keys) {
      sum ^= createHash("md5").update(key).digest().readUInt32LE(0);
    }
    kept[0] = sum;
  });
}

/** What it costs to check a key and to make its wire key, and to read that key's chars once, as hashing it does. */
import { wireKey, wirePrefix } from "../../src/key.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";

/** Takes the results, so that no loop is found useless and left out. */
const kept = new Float64Array(1);
const KEYS = 64;

const kinds: readonly (readonly [
  name: string,
  keys: readonly string[],
  prefix: string,
])[] = [
  ["ASCII, 12 bytes", keysOf((i) => `user:${i}:photo`.slice(0, 12)), ""],
  ["ASCII, 50 bytes", keysOf((i) => `user:${i}:`.padEnd(50, "photo")), ""],
  [
    "ASCII, 12 bytes, prefix",
    keysOf((i) => `user:${i}:photo`.slice(0, 12)),
    wirePrefix("app:"),
  ],
  [
    "ASCII, 12 bytes, prefix, ?",
    keysOf((i) => `?ser:${i}:photo`.slice(0, 12)),
    wirePrefix("app:"),
  ],
  ["not ASCII, 12 chars", keysOf((i) => `电影:照片:${100000 + i}`), ""],
  [
    "not ASCII, 12 chars, prefix",
    keysOf((i) => `电影:照片:${100000 + i}`),
    wirePrefix("é:"),
  ],
];

for (const [name, keys, prefix] of kinds) {
  const group = `wire keys of ${KEYS} keys`;
  Deno.bench(
    `wireKey, ${name}`,
    { group, baseline: keys === kinds[0][1] },
    () => {
      let sum = 0;
      for (const key of keys) sum += wireKey(key, prefix).length;
      kept[0] = sum;
    },
  );
}

for (const [name, keys, prefix] of kinds) {
  const group = `wire keys of ${KEYS} keys, and their FNV-1a`;
  Deno.bench(`wireKey + fnv1a, ${name}`, {
    group,
    baseline: keys === kinds[0][1],
  }, () => {
    let sum = 0;
    for (const key of keys) sum ^= KEY_HASHES.fnv1a_32(wireKey(key, prefix));
    kept[0] = sum;
  });
}

function keysOf(make: (i: number) => string): string[] {
  return Array.from({ length: KEYS }, (_, i) => make(i));
}

/**
 * Bounds the time that the engine needs for the Maps and Sets that are made of foreign keys.
 *
 * V8 seeds its hash of texts, but not those of numbers and bigints, nor that of texts that are array indexes. Whoever
 * knows the functions can choose keys that all share a chain, through which each further key is compared: 100,000 integers
 * k × 2^75 took 100 s, since only the lowest 64 bits of a bigint are hashed. A Map cannot be told to hash otherwise. So the
 * functions are repeated here, and the comparisons counted before a Map is made.
 *
 * The functions are those of V8 from 12.4 to 15.0 (`ComputeUnseededHash` and `ComputeLongHash` in its sources); `tests/codec/collisions_test.ts` holds them against the engine. JavaScriptCore shows no such chains.
 */

/**
 * Counts the comparisons that a Map or a Set makes while these keys are added, one by one. Small ones are not counted.
 *
 * @param parts Keys, or keys and values in turn.
 * @param step 1 for keys alone, 2 for keys and values in turn.
 */
export function countComparisons(parts: readonly unknown[], step: 1 | 2): number {
  const count = parts.length / step;
  if (count <= UNCOUNTED) return 0;
  const hashes = new Int32Array(count);
  const weights = new Uint32Array(count);
  for (let i = 0; i < count; i++) {
    const key = parts[i * step];
    hashes[i] = unseededHash(key);
    weights[i] = typeof key === "bigint" ? weightOf(key) : 1;
  }
  let comparisons = 0;
  // The table doubles when it has two keys a chain. Moving the keys to the bigger one compares none of them.
  for (let capacity = 2 * UNCOUNTED; capacity < 2 * count; capacity *= 2) {
    const chains = new Uint32Array(capacity / 2);
    const end = Math.min(capacity, count);
    for (let i = 0; i < end; i++) {
      if (hashes[i] < 0) continue;
      const before = chains[hashes[i] & (chains.length - 1)]++;
      if (i >= capacity / 2) comparisons += before * weights[i];
    }
  }
  return comparisons;
}

/** So many keys in one container may all share a chain: that is 32 comparisons for each key. */
const UNCOUNTED = 64;

/** V8's hash of a key, 30 bits; -1 if it has a seed or is random. */
function unseededHash(key: unknown): number {
  switch (typeof key) {
    case "number":
      if (key === (key | 0)) return hashOfInt(key);
      FLOAT[0] = key;
      return hashOfLong(BITS[0]);
    case "bigint":
      // V8 keeps the sign apart from the magnitude, whose lowest 64 bits it hashes.
      BITS[0] = key < 0n ? -key : key;
      return hashOfLong(BITS[0]);
    case "string":
      // The hash of an array index begins with the lowest 24 bits of the number.
      return key.length <= 10 && INDEX.test(key) ? Number(key) & 0xffffff : -1;
    default:
      return -1;
  }
}

/** Shifts and sums of 32 bits, as in Thomas Wang's function that V8 took over. */
function hashOfInt(key: number): number {
  let hash = ~key + (key << 15);
  hash ^= hash >>> 12;
  hash += hash << 2;
  hash ^= hash >>> 4;
  hash = Math.imul(hash, 2057);
  hash ^= hash >>> 16;
  return hash & 0x3fffffff;
}

/** The same with 64 bits. The engine makes machine code of it: 50 to 100 ns a key. */
function hashOfLong(key: bigint): number {
  let hash = BigInt.asUintN(64, ~key + (key << 18n));
  hash = BigInt.asUintN(64, hash ^ (hash >> 31n));
  hash = BigInt.asUintN(64, hash * 21n);
  hash = BigInt.asUintN(64, hash ^ (hash >> 11n));
  hash = BigInt.asUintN(64, hash + (hash << 6n));
  hash = BigInt.asUintN(64, hash ^ (hash >> 22n));
  return Number(BigInt.asUintN(30, hash));
}

/** Comparing two long bigints takes as long as comparing so many short ones. */
function weightOf(key: bigint): number {
  return key < LONG && key > -LONG ? 1 : 1 + Math.ceil(key.toString(16).length / WORD_DIGITS);
}

const LONG = 1n << 512n;
/** Hexadecimal digits of a word. */
const WORD_DIGITS = 16;
const INDEX = /^(?:0|[1-9][0-9]*)$/;
const FLOAT = new Float64Array(1);
const BITS = new BigUint64Array(FLOAT.buffer);

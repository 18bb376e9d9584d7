/** Keys that V8 puts into one chain of a Map or a Set: its hashes of numbers have no seed, and can be computed backwards. */

/** Integers that differ above their lowest 64 bits only, which are all that V8 hashes of a bigint. */
export function collidingBigints(count: number): bigint[] {
  return Array.from({ length: count }, (_, k) => BigInt(k + 1) << 75n);
}

/** Fractions whose 30 bits of hash are the same. */
export function collidingFloats(count: number): number[] {
  const bits = new BigUint64Array(1);
  const float = new Float64Array(bits.buffer);
  const floats: number[] = [];
  for (let high = 1n; floats.length < count; high++) {
    bits[0] = unhash((high << 30n) | 5n, LONG_STEPS, 64);
    if (Number.isFinite(float[0]) && !Number.isInteger(float[0])) floats.push(float[0]);
  }
  return floats;
}

/** Integers of 32 bits whose hashes have the same 16 lowest bits: at most 65,536. */
export function collidingInts(count: number): number[] {
  return Array.from(
    { length: count },
    (_, high) => Number(BigInt.asIntN(32, unhash((BigInt(high) << 16n) | 5n, INT_STEPS, 32))),
  );
}

/** Texts that are array indexes with the same 14 lowest bits, which begin their hashes. */
export function collidingIndexes(count: number): string[] {
  return Array.from({ length: count }, (_, k) => String((k + 1) * 2 ** 14 + 5));
}

/** A step of Thomas Wang's hashes: `h ^= h >>> by`, or `h = h * by + add`. */
type Step = readonly ["shift", by: bigint] | readonly ["times", by: bigint, add: bigint];

const INT_STEPS: readonly Step[] = [
  ["times", 2n ** 15n - 1n, -1n],
  ["shift", 12n],
  ["times", 5n, 0n],
  ["shift", 4n],
  ["times", 2057n, 0n],
  ["shift", 16n],
];
const LONG_STEPS: readonly Step[] = [
  ["times", 2n ** 18n - 1n, -1n],
  ["shift", 31n],
  ["times", 21n, 0n],
  ["shift", 11n],
  ["times", 65n, 0n],
  ["shift", 22n],
];

/** The number that has a hash. */
function unhash(hash: bigint, steps: readonly Step[], bits: number): bigint {
  let number = hash;
  for (const step of steps.toReversed()) {
    if (step[0] === "times") {
      number = BigInt.asUintN(bits, (number - step[2]) * inverse(step[1], bits));
      continue;
    }
    const shifted = number;
    for (let known = step[1]; known < bits; known += step[1]) {
      number = shifted ^ (number >> step[1]);
    }
  }
  return number;
}

/** The number by which an odd one must be multiplied to give 1: each round doubles the bits that are right. */
function inverse(odd: bigint, bits: number): bigint {
  let result = odd;
  for (let known = 3; known < bits; known *= 2) {
    result = BigInt.asUintN(bits, result * (2n - odd * result));
  }
  return result;
}

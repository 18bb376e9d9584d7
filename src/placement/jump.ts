/**
 * Jump consistent hash, by Lamping and Veach ("A Fast, Minimal Memory, Consistent Hash Algorithm", 2014). It takes no
 * memory and spreads keys evenly. A server that is added at the end of the list takes its share from each of the others,
 * and no key moves otherwise; one that is taken from elsewhere moves most keys. So it is for clusters whose servers have
 * numbers. Server names have no part in it, and there are no weights.
 */

import type { DistributionMaker, Reckoning } from "./distribution.ts";
import type { KeyHash } from "./hashes/key_hash.ts";
import { numberOf, ShrinkingDistribution } from "./shrinking.ts";

/** Makes a distribution by jump consistent hash, of the hash of the key. */
export const jump: DistributionMaker = (servers, { hash }) => new Jump(servers.length, hash);

class Jump extends ShrinkingDistribution {
  readonly #hash: KeyHash;

  constructor(count: number, hash: KeyHash) {
    super(count);
    this.#hash = hash;
  }

  override indexFor(wireKey: string): number {
    return this.count < 2 ? this.count - 1 : bucketOf(this.#hash(wireKey), this.count);
  }

  override reckon(wireKey: string): Reckoning {
    return { hash: this.#hash(wireKey) };
  }

  protected override choose(wireKey: string, gone: readonly number[]): number {
    return numberOf(bucketOf(this.#hash(wireKey), this.count - gone.length), gone);
  }
}

/**
 * The bucket of a number among `count`. The paper's generator works on 64 bits, `state * 2862933555777941757 + 1`: here
 * they are two halves, which takes a tenth of the time of a bigint.
 */
export function bucketOf(hash: number, count: number): number {
  let low = hash | 0;
  let high = 0;
  let bucket = 0;
  for (let next = 0; next < count;) {
    bucket = next;
    high = (upperHalf(low, FACTOR_LOW) + Math.imul(high, FACTOR_LOW) +
      Math.imul(low, FACTOR_HIGH)) | 0;
    low = Math.imul(low, FACTOR_LOW);
    low = (low + 1) | 0;
    if (low === 0) high = (high + 1) | 0;
    next = Math.floor((bucket + 1) * (2 ** 31 / ((high >>> 1) + 1)));
  }
  return bucket;
}

/** The upper 32 bits of a product of two unsigned numbers. */
function upperHalf(a: number, b: number): number {
  const [aLow, aHigh, bLow, bHigh] = [a & 0xffff, a >>> 16, b & 0xffff, b >>> 16];
  const middle = aHigh * bLow + (aLow * bLow >>> 16);
  const other = aLow * bHigh + (middle & 0xffff);
  return aHigh * bHigh + Math.floor(middle / 0x10000) + Math.floor(other / 0x10000);
}

/** The halves of 2862933555777941757. */
const FACTOR_HIGH = 0x27bb2ee6;
const FACTOR_LOW = 0x87b0b0fd;

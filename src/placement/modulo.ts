/**
 * The hash of a key modulo the number of servers: the default of libmemcached, pylibmc and php-memcached, the one way of
 * gomemcache, and twemproxy's `modula`. Where a server has a weight, it stands so many times in the list, as in twemproxy
 * and gomemcache (libmemcached takes no notice of weights here). Nearly all keys move if a server is added or removed.
 */

import type { DistributionMaker, PlacedServer, Reckoning } from "./distribution.ts";
import type { KeyHash } from "./hashes/key_hash.ts";
import { numberOf, ShrinkingDistribution } from "./shrinking.ts";

/** Makes a distribution by modulo. */
export const modulo: DistributionMaker = (servers, { hash }) => new Modulo(servers, hash);

class Modulo extends ShrinkingDistribution {
  readonly #hash: KeyHash;
  /** The weight of each server, if they differ. */
  readonly #weights: readonly number[] | undefined;
  /** For each server the sum of the weights up to its own. */
  readonly #sums: Uint32Array;
  readonly #total: number;

  constructor(servers: readonly PlacedServer[], hash: KeyHash) {
    super(servers.length);
    this.#hash = hash;
    const weights = servers.map(({ weight = 1 }) => weight);
    this.#weights = weights.some((weight) => weight !== 1) ? weights : undefined;
    let total = 0;
    this.#sums = Uint32Array.from(weights, (weight) => total += weight);
    this.#total = total;
  }

  override indexFor(wireKey: string): number {
    if (this.count < 2) return this.count - 1;
    const slot = this.#hash(wireKey) % this.#total;
    return this.#weights === undefined ? slot : this.#serverAt(slot);
  }

  override reckon(wireKey: string): Reckoning {
    return { hash: this.#hash(wireKey) };
  }

  protected override choose(wireKey: string, gone: readonly number[]): number {
    const hash = this.#hash(wireKey);
    const weights = this.#weights;
    if (weights === undefined) return numberOf(hash % (this.count - gone.length), gone);
    let slot = hash % gone.reduce((left, index) => left - weights[index], this.#total);
    for (let index = 0, next = 0; index < this.count; index++) {
      if (index === gone[next]) next++;
      else if (slot < weights[index]) return index;
      else slot -= weights[index];
    }
    return -1;
  }

  /** The first server whose sum is above the slot. */
  #serverAt(slot: number): number {
    const sums = this.#sums;
    let low = 0;
    let high = sums.length - 1;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (sums[middle] > slot) high = middle;
      else low = middle + 1;
    }
    return low;
  }
}

/**
 * A distribution whose servers have points on a continuum, and whose keys belong to the next one. What differs between
 * libmc, libmemcached and others is which points a server has, and how a key is hashed.
 */

import { Continuum } from "./continuum.ts";
import type { FullDistribution, Reckoning } from "./distribution.ts";
import type { KeyHash } from "./hashes/key_hash.ts";

/** The servers of one list on a continuum. */
export class Ring implements FullDistribution {
  readonly #count: number;
  readonly #hash: KeyHash;
  readonly #points: () => readonly Uint32Array[];
  /** Built when it is first needed. */
  #continuum: Continuum | undefined;

  /**
   * @param count How many servers there are.
   * @param hash The hash of keys.
   * @param points Gives the points of each server; called once, when a key is first asked for.
   */
  constructor(count: number, hash: KeyHash, points: () => readonly Uint32Array[]) {
    this.#count = count;
    this.#hash = hash;
    this.#points = points;
  }

  indexFor(wireKey: string): number {
    if (this.#count < 2) return this.#count - 1;
    this.#continuum ??= this.#build();
    return this.#continuum.indexFor(this.#hash(wireKey));
  }

  order(wireKey: string): Iterable<number> {
    if (this.#count < 2) return this.#count === 0 ? NOBODY : FIRST_ALONE;
    this.#continuum ??= this.#build();
    return this.#continuum.order(this.#hash(wireKey));
  }

  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number {
    if (this.#count < 2) {
      const only = this.#count === 1 && isUsable(0) ? 0 : -1;
      return () => only;
    }
    const continuum = this.#continuum ??= this.#build();
    const find = continuum.firstUsable(isUsable);
    return (wireKey) => find(this.#hash(wireKey));
  }

  reckon(wireKey: string): Reckoning {
    const hash = this.#hash(wireKey);
    if (this.#count < 2) return { hash };
    this.#continuum ??= this.#build();
    return { hash, point: this.#continuum.pointFor(hash) };
  }

  #build(): Continuum {
    return new Continuum(this.#points());
  }
}

const NOBODY: readonly number[] = Object.freeze([]);
const FIRST_ALONE: readonly number[] = Object.freeze([0]);

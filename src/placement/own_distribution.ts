/** A distribution that a user has written, with what it leaves out, and without trust in its numbers. */

import type {
  Distribution,
  DistributionFactory,
  DistributionOptions,
  FullDistribution,
  PlacedServer,
  Reckoning,
} from "./distribution.ts";
import { allFrom } from "./trying.ts";

/**
 * Makes the distribution of a user.
 *
 * @throws {TypeError} If the factory gives anything else.
 */
export function ownDistribution(
  make: DistributionFactory,
  servers: readonly PlacedServer[],
  options: DistributionOptions,
): FullDistribution {
  const made: unknown = make([...servers], options);
  if (typeof made === "object" && made !== null && "indexFor" in made) {
    if (typeof made.indexFor === "function") {
      return new OwnDistribution(made as Distribution, servers.length);
    }
  }
  throw new TypeError(
    'Cannot use option "distribution" as what it gives has no method indexFor',
  );
}

class OwnDistribution implements FullDistribution {
  readonly #made: Distribution;
  readonly #count: number;

  constructor(made: Distribution, count: number) {
    this.#made = made;
    this.#count = count;
  }

  indexFor(wireKey: string): number {
    return this.#count === 0 ? -1 : this.#checked(this.#made.indexFor(wireKey), wireKey);
  }

  *order(wireKey: string): Generator<number, void, void> {
    if (this.#count === 0) return;
    const owner = this.indexFor(wireKey);
    const seen = new Set([owner]);
    yield owner;
    // A walk around a ring may have no end of its own: a hundred times the servers is the end of it.
    let left = 100 * this.#count;
    for (const index of this.#made.order?.(wireKey) ?? []) {
      if (seen.size === this.#count || left-- === 0) break;
      if (seen.has(this.#checked(index, wireKey))) continue;
      seen.add(index);
      yield index;
    }
    for (const index of allFrom(owner, this.#count)) if (!seen.has(index)) yield index;
  }

  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number {
    const usable = Array.from({ length: this.#count }, (_, index) => isUsable(index));
    const isOne = (index: number) => usable[index];
    const find = this.#made.firstUsable?.(isOne);
    return (wireKey) => {
      const found = find?.(wireKey);
      if (found !== undefined && isOne(found)) return found;
      for (const index of this.order(wireKey)) if (isOne(index)) return index;
      return -1;
    };
  }

  reckon(wireKey: string): Reckoning {
    const { hash, point, placedBy } = this.#made.reckon?.(wireKey) ?? {};
    return {
      ...(hash === undefined ? {} : { hash }),
      ...(point === undefined ? {} : { point }),
      ...(placedBy === undefined ? {} : { placedBy }),
    };
  }

  #checked(index: number, wireKey: string): number {
    if (Number.isInteger(index) && index >= 0 && index < this.#count) return index;
    throw new TypeError(
      `Cannot use ${String(index)} as the server of key ${
        JSON.stringify(wireKey)
      } as the distribution must give ` +
        `an integer from 0 to ${this.#count - 1}`,
    );
  }
}

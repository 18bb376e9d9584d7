/**
 * A distribution that knows nothing of servers but how many there are. If the owner of a key cannot be used, it chooses
 * among the others as if the list had been written without it, which is what libmemcached and twemproxy do when they eject
 * a server; then without the second, and so on.
 */

import { allFrom, TryingDistribution, usableFrom } from "./trying.ts";

/** The base of distributions that choose by the number of servers. */
export abstract class ShrinkingDistribution extends TryingDistribution {
  /**
   * Chooses the next owner among those that are left.
   *
   * @param gone The servers that are not, ascending.
   */
  protected abstract choose(wireKey: string, gone: readonly number[]): number;

  protected override *tries(wireKey: string): Generator<number, void, void> {
    const gone: number[] = [];
    for (let tries = 0; tries < Math.min(MOST_TRIES, this.count); tries++) {
      const index = this.choose(wireKey, gone);
      yield index;
      gone.push(index);
      gone.sort((a, b) => a - b);
    }
  }

  protected override others(wireKey: string): Iterable<number> {
    return allFrom(this.indexFor(wireKey), this.count);
  }

  protected override firstUsableOfOthers(usable: readonly boolean[]): (wireKey: string) => number {
    const find = usableFrom(usable);
    return (wireKey) => find(this.indexFor(wireKey));
  }
}

/** Gives the number, in the whole list, of number `index` of those that are left. */
export function numberOf(index: number, gone: readonly number[]): number {
  let number = index;
  for (const other of gone) if (other <= number) number++;
  return number;
}

/** A try takes a step for each server that is gone: many of a thousand servers are found dead by going along the list. */
const MOST_TRIES = 20;

/**
 * A distribution that finds who stands in by choosing again, a bounded number of times; after that, all who have not been
 * chosen follow in an order of their own.
 */

import type { FullDistribution, Reckoning } from "./distribution.ts";

/** The base of distributions that choose again. */
export abstract class TryingDistribution implements FullDistribution {
  protected readonly count: number;

  constructor(count: number) {
    this.count = count;
  }

  abstract indexFor(wireKey: string): number;

  abstract reckon(wireKey: string): Reckoning;

  /** Chooses again and again, the owner first. Some servers may be chosen twice. Called with two servers or more. */
  protected abstract tries(wireKey: string): Iterable<number>;

  /** Names all servers in the order in which they follow if no choice was usable. */
  protected abstract others(wireKey: string): Iterable<number>;

  /** Makes the function that finds the first usable one of those; one of them is. */
  protected abstract firstUsableOfOthers(usable: readonly boolean[]): (wireKey: string) => number;

  *order(wireKey: string): Generator<number, void, void> {
    if (this.count < 2) {
      if (this.count === 1) yield 0;
      return;
    }
    const seen = new Set<number>();
    for (const index of this.tries(wireKey)) {
      if (seen.has(index)) continue;
      seen.add(index);
      yield index;
    }
    if (seen.size === this.count) return;
    for (const index of this.others(wireKey)) if (!seen.has(index)) yield index;
  }

  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number {
    const usable = Array.from({ length: this.count }, (_, index) => isUsable(index));
    if (!usable.includes(true)) return () => -1;
    if (this.count === 1) return () => 0;
    const find = this.firstUsableOfOthers(usable);
    return (wireKey) => {
      for (const index of this.tries(wireKey)) if (usable[index]) return index;
      return find(wireKey);
    };
  }
}

/** Makes a function that finds the first usable server from an index on, the first following the last. */
export function usableFrom(usable: readonly boolean[]): (index: number) => number {
  const next = new Int32Array(usable.length);
  let found = usable.indexOf(true);
  for (let index = usable.length - 1; index >= 0; index--) {
    if (usable[index]) found = index;
    next[index] = found;
  }
  return (index) => next[index];
}

/** All indexes below `count` from `start` on, the first following the last. */
export function* allFrom(start: number, count: number): Generator<number, void, void> {
  for (let i = 0; i < count; i++) yield (start + i) % count;
}

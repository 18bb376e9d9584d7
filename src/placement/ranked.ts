/** The distribution by which a key has a further copy: on the server that is so many steps behind its owner in the order. */

import type { FullDistribution } from "./distribution.ts";

/**
 * Makes a distribution whose owner of a key is the one of a rank in the order of another distribution. Nobody stands in
 * for it, as the server that would do so has the key by itself.
 *
 * @param rank 0 for the owner. If there are not so many servers, it is the owner, too.
 */
export function ranked(distribution: FullDistribution, rank: number): FullDistribution {
  const indexFor = (wireKey: string): number => {
    let left = rank;
    for (const index of distribution.order(wireKey)) if (left-- === 0) return index;
    return distribution.indexFor(wireKey);
  };
  return {
    indexFor,
    order: (wireKey) => [indexFor(wireKey)],
    firstUsable: (isUsable) => (wireKey) => {
      const index = indexFor(wireKey);
      return isUsable(index) ? index : -1;
    },
    reckon: (wireKey) => distribution.reckon(wireKey),
  };
}

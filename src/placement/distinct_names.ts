/** A server is known by its names alone, so that no two servers of a list may share one. */

import type { Address } from "./address.ts";

/**
 * Checks that no two servers of a list have the same display name, nor the same name on the ring. Events, errors, counters
 * and the results of `stats()` and `version()` tell servers apart by the first; of two with the second, one would get no
 * keys. Two names may stand for one address.
 *
 * @throws {TypeError} If two servers have the same name.
 */
export function checkDistinctNames(servers: readonly Pick<Address, "name" | "ringName">[]): void {
  checkDistinct(servers.map(({ name }) => name), "named");
  // "b" is called "b:11211", so that its display name differs from the alias in "a:1 b".
  checkDistinct(servers.map(({ ringName }) => ringName), "whose keys are those of");
}

function checkDistinct(names: readonly string[], relation: string): void {
  const positions = new Map<string, number>();
  for (let i = 0; i < names.length; i++) {
    const first = positions.get(names[i]);
    if (first !== undefined) {
      throw new TypeError(
        `Cannot use two servers ${relation} ${JSON.stringify(names[i])}, ` +
          `which are numbers ${first + 1} and ${i + 1} of the list: ` +
          "give one of them an alias of its own behind a space",
      );
    }
    positions.set(names[i], i);
  }
}

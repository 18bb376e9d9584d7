/** A server is known by its name alone, so that no two servers of a list may share one. */

import type { Address } from "./address.ts";

/**
 * Checks that no two servers of a list have the same display name. Events, errors, counters and the results of `stats()`
 * and `version()` tell servers apart by it. Two names may stand for one address.
 *
 * @throws {TypeError} If two servers have the same name.
 */
export function checkDistinctNames(servers: readonly Pick<Address, "name">[]): void {
  const positions = new Map<string, number>();
  for (let i = 0; i < servers.length; i++) {
    const { name } = servers[i];
    const first = positions.get(name);
    if (first !== undefined) {
      throw new TypeError(
        `Cannot use two servers named ${JSON.stringify(name)}, ` +
          `which are numbers ${first + 1} and ${i + 1} of the list: ` +
          "give one of them an alias of its own behind a space",
      );
    }
    positions.set(name, i);
  }
}

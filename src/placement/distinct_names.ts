/** A server is known by its names alone, so that no two servers of a list may share one; and who has copies must be apart. */

import type { Address } from "./address.ts";

/**
 * Checks that no two servers of a list have the same display name, nor the same name on the ring. Events, errors, counters
 * and the results of `stats()` and `version()` tell servers apart by the first; of two with the second, one would get no
 * keys. Two names may stand for one address.
 *
 * @throws {TypeError} If two servers have the same name.
 */
export function checkDistinctNames(servers: readonly Named[]): void {
  checkDistinct(servers, ({ name }) => name, "named");
  // "b" is called "b:11211", so that its display name differs from the alias in "a:1 b".
  checkDistinct(servers, ({ ringName }) => ringName, "whose keys are those of");
}

/** A server of a list, and its alias, if it has one. */
type Named = Pick<Address, "name" | "ringName"> & Partial<Pick<Address, "alias">>;

/**
 * Checks that the servers of an option are none of the others: to have a key twice, or to stand in, they must be apart.
 *
 * @throws {TypeError} If one has the name, or the place, of one of those.
 */
export function checkApart(
  servers: readonly Address[],
  others: readonly Address[],
  option: "gutter" | "zones",
): void {
  if (others.length === 0) return;
  const names = new Set(servers.map(({ name }) => name));
  const places = new Set(servers.map(placeOf));
  const both = others.find((each) => names.has(each.name) || places.has(placeOf(each)));
  if (both === undefined) return;
  const why = option === "gutter" ? "it would stand in for itself" : "it cannot be in two zones";
  const name = JSON.stringify(both.name);
  throw new TypeError(
    `Cannot use server ${name} in option "${option}" as it is one of the servers, and ${why}: ` +
      "name another one, or take it out of the servers",
  );
}

/**
 * Checks that no two servers of a list are the same one under two names, as a key that it has twice it deletes with its copy.
 *
 * @throws {TypeError} If two have the same place.
 */
export function checkDistinctPlaces(servers: readonly Address[]): void {
  const names = new Map<string, string>();
  for (const server of servers) {
    const other = names.get(placeOf(server));
    if (other !== undefined) {
      throw new TypeError(
        `Cannot use option "replicas" with servers ${JSON.stringify(other)} and ` +
          `${
            JSON.stringify(server.name)
          } as they are one server: the copies of a key must be apart`,
      );
    }
    names.set(placeOf(server), server.name);
  }
}

function placeOf({ host, port, path }: Address): string {
  return path ?? `${host}:${port}`;
}

function checkDistinct(
  servers: readonly Named[],
  nameOf: (server: Named) => string,
  relation: string,
): void {
  const positions = new Map<string, number>();
  for (let i = 0; i < servers.length; i++) {
    const name = nameOf(servers[i]);
    const first = positions.get(name);
    if (first !== undefined) {
      const isTwice = [first, i].every((at) => servers[at].alias === undefined) &&
        servers[first].name === servers[i].name;
      throw new TypeError(
        `Cannot use two servers ${relation} ${JSON.stringify(name)}, ` +
          `which are numbers ${first + 1} and ${i + 1} of the list: ` +
          (isTwice
            ? "take one of them out, as they are the same"
            : "give one of them an alias of its own behind a space"),
      );
    }
    positions.set(name, i);
  }
}

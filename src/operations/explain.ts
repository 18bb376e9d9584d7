/** Tells how the server of a key is found. It asks nobody. */

import { readOptions } from "../checks/check.ts";
import { A_ROUTE, type KeyOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";

/**
 * How the server of a key is found, and who stands in for it: what {@linkcode Client.explain} gives.
 *
 * @example Print it
 * ```ts
 * import { Client, type Explanation } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * function told({ wireKey, hash, point, server }: Explanation): string {
 *   return `${wireKey}: ${hash} → ${point} → ${server}`;
 * }
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], { prefix: "shop:" });
 * assertEquals(
 *   told(client.explain("user:1")),
 *   "shop:user:1: 890682055 → 891573630 → 10.0.0.2:11211",
 * );
 * ```
 */
export interface Explanation {
  /** The key as it is sent: one char, 0 to 255, for each byte. */
  readonly wireKey: string;
  /** What decides its server: the wire key or that of `routeBy`, or the part of it that `hashPrefix` and `hashTag` leave. */
  readonly placedBy: string;
  /** The hash of that; with rendezvous hashing the score of the owner. Not there if a distribution of your own has none. */
  readonly hash?: number;
  /** The point of the ring that it belongs to. Not there if there is no ring, or one server. */
  readonly point?: number;
  /** The display name of the owner. */
  readonly server: string;
  /** False while the owner is dead. */
  readonly alive: boolean;
  /** Who stands in, in order: first the servers of the `gutter`, then the other ones, with `failover`. */
  readonly standIns: readonly { readonly server: string; readonly alive: boolean }[];
  /** All servers that have the key, the leading one first; not there if that is the owner alone. */
  readonly copies?: readonly { readonly server: string; readonly alive: boolean }[];
  /** Who gets the key now: the owner, or the first that stands in; `undefined` if nobody does. */
  readonly goesTo: string | undefined;
}

export function explain(
  engine: Engine,
  key: string,
  options: Pick<KeyOptions, "routeBy"> = {},
): Explanation {
  const wireKey = engine.keys.one(key);
  engine.roster.mustKnow("explain");
  const { routeBy } = readOptions(undefined, options, CHECKS);
  const route = routeBy === undefined ? wireKey : engine.routeFor(routeBy);
  const { reckoning, order, goesTo } = engine.cluster.explain(route);
  const [owner, ...others] = order;
  const { placedBy = route, ...found } = reckoning;
  const copied = copiesOf(engine, key, route);
  return {
    wireKey,
    placedBy,
    ...found,
    server: owner.name,
    alive: !owner.dead,
    standIns: others.map(({ name, dead }) => ({ server: name, alive: !dead })),
    ...copied,
    goesTo: copied.copies === undefined
      ? goesTo?.name
      : copied.copies.find(({ alive }) => alive)?.server,
  };
}

function copiesOf(
  { cluster, copies }: Engine,
  key: string,
  route: string,
): Pick<Explanation, "copies"> {
  if (copies === undefined || !copies.isCopied(key)) return {};
  const numbers = copies.leading.filter((copy) => copy < cluster.copyCount);
  const servers = numbers.map((copy) => cluster.ownerOf(route, copy));
  const leading = servers.findIndex(({ dead }) => !dead);
  const first = leading < 0 ? [] : [servers[leading]];
  const all = Array.from(new Set([...first, ...servers]));
  return { copies: all.map(({ name, dead }) => ({ server: name, alive: !dead })) };
}

const CHECKS = { routeBy: A_ROUTE };

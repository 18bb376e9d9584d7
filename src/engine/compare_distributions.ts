/** How many keys get another server when servers or distribution change. */

import { notAnOptionsObject } from "../checks/check.ts";
import { checkDistinctNames } from "../placement/distinct_names.ts";
import { checkPlacement, distributionOf } from "../placement/distributions.ts";
import { keysFor } from "./hashed_keys.ts";
import { type ClientOptions, readClientOptions, settingsOf } from "./options.ts";
import { readServers, type Servers } from "./server_list.ts";

/**
 * Servers, and the options of a client that decide whose a key is: `distribution`, `hash`, `hashFn`, `hashPrefix`,
 * `hashTag`, `prefix`, `longKeys`. Other options are allowed, and change nothing.
 *
 * @example With a preset
 * ```ts
 * import { compareDistributions, type PlacementSetUp, presets } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const setUp: PlacementSetUp = { servers: ["10.0.0.1", "10.0.0.2"], ...presets.rails };
 * assertEquals(compareDistributions(setUp, setUp, ["a", "b"]).moved, 0);
 * ```
 */
export interface PlacementSetUp extends ClientOptions {
  /** As `new Client()` takes them. */
  servers: Servers;
}

/**
 * What {@linkcode compareDistributions} gives.
 *
 * @example The server that loses most
 * ```ts
 * import { compareDistributions, type DistributionComparison } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`);
 * const { servers }: DistributionComparison = compareDistributions(
 *   { servers: ["a", "b", "c"] },
 *   { servers: ["a", "b"] },
 *   keys,
 * );
 * const [most] = [...servers].sort(([, one], [, other]) => other.left - one.left);
 * assertEquals(most[0], "c:11211");
 * assertEquals(most[1].after, 0);
 * ```
 */
export interface DistributionComparison {
  /** How many keys were compared. */
  readonly keys: number;
  /** How many get another server. */
  readonly moved: number;
  /** Their share, from 0 to 1. */
  readonly share: number;
  /** By the display name of each server of both lists: keys that it had, has, gave up and got. */
  readonly servers: ReadonlyMap<string, {
    readonly before: number;
    readonly after: number;
    readonly left: number;
    readonly came: number;
  }>;
}

/**
 * Tells how many keys get another server if servers or distribution change, without asking any server: each of them
 * misses once. A server is the same if its display name is. It takes a microsecond a key, and does not pause.
 *
 * @param before The servers as they are, and the options of the clients.
 * @param after The same as they will be.
 * @param keys A sample of the keys, or all of them.
 * @returns How many move, by server too.
 * @throws {TypeError} If a server, an option or a key cannot be used.
 * @throws {RangeError} If there is no server, or a number is out of range.
 *
 * @example A fourth server, by two distributions
 * ```ts
 * import { compareDistributions } from "@libmc/libmc";
 * import { assert } from "@std/assert";
 *
 * const keys = Array.from({ length: 1000 }, (_, i) => `key:${i}`);
 * const three = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
 * const four = [...three, "10.0.0.4"];
 *
 * const ring = compareDistributions({ servers: three }, { servers: four }, keys);
 * assert(ring.share < 0.35);
 *
 * const distribution = "modulo";
 * const modulo = compareDistributions(
 *   { servers: three, distribution },
 *   { servers: four, distribution },
 *   keys,
 * );
 * assert(modulo.share > 0.65);
 * ```
 */
export function compareDistributions(
  before: PlacementSetUp,
  after: PlacementSetUp,
  keys: Iterable<string>,
): DistributionComparison {
  const [was, is] = [placementOf(before), placementOf(after)];
  const servers = new Map(
    [...was.names, ...is.names].map((name) => [name, { before: 0, after: 0, left: 0, came: 0 }]),
  );
  if (typeof keys === "string" || typeof keys?.[Symbol.iterator] !== "function") {
    throw new TypeError(
      `Cannot use keys that are not an iterable of strings: current type is ${typeof keys}`,
    );
  }
  let count = 0;
  let moved = 0;
  for (const key of keys) {
    const [one, other] = [was.serverOf(key), is.serverOf(key)];
    const [from, to] = [servers.get(one), servers.get(other)];
    if (from === undefined || to === undefined) continue;
    count++;
    from.before++;
    to.after++;
    if (one === other) continue;
    moved++;
    from.left++;
    to.came++;
  }
  return { keys: count, moved, share: count === 0 ? 0 : moved / count, servers };
}

function placementOf(
  setUp: PlacementSetUp,
): { readonly names: readonly string[]; readonly serverOf: (key: string) => string } {
  const type = notAnOptionsObject(setUp);
  if (type !== undefined) {
    throw new TypeError(`Cannot compare what is not an object: current type is ${type}`);
  }
  const { servers, ...options } = setUp;
  const given = readClientOptions(options);
  checkPlacement(given);
  const settings = settingsOf(given);
  const { placed } = readServers(servers, settings);
  checkDistinctNames(placed);
  const keys = keysFor(settings);
  const { prefix } = keys;
  const distribution = distributionOf(placed, { ...settings, prefix });
  const names = placed.map(({ name }) => name);
  return { names, serverOf: (key) => names[distribution.indexFor(keys.one(key))] };
}

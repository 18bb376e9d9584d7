/** All distributions by name. A new one is a file, a name in the type and a line in the table. */

import { dalli } from "./dalli.ts";
import type {
  DistributionFactory,
  DistributionMaker,
  FullDistribution,
  PlacedServer,
  Reckoning,
} from "./distribution.ts";
import { HASHES, type HashFn, type HashName, KEY_HASHES } from "./hashes/key_hash.ts";
import { hashring } from "./hashring.ts";
import { jump } from "./jump.ts";
import { ketama, ketamaWeighted } from "./ketama.ts";
import { ketamaPoints } from "./ketama_points.ts";
import { libmcDistribution } from "./libmc.ts";
import { modulo } from "./modulo.ts";
import { ownDistribution } from "./own_distribution.ts";
import { type PartOptions, placedPart } from "./placed_key.ts";
import { rendezvous } from "./rendezvous.ts";
import { spymemcached } from "./spymemcached.ts";

/**
 * Name of a distribution. All clients of a cluster must use the same one.
 *
 * | name | is that of | `hash` unless given | weights |
 * | --- | --- | --- | --- |
 * | `libmc` | libmc | has the option `hashFn` in its place | – |
 * | `ketama` | libmemcached's consistent and ketama | `one_at_a_time` | yes |
 * | `ketama_weighted` | libmemcached's weighted ketama, php's `OPT_LIBKETAMA_COMPATIBLE`, twemproxy's ketama | `md5` | yes |
 * | `modulo` | libmemcached's default, gomemcache, twemproxy's modula; with hash `crc` Perl's Cache::Memcached | `one_at_a_time` | yes |
 * | `rendezvous` | pymemcache, Django's PyMemcacheCache | – | – |
 * | `dalli` | dalli, Rails | – | yes |
 * | `hashring` | npm's memcached | – | yes |
 * | `spymemcached` | spymemcached's ketama, the AWS client for Java | – | yes |
 * | `ketama_points` | Cache::Memcached::Fast with `ketama_points => 150` | – | yes |
 * | `jump` | Jump consistent hash, for servers that have numbers | `md5` | – |
 *
 * @example Another distribution, another server
 * ```ts
 * import { Client, type DistributionName } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const servers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
 * async function ownerBy(distribution: DistributionName): Promise<string> {
 *   await using client = new Client(servers, { distribution });
 *   return client.getHostByKey("user:2");
 * }
 * assertEquals(await ownerBy("libmc"), "10.0.0.3:11211");
 * assertEquals(await ownerBy("rendezvous"), "10.0.0.1:11211");
 * ```
 */
export type DistributionName =
  | ("libmc" | "ketama" | "ketama_weighted" | "modulo" | "rendezvous")
  | ("dalli" | "hashring" | "spymemcached" | "ketama_points" | "jump");

/** How keys are placed. */
export interface PlacementOptions extends PartOptions {
  readonly distribution: DistributionName | DistributionFactory;
  /** The hash of keys where the distribution leaves a choice; `undefined` for its own. */
  readonly hash: HashName | undefined;
  /** The hash of keys in libmc's distribution. */
  readonly hashFn: HashFn;
}

/** One distribution. */
interface Entry {
  readonly make: DistributionMaker;
  /** The hash of keys unless another is named; `undefined` if the distribution leaves no choice. */
  readonly hash: HashName | undefined;
  readonly takesWeights: boolean;
}

/** What makes the distribution of a name. */
export const DISTRIBUTIONS: Readonly<Record<DistributionName, Entry>> = Object.freeze({
  libmc: {
    make: (servers, { hash }) => libmcDistribution(servers, hash),
    hash: undefined,
    takesWeights: false,
  },
  ketama: { make: ketama, hash: "one_at_a_time", takesWeights: true },
  ketama_weighted: { make: ketamaWeighted, hash: "md5", takesWeights: true },
  modulo: { make: modulo, hash: "one_at_a_time", takesWeights: true },
  rendezvous: { make: rendezvous, hash: undefined, takesWeights: false },
  dalli: { make: dalli, hash: undefined, takesWeights: true },
  hashring: { make: hashring, hash: undefined, takesWeights: true },
  spymemcached: { make: spymemcached, hash: undefined, takesWeights: true },
  ketama_points: { make: ketamaPoints, hash: undefined, takesWeights: true },
  jump: { make: jump, hash: "md5", takesWeights: false },
});

/**
 * Makes the distribution of some servers.
 *
 * @throws {TypeError} If a factory of the user's gives something else.
 */
export function distributionOf(
  servers: readonly PlacedServer[],
  options: PlacementOptions,
): FullDistribution {
  const made = distributionOfParts(servers, options);
  const part = placedPart(options);
  return part === undefined ? made : new OfParts(made, part);
}

/**
 * Checks that options go together.
 *
 * @param given Those that were given.
 * @throws {TypeError} If they do not.
 */
export function checkPlacement(
  { distribution = "libmc", hash, hashFn }: {
    readonly distribution?: DistributionName | DistributionFactory;
    readonly hash?: HashName;
    readonly hashFn?: HashFn;
  },
): void {
  if (hashFn !== undefined && distribution !== "libmc") {
    throw new TypeError(
      `Cannot use option "hashFn" with ${shown(distribution)} as it is for libmc's: use "hash"`,
    );
  }
  if (hash === undefined || typeof distribution === "function") return;
  if (DISTRIBUTIONS[distribution].hash !== undefined) return;
  throw new TypeError(
    `Cannot use option "hash" with ${shown(distribution)} as it ${
      distribution === "libmc" ? 'has the option "hashFn" in its place' : "has one hash only"
    }`,
  );
}

/**
 * Checks that a distribution has weights if servers have.
 *
 * @throws {TypeError} If it has none.
 */
export function checkWeights(
  servers: readonly PlacedServer[],
  distribution: DistributionName | DistributionFactory,
): void {
  if (typeof distribution === "function" || DISTRIBUTIONS[distribution].takesWeights) return;
  const server = servers.find(({ weight = 1 }) => weight !== 1);
  if (server === undefined) return;
  throw new TypeError(
    `Cannot use a weight for server ${JSON.stringify(server.name)} with ${
      shown(distribution)
    } as it has no weights`,
  );
}

function shown(distribution: DistributionName | DistributionFactory): string {
  return typeof distribution === "function"
    ? "a distribution of your own"
    : `distribution "${distribution}"`;
}

function distributionOfParts(
  servers: readonly PlacedServer[],
  { distribution, hash, hashFn }: PlacementOptions,
): FullDistribution {
  if (typeof distribution === "function") {
    return ownDistribution(distribution, servers, { hash: HASHES[hash ?? "md5"] });
  }
  const entry = DISTRIBUTIONS[distribution];
  const name = hash ?? entry.hash;
  return entry.make(servers, { hash: name === undefined ? KEY_HASHES[hashFn] : HASHES[name] });
}

/** A distribution that is asked for a part of each key. */
class OfParts implements FullDistribution {
  readonly #made: FullDistribution;
  readonly #part: (wireKey: string) => string;

  constructor(made: FullDistribution, part: (wireKey: string) => string) {
    this.#made = made;
    this.#part = part;
  }

  indexFor(wireKey: string): number {
    return this.#made.indexFor(this.#part(wireKey));
  }

  order(wireKey: string): Iterable<number> {
    return this.#made.order(this.#part(wireKey));
  }

  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number {
    const find = this.#made.firstUsable(isUsable);
    return (wireKey) => find(this.#part(wireKey));
  }

  reckon(wireKey: string): Reckoning {
    const placedBy = this.#part(wireKey);
    return { ...this.#made.reckon(placedBy), placedBy };
  }
}

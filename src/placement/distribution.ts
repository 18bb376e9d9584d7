/**
 * The seam for everything that says whose a key is. libmc's ring is one distribution; other clients have their own, and
 * all clients of a cluster must use the same one, since they find a value only if they agree on its server.
 *
 * To add one, write a file with a {@linkcode DistributionMaker} and give it a name in `distributions.ts`.
 * `tests/placement/distributions_test.ts` then holds it to the rules below. It also needs vectors that were made by the
 * client it follows: every key that goes elsewhere is a value that is not found or, worse, an old one.
 *
 * - It is pure. The same servers, options and key give the same answer in every process and at any time. Who is alive is
 *   none of its business: the cluster takes the first usable server of {@linkcode Distribution.order}.
 * - It never changes. When the servers or the hash change, the cluster makes another one.
 * - It costs nothing until it is asked: the first question builds what is needed. With one server there is nothing to
 *   build, and no key is hashed.
 * - It is cheap to make again for a list that differs by a few servers. Digests are kept by server: `PointCache`.
 */

import type { Address } from "./address.ts";
import type { KeyHash } from "./hashes/key_hash.ts";

/**
 * Spreads keys over the servers of one list: what a {@linkcode DistributionFactory} makes.
 *
 * It must be pure: the same key has the same owner at any time, and in every process that is to find its value. Who is
 * alive is none of its business.
 *
 * @example By the first letter of the key
 * ```ts
 * import { Client, type Distribution } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const byLetter: Distribution = {
 *   indexFor: (wireKey) => wireKey < "n" ? 0 : 1,
 *   order: (wireKey) => wireKey < "n" ? [0, 1] : [1, 0],
 * };
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], { distribution: () => byLetter });
 * assertEquals(client.getHostByKey("adam"), "10.0.0.1:11211");
 * assertEquals(client.getHostByKey("zoe"), "10.0.0.2:11211");
 * ```
 */
export interface Distribution {
  /**
   * Finds the owner of a key. This is the hot path, one call a key: allocate nothing here.
   *
   * @param wireKey What is placed: a string with one char, 0 to 255, for each byte of the key as it is sent.
   * @returns The owner's index in the list.
   */
  indexFor(wireKey: string): number;

  /**
   * Names all servers, each of them once: first the owner, as `indexFor` gives it, then the server that stands in for
   * it, then the one that stands in for both, and so on. It is asked only when the owner cannot be used, and mostly for
   * a server or two: a generator that finds them one by one is right. Without it, servers follow as in the list.
   *
   * @param wireKey As in `indexFor`.
   * @returns Indexes in the list.
   */
  order?(wireKey: string): Iterable<number>;

  /**
   * Makes a function that finds the first usable server in the order of a key; -1 if none is. It is for many keys at
   * once: where most servers are dead, a walk along the order of each would cost keys times servers. Without it, that walk
   * is taken.
   *
   * @param isUsable Tells of an index whether that server can be used. Ask about each server once, now.
   */
  firstUsable?(isUsable: (index: number) => boolean): (wireKey: string) => number;

  /** Tells how the owner of a key was found, for `explain()`. */
  reckon?(wireKey: string): Reckoning;
}

/** A distribution that can do all of it, also for an empty list: there every key has the owner -1. */
export type FullDistribution = Required<Distribution>;

/**
 * How the owner of a key was found.
 *
 * @example In a distribution of one's own
 * ```ts
 * import { Client, type DistributionFactory, type Reckoning } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const modulo: DistributionFactory = (servers, { hash }) => ({
 *   indexFor: (wireKey) => hash(wireKey) % servers.length,
 *   reckon: (wireKey): Reckoning => ({ hash: hash(wireKey) }),
 * });
 * await using client = new Client(["10.0.0.1", "10.0.0.2"], { distribution: modulo });
 * assertEquals(client.getHostByKey("user:1"), "10.0.0.2:11211");
 * ```
 */
export interface Reckoning {
  /** The hash of the key; with rendezvous hashing the score of its owner. */
  readonly hash?: number;
  /** The point of the ring that the key belongs to, if there is a ring with several servers. */
  readonly point?: number;
  /** The part of the key that was hashed, if it was not all of it. */
  readonly placedBy?: string;
}

/**
 * A server as distributions see it. Each hashes the parts of the address that its client hashes.
 *
 * @example By weight
 * ```ts
 * import { Client, type DistributionFactory, type PlacedServer } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const heaviest: DistributionFactory = (servers) => {
 *   const weights = servers.map(({ weight = 1 }: PlacedServer) => weight);
 *   const index = weights.indexOf(Math.max(...weights));
 *   return { indexFor: () => index };
 * };
 * await using client = new Client(["10.0.0.1", { server: "10.0.0.2", weight: 2 }], {
 *   distribution: heaviest,
 * });
 * assertEquals(client.getHostByKey("key"), "10.0.0.2:11211");
 * ```
 */
export interface PlacedServer extends Address {
  /** Its share of the keys, compared to the others'; 1 if there is none. */
  readonly weight?: number;
}

/**
 * What a distribution can be asked to do differently.
 *
 * @example Another hash
 * ```ts
 * import { Client, type DistributionOptions, type PlacedServer } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const modulo = (servers: readonly PlacedServer[], { hash }: DistributionOptions) => ({
 *   indexFor: (wireKey: string) => hash(wireKey) % servers.length,
 * });
 * const servers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
 * await using client = new Client(servers, { distribution: modulo, hash: "crc32" });
 * assertEquals(client.getHostByKey("user:1"), "10.0.0.1:11211");
 * ```
 */
export interface DistributionOptions {
  /** The hash of keys that the client's options name: an unsigned number of 32 bits. */
  readonly hash: KeyHash;
}

/**
 * Makes a distribution of one's own for the servers of a client: at first, and anew when they change.
 *
 * @example All keys to the server with the first name
 * ```ts
 * import { Client, type DistributionFactory } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const first: DistributionFactory = (servers) => {
 *   const names = servers.map(({ name }) => name);
 *   const index = names.indexOf(names.toSorted()[0]);
 *   return { indexFor: () => index };
 * };
 * await using client = new Client(["b", "a", "c"], { distribution: first });
 * assertEquals(client.getHostByKey("key"), "a:11211");
 * ```
 */
export type DistributionFactory = (
  servers: readonly PlacedServer[],
  options: DistributionOptions,
) => Distribution;

/** Makes a distribution of this package. Options are read once; the list is not kept, so that its owner may change it. */
export type DistributionMaker = (
  servers: readonly PlacedServer[],
  options: DistributionOptions,
) => FullDistribution;

/**
 * The seam for everything that says whose a key is. libmc's ring is one distribution; other clients have their own, and
 * all clients of a cluster must use the same one, since they find a value only if they agree on its server.
 *
 * To add one, write a file with a {@linkcode DistributionFactory} and give it a name in `distributions.ts`.
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
import type { HashFn } from "./hashes/key_hash.ts";

/** Spreads keys over the servers of one list. */
export interface Distribution {
  /**
   * Finds the owner of a key. This is the hot path, one call a key: nothing is allocated here.
   *
   * @param wireKey What is placed: a string with one char, 0 to 255, for each byte of the key as it is sent.
   * @returns The owner's index in the list; -1 if the list is empty.
   */
  indexFor(wireKey: string): number;

  /**
   * Names all servers, each of them once: first the owner, as `indexFor` gives it, then the server that stands in for
   * it, then the one that stands in for both, and so on. It is asked only when the owner cannot be used, and mostly for
   * a server or two: a generator that finds them one by one is right.
   *
   * @param wireKey As in `indexFor`.
   * @returns Indexes in the list.
   */
  order(wireKey: string): Iterable<number>;

  /**
   * Makes a function that finds the first usable server in the order of a key; -1 if none is. It is for many keys at
   * once: where most servers are dead, a walk along the order of each would cost keys times servers.
   *
   * @param isUsable Tells of an index whether that server can be used. It is asked about once for each server, now.
   */
  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number;
}

/** A server as distributions see it. Each hashes the parts of the address that its client hashes. */
export interface PlacedServer extends Address {
  /** Its share of the keys, compared to the others'; 1 if there is none. libmc's ring has no weights. */
  readonly weight?: number;
}

/** What a distribution can be asked to do differently. */
export interface DistributionOptions {
  /** The hash of keys, where the distribution leaves a choice. */
  readonly hashFn: HashFn;
}

/** Makes a distribution. Options are read once; the list is not kept, so that its owner may change it. */
export type DistributionFactory = (
  servers: readonly PlacedServer[],
  options: DistributionOptions,
) => Distribution;

/**
 * libmc's distribution. Each server has 100 points on the continuum: the first four bytes, little-endian, of the MD5 of
 * `<ring name>-<i>`, whichever function hashes the keys. There are no weights. As names are hashed and not addresses, a
 * server with an alias may move while its points stay.
 */

import { crypto } from "@std/crypto";
import { Continuum } from "./continuum.ts";
import type { Distribution, PlacedServer } from "./distribution.ts";
import type { KeyHash } from "./hashes/key_hash.ts";
import { PointCache } from "./point_cache.ts";

/** Points of each server. */
export const POINTS_PER_SERVER = 100;

/** Makes libmc's distribution of some servers, with a function that hashes keys. */
export function libmcDistribution(
  servers: readonly Pick<PlacedServer, "ringName">[],
  hash: KeyHash,
): Distribution {
  return new LibmcDistribution(servers.map(({ ringName }) => ringName), hash);
}

/** The continuum of servers with these ring names. */
export function libmcContinuum(ringNames: readonly string[]): Continuum {
  return new Continuum(ringNames.map((name) => POINTS.pointsOf(name)));
}

class LibmcDistribution implements Distribution {
  readonly #ringNames: readonly string[];
  readonly #hash: KeyHash;
  /** Built when it is first needed. */
  #continuum: Continuum | undefined;

  constructor(ringNames: readonly string[], hash: KeyHash) {
    this.#ringNames = ringNames;
    this.#hash = hash;
  }

  indexFor(wireKey: string): number {
    const count = this.#ringNames.length;
    if (count < 2) return count - 1;
    this.#continuum ??= libmcContinuum(this.#ringNames);
    return this.#continuum.indexFor(this.#hash(wireKey));
  }

  order(wireKey: string): Iterable<number> {
    const count = this.#ringNames.length;
    if (count < 2) return count === 0 ? NOBODY : FIRST_ALONE;
    this.#continuum ??= libmcContinuum(this.#ringNames);
    return this.#continuum.order(this.#hash(wireKey));
  }

  firstUsable(isUsable: (index: number) => boolean): (wireKey: string) => number {
    const count = this.#ringNames.length;
    if (count < 2) {
      const only = count === 1 && isUsable(0) ? 0 : -1;
      return () => only;
    }
    const continuum = this.#continuum ??= libmcContinuum(this.#ringNames);
    const find = continuum.firstUsable(isUsable);
    return (wireKey) => find(this.#hash(wireKey));
  }
}

const NOBODY: readonly number[] = Object.freeze([]);
const FIRST_ALONE: readonly number[] = Object.freeze([0]);

/** Points of the names asked last. With names of usual length 4,096 of them take about 3 MB, and 1.5 s to compute. */
const POINTS = new PointCache(pointsOf, 4096);

function pointsOf(ringName: string): Uint32Array {
  const encoder = new TextEncoder();
  return Uint32Array.from({ length: POINTS_PER_SERVER }, (_, i) => {
    const digest = crypto.subtle.digestSync("MD5", encoder.encode(`${ringName}-${i}`));
    return new DataView(digest).getUint32(0, true);
  });
}

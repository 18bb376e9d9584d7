/**
 * libmc's distribution. Each server has 100 points on the continuum: the first four bytes, little-endian, of the MD5 of
 * `<ring name>-<i>`, whichever function hashes the keys. There are no weights. As names are hashed and not addresses, a
 * server with an alias may move while its points stay.
 */

import { crypto } from "@std/crypto";
import { Continuum } from "./continuum.ts";
import type { FullDistribution, PlacedServer } from "./distribution.ts";
import type { KeyHash } from "./hashes/key_hash.ts";
import { PointCache } from "./point_cache.ts";
import { Ring } from "./ring.ts";

/** Points of each server. */
export const POINTS_PER_SERVER = 100;

/** Makes libmc's distribution of some servers, with a function that hashes keys. */
export function libmcDistribution(
  servers: readonly Pick<PlacedServer, "ringName">[],
  hash: KeyHash,
): FullDistribution {
  const names = servers.map(({ ringName }) => ringName);
  return new Ring(names.length, hash, () => pointsOfAll(names));
}

/** The continuum of servers with these ring names. */
export function libmcContinuum(ringNames: readonly string[]): Continuum {
  return new Continuum(pointsOfAll(ringNames));
}

function pointsOfAll(ringNames: readonly string[]): Uint32Array[] {
  return ringNames.map((name) => POINTS.pointsOf(name, POINTS_PER_SERVER));
}

/** Points of the names asked last. With names of usual length 4,096 of them take about 3 MB, and 1.5 s to compute. */
const POINTS = new PointCache(pointsOf, 4096 * POINTS_PER_SERVER);

function pointsOf(ringName: string): Uint32Array {
  const encoder = new TextEncoder();
  return Uint32Array.from({ length: POINTS_PER_SERVER }, (_, i) => {
    const digest = crypto.subtle.digestSync("MD5", encoder.encode(`${ringName}-${i}`));
    return new DataView(digest).getUint32(0, true);
  });
}

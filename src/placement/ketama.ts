/**
 * libmemcached's two continuums. `ketama` (`MEMCACHED_DISTRIBUTION_CONSISTENT`, and the behavior `KETAMA`) has 100 points a
 * server, each the hash of `<name>-<i>` by the function that hashes the keys, too. `ketama_weighted` (the behavior
 * `KETAMA_WEIGHTED`, php's `OPT_LIBKETAMA_COMPATIBLE`, twemproxy's `ketama`) takes them from MD5, four of each digest, about
 * 160 a server, more for those with more weight. If any server has a weight, libmemcached takes the points of the second
 * for the first one, too.
 */

import type { DistributionMaker, PlacedServer } from "./distribution.ts";
import type { KeyHash } from "./hashes/key_hash.ts";
import { md5Words } from "./hashes/md5.ts";
import { PointCache } from "./point_cache.ts";
import { Ring } from "./ring.ts";
import { libmemcachedName } from "./server_names.ts";

/** Makes libmemcached's `ketama`. */
export const ketama: DistributionMaker = (servers, options) => {
  if (servers.some(({ weight = 1 }) => weight !== 1)) return ketamaWeighted(servers, options);
  const { hash } = options;
  const names = servers.map(libmemcachedName);
  return new Ring(names.length, hash, () => {
    const points = cacheOf(hash);
    return names.map((name) => points.pointsOf(name, POINTS_PER_SERVER));
  });
};

/** Makes libmemcached's `ketama_weighted`. */
export const ketamaWeighted: DistributionMaker = (servers, { hash }) => {
  const names = servers.map(libmemcachedName);
  const digests = digestCounts(servers);
  return new Ring(
    names.length,
    hash,
    () => names.map((name, i) => DIGEST_POINTS.pointsOf(name, 4 * digests[i])),
  );
};

/**
 * How many digests each server has: `floor(weight / all weights * 160 / 4 * servers)`, each step a `float`, which sometimes
 * makes one less of it.
 */
export function digestCounts(servers: readonly PlacedServer[]): number[] {
  const { fround } = Math;
  const total = servers.reduce((sum, { weight = 1 }) => sum + weight, 0);
  return servers.map(({ weight = 1 }) => {
    const share = fround(fround(weight) / fround(total));
    const quarter = fround(fround(share * 160) / 4);
    return Math.floor(fround(fround(quarter * servers.length) + fround(1e-10)));
  });
}

/** Makes the first points of a name: four of the digest of each `<name>-<i>`. */
function digestPointsOf(name: string, count: number): Uint32Array {
  const points = new Uint32Array(count);
  for (let at = 0; at < count; at += 4) md5Words(`${name}-${at >>> 2}`, points, at);
  return points;
}

/** The points of MD5 digests, by name: npm's memcached and spymemcached have the same. */
export const DIGEST_POINTS: PointCache = new PointCache(digestPointsOf, 4096 * 160);

/** The caches of `ketama`: each function that hashes keys makes other points. */
const caches = new Map<KeyHash, PointCache>();

function cacheOf(hash: KeyHash): PointCache {
  let cache = caches.get(hash);
  if (cache === undefined) {
    cache = new PointCache(
      (name, count) => Uint32Array.from({ length: count }, (_, i) => hash(`${name}-${i}`)),
      4096 * POINTS_PER_SERVER,
    );
    caches.set(hash, cache);
  }
  return cache;
}

const POINTS_PER_SERVER = 100;

/**
 * The ring of npm's memcached, which is that of npm's hashring with 40 virtual nodes: points and keys by MD5, as
 * `ketama_weighted` has them, but the counts are reckoned as `double`s.
 */

import type { DistributionMaker } from "./distribution.ts";
import { md5 } from "./hashes/md5.ts";
import { DIGEST_POINTS } from "./ketama.ts";
import { Ring } from "./ring.ts";
import { libmemcachedName } from "./server_names.ts";

/** Makes the ring of npm's memcached. */
export const hashring: DistributionMaker = (servers) => {
  const names = servers.map(libmemcachedName);
  const total = servers.reduce((sum, { weight = 1 }) => sum + weight, 0);
  const digests = servers.map(({ weight = 1 }) =>
    Math.floor(weight / total * VIRTUAL_NODES * servers.length)
  );
  return new Ring(
    names.length,
    md5,
    () => names.map((name, i) => DIGEST_POINTS.pointsOf(name, 4 * digests[i])),
  );
};

const VIRTUAL_NODES = 40;

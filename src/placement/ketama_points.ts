/**
 * The continuum of Perl's Cache::Memcached::Fast with its option `ketama_points => 150`, the number that its manual
 * names. It is not libmemcached's ketama: each point of a server is the CRC-32 of its host, NUL, its port and the point
 * before, as four bytes, and a key is hashed by CRC-32. A server has 150 points for each unit of its weight, whatever the
 * others weigh.
 */

import type { DistributionMaker, PlacedServer } from "./distribution.ts";
import { crc32 } from "./hashes/crc32.ts";
import { PointCache } from "./point_cache.ts";
import { Ring } from "./ring.ts";
import { fullName } from "./server_names.ts";

/** Makes the distribution of `ketama_points`. */
export const ketamaPoints: DistributionMaker = (servers) =>
  new Ring(servers.length, crc32, () => servers.map(pointsOf));

function pointsOf(server: PlacedServer): Uint32Array {
  const { weight = 1 } = server;
  return POINTS.pointsOf(hashedName(server), POINTS_PER_WEIGHT * weight);
}

/** Host, NUL and port. The last colon parts them, in an alias as well; a Unix socket has no port. */
function hashedName(server: PlacedServer): string {
  const name = fullName(server);
  const colon = name.lastIndexOf(":");
  return colon === -1 ? `${name}\0` : `${name.slice(0, colon)}\0${name.slice(colon + 1)}`;
}

/** Makes the first points of a name, each out of the one before. */
function chainOf(name: string, count: number): Uint32Array {
  const points = new Uint32Array(count);
  for (let i = 0, point = 0; i < count; i++) {
    points[i] = point = crc32(name + littleEndian(point));
  }
  return points;
}

function littleEndian(point: number): string {
  return String.fromCharCode(
    point & 0xff,
    point >>> 8 & 0xff,
    point >>> 16 & 0xff,
    point >>> 24,
  );
}

const POINTS_PER_WEIGHT = 150;
const POINTS = new PointCache(chainOf, 4096 * POINTS_PER_WEIGHT);

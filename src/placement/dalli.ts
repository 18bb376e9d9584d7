/**
 * dalli's ring, which Rails uses: 160 points a server on average, each the first four bytes of a SHA-1, and keys by CRC-32.
 * A key belongs to the greatest point that is not above it. If its server cannot be used, dalli asks again for the key with
 * a number before it, 19 times.
 */

import { Continuum } from "./continuum.ts";
import type { DistributionMaker, PlacedServer, Reckoning } from "./distribution.ts";
import { crc32 } from "./hashes/crc32.ts";
import { sha1 } from "./hashes/sha1.ts";
import { PointCache } from "./point_cache.ts";
import { fullName } from "./server_names.ts";
import { TryingDistribution } from "./trying.ts";

/** Makes dalli's distribution. */
export const dalli: DistributionMaker = (servers) => new Dalli(servers);

class Dalli extends TryingDistribution {
  readonly #names: readonly string[];
  readonly #counts: readonly number[];
  #built: Continuum | undefined;

  constructor(servers: readonly PlacedServer[]) {
    super(servers.length);
    this.#names = servers.map(fullName);
    const total = servers.reduce((sum, { weight = 1 }) => sum + weight, 0);
    this.#counts = servers.map(({ weight = 1 }) =>
      Math.floor(servers.length * POINTS_PER_SERVER * weight / total)
    );
  }

  override indexFor(wireKey: string): number {
    if (this.count < 2) return this.count - 1;
    return this.#continuum.indexFor(~crc32(wireKey) >>> 0);
  }

  override reckon(wireKey: string): Reckoning {
    const hash = crc32(wireKey);
    if (this.count < 2) return { hash };
    return { hash, point: ~this.#continuum.pointFor(~hash >>> 0) >>> 0 };
  }

  protected override *tries(wireKey: string): Generator<number, void, void> {
    yield this.indexFor(wireKey);
    for (let i = 0; i < MOST_TRIES - 1; i++) yield this.indexFor(`${i}${wireKey}`);
  }

  protected override others(wireKey: string): Iterable<number> {
    return this.#continuum.order(~crc32(wireKey) >>> 0);
  }

  protected override firstUsableOfOthers(usable: readonly boolean[]): (wireKey: string) => number {
    const find = this.#continuum.firstUsable((index) => usable[index]);
    return (wireKey) => find(~crc32(wireKey) >>> 0);
  }

  /** The greatest point that is not above a hash is the least one that is not below, if both are mirrored. */
  get #continuum(): Continuum {
    return this.#built ??= new Continuum(
      this.#names.map((name, i) => POINTS.pointsOf(name, this.#counts[i])),
    );
  }
}

function pointsOf(name: string, count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => ~sha1(`${name}:${i}`));
}

const POINTS_PER_SERVER = 160;
const MOST_TRIES = 20;
const POINTS = new PointCache(pointsOf, 4096 * POINTS_PER_SERVER);

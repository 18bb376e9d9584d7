/**
 * spymemcached's ketama (`KetamaConnectionFactory`), which the AWS client for Java has, too: points and keys by MD5, 160
 * points a server, or by weight as `ketama_weighted` has them. What is hashed for a server is how Java writes its address:
 * `ip:port` for a server named by its IP address. For one that is named by a host name it is `host/ip:port`, and only an
 * alias can say so: `cache1:11211 cache1/10.0.0.1:11211`. Where two points are equal, the later server has it. If a server
 * cannot be used, the key is hashed again with a number before it, and the hashes add up, six times.
 *
 * In the format `LIBMEMCACHED` it hashes the host, and the port unless it is 11211: that, too, an alias can say. It is not
 * the same as `ketama_weighted`, which has a few points less with some numbers of servers (25, for example).
 */

import { Continuum } from "./continuum.ts";
import type { DistributionMaker, PlacedServer, Reckoning } from "./distribution.ts";
import { md5 } from "./hashes/md5.ts";
import { DIGEST_POINTS, digestCounts } from "./ketama.ts";
import { fullName } from "./server_names.ts";
import { TryingDistribution } from "./trying.ts";

/** Makes spymemcached's distribution. */
export const spymemcached: DistributionMaker = (servers) => new Spymemcached(servers);

class Spymemcached extends TryingDistribution {
  readonly #names: readonly string[];
  readonly #digests: readonly number[];
  #built: Continuum | undefined;

  constructor(servers: readonly PlacedServer[]) {
    super(servers.length);
    this.#names = servers.map(fullName);
    const areWeighted = servers.some(({ weight = 1 }) => weight !== 1);
    this.#digests = areWeighted ? digestCounts(servers) : servers.map(() => DIGESTS_PER_SERVER);
  }

  override indexFor(wireKey: string): number {
    return this.count < 2 ? this.count - 1 : this.#serverOf(md5(wireKey));
  }

  override reckon(wireKey: string): Reckoning {
    const hash = md5(wireKey);
    return this.count < 2 ? { hash } : { hash, point: this.#continuum.pointFor(hash) };
  }

  protected override *tries(wireKey: string): Generator<number, void, void> {
    let hash = md5(wireKey);
    for (let i = 0; i < MOST_TRIES; i++) {
      yield this.#serverOf(hash);
      hash = (hash + md5(`${i}${wireKey}`)) >>> 0;
    }
  }

  protected override *others(wireKey: string): Generator<number, void, void> {
    for (const mirrored of this.#continuum.order(md5(wireKey))) yield this.count - 1 - mirrored;
  }

  protected override firstUsableOfOthers(usable: readonly boolean[]): (wireKey: string) => number {
    const find = this.#continuum.firstUsable((mirrored) => usable[this.count - 1 - mirrored]);
    return (wireKey) => this.count - 1 - find(md5(wireKey));
  }

  #serverOf(hash: number): number {
    return this.count - 1 - this.#continuum.indexFor(hash);
  }

  /** Of equal points a continuum gives the first server's: here the servers are mirrored. */
  get #continuum(): Continuum {
    return this.#built ??= new Continuum(
      this.#names.map((name, i) => DIGEST_POINTS.pointsOf(name, 4 * this.#digests[i])).reverse(),
    );
  }
}

const DIGESTS_PER_SERVER = 40;
const MOST_TRIES = 7;

/**
 * The continuum, or ring: sorted points that say whose a hash is. A hash belongs to the first point that is greater or
 * equal, past the last point to the first; of equal points the one of the server with the lower index comes first. It
 * knows hashes and indexes only: which points a server has, and how a key becomes a hash, is up to the distribution.
 *
 * Plan: the points lie sorted in one array, and in front of it a table with one bucket for one or two points says, for
 * the upper bits of a hash, at which point to begin. Points that are digests spread evenly, and a look-up is one step into
 * the table and, on average, a step or less along the points, for 1,000 servers as for two. (Points that crowd into a part
 * of the 32 bits are found too, but by a longer walk.) Measured: 7 ns a look-up.
 *
 * Building deals the points out to the buckets, and sorts the few in each by insertion. If any bucket has many, all are
 * sorted by radix, a byte at a time, which takes the same time however they lie. Both keep the order of equal points,
 * which are given by ascending index. Measured with the caches of points: 0.02 ms for 10 servers of 100 points, 2 ms for
 * 1,000; by radix alone 2.4 ms, a merge of arrays sorted before 7 ms.
 */

/** Finds the server of a hash among servers that are known by their index. */
export class Continuum {
  readonly #size: number;
  /** The points, ascending, and a last one that no hash passes. */
  readonly #hashes: Uint32Array;
  /** Whose the points are, in as few bytes as will do; the last is whose the first is, or nobody's. */
  readonly #servers: Int16Array | Int32Array;
  /** For each value of the upper bits, the first point that is not below it. */
  readonly #buckets: Uint16Array | Uint32Array;
  /** How far a hash is shifted down to its upper bits. */
  readonly #shift: number;

  /** @param points The points of each server, in any order and number; the array may be shared, and is not kept. */
  constructor(points: readonly Uint32Array[]) {
    this.#size = points.length;
    const count = points.reduce((sum, { length }) => sum + length, 0);
    const bits = Math.max(1, Math.floor(Math.log2(count)));
    const shift = 32 - bits;
    const starts = startsOf(points, bits);
    const [hashes, servers] = dealt(points, starts, shift) ?? sorted(points, count);
    hashes[count] = 0xffffffff;
    servers[count] = count === 0 ? -1 : servers[0];
    const buckets = count <= 0xffff ? new Uint16Array(starts) : starts;
    this.#hashes = hashes;
    this.#servers = servers;
    this.#buckets = buckets;
    this.#shift = shift;
  }

  /** Index of the server that a hash belongs to; -1 if there are no points. */
  indexFor(hash: number): number {
    return this.#servers[this.#indexOf(hash)];
  }

  /** The point that a hash belongs to. There must be one. */
  pointFor(hash: number): number {
    const index = this.#indexOf(hash);
    return this.#hashes[index === this.#hashes.length - 1 ? 0 : index];
  }

  /**
   * Each server once, in the order of their points from `hash` on: the owner first, then who stands in for it, then
   * who stands in for that one. Servers without points come last.
   */
  *order(hash: number): Generator<number, void, void> {
    const count = this.#hashes.length - 1;
    const seen = new Uint8Array(this.#size);
    let left = this.#size;
    for (let point = this.#indexOf(hash), steps = 0; left > 0 && steps < count; point++, steps++) {
      const server = this.#servers[point < count ? point : point - count];
      if (seen[server] === 1) continue;
      seen[server] = 1;
      left--;
      yield server;
    }
    for (let server = 0; left > 0; server++) {
      if (seen[server] === 1) continue;
      left--;
      yield server;
    }
  }

  /**
   * Makes a function that finds the first usable server in the order of a hash; -1 if none is. It takes a step a point to
   * make, and as long as `indexFor` to ask.
   */
  firstUsable(isUsable: (server: number) => boolean): (hash: number) => number {
    const usable = Array.from({ length: this.#size }, (_, server) => isUsable(server));
    const count = this.#hashes.length - 1;
    // Past the last point it goes on at the first one. If no server with a point is usable, one without may be.
    let next = this.#servers.find((server, point) => point < count && usable[server]);
    next ??= usable.indexOf(true);
    const heirs = new Int32Array(count + 1).fill(next);
    for (let point = count - 1; point >= 0; point--) {
      if (usable[this.#servers[point]]) next = this.#servers[point];
      heirs[point] = next;
    }
    return (hash) => heirs[this.#indexOf(hash)];
  }

  /** A copy of all points, ascending. */
  points(): [hash: number, server: number][] {
    return Array.from(
      this.#hashes.subarray(0, -1),
      (hash, i): [hash: number, server: number] => [hash, this.#servers[i]],
    );
  }

  #indexOf(hash: number): number {
    const hashes = this.#hashes;
    let point = this.#buckets[hash >>> this.#shift];
    while (hashes[point] < hash) point++;
    return point;
  }
}

/** Most servers whose indexes fit into two bytes. */
const MOST_SHORT = 0x8000;

/** For each value of the upper bits, how many points are below it; at the end, how many there are. */
function startsOf(points: readonly Uint32Array[], bits: number): Uint32Array {
  const shift = 32 - bits;
  const starts = new Uint32Array(2 ** bits + 1);
  for (const own of points) for (let i = 0; i < own.length; i++) starts[(own[i] >>> shift) + 1]++;
  for (let bucket = 1; bucket < starts.length; bucket++) starts[bucket] += starts[bucket - 1];
  return starts;
}

/**
 * All points ascending, and whose they are: by hash, and where hashes are equal by server. Both have room for one more.
 * `undefined` if too many are in one bucket.
 */
function dealt(
  points: readonly Uint32Array[],
  starts: Uint32Array,
  shift: number,
): Sorted | undefined {
  const count = starts[starts.length - 1];
  for (let bucket = 1; bucket < starts.length; bucket++) {
    if (starts[bucket] - starts[bucket - 1] > MOST_IN_BUCKET) return undefined;
  }
  const hashes = new Uint32Array(count + 1);
  const servers = serversFor(points.length, count + 1);
  /** Where the next point of each bucket goes. */
  const places = starts.slice();
  for (let server = 0; server < points.length; server++) {
    const own = points[server];
    for (let i = 0; i < own.length; i++) {
      const hash = own[i];
      let place = places[hash >>> shift]++;
      // Those of the buckets before are below it, or still 0.
      for (; place > 0 && hashes[place - 1] > hash; place--) {
        hashes[place] = hashes[place - 1];
        servers[place] = servers[place - 1];
      }
      hashes[place] = hash;
      servers[place] = server;
    }
  }
  return [hashes, servers];
}

type Sorted = [hashes: Uint32Array, servers: Int16Array | Int32Array];

/** An array for indexes of servers, of as few bytes as will do. */
function serversFor(count: number, length: number): Int16Array | Int32Array {
  return count <= MOST_SHORT ? new Int16Array(length) : new Int32Array(length);
}

/** Points that digests make are 20 at most, with a million of them. */
const MOST_IN_BUCKET = 64;

/** Does the same for points that crowd. */
function sorted(points: readonly Uint32Array[], count: number): Sorted {
  let hashes = new Uint32Array(count + 1);
  let servers = serversFor(points.length, count + 1);
  for (let server = 0, at = 0; server < points.length; server++) {
    hashes.set(points[server], at);
    servers.fill(server, at, at += points[server].length);
  }
  let otherHashes = new Uint32Array(count + 1);
  let otherServers = serversFor(points.length, count + 1);
  /** For each value of a byte, where the next point with it goes. */
  const places = new Uint32Array(257);
  for (let shift = 0; shift < 32; shift += 8) {
    places.fill(0);
    for (let i = 0; i < count; i++) places[((hashes[i] >>> shift) & 0xff) + 1]++;
    for (let byte = 1; byte < 256; byte++) places[byte] += places[byte - 1];
    for (let i = 0; i < count; i++) {
      const place = places[(hashes[i] >>> shift) & 0xff]++;
      otherHashes[place] = hashes[i];
      otherServers[place] = servers[i];
    }
    [hashes, otherHashes] = [otherHashes, hashes];
    [servers, otherServers] = [otherServers, servers];
  }
  return [hashes, servers];
}

/**
 * The points of some servers, sorted, with a table of where to begin.
 *
 * They are dealt out to the buckets of the table, and the few in each are sorted by insertion. If any bucket has many, all
 * are sorted by radix, a byte at a time, which takes the same time however they lie. Both keep the order of equal points,
 * which are given by ascending index. Measured with the caches of points: 0.02 ms for 10 servers of 100 points, 2 ms for
 * 1,000; by radix alone 2.4 ms, a merge of arrays sorted before 7 ms.
 */

/** Points in the order of their hashes, and of equal hashes in the order of their servers. None of it changes. */
export interface SortedPoints {
  /** The points, ascending, and a last one that no hash passes. */
  readonly hashes: Uint32Array;
  /** Whose the points are, in as few bytes as will do; the last is whose the first is, or nobody's. */
  readonly servers: Int16Array | Int32Array;
  /** For each value of the upper bits, the first point that is not below it. */
  readonly buckets: Uint16Array | Uint32Array;
  /** How far a hash is shifted down to its upper bits. */
  readonly shift: number;
}

/**
 * Sorts the points of some servers.
 *
 * @param points Those of each server, in any order and number.
 */
export function sortPoints(points: readonly Uint32Array[]): SortedPoints {
  const count = points.reduce((sum, { length }) => sum + length, 0);
  const shift = shiftFor(count);
  const starts = startsOf(points, 32 - shift);
  const [hashes, servers] = dealt(points, starts, shift) ?? sorted(points, count);
  hashes[count] = 0xffffffff;
  servers[count] = count === 0 ? -1 : servers[0];
  const buckets = count <= 0xffff ? new Uint16Array(starts) : starts;
  return { hashes, servers, buckets, shift };
}

/** How far a hash is shifted down to its bucket, of which there is one for one or two points. */
export function shiftFor(count: number): number {
  return 32 - Math.max(1, Math.floor(Math.log2(count)));
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

type Filled = [hashes: Uint32Array, servers: Int16Array | Int32Array];

/**
 * All points ascending, and whose they are: by hash, and where hashes are equal by server. Both have room for one more.
 * `undefined` if too many are in one bucket.
 */
function dealt(
  points: readonly Uint32Array[],
  starts: Uint32Array,
  shift: number,
): Filled | undefined {
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

/** An array for indexes of servers, of as few bytes as will do. */
export function serversFor(count: number, length: number): Int16Array | Int32Array {
  return count <= MOST_SHORT ? new Int16Array(length) : new Int32Array(length);
}

/** Points that digests make are 20 at most, with a million of them. */
const MOST_IN_BUCKET = 64;

/** Does the same for points that crowd. */
function sorted(points: readonly Uint32Array[], count: number): Filled {
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

/**
 * The continuum: a pure function of the servers' ring names that says whose a hash is. Each server has 100 points, the
 * first four bytes, little-endian, of the MD5 of `<ring name>-<i>`; a hash belongs to the first point that is greater
 * or equal, past the last point to the first. It knows indexes only: who is alive, and at which address, is not its
 * business, and so a server may move while its points stay.
 *
 * Plan: the points lie sorted in one array, and in front of it a table with about one bucket a point says, for the
 * upper bits of a hash, at which point to begin. As points are digests they spread evenly, and a look-up is one step
 * into the table and, on average, half a step along the points, for 1,000 servers as for two. Measured: 7 ns up to 100
 * servers, 13 ns for 1,000, whose arrays outgrow the nearest cache. Building takes one digest a point, 0.35 ms a server.
 */
import { crypto } from "@std/crypto";
import type { Address } from "./address.ts";

/** Points of each server on the ring. There are no weights. */
export const POINTS_PER_SERVER = 100;

/** Finds the server of a hash among servers that are known by their index. */
export class Ring {
  /** How many servers there are. With one of them there is no need to hash a key. */
  readonly size: number;
  /** The points, ascending, and a last one that no hash passes. */
  readonly #hashes: Uint32Array;
  /** Whose the points are; the last is whose the first is. */
  readonly #servers: Uint32Array;
  /** For each value of the upper bits, the first point that is not below it. */
  readonly #buckets: Uint32Array;
  /** How far a hash is shifted down to its upper bits. */
  readonly #shift: number;

  constructor(addresses: readonly Pick<Address, "ringName">[]) {
    this.size = addresses.length;
    const points = sortedPoints(addresses);
    const count = points.length;
    this.#hashes = new Uint32Array(count + 1);
    this.#servers = new Uint32Array(count + 1);
    for (let i = 0; i < count; i++) {
      this.#hashes[i] = Math.floor(points[i] / SERVERS);
      this.#servers[i] = points[i] % SERVERS;
    }
    this.#hashes[count] = 0xffffffff;
    this.#servers[count] = this.#servers[0];
    const bits = Math.max(1, Math.ceil(Math.log2(count)));
    this.#shift = 32 - bits;
    this.#buckets = new Uint32Array(2 ** bits);
    for (let bucket = 0, point = 0; bucket < this.#buckets.length; bucket++) {
      while (point < count && this.#hashes[point] >>> this.#shift < bucket) point++;
      this.#buckets[bucket] = point;
    }
  }

  /** Index of the server that a hash belongs to; -1 if there are no servers. */
  serverFor(hash: number): number {
    return this.size === 0 ? -1 : this.#servers[this.#pointFor(hash)];
  }

  /**
   * Each server once, in the order of their points from `hash` on: the owner first, then who stands in for it, then
   * who stands in for that one.
   */
  *walk(hash: number): Generator<number, void, void> {
    if (this.size === 0) return;
    const count = this.#hashes.length - 1;
    const seen = new Uint8Array(this.size);
    let left = this.size;
    for (let point = this.#pointFor(hash), steps = 0; left > 0 && steps < count; point++, steps++) {
      const server = this.#servers[point % count];
      if (seen[server] === 1) continue;
      seen[server] = 1;
      left--;
      yield server;
    }
  }

  /** A copy of all points, ascending. */
  points(): [hash: number, server: number][] {
    return Array.from(
      this.#hashes.subarray(0, -1),
      (hash, i): [hash: number, server: number] => [hash, this.#servers[i]],
    );
  }

  #pointFor(hash: number): number {
    const hashes = this.#hashes;
    let point = this.#buckets[hash >>> this.#shift];
    while (hashes[point] < hash) point++;
    return point;
  }
}

/** Above any server index, and so that a point, its hash times this plus its server, is an exact number. */
const SERVERS = 2 ** 21;

/** All points in one sortable number each: by hash, and where hashes are equal by server. */
function sortedPoints(addresses: readonly Pick<Address, "ringName">[]): Float64Array {
  const points = new Float64Array(addresses.length * POINTS_PER_SERVER);
  const encoder = new TextEncoder();
  let at = 0;
  for (let server = 0; server < addresses.length; server++) {
    for (let i = 0; i < POINTS_PER_SERVER; i++) {
      const name = encoder.encode(`${addresses[server].ringName}-${i}`);
      const digest = crypto.subtle.digestSync("MD5", name);
      points[at++] = new DataView(digest).getUint32(0, true) * SERVERS + server;
    }
  }
  return points.sort();
}

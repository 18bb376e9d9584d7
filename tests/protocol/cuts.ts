/** Ways to cut a stream into chunks. */

import type { Random } from "../support/random.ts";

/** The stream cut once, at every place, its beginning and end included. */
export function* everySplit(wire: Uint8Array): Generator<Uint8Array[]> {
  for (let at = 0; at <= wire.length; at++) yield [wire.subarray(0, at), wire.subarray(at)];
}

/** The stream byte by byte. */
export function singleBytes(wire: Uint8Array): Uint8Array[] {
  return Array.from(wire, (_, at) => wire.subarray(at, at + 1));
}

/** The stream cut at some random places. */
export function randomCuts(wire: Uint8Array, random: Random, cuts: number): Uint8Array[] {
  const places = Array.from({ length: cuts }, () => random.below(wire.length + 1));
  places.sort((a, b) => a - b);
  return [0, ...places].map((from, i) => wire.subarray(from, places[i] ?? wire.length));
}

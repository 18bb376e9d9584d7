/** How keys are spread, and what moves, for any number of keys: a slice of them at a time, so that Ctrl-C is heard. */

import {
  compareDistributions,
  type DistributionComparison,
  type PlacementSetUp,
} from "../../../mod.ts";

/**
 * Compares two set-ups.
 *
 * @throws The signal's reason, as soon as a slice is over in which it was aborted.
 */
export async function comparison(
  before: PlacementSetUp,
  after: PlacementSetUp,
  keys: Iterable<string>,
  signal: AbortSignal,
): Promise<DistributionComparison> {
  let sum = compareDistributions(before, after, []);
  for (const slice of slices(keys)) {
    sum = added(sum, compareDistributions(before, after, slice));
    await new Promise((resolve) => setTimeout(resolve, 0));
    signal.throwIfAborted();
  }
  return sum;
}

function* slices(keys: Iterable<string>): Generator<readonly string[]> {
  let slice: string[] = [];
  for (const key of keys) {
    slice.push(key);
    if (slice.length < SLICE) continue;
    yield slice;
    slice = [];
  }
  if (slice.length > 0) yield slice;
}

/** A quarter of a second of work: with each slice the ring is made anew, which takes less than that. */
const SLICE = 200_000;

function added(one: DistributionComparison, other: DistributionComparison): DistributionComparison {
  const keys = one.keys + other.keys;
  const moved = one.moved + other.moved;
  const servers = Array.from(one.servers, ([server, counts]) => {
    const { before, after, left, came } = other.servers.get(server)!;
    return [server, {
      before: counts.before + before,
      after: counts.after + after,
      left: counts.left + left,
      came: counts.came + came,
    }] as const;
  });
  return { keys, moved, share: keys === 0 ? 0 : moved / keys, servers: new Map(servers) };
}

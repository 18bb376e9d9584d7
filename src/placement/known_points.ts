/**
 * The sorted points of the lists that were asked last. A client whose list changes by a server sorts what has changed
 * only (`changed_points.ts`), and clients of the same servers share one copy. They are held weakly: what no
 * continuum has any more is forgotten.
 */

import { sortChanged } from "./changed_points.ts";
import { type SortedPoints, sortPoints } from "./sorted_points.ts";

/** Points as they were given, and sorted. */
export interface KnownPoints {
  readonly points: readonly Uint32Array[];
  readonly sorted: SortedPoints;
}

/** Sorts the points of some servers, by what is known of others. The array is kept, and must not change. */
export function knownPoints(points: readonly Uint32Array[]): KnownPoints {
  for (const [at, ref] of RECENT.entries()) {
    const known = ref.deref();
    if (known === undefined) continue;
    if (isSame(known.points, points)) {
      RECENT.splice(at, 1);
      RECENT.unshift(ref);
      return known;
    }
    const sorted = sortChanged(known.points, known.sorted, points);
    if (sorted !== undefined) return remembered({ points, sorted });
  }
  return remembered({ points, sorted: sortPoints(points) });
}

function isSame(some: readonly Uint32Array[], others: readonly Uint32Array[]): boolean {
  return some.length === others.length && some.every((own, i) => own === others[i]);
}

function remembered(known: KnownPoints): KnownPoints {
  RECENT.unshift(new WeakRef(known));
  RECENT.length = Math.min(RECENT.length, MOST_KNOWN);
  return known;
}

/** The one asked last comes first. */
const RECENT: WeakRef<KnownPoints>[] = [];
/** As a client may have servers, stand-ins and zones, and a process several clients. */
const MOST_KNOWN = 8;

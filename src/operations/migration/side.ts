/** On which side a key is, by the stage of the move. */

import type { Side } from "../job.ts";
import type { Migration } from "./migration.ts";

/** Gives the side that has a key, for this process. */
export function sideOf({ stage, percent }: Migration, wireKey: string): Side {
  if (stage === "done" || stage === "write_both") return "new";
  if (stage === "read_old" || percent === 0) return "old";
  return percent === 100 || shareOf(wireKey) < percent ? "new" : "old";
}

/** True as long as the new servers get what is missing from the old ones. */
export function carries({ stage }: Migration): boolean {
  return stage === "read_old" || stage === "read_new";
}

/**
 * A number from 0 to 100 for a key. It is FNV-1a with its bits mixed once more, so that it has nothing to do with any
 * distribution: a share of the keys is a share of those of each server.
 */
function shareOf(wireKey: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < wireKey.length; i++) {
    hash = Math.imul(hash ^ wireKey.charCodeAt(i), 0x01000193);
  }
  hash = Math.imul(hash ^ hash >>> 16, 0x85ebca6b);
  hash = Math.imul(hash ^ hash >>> 13, 0xc2b2ae35);
  return ((hash ^ hash >>> 16) >>> 0) / 2 ** 32 * 100;
}

/**
 * What a codec makes of the placeholder of a lease. Classic commands show it as an item without flags and bytes, as which
 * some codecs store a value.
 */

import type { InflateBudget } from "./budget.ts";
import type { Codec } from "./codec.ts";
import { decodeValue } from "./values.ts";

/** True if the codec reads a placeholder as a miss. */
export function knowsPlaceholders(codec: Codec, budget: Required<InflateBudget>): boolean {
  try {
    return decodeValue(codec, new Uint8Array(0), 0, 0, 0, budget) === undefined;
  } catch {
    return false;
  }
}

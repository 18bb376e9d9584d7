/** Times to live, as other libraries have them, as memcached has them. */

import type { Exptime } from "../../mod.ts";

/**
 * Makes the exptime of a time to live. A part of a second counts as a whole one: an item must not be gone before its time.
 *
 * @param seconds From now; 0: for ever; less: gone at once; memcached takes more than 30 days for a Unix time, so that becomes
 * a Date.
 * @param now The time of the day, in milliseconds since 1970.
 */
export function exptimeFor(seconds: number, now: number = Date.now()): Exptime {
  // Rounded up, a part of a second in the past would be 0, for ever. What is no number is refused by the client.
  if (seconds < 0) return -1;
  if (Number.isNaN(seconds)) return seconds;
  if (seconds <= THIRTY_DAYS) return Math.ceil(seconds);
  const at = now + seconds * 1000;
  // The date that memcached's 32 bits hold at most: nothing lasts as long as that.
  return at < LAST ? new Date(at) : 0;
}

const THIRTY_DAYS = 60 * 60 * 24 * 30;
const LAST = (2 ** 31 - 1) * 1000;

/** A time limit that does not count time during which the event loop was blocked. */

import type { Clock } from "../clock.ts";

/**
 * Calls back after some milliseconds. If the event loop was blocked, what is waited for may have come without having been
 * seen, since timers run first. So the lost time is added once, but at most as many milliseconds as were given.
 */
export function patiently(
  clock: Clock,
  milliseconds: number,
  callback: () => void,
): { readonly cancel: () => void } {
  const due = clock.now() + milliseconds;
  let cancel = clock.after(milliseconds, () => {
    const late = clock.now() - due;
    if (late < LATE_MILLISECONDS) callback();
    else cancel = clock.after(Math.min(late, milliseconds), callback);
  });
  return { cancel: () => cancel() };
}

/** A timer that is later than this shows that the event loop was blocked. */
const LATE_MILLISECONDS = 10;

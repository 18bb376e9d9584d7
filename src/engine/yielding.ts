/**
 * Keeps calls that fail at once from starving the program. Such a call, to a dead server say, settles before it returns.
 * A caller that makes one after the other (`while (…) await client.get(key)`) never lets the event loop turn: no timer
 * fires, and the dial that would find the server alive again never ends. So after many such calls, or after a while, the
 * next ones settle only when the loop has turned.
 *
 * Nothing here knows whether the loop has turned by itself meanwhile, as a timer that would tell outlives the call that
 * set it. One call in {@linkcode LEAST_A_TURN} at most waits in vain, for a millisecond.
 */

import type { Clock } from "../clock.ts";

/** Counts calls that settle at once, and says when the event loop must turn. */
export class LoopYield {
  readonly #clock: Clock;
  /** Since when it counts, and how many. */
  #began = 0;
  #count = 0;
  #turn: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts a call that has settled at once. Returns what its caller must wait for, if it must wait. */
  pause(): Promise<void> | undefined {
    if (this.#turn !== undefined) return this.#turn;
    const now = this.#clock.now();
    if (this.#count++ === 0) this.#began = now;
    const isLong = this.#count > LEAST_A_TURN && now - this.#began > MOST_MILLISECONDS;
    if (this.#count <= MOST_A_TURN && !isLong) return undefined;
    this.#turn = new Promise((resolve) => {
      this.#clock.after(0, () => {
        this.#turn = undefined;
        this.#count = 0;
        resolve();
      });
    });
    return this.#turn;
  }
}

/** As many calls may settle at once, one after the other or side by side, before the loop must turn. */
const MOST_A_TURN = 1000;
/** Where callers have work of their own in between, the loop must turn after a while, but not for a handful of calls. */
const MOST_MILLISECONDS = 10;
const LEAST_A_TURN = 32;

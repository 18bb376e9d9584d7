/**
 * Keeps calls that fail at once from starving the program. A call to a dead server, for example, settles before it
 * returns. A caller that makes one after the other (`while (…) await client.get(key)`) never lets the event loop turn: no
 * timer fires, and the dial that would find the server alive again never ends. So after many such calls, or after some
 * time, the next ones settle only when the loop has turned.
 *
 * This code does not know whether the loop has turned by itself in between: a timer that could tell would outlive the
 * call that set it. At most one call in {@linkcode LEAST_A_TURN} waits without need, for a millisecond.
 */

import type { Clock } from "../clock.ts";

/** Counts calls that settle at once, and decides when the event loop must turn. */
export class LoopYield {
  readonly #clock: Clock;
  readonly #most: number;
  /** When it began to count, and the count. */
  #began = 0;
  #count = 0;
  #turn: Promise<void> | undefined;

  /** @param most How many calls may settle at once before the loop must turn. */
  constructor(clock: Clock, most = MOST_A_TURN) {
    this.#clock = clock;
    this.#most = most;
  }

  /** Counts a call that has settled at once. Returns a promise if the caller must wait for it first. */
  pause(): Promise<void> | undefined {
    if (this.#turn !== undefined) return this.#turn;
    const now = this.#clock.now();
    if (this.#count++ === 0) this.#began = now;
    const isLong = this.#count > LEAST_A_TURN && now - this.#began > MOST_MILLISECONDS;
    if (this.#count <= this.#most && !isLong) return undefined;
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

/** Number of failures at once before the loop must turn. */
const MOST_A_TURN = 1000;
/** Time after which the loop must turn if callers have other work in between, unless there were very few calls. */
const MOST_MILLISECONDS = 10;
const LEAST_A_TURN = 32;

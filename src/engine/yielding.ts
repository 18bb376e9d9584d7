/**
 * Keeps calls that fail at once from starving the program. A call to a dead server, for example, settles before it
 * returns. A caller that makes one after the other (`while (…) await client.get(key)`) never lets the event loop turn: no
 * timer fires, and the dial that would find the server alive again never ends. So after many such calls, or after some
 * time, the next ones settle only when the loop has turned.
 *
 * Pages that wait for other things in between let the loop turn by themselves, and none of their calls has to wait. Where
 * nobody tells of that, at most one call in {@linkcode LEAST_A_TURN} waits without need, for a millisecond.
 */

import { type Clock, onceTurned } from "../clock.ts";

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

  /** Counts a call that has failed at once, which takes long enough that the turns of the loop can be noticed. */
  pauseAfterFailure(): Promise<void> | undefined {
    if (this.#count === 0) onceTurned(this.#clock, this.#turned);
    return this.pause();
  }

  readonly #turned = (): void => {
    if (this.#turn === undefined) this.#count = 0;
  };

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

/** Number of failures at once before the loop must turn: those of 10 ms. The turn takes one, for which all callers wait. */
const MOST_A_TURN = 5000;
/** Time after which the loop must turn if callers have other work in between, unless there were very few calls. */
const MOST_MILLISECONDS = 10;
const LEAST_A_TURN = 32;

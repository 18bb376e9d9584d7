/**
 * Keeps calls that fail at once from starving the program. Such a call, to a dead server say, settles before it returns.
 * Whoever makes one after the other (`while (…) await client.get(key)`) never lets the event loop turn: no timer fires,
 * and the dial that would find the server alive again never ends. So after many of them in a short time, the next ones
 * are given only when the loop has turned.
 */

import type { Clock } from "../clock.ts";

/** Counts what settles at once, and says when the program must rest. */
export class Breather {
  readonly #clock: Clock;
  #began = -Infinity;
  #count = 0;
  #rest: Promise<void> | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Counts one that has settled at once. Gives what to wait for before it is passed on, if it must wait. */
  breathe(): Promise<void> | undefined {
    if (this.#rest !== undefined) return this.#rest;
    const now = this.#clock.now();
    if (now - this.#began > WINDOW_MILLISECONDS) {
      this.#began = now;
      this.#count = 0;
    }
    if (++this.#count <= MOST_AT_ONCE) return undefined;
    this.#rest = new Promise((resolve) => {
      this.#clock.after(0, () => {
        this.#rest = undefined;
        this.#count = 0;
        resolve();
      });
    });
    return this.#rest;
  }
}

/** As many calls may settle at once, one after the other or side by side, within so many milliseconds. */
const MOST_AT_ONCE = 1000;
const WINDOW_MILLISECONDS = 10;

/** Sees when this process was halted: on a busy machine limits of a hundred milliseconds are then over for no fault of the client's. */

/** How often it looks at the clock, in milliseconds. */
const EVERY = 5;

/** Watches how late the timers of this process are, until it is disposed of. */
export class Halts implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  #last = performance.now();
  /** When the latest one ended. */
  #latest = -Infinity;

  /** @param least Milliseconds from which on it counts as a halt. */
  constructor(least: number) {
    this.#timer = setInterval(() => {
      const now = performance.now();
      if (now - this.#last >= EVERY + least) this.#latest = now;
      this.#last = now;
    }, EVERY);
  }

  /** True if there was one since a moment. */
  since(began: number): boolean {
    return this.#latest > began;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

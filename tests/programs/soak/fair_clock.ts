/**
 * A clock for limits on a machine that other programs use as well: it stands still while this process is halted. So what
 * takes long by this clock has taken long by itself.
 */

/** Time in which this process was there to do something, in milliseconds. */
export class FairClock implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #real: () => number;
  #passed = 0;
  #last: number;

  /** @param real Gives the time, in milliseconds. */
  constructor(real: () => number = () => performance.now()) {
    this.#real = real;
    this.#last = real();
    this.#timer = setInterval(() => this.tick(), EVERY);
  }

  now(): number {
    return this.#passed + Math.min(this.#real() - this.#last, MOST);
  }

  /** A timer has fired: what is beyond its time was lost. */
  tick(): void {
    this.#passed = this.now();
    this.#last = this.#real();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** How often it looks at the time, and how late that may be before time is lost. */
const EVERY = 20;
const MOST = 2 * EVERY;

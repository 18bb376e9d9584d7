/**
 * A clock for limits on a machine that other programs use as well: it stands still while this process is halted, and not
 * while it works. So what takes long by this clock has taken long by itself.
 */

import process from "node:process";

/** Time in which this process was there to do something, in milliseconds. */
export class FairClock implements Disposable {
  readonly #timer: ReturnType<typeof setInterval>;
  readonly #real: () => number;
  readonly #worked: () => number;
  #passed = 0;
  #last: number;
  #lastWorked: number;

  /**
   * @param real Gives the time, in milliseconds.
   * @param worked Gives how long this process has worked, in milliseconds.
   */
  constructor(real: () => number = () => performance.now(), worked: () => number = cpuTime) {
    this.#real = real;
    this.#worked = worked;
    this.#last = real();
    this.#lastWorked = worked();
    this.#timer = setInterval(() => this.tick(), EVERY);
  }

  now(): number {
    const passed = this.#real() - this.#last;
    // Work is asked for only where it counts.
    return this.#passed +
      (passed <= MOST
        ? passed
        : Math.min(passed, Math.max(MOST, this.#worked() - this.#lastWorked)));
  }

  /** A timer has fired: what is beyond its time was lost. */
  tick(): void {
    this.#passed = this.now();
    this.#last = this.#real();
    this.#lastWorked = this.#worked();
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1000;
}

/** How often it looks at the time, and how late that may be before time is lost. */
const EVERY = 20;
const MOST = 2 * EVERY;

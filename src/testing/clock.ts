/** Where a {@linkcode MemcachedServer} takes its time from. */
export interface Clock {
  /** Seconds since 1970, fractions included. */
  now(): number;
}

/**
 * A clock that tests can turn: it runs with the wall clock, ahead of it by what it was advanced, or stands still
 * until it is advanced.
 *
 * @example An hour passes
 * ```ts
 * import { TestClock } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock = new TestClock(1_700_000_000);
 * clock.advance(3600);
 * assertEquals(clock.now(), 1_700_003_600);
 * ```
 */
export class TestClock implements Clock {
  readonly #start: number | undefined;
  #ahead = 0;

  /**
   * Makes a clock.
   *
   * @param start The second since 1970 at which it stands still; without it, it runs with the wall clock.
   */
  constructor(start?: number) {
    this.#start = start;
  }

  /** Seconds since 1970, fractions included. */
  now(): number {
    return (this.#start ?? Date.now() / 1000) + this.#ahead;
  }

  /**
   * Turns the clock forward.
   *
   * @param seconds By how much; not negative.
   * @throws {RangeError} If it is negative or no number.
   */
  advance(seconds: number): void {
    if (!(seconds >= 0)) {
      throw new RangeError(`Cannot turn the clock back: seconds must be >= 0, got ${seconds}`);
    }
    this.#ahead += seconds;
  }
}

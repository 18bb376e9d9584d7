import { SECONDS } from "../../checks/check.ts";

/**
 * Tells a {@linkcode MemcachedServer} the time, in seconds: the `Clock` of a client, which is another, counts
 * milliseconds.
 */
export interface ServerClock {
  /** The time in seconds since 1970, fractions included. */
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
export class TestClock implements ServerClock {
  readonly #start: number | undefined;
  #ahead = 0;

  /**
   * Makes a clock.
   *
   * @param start The second since 1970 at which it stands still, from 0 to 4,294,967,295, which is in 2106; without
   * it, it runs with the wall clock.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is out of its bounds, as a time in milliseconds is.
   */
  constructor(start?: number) {
    if (start !== undefined) SECONDS("start", start);
    this.#start = start;
  }

  /** Seconds since 1970, fractions included. */
  now(): number {
    return (this.#start ?? Date.now() / 1000) + this.#ahead;
  }

  /**
   * Turns the clock forward.
   *
   * @param seconds By how much: from 0 to 4,294,967,295, fractions included.
   * @throws {TypeError} If it is not a number.
   * @throws {RangeError} If it is out of its bounds: the clock cannot be turned back.
   */
  advance(seconds: number): void {
    SECONDS("seconds", seconds);
    this.#ahead += seconds;
  }
}

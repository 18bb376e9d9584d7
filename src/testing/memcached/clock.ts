import { SECONDS } from "../../checks/check.ts";

/**
 * Tells a {@linkcode MemcachedServer} the time, in seconds.
 *
 * It is not the `Clock` of a client, which counts milliseconds.
 *
 * @example A clock that always stands at the same second
 * ```ts
 * import { MemcachedServer, type ServerClock } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const clock: ServerClock = { now: () => 1_700_000_000 };
 * await using server = await MemcachedServer.start({ clock });
 * assertEquals(server.clock.now(), 1_700_000_000);
 * ```
 */
export interface ServerClock {
  /**
   * Tells the time.
   *
   * @returns Seconds since 1970, fractions included.
   *
   * @example The clock of a server that was given none
   * ```ts
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertAlmostEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * assertAlmostEquals(server.clock.now(), Date.now() / 1000, 1);
   * ```
   */
  now(): number;
}

/**
 * A clock that a test turns. It counts seconds, and either runs ahead of the wall clock by as much as it was advanced,
 * or stands still until it is advanced.
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
   * @param start The time at which it stands still, in seconds since 1970: a number from 0 to 4,294,967,295, which is in
   * 2106. Without it the clock runs with the wall clock.
   * @throws {TypeError} If `start` is not a number.
   * @throws {RangeError} If `start` is outside its bounds, as a time in milliseconds is.
   *
   * @example A clock that runs, and one that stands still
   * ```ts
   * import { TestClock } from "@libmc/libmc/testing";
   * import { assertAlmostEquals, assertEquals } from "@std/assert";
   *
   * assertAlmostEquals(new TestClock().now(), Date.now() / 1000, 1);
   * assertEquals(new TestClock(0).now(), 0);
   * ```
   */
  constructor(start?: number) {
    if (start !== undefined) SECONDS("start", start);
    this.#start = start;
  }

  /**
   * Tells the time.
   *
   * @returns Seconds since 1970, fractions included.
   *
   * @example Half a second later
   * ```ts
   * import { TestClock } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const clock = new TestClock(1_700_000_000);
   * clock.advance(0.5);
   * assertEquals(clock.now(), 1_700_000_000.5);
   * ```
   */
  now(): number {
    return (this.#start ?? Date.now() / 1000) + this.#ahead;
  }

  /**
   * Turns the clock forward.
   *
   * @param seconds By how many seconds: a number from 0 to 4,294,967,295, fractions included.
   * @throws {TypeError} If `seconds` is not a number.
   * @throws {RangeError} If `seconds` is outside its bounds: the clock cannot be turned back.
   *
   * @example An item expires
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer, TestClock } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const clock = new TestClock();
   * await using server = await MemcachedServer.start({ clock });
   * await using client = new Client(server.address);
   * await client.set("a", "hello", { exptime: 60 });
   * clock.advance(60);
   * assertEquals(await client.get("a"), undefined);
   * ```
   */
  advance(seconds: number): void {
    SECONDS("seconds", seconds);
    this.#ahead += seconds;
  }
}

/** Time as an input: code that needs the time or a timer is given a clock, so that tests can replace it. */

import { clearTimeout as clearTimer, setImmediate, setTimeout as setTimer } from "node:timers";

/**
 * Tells the time and sets timers: the option `clock`, for tests that do not want to wait.
 *
 * @example A minute passes at once
 * ```ts
 * import { Client, type Clock } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * let ahead = 0;
 * const clock: Clock = {
 *   now: () => performance.now() + ahead,
 *   after: (ms, callback) => clearTimeout.bind(undefined, setTimeout(callback, ms)),
 * };
 * await using client = new Client(server.address, { clock, retryTimeout: 60_000 });
 *
 * await server.stop();
 * await client.get("key"); // from now on the server is dead
 * ahead = 60_000;
 * await client.get("key"); // dialled again
 * assertEquals(client.counters().get(server.address)?.failedDials, 2);
 * ```
 */
export interface Clock {
  /**
   * Tells the time.
   *
   * @returns Milliseconds since some fixed moment. It never goes back.
   */
  now(): number;
  /**
   * Calls back once.
   *
   * @param milliseconds How long to wait, at least.
   * @param callback Called after that time.
   * @returns A function that cancels the timer. Calling it late or twice is harmless.
   */
  after(milliseconds: number, callback: () => void): () => void;
}

/** When a command was written, sent and answered, in milliseconds of a clock. */
export interface WrittenCommand {
  /** Display name of the server. */
  readonly server: string;
  /** Its wire keys. */
  keys(): readonly string[];
  readonly written: number;
  sent: number | undefined;
  ended: number | undefined;
}

/** When to give up. Calls that begin in one turn of the program share one object. */
export class Deadline {
  /** That of calls without a timeout. */
  static readonly NEVER: Deadline = new Deadline(Infinity);
  /** In milliseconds of the client's clock; Infinity until the turn in which the calls begin is over. */
  at: number;
  /** When the turn was over in which they began, if somebody counts how long calls take. */
  began: number | undefined = undefined;
  /** The commands of these calls that were written, if somebody looks at slow calls. */
  commands: WrittenCommand[] | undefined = undefined;

  constructor(at: number) {
    this.at = at;
  }
}

/**
 * Calls back when the program has done all that it does in one go: then what was gathered meanwhile can go. It reads the
 * clock once for all who wait: to read it for the deadlines and for the write of a `get` took 0.1 µs longer.
 */
export class Turns {
  readonly #clock: Clock;
  /** The callbacks of this turn, in the first places. An array that is emptied instead costs a turn 150 bytes. */
  #due: (Callback | undefined)[] = [];
  #count = 0;
  /** The other array, for the callbacks that come while these are called. */
  #spare: (Callback | undefined)[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Calls back once, at the next microtask, in the order of these calls.
   *
   * @param callback Is told the time. If it throws, the rejection is unhandled, and those behind it are called all the same.
   */
  atEnd(callback: Callback): void {
    this.#due[this.#count++] = callback;
    if (this.#count === 1) SETTLED.then(this.#end);
  }

  readonly #end = (): void => {
    const due = this.#due;
    const count = this.#count;
    this.#due = this.#spare;
    this.#spare = due;
    this.#count = 0;
    let called = 0;
    try {
      const now = this.#clock.now();
      while (called < count) {
        const callback = due[called] as Callback;
        due[called++] = undefined;
        callback(now);
      }
    } finally {
      // Not if the clock throws: it would do so again and again, and nothing else would ever run.
      if (called > 0) { for (; called < count; called++) this.atEnd(due[called] as Callback); }
      if (called === 0 || count > MANY_CALLBACKS) this.#spare = [];
    }
  };
}

type Callback = (now: number) => void;

/** The places of so many callbacks are kept. */
const MANY_CALLBACKS = 64;

/** Has callbacks called as `queueMicrotask()` does, which wraps each in a function: that takes 50 ns longer. */
const SETTLED = Promise.resolve();

/** The time of the day, for exptimes that are dates: seconds since 1970. */
export function unixTime(): number {
  return Math.floor(Date.now() / 1000);
}

/**
 * Calls back once, as {@linkcode Clock.after} does, but lets the program end meanwhile if the clock is the platform's.
 *
 * @returns A function that cancels the timer.
 */
export function afterQuietly(clock: Clock, milliseconds: number, callback: () => void): () => void {
  if (clock !== systemClock) return clock.after(milliseconds, callback);
  const timer = setTimer(callback, milliseconds);
  timer.unref();
  return () => clearTimer(timer);
}

/**
 * Calls back after some milliseconds in which the event loop was not blocked. While it was, what is waited for may have
 * come without having been seen, since timers run first. So the lost time is added once, but at most as many milliseconds
 * as were given.
 */
export function patiently(
  clock: Clock,
  milliseconds: number,
  callback: () => void,
): { readonly cancel: () => void } {
  const due = clock.now() + milliseconds;
  let cancel = clock.after(milliseconds, () => {
    const late = clock.now() - due;
    if (late < LATE_MILLISECONDS) callback();
    else cancel = clock.after(Math.min(late, milliseconds), callback);
  });
  return { cancel: () => cancel() };
}

/** A timer that is later than this shows that the event loop was blocked. */
const LATE_MILLISECONDS = 10;

/** Calls back once the event loop has turned, if the clock is the platform's: that of a test does not tell. */
export function onceTurned(clock: Clock, callback: () => void): void {
  if (clock === systemClock) setImmediate(callback);
}

/** The platform's clock. To read it costs 85 ns: no call does so for itself alone. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

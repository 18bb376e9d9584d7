/** Time as an input: whoever needs the time or a timer is given a clock, so that tests can turn it. */

/** Tells the time, and calls back. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls back once, after some milliseconds. Returns what calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** The platform's clock. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

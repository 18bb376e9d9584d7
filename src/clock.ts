/** Time as an input: whoever needs the time or a timer is given a clock, so that tests can turn it. */

/** Tells the time, and calls back. */
export interface Clock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls back once, after some milliseconds. Returns what calls it off. */
  after(milliseconds: number, callback: () => void): () => void;
}

/**
 * The platform's clock. It is read once for all that runs before the program comes to rest: a call asks for the time
 * three times and more, at 80 ns each, and nothing here is measured in less than milliseconds.
 */
export const systemClock: Clock = {
  now() {
    if (read === undefined) {
      read = performance.now();
      queueMicrotask(forget);
    }
    return read;
  },
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

let read: number | undefined;

function forget(): void {
  read = undefined;
}

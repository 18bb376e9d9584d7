/** Open-loop load: callers that arrive at a fixed rate, whether or not those before them have been answered. */

/** What the load did so far. */
export interface OpenLoad {
  /** Calls that have begun. */
  readonly begun: number;
  /** Calls that have not settled. */
  readonly waiting: number;
  /** The most calls that had not settled at one moment. */
  readonly mostWaiting: number;
  /** Resolves once the signal is aborted and every call has settled; rejects as the first of them did. */
  readonly ended: Promise<void>;
}

/**
 * Begins calls until the signal is aborted. A program that was busy for a while makes up for the calls that it has not
 * begun meanwhile, as callers do not wait for it either.
 *
 * @param rate Calls a second.
 * @param call Makes one call; it is given the number of the call, from 0.
 */
export function openLoad(
  rate: number,
  call: (index: number) => Promise<void>,
  signal: AbortSignal,
): OpenLoad {
  let begun = 0;
  let waiting = 0;
  let mostWaiting = 0;
  const { promise: ended, resolve, reject } = Promise.withResolvers<void>();
  const began = performance.now();
  const arrive = () => {
    if (signal.aborted) {
      clearInterval(timer);
      if (waiting === 0) resolve();
      return;
    }
    while (begun < (performance.now() - began) * rate / 1000) {
      waiting++;
      mostWaiting = Math.max(mostWaiting, waiting);
      call(begun++).then(() => {
        waiting--;
        if (signal.aborted && waiting === 0) resolve();
      }, reject);
    }
  };
  const timer = setInterval(arrive, 5);
  signal.addEventListener("abort", arrive, { once: true });
  return {
    get begun() {
      return begun;
    },
    get waiting() {
      return waiting;
    },
    get mostWaiting() {
      return mostWaiting;
    },
    ended,
  };
}

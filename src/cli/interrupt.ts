/** Ctrl-C ends a command at once: nothing that a server, a person or a pipe owes holds it up. */

import type { Clock } from "../clock.ts";

/** Gives what a source has, until the signal is aborted, even while the source is silent. */
export async function* untilAborted<T>(
  source: AsyncIterable<T>,
  signal: AbortSignal,
): AsyncGenerator<T, void, void> {
  const items = source[Symbol.asyncIterator]();
  const aborted = rejection(signal);
  let isOver = false;
  try {
    while (true) {
      const { done, value } = await Promise.race([items.next(), aborted.promise]);
      isOver = done === true;
      if (isOver) return;
      yield value;
    }
  } finally {
    aborted.forget();
    // Not awaited: a generator that waits for its next item ends only then.
    if (!isOver) items.return?.().catch(() => {});
  }
}

/** Waits until something is over, or the signal is aborted. */
export async function overOrAborted(work: Promise<unknown>, signal: AbortSignal): Promise<void> {
  const aborted = rejection(signal);
  await Promise.race([work, aborted.promise]).catch((reason) => {
    if (!signal.aborted) throw reason;
  });
  aborted.forget();
}

/**
 * Waits for a step of a command. Once the signal is aborted, the step has {@linkcode GRACE} left to take back what it did.
 *
 * @throws The signal's reason, if the step did not end by then.
 */
export async function withGrace<T>(
  step: Promise<T>,
  clock: Clock,
  signal: AbortSignal,
): Promise<T> {
  const aborted = rejection(signal);
  try {
    return await Promise.race([
      step,
      aborted.promise.catch(async (reason) => {
        await atMostGrace(clock, step);
        throw reason;
      }),
    ]);
  } finally {
    aborted.forget();
  }
}

/** Waits until something is over, but no longer than {@linkcode GRACE}. What it fails with is nobody's business then. */
export async function atMostGrace(clock: Clock, work: Promise<unknown>): Promise<void> {
  let cancel = () => {};
  const late = new Promise<void>((resolve) => cancel = clock.after(GRACE, resolve));
  await Promise.race([work.then(() => {}, () => {}), late]);
  cancel();
}

/** Milliseconds that a command has for tidying up after Ctrl-C. A person takes no more for "it has ended". */
export const GRACE = 500;

/** A promise that rejects with the signal's reason, as soon as there is one. */
function rejection(
  signal: AbortSignal,
): { readonly promise: Promise<never>; readonly forget: () => void } {
  let forget = () => {};
  const promise = new Promise<never>((_resolve, reject) => {
    const onAbort = () => reject(signal.reason);
    if (signal.aborted) return onAbort();
    signal.addEventListener("abort", onAbort, { once: true });
    forget = () => signal.removeEventListener("abort", onAbort);
  });
  // Nobody may be waiting for it when it rejects.
  promise.catch(() => {});
  return { promise, forget };
}

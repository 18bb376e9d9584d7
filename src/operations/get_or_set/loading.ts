/** One run of a caller's loader: it settles once, whatever the loader does. */

import type { Clock } from "../../clock.ts";
import { TimeoutError } from "../../errors.ts";
import type { Load, LoadContext } from "./options.ts";

/** Runs a loader until it settles, takes too long, or is given up. What it does after that counts no more. */
export class Loading<T> {
  readonly promise: Promise<T>;
  readonly #controller = new AbortController();
  #reject: (reason: unknown) => void = () => {};
  #cancel: () => void = () => {};

  /** @param timeout Milliseconds that it may take; 0: no limit. */
  constructor(
    load: Load<T>,
    context: Omit<LoadContext<T>, "signal">,
    clock: Clock,
    timeout: number,
  ) {
    this.promise = new Promise<T>((resolve, reject) => {
      this.#reject = reject;
      if (timeout > 0) this.#cancel = clock.after(timeout, () => this.giveUp(late(timeout)));
      // In a microtask, so that what it throws is a rejection too.
      Promise.resolve({ ...context, signal: this.#controller.signal }).then(load)
        .then(resolve, reject);
    }).finally(() => this.#cancel());
  }

  /** Aborts the loader's signal. The run has then failed for this reason. */
  giveUp(reason: unknown): void {
    this.#reject(reason);
    this.#controller.abort(reason);
  }
}

function late(timeout: number): TimeoutError {
  return new TimeoutError(
    `Cannot getOrSet as the load took longer than its loadTimeout of ${timeout} ms`,
    { command: "getOrSet" },
  );
}

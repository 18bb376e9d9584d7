/** One run of a caller's loader: it settles once, whatever the loader does. */

import type { Clock } from "../../clock.ts";
import { TimeoutError } from "../../errors.ts";
import type { Load, LoadContext } from "./options.ts";

/** The signals of the loads whose loader is being called at this moment. It has not returned yet. */
let called: ReadonlySet<AbortSignal> = new Set();

/** Calls a loader, for all loads with these signals. */
export function callLoader<R>(signals: readonly AbortSignal[], call: () => R): R {
  const before = called;
  called = new Set(signals);
  try {
    return call();
  } finally {
    called = before;
  }
}

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

  /** True while the loader is being called: whoever asks for this load then is the loader itself. */
  get isBeingCalled(): boolean {
    return called.has(this.#controller.signal);
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

/** When a client is told to close, for all that would take as long as the program lets it: streams and loads. */

import type { Clock } from "../clock.ts";
import type { ClosedError } from "../errors.ts";

/** What is said of a client that is told to close. */
export interface End {
  /** The error of what is ended at once. */
  readonly reason: ClosedError;
  /** The client's clock, to measure `timeout`. */
  readonly clock: Clock;
  /** Milliseconds that a call may take; 0: no limit. */
  readonly timeout: number;
}

/** Says when a client is told to close. */
export interface Ends {
  /**
   * Calls back when that is so, perhaps at once.
   *
   * @returns A function that calls it off.
   */
  onEnd(listener: (end: End) => void): () => void;
}

/** The end of one client. */
export class Ending implements Ends {
  #end: End | undefined;
  readonly #listeners = new Set<(end: End) => void>();

  /** True once the client is told to close. */
  get hasBegun(): boolean {
    return this.#end !== undefined;
  }

  onEnd(listener: (end: End) => void): () => void {
    if (this.#end !== undefined) {
      listener(this.#end);
      return () => {};
    }
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  }

  /** Tells all who listen. To tell them twice is harmless. */
  begin(end: End): void {
    if (this.#end !== undefined) return;
    this.#end = end;
    const listeners = Array.from(this.#listeners);
    this.#listeners.clear();
    for (const listener of listeners) listener(end);
  }
}

/** Says when either of two clients is told to close, and when the other one is. */
export function eitherEnds(one: Ends, other: Ends): Ends {
  return {
    onEnd(listener) {
      const forget = [one.onEnd(listener), other.onEnd(listener)];
      return () => forget.forEach((call) => call());
    },
  };
}

/** A signal that nobody holds on to once it is released. */
export interface ReleasableSignal {
  readonly signal: AbortSignal;
  release(): void;
}

/**
 * Gives a signal that is aborted with a caller's own, and when a client is told to close. Both may live for very long: on
 * Node 22, `AbortSignal.any()` leaves 1.8 kB of each call behind at them.
 */
export function abortedAtEnd(ends: Ends, own: AbortSignal | undefined): ReleasableSignal {
  const controller = new AbortController();
  const onAbort = () => controller.abort(own?.reason);
  own?.addEventListener("abort", onAbort);
  if (own?.aborted) onAbort();
  const forget = ends.onEnd(({ reason }) => controller.abort(reason));
  return {
    signal: controller.signal,
    release() {
      own?.removeEventListener("abort", onAbort);
      forget();
    },
  };
}

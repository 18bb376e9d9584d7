/**
 * Tells a program what has happened, outside of the calls that it happened in: its listeners may throw, and may make
 * calls, which may fail at once and be told in turn. Order is kept. What is told while the program listens waits until the
 * event loop has turned, so that a listener that always makes a call holds up nobody.
 */

import type { Clock } from "../clock.ts";
import type { CallEnd, Happening, ObservedCall, Observer } from "./observer.ts";

/** News for the program, in order. */
export class Outbox {
  readonly #clock: Clock;
  #waiting: (() => void)[] = [];
  #isDue = false;
  #cancel: (() => void) | undefined;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Calls back soon, but not now. More than so many news are not kept: those that are too many are dropped. */
  post(tell: () => void): void {
    if (this.#waiting.length >= MOST_WAITING) return;
    this.#waiting.push(tell);
    if (this.#isDue) return;
    this.#isDue = true;
    queueMicrotask(() => this.#deliver());
  }

  #deliver(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const tell of waiting) guarded(tell);
    this.#isDue = this.#waiting.length > 0;
    if (!this.#isDue) return;
    if (this.#isClosed) queueMicrotask(() => this.#deliver());
    else this.#cancel = this.#clock.after(0, () => this.#deliver());
  }

  /** Leaves no timer. A closed client fails no more calls, so that what waits comes to an end. */
  close(): void {
    this.#isClosed = true;
    this.#cancel?.();
    if (this.#isDue) queueMicrotask(() => this.#deliver());
  }
}

/**
 * Makes an observer that tells another one by an outbox. Only what gives something back is called at once: `begin`, which
 * gives a token, and what has to do with contexts. Calls that `begin` makes itself are not told.
 */
export function posting(observer: Observer, outbox: Outbox): Observer {
  let isBeginning = false;
  return {
    isIdle: observer.isIdle && (() => guarded(() => observer.isIdle?.()) === true),
    begin: observer.begin && ((verb: string, keys: readonly string[], call: ObservedCall) => {
      if (isBeginning) return UNTOLD;
      isBeginning = true;
      try {
        return observer.begin?.(verb, keys, call);
      } finally {
        isBeginning = false;
      }
    }),
    end: observer.end && ((token: unknown, end: CallEnd) => {
      if (token !== UNTOLD) outbox.post(() => observer.end?.(token, end));
    }),
    within: observer.within && ((token: unknown, run: () => void) => {
      if (token === UNTOLD) run();
      else observer.within?.(token, run);
    }),
    keepContext: observer.keepContext &&
      ((run: (argument: unknown) => unknown) => observer.keepContext?.(run)),
    attempt: observer.attempt && ((...attempt: Parameters<Required<Observer>["attempt"]>) => {
      outbox.post(() => observer.attempt?.(...attempt));
    }),
    happened: (happening: Happening) => outbox.post(() => observer.happened?.(happening)),
  } as Observer;
}

const UNTOLD = Symbol("a call made while a call was told");

/** Calls something of the program's. If it throws, the error is thrown again outside. */
export function guarded<T>(call: () => T): T | undefined {
  try {
    return call();
  } catch (error) {
    queueMicrotask(() => {
      throw error;
    });
    return undefined;
  }
}

/** As many as calls can be in flight to one server unless `maxPending` says otherwise: all may fail at once. */
const MOST_WAITING = 100_000;

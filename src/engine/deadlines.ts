/**
 * The deadlines of calls. The timeout of a call counts from the end of the turn in which it began, as until then nothing
 * can be sent. So all calls of a turn share one deadline, and the clock is read once for them, at that end: a call that
 * follows 600 ms of work in the same turn has its whole timeout, and one of a hundred calls does not pay 85 ns for it.
 */

import { type Clock, Deadline } from "../clock.ts";

/** Gives the calls of each turn their deadline. */
export class Deadlines {
  readonly #clock: Clock;
  readonly #settings: { readonly timeout: number };
  /** That of the calls of this turn, and their timeout. */
  #current: Deadline | undefined;
  #timeout = 0;

  constructor(clock: Clock, settings: { readonly timeout: number }) {
    this.#clock = clock;
    this.#settings = settings;
  }

  /** Gives the deadline of a call that begins now. It is known at the end of this turn. */
  next(): Deadline {
    const { timeout } = this.#settings;
    if (timeout === 0) return Deadline.NEVER;
    if (this.#current !== undefined && this.#timeout === timeout) return this.#current;
    // The timeout was changed in between: calls that began before keep theirs.
    if (this.#current !== undefined) this.#settle();
    this.#timeout = timeout;
    queueMicrotask(this.#settle);
    return this.#current = new Deadline(Infinity);
  }

  readonly #settle = (): void => {
    if (this.#current === undefined) return;
    this.#current.at = this.#clock.now() + this.#timeout;
    this.#current = undefined;
  };
}

/**
 * The deadlines of calls. The timeout of a call counts from the end of the turn in which it began, as until then nothing
 * can be sent. So all calls of a turn share one deadline, and the clock is read once for them, at that end: a call that
 * follows 600 ms of work in the same turn has its whole timeout, and one of a hundred calls does not pay 85 ns for it.
 */

import { Deadline, type Turns } from "../clock.ts";

/** What says how long calls may take, and whether it is counted how long they take. */
interface DeadlineSettings {
  readonly timeout: number;
  readonly latencies?: boolean;
  /** Milliseconds after which a call is told as slow; 0: never. */
  readonly slow?: number;
}

/** Gives the calls of each turn their deadline. */
export class Deadlines {
  readonly #turns: Turns;
  readonly #settings: DeadlineSettings;
  /** That of the calls of this turn, and their timeout. */
  #current: Deadline | undefined;
  #timeout = 0;
  /** That of the call of which a part begins in this moment. */
  #whole: Deadline | undefined;
  /** Those of this turn that had another timeout. */
  #earlier: { readonly deadline: Deadline; readonly timeout: number }[] | undefined;

  constructor(turns: Turns, settings: DeadlineSettings) {
    this.#turns = turns;
    this.#settings = settings;
  }

  /** Gives the deadline of a call that begins now. It is known at the end of this turn. */
  next(): Deadline {
    if (this.#whole !== undefined) return this.#whole;
    const { timeout } = this.#settings;
    if (timeout === 0 && !this.#keepsTime) return Deadline.NEVER;
    if (this.#current !== undefined && this.#timeout === timeout) return this.#current;
    if (this.#current === undefined) this.#turns.atEnd(this.#settle);
    // The timeout was changed in between: calls that began before keep theirs.
    else (this.#earlier ??= []).push({ deadline: this.#current, timeout: this.#timeout });
    this.#timeout = timeout;
    this.#current = new Deadline(Infinity);
    if (this.#settings.slow) this.#current.commands = [];
    return this.#current;
  }

  /**
   * Begins a part of a call, which has the deadline of the whole.
   *
   * @param begin Only what it begins at once belongs to the part.
   */
  within<T>(whole: Deadline, begin: () => T): T {
    const outer = this.#whole;
    this.#whole = whole;
    try {
      return begin();
    } finally {
      this.#whole = outer;
    }
  }

  /** Gives the deadline of a part that begins now, of a call of another client: it is no later than that of the call. */
  noLaterThan(whole: Deadline): Deadline {
    const { timeout } = this.#settings;
    if (whole === Deadline.NEVER) return this.next();
    if (timeout === 0) return whole;
    const deadline = new Deadline(Infinity);
    const settle = (now: number): void => {
      // The other client's turn may end after this one's.
      if (whole.at === Infinity) this.#turns.atEnd(settle);
      else deadline.at = Math.min(whole.at, now + timeout);
    };
    this.#turns.atEnd(settle);
    return deadline;
  }

  get #keepsTime(): boolean {
    const { latencies, slow } = this.#settings;
    return latencies === true || slow !== undefined && slow > 0;
  }

  readonly #settle = (now: number): void => {
    if (this.#current !== undefined) this.#set(this.#current, this.#timeout, now);
    this.#current = undefined;
    if (this.#earlier === undefined) return;
    for (const { deadline, timeout } of this.#earlier) this.#set(deadline, timeout, now);
    this.#earlier = undefined;
  };

  #set(deadline: Deadline, timeout: number, now: number): void {
    if (timeout > 0) deadline.at = now + timeout;
    if (this.#keepsTime) deadline.began = now;
  }
}

/** How late a deadline may be noticed: a tenth of the shorter one, from 5 to 50 milliseconds. */
export function sweepPeriod(
  { pollTimeout, timeout }: { readonly pollTimeout: number; readonly timeout: number },
): number {
  const shorter = Math.min(pollTimeout || Infinity, timeout || Infinity);
  return Math.min(50, Math.max(5, shorter / 10));
}

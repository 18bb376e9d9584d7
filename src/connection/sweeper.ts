/**
 * One timer for all deadlines of a client instead of one per call: 108 ns a request against 1,140 ns. It only says when
 * to look, and how long the event loop was blocked. What is too late is decided by each {@linkcode Swept}: a connection
 * knows its commands' deadlines and the silence of its server.
 */

import type { Clock } from "../clock.ts";

/** Something for which calls may wait too long. */
export interface Swept {
  /**
   * Fails everything that has waited too long.
   *
   * @param lost How many of the last milliseconds the event loop was blocked.
   * @returns False if nothing waits.
   */
  sweep(now: number, lost: number): boolean;
}

/** Sweeps everything that is busy, and stops its timer when nothing is. */
export class Sweeper {
  readonly #clock: Clock;
  readonly #period: () => number;
  /** Made when there is one. */
  #busy: Set<Swept> | undefined;
  #cancel: (() => void) | undefined;

  /** @param period Gives the milliseconds between two sweeps, which is how late a deadline may be noticed. */
  constructor(clock: Clock, period: () => number) {
    this.#clock = clock;
    this.#period = period;
  }

  /** Sweeps `swept` from now on, until nothing in it waits. */
  watch(swept: Swept): void {
    const busy = this.#busy ??= new Set();
    busy.add(swept);
    if (this.#cancel === undefined) this.#arm(busy);
  }

  /** Forgets everything and stops the timer. */
  close(): void {
    this.#busy?.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(busy: Set<Swept>, lost = 0): void {
    const period = this.#period();
    const due = this.#clock.now() + period;
    this.#cancel = this.#clock.after(period, () => {
      this.#cancel = undefined;
      const now = this.#clock.now();
      const late = now > due + period ? now - due : 0;
      // Late by a whole period: the event loop was blocked, and replies may lie unread. They are read first, once.
      if (late > 0 && lost === 0) return this.#arm(busy, late);
      for (const swept of busy) {
        if (!swept.sweep(now, lost + late)) busy.delete(swept);
      }
      if (busy.size > 0 && this.#cancel === undefined) this.#arm(busy);
    });
  }
}

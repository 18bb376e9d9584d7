/**
 * How long a server has been silent, by what could have been heard. A program that was blocked, or that got no processor,
 * has heard nothing, so that time does not count. But it cannot make a silence last for ever: from a quarter more than
 * the limit on, the time by the clock decides, once the program has listened for a quarter of the limit. That much it
 * listens in any case, so that a program which blocked itself for long still hears what came meanwhile, or comes at once.
 */
export class Silence {
  /** When something was heard last. */
  heardAt: number;
  /** Milliseconds since then in which nothing could be heard, and the `heardAt` to which they belong. */
  #lost = 0;
  #lostSince = -Infinity;

  constructor(now: number) {
    this.heardAt = now;
  }

  /**
   * True if the silence is over its limit.
   *
   * @param lost How many of the milliseconds since the last look were lost.
   * @param limit In milliseconds; 0: none.
   */
  isTooLong(now: number, lost: number, limit: number): boolean {
    const whole = now - this.heardAt;
    if (this.#lostSince !== this.heardAt) {
      this.#lostSince = this.heardAt;
      this.#lost = 0;
    }
    // What was lost before something was heard does not count any more.
    this.#lost = Math.min(whole, this.#lost + lost);
    if (limit === 0) return false;
    const listened = whole - this.#lost;
    return listened > limit || (whole > 1.25 * limit && listened >= 0.25 * limit);
  }
}

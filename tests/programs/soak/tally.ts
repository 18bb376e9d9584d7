/** What the callers of a soak count. */

/** Counts, and the first few of what was wrong. */
export class Tally {
  /** Calls that settled. */
  operations = 0;
  /** Calls that have begun and have not settled. */
  unsettled = 0;
  hits = 0;
  misses = 0;
  /** Strict calls that rejected, and calls that were aborted. */
  rejected = 0;
  aborted = 0;
  /** Longest that a call took, in milliseconds. */
  slowest = 0;
  wrong = 0;
  /** Sentences on the first wrong answers. */
  readonly examples: string[] = [];

  /** Notes a wrong answer. */
  addWrong(what: string): void {
    this.wrong++;
    if (this.examples.length < 20) this.examples.push(what.slice(0, 300));
  }
}

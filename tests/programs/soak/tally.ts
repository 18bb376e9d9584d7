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
  /** Split values that were read whole, of keys with several writers. */
  bigHits = 0;
  /** Reads that gave what the same caller had just changed, without a reply to the change. */
  readBack = 0;
  /** Reads that gave the last of several changes which were on their way at once. */
  inOrder = 0;
  /** Answers, loads and locks of callers who share a few keys. */
  sharedReads = 0;
  sharedLoads = 0;
  locks = 0;
  /** Values that clients gave which move, and items that they have carried over. */
  movedReads = 0;
  carried = 0;
  /** Replies that were nobody's, and counts that were another's for a moment after one. */
  oddReplies = 0;
  shifted = 0;
  /** The most items that their server kept at one moment. */
  mostItems = 0;
  /** Events that listeners heard. */
  heard = 0;
  /** Times that a server hung for long, and those of them in which it was told to be dead. */
  hangs = 0;
  hangsTold = 0;
  /** The most calls of the open loop that waited at one moment. */
  mostWaiting = 0;
  /** Longest that a call took, in milliseconds, by the clock. */
  slowest = 0;
  wrong = 0;
  /** Who was answered wrongly → how often. */
  readonly wrongs = new Map<string, number>();
  /** Sentences on the first wrong answers of each. */
  readonly examples: string[] = [];
  readonly #clock: { now(): number };

  /** @param clock What limits are measured by. */
  constructor(clock: { now(): number } = performance) {
    this.#clock = clock;
  }

  /** What the clock says, in milliseconds. */
  now(): number {
    return this.#clock.now();
  }

  /** Notes that a call has settled which began when the clock said so. */
  tookSince(began: number): void {
    this.slowest = Math.max(this.slowest, this.now() - began);
  }

  /** Notes a wrong answer. */
  addWrong(whose: string, what: string): void {
    this.wrong++;
    const times = (this.wrongs.get(whose) ?? 0) + 1;
    this.wrongs.set(whose, times);
    if (times <= 5) this.examples.push(`${whose}: ${what}`.slice(0, 300));
  }
}

/** How long calls took: counts in classes that are two percent wide, so that any number of calls takes the same memory. */
export class Latencies {
  readonly #counts = new Uint32Array(CLASSES);
  #total = 0;

  /** Counts a call. */
  add(milliseconds: number): void {
    const index = Math.log(Math.max(milliseconds, LEAST) / LEAST) / WIDTH;
    this.#counts[Math.min(Math.floor(index), CLASSES - 1)]++;
    this.#total++;
  }

  /** Calls that were counted. */
  get count(): number {
    return this.#total;
  }

  /** The time within which this share of the calls was over; `undefined` if there were none. */
  within(share: number): number | undefined {
    if (this.#total === 0) return undefined;
    let seen = 0;
    const wanted = share * this.#total;
    for (const [index, count] of this.#counts.entries()) {
      seen += count;
      if (seen >= wanted) return LEAST * Math.exp((index + 0.5) * WIDTH);
    }
    return undefined;
  }
}

/** A microsecond. */
const LEAST = 0.001;
const WIDTH = Math.log(1.02);
/** Up to about 400 seconds. */
const CLASSES = 1000;

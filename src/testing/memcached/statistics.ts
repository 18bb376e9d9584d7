/** The counters that `stats` tells and `stats reset` clears, under memcached's names. */
export class Statistics {
  readonly #counts = new Map<string, number>();

  /** Adds one, or more, to a counter. */
  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** Gives the value of a counter. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** Sets all counters to 0. */
  reset(): void {
    this.#counts.clear();
  }
}

/** The counters that `stats` tells and `stats reset` clears, by memcached's names. */
export class Statistics {
  readonly #counts = new Map<string, number>();

  /** Counts one, or more. */
  count(name: string, by = 1): void {
    this.#counts.set(name, (this.#counts.get(name) ?? 0) + by);
  }

  /** What was counted under a name. */
  of(name: string): number {
    return this.#counts.get(name) ?? 0;
  }

  /** All names that were counted. */
  names(): Iterable<string> {
    return this.#counts.keys();
  }

  /** Sets all to 0. */
  reset(): void {
    this.#counts.clear();
  }
}

/** A sequence of numbers that looks random and is the same for the same seed. */
export class SeededRandom {
  /** The seed. Print it when a test fails. */
  readonly seed: number;
  #state: number;

  /** @param seed An unsigned 32-bit number. A fresh one unless given. */
  constructor(seed: number = Math.floor(Math.random() * 2 ** 32)) {
    this.seed = seed >>> 0;
    this.#state = this.seed;
  }

  /** Gives the next number, at least 0 and below 1. */
  next(): number {
    // Mulberry32: it mixes a counter by two multiplications.
    this.#state = (this.#state + 0x6d2b79f5) >>> 0;
    let mixed = this.#state;
    mixed = Math.imul(mixed ^ (mixed >>> 15), mixed | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  }

  /** Gives the next integer, at least `least` and at most `most`. */
  integer(least: number, most: number): number {
    return least + Math.floor(this.next() * (most - least + 1));
  }

  /** Gives one of the items. */
  pick<T>(items: readonly T[]): T {
    return items[this.integer(0, items.length - 1)];
  }
}

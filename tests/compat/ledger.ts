/** Compares facts of libmc's with ours, and keeps count. */

import type { Difference, Facts } from "./wire_differences.ts";

/** Counts facts, and what was not to be expected of them. */
export class Ledger {
  readonly #differences: Readonly<Record<string, Difference>>;
  readonly #seen = new Set<string>();
  readonly #surprises: string[] = [];
  #facts = 0;
  #differing = 0;

  constructor(differences: Readonly<Record<string, Difference>>) {
    this.#differences = differences;
  }

  /** Compares what libmc did with what ours did. */
  compare(name: string, libmc: Facts, ours: Facts): void {
    const expected = this.#differences[name]?.facts ?? {};
    this.#seen.add(name);
    for (const fact of Object.keys(libmc)) {
      const theirs = JSON.stringify(libmc[fact]);
      const found = JSON.stringify(ours[fact]);
      if (theirs === undefined && found === undefined) continue;
      this.#facts++;
      if (!(fact in expected)) {
        if (found !== theirs) this.#surprises.push(`${name}: ${fact} is ${found}, not ${theirs}`);
        continue;
      }
      this.#differing++;
      const wanted = JSON.stringify(expected[fact]);
      if (found === theirs) this.#surprises.push(`${name}: ${fact} is ${found}, as with libmc`);
      else if (found !== wanted) {
        this.#surprises.push(`${name}: ${fact} is ${found}, not ${wanted}; libmc: ${theirs}`);
      }
    }
  }

  /** What was not to be expected; empty if all is well. */
  surprises(): string[] {
    const unused = Object.keys(this.#differences).filter((name) => !this.#seen.has(name));
    return [...this.#surprises, ...unused.map((name) => `${name}: no such case`)];
  }

  /** How much was compared. */
  summary(): string {
    return `${this.#facts} facts checked, ${this.#facts - this.#differing} alike, ` +
      `${this.#differing} differ as listed`;
  }
}

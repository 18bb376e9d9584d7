/** What `stats detail` counts: commands by the part of their keys before the first colon. */

interface Counts {
  get: number;
  hit: number;
  set: number;
  del: number;
}

/** Counts while it is on. */
export class PrefixCounts {
  isOn = false;
  readonly #counts = new Map<string, Counts>();

  /** Counts a command for this key. A key without a colon has no prefix. */
  count(key: string, what: "get" | "set" | "del", isHit = false): void {
    if (!this.isOn) return;
    const colon = key.indexOf(":");
    if (colon < 0) return;
    const prefix = key.slice(0, colon);
    let counts = this.#counts.get(prefix);
    if (counts === undefined) {
      counts = { get: 0, hit: 0, set: 0, del: 0 };
      this.#counts.set(prefix, counts);
    }
    counts[what]++;
    if (isHit) counts.hit++;
  }

  /** Gives the lines of `stats detail dump`. */
  *lines(): Generator<string> {
    for (const [prefix, { get, hit, set, del }] of this.#counts) {
      yield `PREFIX ${prefix} get ${get} hit ${hit} set ${set} del ${del}`;
    }
  }

  /** Forgets all counts. */
  reset(): void {
    this.#counts.clear();
  }
}

/** What was written and read in the course of a move, and whether a read gave something that was over by then. */

/** A write, or a delete. */
interface Change {
  /** 0 for a delete. */
  readonly value: number;
  /** When it began and was done, by a count of events; never, if it is not known whether it was. */
  readonly began: number;
  ended: number;
  /** False for what was loaded: whether it was stored is not told. */
  readonly isSure: boolean;
}

/** All of it, by keys. */
export class History {
  readonly #changes = new Map<string, Change[]>();
  readonly #violations: string[] = [];
  #now = 0;
  #calls = 0;
  #reads = 0;
  #hits = 0;

  /** Carries out a read of one key. */
  readonly read = async (key: string, run: () => Promise<unknown>): Promise<void> => {
    await this.reads([key], async () => new Map([[key, await run()]]));
  };

  /** Carries out a read of many keys. */
  readonly reads = async (
    keys: readonly string[],
    run: () => Promise<Map<string, unknown>>,
  ): Promise<void> => {
    const began = ++this.#now;
    this.#calls++;
    const found = await run();
    for (const key of keys) {
      this.#reads++;
      const value = found.get(key);
      if (value === undefined) continue;
      this.#hits++;
      this.#judge(key, value, began);
    }
  };

  /** Carries out a write of a value that nobody else writes. */
  readonly store = (
    keys: readonly string[],
    value: number,
    run: () => Promise<boolean>,
  ): Promise<void> => this.#change(keys, value, run);

  /** Notes that a value was loaded, and may be stored. */
  readonly loaded = (key: string, value: number): void => {
    void this.#change([key], value, () => Promise.resolve(true), false);
  };

  /** Carries out a delete. */
  readonly remove = (keys: readonly string[], run: () => Promise<boolean>): Promise<void> =>
    this.#change(keys, 0, run);

  judged() {
    const [violations, calls, reads, hits] = [
      this.#violations,
      this.#calls,
      this.#reads,
      this.#hits,
    ];
    return { violations, calls, reads, hits };
  }

  async #change(
    keys: readonly string[],
    value: number,
    run: () => Promise<boolean>,
    isSure = true,
  ): Promise<void> {
    const change: Change = { value, began: ++this.#now, ended: Infinity, isSure };
    this.#calls++;
    for (const key of keys) {
      const known = this.#changes.get(key);
      if (known === undefined) this.#changes.set(key, [change]);
      else known.push(change);
    }
    if (await run()) change.ended = ++this.#now;
  }

  #judge(key: string, value: unknown, began: number): void {
    const changes = this.#changes.get(key) ?? [];
    const written = changes.find((change) => change.value === value);
    if (written === undefined) {
      this.#violations.push(`${key}: nobody wrote ${value}`);
      return;
    }
    const later = changes.find((each) =>
      each.isSure && each.began > written.ended && each.ended < began
    );
    if (later === undefined) return;
    const what = later.value === 0 ? "was deleted" : `became ${later.value}`;
    this.#violations.push(`${key}: ${value} was read at ${began}, and ${what} at ${later.ended}`);
  }
}

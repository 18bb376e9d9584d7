/**
 * What may be read of keys that many callers change at once, where only changes that were confirmed count: one that
 * failed may be carried out at any later moment, at one place and not at another, or never. A miss can always be.
 */

/** A change of a key: when it began and was confirmed, by a count of events. */
interface Change {
  /** `undefined` for a delete. */
  readonly value: unknown;
  readonly began: number;
  /** Infinity: it never was. */
  confirmed: number;
}

/** The changes of some keys. Each value is written once. */
export class ConfirmedChanges {
  readonly #changes = new Map<string, Change[]>();
  #now = 0;

  /** The present moment, which comes after all before. */
  now(): number {
    return ++this.#now;
  }

  /** A change begins. Call what it gives once it is confirmed. */
  begin(key: string, value?: unknown): () => void {
    const change: Change = { value, began: this.now(), confirmed: Infinity };
    const changes = this.#changes.get(key);
    if (changes === undefined) this.#changes.set(key, [change]);
    else changes.push(change);
    return () => void (change.confirmed = this.now());
  }

  /** Says what is wrong with a value that a read has given which began at some moment, if anything is. */
  wrongWith(key: string, value: unknown, began: number): string | undefined {
    if (value === undefined) return undefined;
    const changes = this.#changes.get(key) ?? [];
    const written = changes.find((change) => change.value === value);
    if (written === undefined) return `${key}: nobody wrote ${value}`;
    const later = changes.find((change) =>
      change.began > written.confirmed && change.confirmed < began
    );
    return later &&
      `${key}: ${value} of ${written.confirmed} was read at ${began}, after ` +
        `${later.value ?? "a delete"} at ${later.confirmed}`;
  }
}

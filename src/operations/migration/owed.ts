/**
 * The deletes that a side has not confirmed. Until it does, what it has for such a key may be outdated, and this client
 * does not use it. They are made up for when the key is used next.
 */

/** The keys of one side, oldest first. */
export class Owed {
  readonly #keys = new Set<string>();
  /** True once there were more than can be remembered: then nothing of that side can be trusted. */
  hasLost = false;

  get size(): number {
    return this.#keys.size;
  }

  add(key: string): void {
    if (this.#keys.size >= MOST) this.hasLost = true;
    else this.#keys.add(key);
  }

  has(key: string): boolean {
    return this.#keys.has(key);
  }

  paid(key: string): void {
    this.#keys.delete(key);
  }

  /** Forgets all, as nothing of that side is used any more. */
  clear(): void {
    this.#keys.clear();
    this.hasLost = false;
  }
}

const MOST = 100_000;

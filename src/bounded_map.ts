/** A map that forgets what was set first once it is full: for what is worth remembering and may be forgotten. */
export class BoundedMap<K, V> {
  readonly #entries = new Map<K, V>();
  readonly #most: number;

  constructor(most: number) {
    this.#most = most;
  }

  get(key: K): V | undefined {
    return this.#entries.get(key);
  }

  set(key: K, value: V): void {
    this.#entries.delete(key);
    this.#entries.set(key, value);
    if (this.#entries.size <= this.#most) return;
    for (const first of this.#entries.keys()) {
      this.#entries.delete(first);
      break;
    }
  }

  delete(key: K): void {
    this.#entries.delete(key);
  }
}

/**
 * The points of servers, kept by the name that is hashed for them. A hundred clients of the same servers compute them
 * once, and a client whose list changes computes those of the new servers only.
 *
 * What is kept is bounded by a number of names: programs whose servers come and go under ever new names forget those
 * that were not asked for the longest. It never changes an answer, as the points of a name are always the same.
 */
export class PointCache {
  readonly #compute: (name: string) => Uint32Array;
  readonly #most: number;
  /** By name, the one asked last at the end. */
  readonly #kept = new Map<string, Uint32Array>();

  /** @param most How many names are kept. */
  constructor(compute: (name: string) => Uint32Array, most: number) {
    this.#compute = compute;
    this.#most = most;
  }

  /** The points of a name, for reading only: others have the same array. */
  pointsOf(name: string): Uint32Array {
    const kept = this.#kept.get(name);
    const points = kept ?? this.#compute(name);
    if (kept !== undefined) this.#kept.delete(name);
    else if (this.#kept.size >= this.#most) this.#forgetOldest();
    this.#kept.set(name, points);
    return points;
  }

  #forgetOldest(): void {
    for (const oldest of this.#kept.keys()) {
      this.#kept.delete(oldest);
      return;
    }
  }
}

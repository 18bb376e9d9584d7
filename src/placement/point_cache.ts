/**
 * The points of servers, kept by the name that is hashed for them. A hundred clients of the same servers compute them
 * once, and a client whose list changes computes those of the new servers only. The points of a name are a sequence, of
 * which a distribution with weights takes more or fewer.
 *
 * What is kept is bounded by a number of points: programs whose servers come and go under ever new names forget those
 * that were not asked for the longest. It never changes an answer, as the points of a name are always the same.
 */
export class PointCache {
  readonly #compute: (name: string, count: number) => Uint32Array;
  readonly #most: number;
  /** By name, the one asked last at the end. */
  readonly #kept = new Map<string, Uint32Array>();
  #size = 0;

  /**
   * @param compute Makes the first points of a name, at least as many as it is asked for.
   * @param most How many points are kept, beside those of the name asked last.
   */
  constructor(compute: (name: string, count: number) => Uint32Array, most: number) {
    this.#compute = compute;
    this.#most = most;
  }

  /** The first points of a name, for reading only: others have the same array. */
  pointsOf(name: string, count: number): Uint32Array {
    const kept = this.#kept.get(name);
    const points = kept !== undefined && kept.length >= count ? kept : this.#compute(name, count);
    if (kept !== undefined) this.#forget(name, kept);
    this.#kept.set(name, points);
    this.#size += points.length;
    while (this.#size > this.#most && this.#kept.size > 1) this.#forgetOldest();
    return points.length === count ? points : points.subarray(0, count);
  }

  #forgetOldest(): void {
    for (const [name, points] of this.#kept) return this.#forget(name, points);
  }

  #forget(name: string, points: Uint32Array): void {
    this.#kept.delete(name);
    this.#size -= points.length;
  }
}

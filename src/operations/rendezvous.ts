/** Where several givers meet one taker. A giver waits until its value is taken, so each has at most one value here. */

/** Passes values on, one at a time, in the order in which they were offered. */
export class Rendezvous<T> {
  readonly #offers: { readonly value: T; readonly taken: () => void }[] = [];
  #taker: PromiseWithResolvers<T> | undefined;
  #failure: { readonly error: unknown } | undefined;

  /** Offers a value. Resolves when it is taken. */
  offer(value: T): Promise<void> {
    if (this.#taker !== undefined) {
      this.#taker.resolve(value);
      this.#taker = undefined;
      return Promise.resolve();
    }
    return new Promise((taken) => this.#offers.push({ value, taken }));
  }

  /**
   * Takes the next value, once there is one. One call at a time.
   *
   * @throws The error of the first giver that failed, behind all values that were offered.
   */
  async take(): Promise<T> {
    const offer = this.#offers.shift();
    if (offer !== undefined) {
      offer.taken();
      return offer.value;
    }
    if (this.#failure !== undefined) throw this.#failure.error;
    this.#taker = Promise.withResolvers<T>();
    return await this.#taker.promise;
  }

  /** Says that a giver has failed. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#taker?.reject(error);
    this.#taker = undefined;
  }
}

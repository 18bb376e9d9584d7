/** What is under way at a client: closing waits for it. */
export class OpenCalls {
  #count = 0;
  #none: PromiseWithResolvers<void> | undefined;
  /** True while calls begin that were made before the client was told to close. */
  isResuming = false;

  add(): void {
    this.#count++;
  }

  /** Adds what is under way until a promise resolves. It must not reject. */
  hold(done: Promise<void>): void {
    this.add();
    done.then(this.settled);
  }

  /** Called when one has settled. */
  readonly settled = (): void => {
    if (--this.#count > 0) return;
    this.#none?.resolve();
    this.#none = undefined;
  };

  /** Begins calls that have waited while the client was held open. */
  resume(begin: () => void): void {
    this.isResuming = true;
    try {
      begin();
    } finally {
      this.isResuming = false;
    }
  }

  /** Resolves when there are none. */
  async none(): Promise<void> {
    if (this.#count > 0) await (this.#none ??= Promise.withResolvers<void>()).promise;
  }
}

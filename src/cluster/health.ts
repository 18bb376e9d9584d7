/**
 * Decides whether a server may be dialled: a pure state machine, with the time passed in.
 *
 *     alive --- dial failed ---> dead until t --- t reached: one dial ---> alive, or dead until a later t
 *
 * As in libmc, only a failed dial makes a server dead, not a lost connection. What is remembered is when it failed, not
 * t: the retry timeout may change during the pause, and counts at once.
 */
export class Health {
  #failedAt: number | undefined;

  /** True from a failed dial to the next one that succeeds. */
  get dead(): boolean {
    return this.#failedAt !== undefined;
  }

  /** True unless the server is dead and its retry timeout has not passed. */
  mayDial(now: number, retryTimeout: number): boolean {
    return this.#failedAt === undefined || now >= this.#failedAt + retryTimeout;
  }

  /** Notes a failed dial. Returns true if the server was alive until now. */
  failed(now: number): boolean {
    const wasAlive = this.#failedAt === undefined;
    this.#failedAt = now;
    return wasAlive;
  }

  /** Notes a successful dial. Returns true if the server was dead until now. */
  succeeded(): boolean {
    const wasDead = this.#failedAt !== undefined;
    this.#failedAt = undefined;
    return wasDead;
  }

  /** Forgets everything: the server has moved. */
  reset(): void {
    this.#failedAt = undefined;
  }
}

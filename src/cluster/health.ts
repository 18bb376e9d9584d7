/**
 * Decides whether a server may be dialled: a pure state machine, with the time passed in.
 *
 *     alive --- dial failed ---> dead until t --- t reached: one dial ---> alive, or dead until a later t
 *
 * As in libmc, only a failed dial makes a server dead, not a lost connection.
 */
export class Health {
  #deadUntil: number | undefined;

  /** True from a failed dial to the next one that succeeds. */
  get dead(): boolean {
    return this.#deadUntil !== undefined;
  }

  /** True unless the server is dead and its retry timeout has not passed. */
  mayDial(now: number): boolean {
    return this.#deadUntil === undefined || now >= this.#deadUntil;
  }

  /** Notes a failed dial. Returns true if the server was alive until now. */
  failed(now: number, retryTimeout: number): boolean {
    const wasAlive = this.#deadUntil === undefined;
    this.#deadUntil = now + Math.max(0, retryTimeout);
    return wasAlive;
  }

  /** Notes a successful dial. Returns true if the server was dead until now. */
  succeeded(): boolean {
    const wasDead = this.#deadUntil !== undefined;
    this.#deadUntil = undefined;
    return wasDead;
  }

  /** Forgets everything: the server has moved. */
  reset(): void {
    this.#deadUntil = undefined;
  }
}

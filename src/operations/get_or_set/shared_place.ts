/** One place among the loads that run while memcached is away, for all keys that are loaded together. */

import type { LoadGate } from "./load_gate.ts";

type Gate = Pick<LoadGate, "enter" | "leave">;

/** Takes one place for all who enter before the last of them has left. */
export class SharedPlace implements Gate {
  readonly #gate: Gate;
  /** Those who are inside, or wait. */
  #count = 0;
  #entered: Promise<void> | undefined;
  #giveUp = new AbortController();

  constructor(gate: Gate) {
    this.#gate = gate;
  }

  async enter(timeout: number, signal: AbortSignal): Promise<void> {
    this.#count++;
    if (this.#entered === undefined) {
      this.#giveUp = new AbortController();
      this.#entered = this.#gate.enter(timeout, this.#giveUp.signal);
    }
    const entered = this.#entered;
    const gone = Promise.withResolvers<never>();
    const onAbort = () => gone.reject(signal.reason);
    signal.addEventListener("abort", onAbort);
    try {
      await Promise.race([entered, gone.promise]);
    } catch (error) {
      if (--this.#count === 0) this.#end(entered, error);
      throw error;
    } finally {
      signal.removeEventListener("abort", onAbort);
    }
  }

  leave(): void {
    if (--this.#count > 0) return;
    this.#entered = undefined;
    this.#gate.leave();
  }

  /** Nobody wants the place any more, whether or not it was taken. */
  #end(entered: Promise<void>, reason: unknown): void {
    this.#entered = undefined;
    entered.then(() => this.#gate.leave(), () => {});
    this.#giveUp.abort(reason);
  }
}

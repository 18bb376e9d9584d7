/** A receiver for one command of a call that sends several and looks at each outcome. */

import { Receiver, type Usage } from "../commands/receiver.ts";
import type { MemcachedError } from "../errors.ts";
import type { Deadline } from "../clock.ts";

/** The call that the command belongs to. */
export interface AskingCall {
  readonly usage: Usage | undefined;
  got(bytes: number): void;
  readonly settled: boolean;
  readonly deadline: Deadline;
  reject(error: MemcachedError): void;
  rejectMisuse(reason: unknown): void;
}

/** Calls back with the outcome. A failure rejects the call, unless there is a callback for it. */
export class Told<T> extends Receiver<T> {
  readonly #call: AskingCall;
  readonly #onValue: (value: T) => void;
  readonly #onError: ((error: MemcachedError) => void) | undefined;

  constructor(
    call: AskingCall,
    onValue: (value: T) => void,
    onError?: (error: MemcachedError) => void,
  ) {
    super();
    this.#call = call;
    this.#onValue = onValue;
    this.#onError = onError;
  }

  override get usage(): Usage | undefined {
    return this.#call.usage;
  }

  override got(bytes: number): void {
    this.#call.got(bytes);
  }

  override get settled(): boolean {
    return this.#call.settled;
  }

  get deadline(): Deadline {
    return this.#call.deadline;
  }

  override resolve(value: T): void {
    if (this.settled) return;
    try {
      this.#onValue(value);
    } catch (error) {
      // Not in the read loop, whose connection others share; and the caller must hear of it.
      this.rejectMisuse(error);
    }
  }

  override reject(error: MemcachedError): void {
    if (this.settled) return;
    if (this.#onError === undefined) this.#call.reject(error);
    else this.#onError(error);
  }

  override rejectMisuse(reason: unknown): void {
    this.#call.rejectMisuse(reason);
  }
}

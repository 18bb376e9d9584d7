/** One call of one caller: a promise that settles once, whatever happens. */

import type { Outcome } from "../commands/command.ts";
import type { MemcachedError } from "../errors.ts";
import {
  CALL_OPTIONS,
  type CallChecks,
  type CallOptions,
  checkCallOptions,
} from "./call_options.ts";

/** Hears of every failure. */
export interface FailureSink {
  failed(error: MemcachedError): void;
}

/**
 * Where a command puts its outcome for a caller. By the caller's choice a failure rejects (strict), or it is the value
 * of a miss; the sink hears of it either way. An abort rejects at once, and what comes later is dropped.
 */
export class Call<T> implements Outcome<T> {
  readonly promise: Promise<T>;
  readonly strict: boolean;
  /** When the call has taken too long, in milliseconds of the client's clock. */
  readonly deadline: number;
  settled = false;
  /** Called once, when it settles. */
  onSettled: (() => void) | undefined;
  readonly #miss: T;
  readonly #sink: FailureSink;
  readonly #signal: AbortSignal | undefined;
  #resolve!: (value: T) => void;
  #reject!: (reason: unknown) => void;
  #onAbort: (() => void) | undefined;

  /**
   * @param miss What the call gives if it fails and is not strict.
   * @param allowed The options that it takes; others are rejected.
   */
  constructor(
    sink: FailureSink,
    miss: T,
    { strict, deadline }: { strict: boolean; deadline: number },
    options: CallOptions | undefined,
    allowed: CallChecks = CALL_OPTIONS,
  ) {
    this.#sink = sink;
    this.deadline = deadline;
    this.#miss = miss;
    this.strict = strict;
    this.promise = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    if (options === undefined) return;
    try {
      checkCallOptions(options, allowed);
      this.strict = options.strict ?? strict;
      this.#signal = options.signal;
      if (this.#signal !== undefined) this.#listen(this.#signal);
    } catch (error) {
      this.refuse(error);
    }
  }

  resolve(value: T): void {
    if (this.settled) return;
    this.#settle();
    this.#resolve(value);
  }

  reject(error: MemcachedError): void {
    if (this.settled) return;
    this.#settle();
    this.#sink.failed(error);
    if (this.strict) this.#reject(error);
    else this.#resolve(this.#miss);
  }

  /** Rejects, strict or not, and tells nobody else: for wrong use, for an abort, and for what was told before. */
  refuse(reason: unknown): void {
    if (this.settled) return;
    this.#settle();
    this.#reject(reason);
  }

  #listen(signal: AbortSignal): void {
    if (!(signal instanceof AbortSignal)) {
      throw new TypeError("Cannot use a signal that is not an AbortSignal");
    }
    if (signal.aborted) return this.refuse(signal.reason);
    this.#onAbort = () => this.refuse(signal.reason);
    signal.addEventListener("abort", this.#onAbort);
  }

  #settle(): void {
    this.settled = true;
    this.onSettled?.();
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
  }
}

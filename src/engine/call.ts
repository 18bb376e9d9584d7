/** One call of one caller: a promise that settles once, whatever happens. */

import type { Deadline } from "../clock.ts";
import { Receiver, type Usage } from "../commands/receiver.ts";
import { ownOf } from "../error_copy.ts";
import type { MemcachedError } from "../errors.ts";
import type { CallEnd } from "../observe/observer.ts";
import type { CallCounts } from "./call_counts.ts";
import { type CallOptions, checkCallOptions } from "./call_options.ts";
import { isSetUpMistake } from "./set_up.ts";
import { rejection } from "./trace.ts";
import type { Verb } from "./verb.ts";

/** The owner of a call. */
export interface CallOwner {
  /** True if failures reject, unless the call says otherwise. */
  readonly strict: boolean;
  /** Gives the deadline of a call that begins now. */
  deadline(): Deadline;
  /** Counts its calls, if they are to be counted: those that are steps of others are not. */
  readonly counts?: CallCounts | undefined;
  /** Where the traffic of steps is counted, if it is: with that of the call whose steps they are. */
  readonly usage?: Usage | undefined;
  /**
   * Called for every failure.
   *
   * @param isSeen True if the call rejects with it.
   */
  failed(error: MemcachedError, verb: string, isSeen: boolean): void;
}

/**
 * Receives the outcome of a command for a caller. A failure rejects if the call is strict or the program's set-up is at
 * fault; else the call gives its verb's fallback. The owner is told in both cases. An abort rejects at once, and the
 * outcome that comes later is dropped.
 */
export class Call<T> extends Receiver<T> {
  readonly promise: Promise<T>;
  readonly verb: Verb<T>;
  readonly strict: boolean;
  /** When the call has taken too long. */
  readonly deadline: Deadline;
  override settled = false;
  /** The keys as the caller gave them, once they have been looked at. */
  keys: string | readonly string[] | undefined = undefined;
  /** How many bytes of items have come for it. */
  itemBytes = 0;
  /** The failure with which it rejected; `undefined` for misuse and an abort. */
  failure: MemcachedError | undefined;
  /** Called once, when it settles. */
  onSettled: ((end: CallEnd) => void) | undefined;
  readonly #owner: CallOwner;
  readonly #signal: AbortSignal | undefined;
  readonly #resolve: (value: T | Promise<never>) => void;
  readonly #reject: (reason: unknown) => void;
  #onAbort: (() => void) | undefined;

  constructor(owner: CallOwner, verb: Verb<T>, options: CallOptions | undefined) {
    super();
    this.#owner = owner;
    this.verb = verb;
    this.deadline = owner.deadline();
    this.strict = owner.strict;
    this.promise = new Promise<T>(keepEnds);
    this.#resolve = ends.resolve as (value: T | Promise<never>) => void;
    this.#reject = ends.reject;
    if (options === undefined) return;
    try {
      checkCallOptions(options, verb.takes);
      this.strict = options.strict ?? this.strict;
      this.#signal = options.signal;
      if (this.#signal !== undefined) this.#listen(this.#signal);
    } catch (error) {
      this.rejectMisuse(error);
    }
  }

  override get usage(): Usage | undefined {
    const owner = this.#owner;
    const { counts } = owner;
    return counts === undefined ? owner.usage : counts.usageOf(this.verb);
  }

  override got(bytes: number): void {
    this.itemBytes += bytes;
  }

  override resolve(value: T): void {
    if (this.settled) return;
    const { counts } = this.#owner;
    if (counts !== undefined) counts.succeeded(this, value);
    else this.#countStep();
    this.#settle(value, undefined);
    this.#resolve(value);
  }

  override reject(error: MemcachedError): void {
    if (this.settled) return;
    const isSeen = this.strict || isSetUpMistake(error);
    const value = isSeen ? undefined : this.verb.fallback();
    const failure = isSeen ? ownOf(error) : error;
    this.#failed([failure], undefined);
    this.#settle(value, failure);
    this.#owner.failed(failure, this.verb.name, isSeen);
    if (isSeen) this.#rejectWith(failure);
    else this.#resolve(value as T);
  }

  /** Settles with a part of the whole. If it rejects, as a single failure would, then with all the errors in one. */
  settleInPart(
    value: T,
    errors: readonly MemcachedError[],
    combine: () => MemcachedError,
  ): void {
    if (this.settled) return;
    const isSeen = this.strict || errors.some(isSetUpMistake);
    const error = isSeen ? ownOf(combine()) : errors[0];
    this.#failed(errors, value);
    this.#settle(value, error);
    for (const error of errors) this.#owner.failed(error, this.verb.name, isSeen);
    if (isSeen) this.#rejectWith(error);
    else this.#resolve(value);
  }

  /** Rejects, strict or not, without telling the owner: for misuse, an abort, and a failure that it was told before. */
  override rejectMisuse(reason: unknown): void {
    if (this.settled) return;
    this.#settle(undefined, reason);
    this.#reject(reason);
  }

  #failed(errors: readonly MemcachedError[], value: T | undefined): void {
    const { counts } = this.#owner;
    if (counts !== undefined) counts.failed(this, errors, value);
    else this.#countStep();
  }

  /** Counts what came for a step. What is not a step is counted with its result. */
  #countStep(): void {
    const { usage } = this.#owner;
    if (usage !== undefined) usage.bytesRead += this.itemBytes;
  }

  #rejectWith(failure: MemcachedError): void {
    this.failure = failure;
    this.#resolve(rejection(failure));
  }

  #listen(signal: AbortSignal): void {
    if (!(signal instanceof AbortSignal)) {
      throw new TypeError("Cannot use a signal that is not an AbortSignal");
    }
    if (signal.aborted) return this.rejectMisuse(signal.reason);
    this.#onAbort = () => this.rejectMisuse(signal.reason);
    signal.addEventListener("abort", this.#onAbort);
  }

  #settle(value: unknown, error: unknown): void {
    this.settled = true;
    if (this.#onAbort !== undefined) this.#signal?.removeEventListener("abort", this.#onAbort);
    this.onSettled?.({ value, error });
  }
}

/** The ends of the promise made last. A function for each promise would cost a call 130 bytes of garbage. */
const ends: { resolve: (value: never) => void; reject: (reason: unknown) => void } = {
  resolve: () => {},
  reject: () => {},
};

function keepEnds(resolve: (value: never) => void, reject: (reason: unknown) => void): void {
  ends.resolve = resolve;
  ends.reject = reject;
}

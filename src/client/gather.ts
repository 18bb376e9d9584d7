/** Joins what the servers of one call give. One object stands for all parts: there is no promise per part or key. */

import type { BatchResult } from "../commands/batch.ts";
import type { Outcome } from "../commands/command.ts";
import { type MemcachedError, MultiError } from "../errors.ts";
import type { Call, FailureSink } from "./call.ts";

/** Settles a call once all its parts are over: with the whole, or with what there is of it. */
export abstract class Gather<P, R> implements Outcome<P> {
  readonly #call: Call<R>;
  readonly #sink: FailureSink;
  /** Name of the command. */
  readonly what: string;
  readonly #errors: MemcachedError[] = [];
  /** Parts under way, and one more until all have been begun. */
  #left = 1;

  /**
   * @param what Name of the command, for the error.
   */
  constructor(call: Call<R>, sink: FailureSink, what: string) {
    this.#call = call;
    this.#sink = sink;
    this.what = what;
  }

  get settled(): boolean {
    return this.#call.settled;
  }

  /** Says that one more part has begun. */
  begin(): this {
    this.#left++;
    return this;
  }

  /** Says that no more parts begin. */
  begun(): void {
    this.#over();
  }

  /** Notes an error without ending a part. */
  note(error: MemcachedError): void {
    this.#errors.push(error);
  }

  resolve(part: P): void {
    this.take(part);
    this.#over();
  }

  reject(error: MemcachedError): void {
    this.#errors.push(error);
    this.#over();
  }

  /** Takes what one part gives. */
  protected abstract take(part: P): void;

  /** What the call gives, when all parts are over. */
  protected abstract finish(): R;

  #over(): void {
    if (--this.#left > 0 || this.#call.settled) return;
    const result = this.finish();
    const errors = this.#errors;
    if (errors.length === 0) return this.#call.resolve(result);
    for (const error of errors) this.#sink.failed(error);
    if (!this.#call.strict) return this.#call.resolve(result);
    const message = `Cannot ${this.what} all as ${errors.length} part(s) failed: ${
      errors[0].message
    }`;
    const sent = errors.some((error) => error.sent === "maybe") ? "maybe" : "no";
    this.#call.refuse(
      new MultiError<R>(message, {
        partial: result,
        errors,
        command: this.what,
        server: errors[0].server,
        sent,
      }),
    );
  }
}

/** Joins retrievals, whose items go straight to their places; a part gives what could not be decoded. */
export class ItemGather<R> extends Gather<MemcachedError[], R> {
  readonly #resultOf: () => R;

  /** @param resultOf Makes what the call gives of what the parts found. */
  constructor(call: Call<R>, sink: FailureSink, what: string, resultOf: () => R) {
    super(call, sink, what);
    this.#resultOf = resultOf;
  }

  protected override take(errors: MemcachedError[]): void {
    for (const error of errors) this.note(error);
  }

  protected override finish(): R {
    return this.#resultOf();
  }
}

/** What came of a command for many keys that changes something. */
export interface MultiResult {
  /** True if it succeeded for every key. */
  readonly ok: boolean;
  /** The keys, as the caller gave them, for which it did not; in the order given. */
  readonly failed: string[];
}

/** Joins batches: collects the places of the keys that failed. */
export class BatchGather extends Gather<BatchResult, MultiResult> {
  readonly #keys: readonly string[];
  readonly #places: number[] = [];

  constructor(call: Call<MultiResult>, sink: FailureSink, keys: readonly string[], what: string) {
    super(call, sink, what);
    this.#keys = keys;
  }

  /** Says that the keys at these places failed. */
  fail(places: readonly number[]): void {
    for (const place of places) this.#places.push(place);
  }

  protected override take(part: BatchResult): void {
    this.fail(part.failed);
    for (const error of part.errors) this.note(error);
  }

  protected override finish(): MultiResult {
    const failed = this.#places.sort((a, b) => a - b).map((place) => this.#keys[place]);
    return { ok: failed.length === 0, failed };
  }
}

/** Joins what the servers of one call give. One object stands for all parts: there is no promise per part or key. */

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

  /** When the call has taken too long. */
  get deadline(): number {
    return this.#call.deadline;
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

  /**
   * Called when all parts are over. What begins more parts returns true, and has called {@linkcode Gather.begun} or
   * will; then this is called again.
   */
  protected more(): boolean {
    return false;
  }

  /** The errors as they are told, now that all parts are over. */
  protected judge(errors: readonly MemcachedError[]): readonly MemcachedError[] {
    return errors;
  }

  /** The error of a strict call. */
  protected combine(errors: readonly MemcachedError[], result: R): MemcachedError {
    return new MultiError<R>(
      `Cannot ${this.what} all as ${errors.length} part(s) failed: ${errors[0].message}`,
      {
        partial: result,
        errors,
        command: this.what,
        server: errors[0].server,
        sent: errors.some((error) => error.sent === "maybe") ? "maybe" : "no",
      },
    );
  }

  #over(): void {
    if (--this.#left > 0 || this.#call.settled) return;
    this.#left = 1;
    if (this.more()) return;
    const result = this.finish();
    const errors = this.judge(this.#errors);
    if (errors.length === 0) return this.#call.resolve(result);
    for (const error of errors) this.#sink.failed(error);
    if (!this.#call.strict) return this.#call.resolve(result);
    this.#call.refuse(this.combine(errors, result));
  }
}

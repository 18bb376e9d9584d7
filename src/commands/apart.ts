/**
 * Joins the outcomes of a retrieval whose keys are asked for one by one, after the server has refused the line for all of
 * them. Whoever waits for the retrieval is told once, and of one error, however many keys are refused.
 */

import type { MemcachedError } from "../errors.ts";
import { PartReceiver, type Usage } from "./receiver.ts";

/** Receives the outcomes of parts in place of the receiver of the whole. An outcome is the errors of decoding. */
export class Apart extends PartReceiver<MemcachedError[]> {
  readonly #target: PartReceiver<MemcachedError[]>;
  readonly #errors: MemcachedError[];
  #left: number;
  #refusal: MemcachedError | undefined;

  /** @param errors The errors of the keys that have an answer. */
  constructor(target: PartReceiver<MemcachedError[]>, errors: MemcachedError[], parts: number) {
    super();
    this.#target = target;
    this.#errors = errors;
    this.#left = parts;
  }

  override get usage(): Usage | undefined {
    return this.#target.usage;
  }

  override got(bytes: number): void {
    this.#target.got(bytes);
  }

  override get settled(): boolean {
    return this.#target.settled;
  }

  override expectParts(count: number): void {
    this.#left += count;
  }

  override resolve(errors: MemcachedError[]): void {
    this.#errors.push(...errors);
    this.#oneLess();
  }

  override reject(error: MemcachedError): void {
    this.#refusal ??= error;
    this.#oneLess();
  }

  override rejectMisuse(reason: unknown): void {
    this.#target.rejectMisuse(reason);
  }

  #oneLess(): void {
    if (--this.#left > 0) return;
    const refusal = this.#refusal;
    if (refusal === undefined) return this.#target.resolve(this.#errors);
    if (this.#errors.length > 0) {
      this.#target.expectParts(1);
      this.#target.resolve(this.#errors);
    }
    this.#target.reject(refusal);
  }
}

/** Joins the batches of a call that changes something for many keys. */

import type { BatchResult } from "../commands/batch.ts";
import type { Call, FailureSink } from "../engine/call.ts";
import { Gather } from "../engine/fan_out.ts";

/** What came of a command for many keys that changes something. */
export interface MultiResult {
  /** True if it succeeded for every key. */
  readonly ok: boolean;
  /** The keys, as the caller gave them, for which it did not; in the order given. */
  readonly failed: string[];
}

/** Collects the places of the keys that failed. */
export class BatchGather<R> extends Gather<BatchResult, R> {
  readonly #failed = new Set<number>();
  /** True once a part was carried out. */
  protected hasBegun = false;
  readonly #resultOf: (failed: number[]) => R;

  /** @param resultOf Makes what the call gives of the places of the keys that failed, in ascending order. */
  constructor(
    call: Call<R>,
    sink: FailureSink,
    what: string,
    resultOf: (failed: number[]) => R,
  ) {
    super(call, sink, what);
    this.#resultOf = resultOf;
  }

  /** Says that the keys at these places failed. */
  fail(places: readonly number[]): void {
    for (const place of places) this.#failed.add(this.callersPlace(place));
  }

  /** True if the caller's key at this place failed. */
  protected hasFailed(place: number): boolean {
    return this.#failed.has(place);
  }

  /** The place in the caller's list of the key at a place of what is being sent. */
  protected callersPlace(place: number): number {
    return place;
  }

  protected override take(part: BatchResult): void {
    this.fail(part.failed);
    if (part.errors.length === 0) this.hasBegun = true;
    for (const error of part.errors) this.note(error);
  }

  protected override finish(): R {
    return this.#resultOf(Array.from(this.#failed).sort((a, b) => a - b));
  }
}

/** The result of a call in which some keys failed. */
export function multiResult(keys: readonly string[]): (failed: number[]) => MultiResult {
  return (failed) => ({ ok: failed.length === 0, failed: failed.map((place) => keys[place]) });
}

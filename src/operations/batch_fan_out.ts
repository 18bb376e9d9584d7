/** Joins the batches of a call that changes something for many keys. */

import type { BatchResult } from "../commands/batch.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import type { Command } from "../commands/command.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { FanOut } from "../engine/fan_out.ts";

/**
 * The result of a call that changes something for many keys.
 *
 * @example Store again what was not stored
 * ```ts
 * import { Client, type MultiResult } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const values: Record<string, number> = { a: 1, b: 2, c: 3 };
 * server.fault({ kind: "serverError", commands: ["set"], nth: 2 });
 * const { ok, failed }: MultiResult = await client.setMulti(values);
 * assertEquals([ok, failed], [false, ["b"]]);
 * const again = await client.setMulti(failed.map((key) => [key, values[key]]));
 * assertEquals(again.ok, true);
 * ```
 */
export interface MultiResult {
  /** True if it succeeded for every key. */
  readonly ok: boolean;
  /** The keys for which it did not, as the caller gave them and in that order. */
  readonly failed: string[];
}

/** Collects the positions of the keys that failed. */
export class BatchFanOut<R> extends FanOut<BatchResult, R> {
  readonly #failed = new Set<number>();
  /** True once a part was carried out. */
  protected hasBegun = false;
  readonly #resultOf: (failed: number[]) => R;

  /** @param resultOf Makes the result of the call from the positions of the keys that failed, in ascending order. */
  constructor(
    engine: Engine,
    call: Call<R>,
    command: string,
    resultOf: (failed: number[]) => R,
  ) {
    super(engine, call, command);
    this.#resultOf = resultOf;
  }

  /** Sends the batches of each server's keys; keys without a server have failed. */
  sendBatches(
    wireKeys: readonly string[],
    batchesOf: (group: KeyGroup) => Iterable<Command>,
  ): void {
    this.send(wireKeys, batchesOf, (positions) => this.fail(positions));
  }

  /** True if the caller's key at this position failed. */
  protected hasFailed(position: number): boolean {
    return this.#failed.has(position);
  }

  /** Gives the position in the caller's list for a position in the list that is being sent. */
  protected callersPosition(position: number): number {
    return position;
  }

  protected override collect(part: BatchResult): void {
    this.fail(part.failed);
    if (part.errors.length === 0) this.hasBegun = true;
    for (const error of part.errors) this.note(error);
  }

  protected override finish(): R {
    return this.#resultOf(Array.from(this.#failed).sort((a, b) => a - b));
  }

  /** Notes that keys have failed, by their positions in the list that is being sent. */
  protected fail(positions: readonly number[]): void {
    for (const position of positions) this.#failed.add(this.callersPosition(position));
  }
}

/** Makes the result of a call from the positions of the keys that failed. */
export function multiResult(keys: readonly string[]): (failed: number[]) => MultiResult {
  return (failed) => ({
    ok: failed.length === 0,
    failed: failed.map((position) => keys[position]),
  });
}

/** The fallback of verbs that change many items: nothing was done. */
export function nothingDone(): MultiResult {
  return { ok: false, failed: [] };
}

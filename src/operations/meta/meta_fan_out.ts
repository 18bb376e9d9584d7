/** Joins the pipelines of a meta call for many keys. */

import type { Encoded } from "../../codec/codec.ts";
import { MetaBatch, type MetaBatchWork } from "../../commands/meta/meta_batch.ts";
import type { MetaKind } from "../../commands/meta/meta_command.ts";
import { batchPlan, storagePlan } from "../../commands/plan.ts";
import type { Call } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { FanOut } from "../../engine/fan_out.ts";
import { sendMetaGroups } from "../../engine/meta_sending.ts";
import type { MemcachedError } from "../../errors.ts";

/** Collects the results of keys, by their positions; `undefined` is a miss, or not known. */
export abstract class MetaFanOut<R, W> extends FanOut<MemcachedError[], W> {
  protected results: (R | undefined)[] = [];

  /** Sends the requests for some keys, whose results take the place of all before. */
  protected request(
    kind: MetaKind<R>,
    wireKeys: readonly string[],
    isQuiet: boolean,
    items?: readonly Encoded[],
  ): void {
    const results = this.results = new Array<R | undefined>(wireKeys.length).fill(undefined);
    const { opaques } = this.engine;
    const work: MetaBatchWork<R> = { kind, isQuiet, opaques, results, items };
    sendMetaGroups(
      this.engine,
      wireKeys,
      this,
      (group) =>
        (items === undefined ? batchPlan(group) : storagePlan(group, items)).map((range) =>
          new MetaBatch(work, group, range, this)
        ),
      (positions) => this.failed(positions),
    );
  }

  /** Is told of keys for which something has failed, by their positions. */
  protected failed(_positions: readonly number[]): void {}

  protected override collect(errors: MemcachedError[]): void {
    for (const error of errors) this.note(error);
  }
}

/** Gives the results of a call that changes many items, for those of which it is known what became of them. */
export class MetaChangeFanOut<R, K, V> extends MetaFanOut<R, Map<K, V>> {
  readonly #keys: readonly K[];
  readonly #resultOf: (result: R, position: number) => V;
  readonly #failed = new Set<number>();

  constructor(
    engine: Engine,
    call: Call<Map<K, V>>,
    command: string,
    keys: readonly K[],
    resultOf: (result: R, position: number) => V,
  ) {
    super(engine, call, command);
    this.#keys = keys;
    this.#resultOf = resultOf;
  }

  /** Sends all requests. */
  start(
    kind: MetaKind<R>,
    wireKeys: readonly string[],
    isQuiet: boolean,
    items?: readonly Encoded[],
  ): void {
    this.request(kind, wireKeys, isQuiet, items);
  }

  protected override failed(positions: readonly number[]): void {
    for (const position of positions) this.#failed.add(position);
  }

  protected override finish(): Map<K, V> {
    const found = new Map<K, V>();
    for (let i = 0; i < this.results.length; i++) {
      const result = this.results[i];
      if (result !== undefined && !this.#failed.has(i)) {
        found.set(this.#keys[i], this.#resultOf(result, i));
      }
    }
    return found;
  }
}

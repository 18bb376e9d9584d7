/**
 * Adds data to many items. Then it asks which of them may be the manifest of a split value, as they have a first chunk, and
 * takes the data away again from those that are.
 */

import { chunkKey } from "../codec/chunks.ts";
import type { Encoded } from "../codec/codec.ts";
import type { BatchResult } from "../commands/batch.ts";
import { batchPlan } from "../commands/plan.ts";
import { ProbeBatch } from "../commands/probe.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import type { MemcachedError } from "../errors.ts";
import { type Attachment, detachIfSplit, maySplit } from "./split_items.ts";
import { type Storage, StoreFanOut } from "./store_fan_out.ts";

/** Settles a call that adds the same data to many items. */
export class AttachFanOut<R> extends StoreFanOut<R> {
  readonly #name: Attachment["name"];
  readonly #keys: readonly string[];
  readonly #item: Encoded;
  #step: "adding" | "asking" | "taking" = "adding";
  /** Positions of the keys that are asked for, and of those of them that have a first chunk. */
  #asked: readonly number[] = [];
  readonly #doubtful: number[] = [];

  constructor(
    engine: Engine,
    call: Call<R>,
    storage: Storage & { readonly name: Attachment["name"] },
    resultOf: (failed: number[]) => R,
    keys: readonly string[],
    item: Encoded,
  ) {
    super(engine, call, storage, resultOf);
    this.#name = storage.name;
    this.#keys = keys;
    this.#item = item;
  }

  override note(error: MemcachedError): void {
    // Whether data was added is known without the answers to what is asked.
    if (this.#step !== "asking") super.note(error);
  }

  protected override callersPosition(position: number): number {
    return position;
  }

  protected override collect(part: BatchResult): void {
    if (this.#step !== "asking") return super.collect(part);
    if (part.errors.length > 0) return;
    for (const position of part.failed) this.#doubtful.push(this.#asked[position]);
  }

  protected override sendMore(): boolean {
    if (this.#step === "adding") return this.#askForChunks();
    if (this.#step === "asking") return this.#takeAway();
    return false;
  }

  #askForChunks(): boolean {
    this.#step = "asking";
    const { settings } = this.engine;
    if (this.#item.data.length === 0) return false;
    this.#asked = Array.from(this.#keys.keys()).filter((position) =>
      !this.hasFailed(position) && maySplit(settings, this.#keys[position])
    );
    if (this.#asked.length === 0) return false;
    this.send(
      this.#asked.map((position) => chunkKey(this.#keys[position], 0)),
      (group) => batchPlan(group).map((range) => new ProbeBatch(group, range, this)),
    );
    return true;
  }

  #takeAway(): boolean {
    this.#step = "taking";
    if (this.#doubtful.length === 0) return false;
    this.expectParts(this.#doubtful.length);
    for (const position of this.#doubtful) {
      const attachment = { name: this.#name, key: this.#keys[position], data: this.#item.data };
      detachIfSplit(this.engine, this, attachment, (refused) => {
        this.resolve(
          refused === undefined ? NOTHING : { failed: [position], errors: [refused] },
        );
      });
    }
    this.allSent();
    return true;
  }
}

const NOTHING: BatchResult = { failed: [], errors: [] };

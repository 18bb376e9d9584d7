/**
 * Stores values of which some must be split: first all whole items together with all chunks, then the manifest of each
 * value whose chunks are all stored. Until then readers see nothing of a new value, unless it overwrites one that is
 * split too: their chunks have the same keys, and libmc's format cannot tell them apart.
 */

import { chunkKey, cut, manifestText } from "../codec/chunks.ts";
import type { Encoded } from "../codec/codec.ts";
import { FLAG_SPLIT } from "../codec/flags.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { storagePlan } from "../commands/plan.ts";
import { StorageBatch, type StorageName, type StorageOptions } from "../commands/storage.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { BatchFanOut } from "./batch_fan_out.ts";

/** Command and options with which items are stored. */
export interface Storage {
  readonly name: StorageName;
  readonly options: StorageOptions;
}

/** Items that are sent together, with their keys and the position of the caller's key to which each belongs. */
interface Stage {
  readonly keys: string[];
  readonly items: Encoded[];
  readonly positions: number[];
}

/** Settles a call once each of its items has been stored or has failed. */
export class StoreFanOut<R> extends BatchFanOut<R> {
  readonly #storage: Storage;
  #stage: Stage = emptyStage();
  #manifests: Stage = emptyStage();

  constructor(
    engine: Engine,
    call: Call<R>,
    storage: Storage,
    resultOf: (failed: number[]) => R,
  ) {
    super(engine, call, storage.name, resultOf);
    this.#storage = storage;
  }

  /** Adds an item that is whole. */
  add(position: number, key: string, item: Encoded): void {
    addTo(this.#stage, position, key, item);
  }

  /** Adds a value that must be split. */
  addSplit(position: number, key: string, data: Uint8Array, flags: number): void {
    const chunks = cut(data);
    chunks.forEach((chunk, i) =>
      addTo(this.#stage, position, chunkKey(key, i), { data: chunk, flags })
    );
    const manifest = { data: manifestText(chunks.length), flags: (flags | FLAG_SPLIT) >>> 0 };
    addTo(this.#manifests, position, key, manifest);
  }

  /** Sends what has been added. */
  sendStage(): void {
    const { keys, items } = this.#stage;
    this.sendBatches(keys, (group) => this.#batches(group, items));
  }

  protected override callersPosition(position: number): number {
    return this.#stage.positions[position];
  }

  protected override sendMore(): boolean {
    const { keys, items, positions } = this.#manifests;
    const stage = emptyStage();
    for (let i = 0; i < positions.length; i++) {
      if (!this.hasFailed(positions[i])) addTo(stage, positions[i], keys[i], items[i]);
    }
    this.#manifests = emptyStage();
    if (stage.keys.length === 0) return false;
    this.#stage = stage;
    this.sendStage();
    return true;
  }

  *#batches(group: KeyGroup, items: readonly Encoded[]): Generator<Command> {
    const { name, options } = this.#storage;
    for (const range of storagePlan(group, items)) {
      yield new StorageBatch(name, group, range, items, options, this);
    }
  }
}

function emptyStage(): Stage {
  return { keys: [], items: [], positions: [] };
}

function addTo(stage: Stage, position: number, key: string, item: Encoded): void {
  stage.keys.push(key);
  stage.items.push(item);
  stage.positions.push(position);
}

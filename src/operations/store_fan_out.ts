/**
 * Stores items of which some are too big for one: first all that are whole, together with all chunks, then the manifest
 * of each value whose chunks are all there. A new value leaves no trace in a reader's eyes before that, unless it
 * overwrites one that is split, too: their chunks have the same keys, and libmc's format has nothing to tell them apart.
 */

import type { Encoded } from "../codec/codec.ts";
import { FLAG_SPLIT } from "../codec/flags.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { StorageBatch, type StorageName, type StorageOptions } from "../commands/storage.ts";
import { BatchGather } from "./batch_fan_out.ts";
import { ranges } from "../commands/plan.ts";
import type { Call } from "../engine/call.ts";
import type { ClientCore } from "../engine/engine.ts";
import { chunkKey, cut, manifestText } from "../codec/chunks.ts";

/** What is sent together: items, their keys, and which of the caller's keys each belongs to. */
interface Stage {
  readonly keys: string[];
  readonly items: Encoded[];
  readonly places: number[];
}

/** Settles a call once all its items are stored, or not. */
export class StoreGather<R> extends BatchGather<R> {
  readonly #core: ClientCore;
  readonly #name: StorageName;
  readonly #options: StorageOptions;
  #stage: Stage = emptyStage();
  #manifests: Stage = emptyStage();

  constructor(
    core: ClientCore,
    call: Call<R>,
    command: { name: StorageName; options: StorageOptions },
    resultOf: (failed: number[]) => R,
  ) {
    super(call, core, command.name, resultOf);
    this.#core = core;
    this.#name = command.name;
    this.#options = command.options;
  }

  /** Adds an item that is whole. */
  add(place: number, key: string, item: Encoded): void {
    addTo(this.#stage, place, key, item);
  }

  /** Adds a value that is to be split. */
  addSplit(place: number, key: string, data: Uint8Array, flags: number): void {
    const chunks = cut(data);
    chunks.forEach((chunk, i) =>
      addTo(this.#stage, place, chunkKey(key, i), { data: chunk, flags })
    );
    const manifest = { data: manifestText(chunks.length), flags: (flags | FLAG_SPLIT) >>> 0 };
    addTo(this.#manifests, place, key, manifest);
  }

  /** Sends what has been added. */
  send(): void {
    const { keys, items } = this.#stage;
    this.#core.sendGroups(
      keys,
      this,
      (group) => this.#batches(group, items),
      (places) => this.fail(places),
    );
  }

  protected override callersPlace(place: number): number {
    return this.#stage.places[place];
  }

  protected override more(): boolean {
    const { keys, items, places } = this.#manifests;
    const stage = emptyStage();
    for (let i = 0; i < places.length; i++) {
      if (!this.hasFailed(places[i])) addTo(stage, places[i], keys[i], items[i]);
    }
    this.#manifests = emptyStage();
    if (stage.keys.length === 0) return false;
    this.#stage = stage;
    this.send();
    return true;
  }

  *#batches(group: KeyGroup, items: readonly Encoded[]): Generator<Command> {
    for (const range of ranges(group, items)) {
      yield new StorageBatch(this.#name, group, range, items, this.#options, this);
    }
  }
}

function emptyStage(): Stage {
  return { keys: [], items: [], places: [] };
}

function addTo(stage: Stage, place: number, key: string, item: Encoded): void {
  stage.keys.push(key);
  stage.items.push(item);
  stage.places.push(place);
}

/**
 * Joins the retrievals of a call: items go straight to their places, and split values are put together. The chunks of
 * all split values of a call are asked together, once all manifests are there.
 */

import { GetMultiCommand, lines } from "../commands/get_multi.ts";
import type { Command, Outcome } from "../commands/command.ts";
import type { Retrieval } from "../commands/get.ts";
import type { ItemReader } from "../commands/item_decoder.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { CodecError, type MemcachedError } from "../errors.ts";
import type { Call } from "../engine/call.ts";
import type { ClientCore } from "../engine/engine.ts";
import { Gather } from "../engine/fan_out.ts";
import type { SplitReader } from "../engine/item_decoders.ts";
import { chunkKeys, join, Manifest } from "../codec/chunks.ts";

/** Where the answers go. */
export interface Collector<T, R> {
  /** Takes the values of the keys from place `start` on; `undefined` is a miss. */
  collect(start: number, values: readonly (T | undefined)[]): void;
  /** What the call gives. */
  result(): R;
}

/** Settles a call once all its items are there. */
export class ItemGather<T, R> extends Gather<MemcachedError[], R> {
  readonly #core: ClientCore;
  readonly #how: Retrieval;
  readonly #reader: SplitReader<T>;
  readonly #collector: Collector<T, R>;
  /** All keys of the call, and of these a slice: where it begins, its keys, and what was found for them. */
  #wireKeys: readonly string[] = [];
  #start = 0;
  #slice: readonly string[] = [];
  #values: (T | undefined)[] = [];
  /** Places in the slice of the split values, once their chunks have been asked. */
  #split: number[] | undefined;
  #chunks: (Uint8Array | undefined)[] = [];

  constructor(
    core: ClientCore,
    call: Call<R>,
    { how, reader }: { how: Retrieval; reader: SplitReader<T> },
    collector: Collector<T, R>,
  ) {
    super(call, core, how.name);
    this.#core = core;
    this.#how = how;
    this.#reader = reader;
    this.#collector = collector;
  }

  /** Asks for all keys, a slice at a time. */
  ask(wireKeys: readonly string[]): void {
    this.#wireKeys = wireKeys;
    this.#askSlice();
  }

  /** Goes on from a value that has been found to be split. */
  goOn(wireKey: string, manifest: Manifest): void {
    this.#wireKeys = this.#slice = [wireKey];
    this.#values = [manifest as T];
    this.begun();
  }

  protected override take(errors: MemcachedError[]): void {
    for (const error of errors) this.note(error);
  }

  /** First the chunks of all split values of the slice, if there are such; then the next slice. */
  protected override more(): boolean {
    if (this.#split === undefined && this.#askChunks()) return true;
    if (this.#split !== undefined) this.#joinAll(this.#split);
    this.#split = undefined;
    this.#collector.collect(this.#start, this.#values);
    this.#start += this.#values.length;
    this.#values = [];
    if (this.#start === this.#wireKeys.length) return false;
    this.#askSlice();
    return true;
  }

  protected override finish(): R {
    return this.#collector.result();
  }

  #askSlice(): void {
    const start = this.#start;
    const isWhole = this.#wireKeys.length <= SLICE_KEYS;
    const keys = this.#slice = isWhole
      ? this.#wireKeys
      : this.#wireKeys.slice(start, start + SLICE_KEYS);
    const values = this.#values = new Array<T | undefined>(keys.length).fill(undefined);
    this.#ask(keys, this.#reader, values, this.#how);
  }

  #askChunks(): boolean {
    const keys: string[] = [];
    for (let place = 0; place < this.#values.length; place++) {
      const value: unknown = this.#values[place];
      if (!(value instanceof Manifest)) continue;
      (this.#split ??= []).push(place);
      for (const key of chunkKeys(this.#slice[place], value.chunks)) keys.push(key);
    }
    if (this.#split === undefined) return false;
    const chunks = this.#chunks = new Array<Uint8Array | undefined>(keys.length).fill(undefined);
    this.#ask(keys, this.#core.readers.data, chunks, GET);
    return true;
  }

  #ask<V>(
    keys: readonly string[],
    reader: ItemReader<V>,
    values: (V | undefined)[],
    how: Retrieval,
  ): void {
    // The generator is a function of the module: one made for each call costs 0.3 µs a key, as V8 makes a prototype and
    // a hidden class for each, and drops code that was optimised for others.
    this.#core.sendGroups(keys, this, (group) => commandsFor(group, reader, values, this, how));
  }

  #joinAll(places: readonly number[]): void {
    const values = this.#values;
    let first = 0;
    for (const place of places) {
      const manifest = values[place] as unknown as Manifest;
      const data = join(this.#chunks.slice(first, first += manifest.chunks));
      values[place] = undefined;
      if (data === undefined) {
        this.#core.cluster.ownerOf(this.#slice[place]).counters.torn++;
        continue;
      }
      try {
        values[place] = this.#reader.assemble(manifest, data);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        this.note(error);
      }
    }
    this.#chunks = [];
  }
}

/** The commands for the keys of one server. */
function* commandsFor<V>(
  group: KeyGroup,
  reader: ItemReader<V>,
  values: (V | undefined)[],
  outcome: Outcome<MemcachedError[]>,
  how: Retrieval,
): Generator<Command> {
  for (const range of lines(group, how.name)) {
    yield new GetMultiCommand(group, range, reader, values, outcome, how);
  }
}

/** Puts together the one value that a call asked for. */
export class SplitGather<T> extends ItemGather<T, T | undefined> {
  protected override combine(errors: readonly MemcachedError[]): MemcachedError {
    return errors[0];
  }
}

const GET: Retrieval = { name: "get" };

/** Keys asked together, so that no loop over them holds up the program for long: 16,384 take 5 to 10 ms. */
const SLICE_KEYS = 16_384;

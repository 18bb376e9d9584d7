/**
 * Joins the retrievals of a call: items go straight to their places, and split values are put together. The chunks of
 * all split values of a call are asked together, once all manifests are there.
 */

import { GetMultiCommand, lines } from "../commands/get_multi.ts";
import type { Command, Outcome } from "../commands/command.ts";
import type { Retrieval } from "../commands/get.ts";
import type { ItemReader } from "../commands/item_reader.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { CodecError, type MemcachedError } from "../errors.ts";
import type { Call } from "./call.ts";
import type { ClientCore } from "./core.ts";
import { Gather } from "./gather.ts";
import type { SplitReader } from "./readers.ts";
import { chunkKeys, join, Manifest } from "./split.ts";

/** What is asked, and where the answers go. */
export interface Asked<T> {
  readonly wireKeys: readonly string[];
  /** By the places of the keys; `undefined` for a miss. */
  readonly values: (T | undefined)[];
  readonly reader: SplitReader<T>;
}

/** Settles a call once all its items are there. */
export class ItemGather<T, R> extends Gather<MemcachedError[], R> {
  readonly #core: ClientCore;
  readonly #how: Retrieval;
  readonly #asked: Asked<T>;
  readonly #resultOf: () => R;
  #split: number[] | undefined;
  #chunks: (Uint8Array | undefined)[] = [];

  /** @param resultOf Makes what the call gives of the values. */
  constructor(
    core: ClientCore,
    call: Call<R>,
    how: Retrieval,
    asked: Asked<T>,
    resultOf: () => R,
  ) {
    super(call, core, how.name);
    this.#core = core;
    this.#how = how;
    this.#asked = asked;
    this.#resultOf = resultOf;
  }

  /** Asks for all keys. */
  ask(): void {
    const { wireKeys, reader, values } = this.#asked;
    this.#ask(wireKeys, reader, values, this.#how);
  }

  protected override take(errors: MemcachedError[]): void {
    for (const error of errors) this.note(error);
  }

  /** Asks for the chunks of all split values, the first time there are such. */
  protected override more(): boolean {
    if (this.#split !== undefined) return false;
    const { wireKeys, values } = this.#asked;
    const keys: string[] = [];
    for (let place = 0; place < values.length; place++) {
      const value: unknown = values[place];
      if (!(value instanceof Manifest)) continue;
      (this.#split ??= []).push(place);
      for (const key of chunkKeys(wireKeys[place], value.chunks)) keys.push(key);
    }
    if (this.#split === undefined) return false;
    const chunks = this.#chunks = new Array<Uint8Array | undefined>(keys.length).fill(undefined);
    this.#ask(keys, this.#core.readers.data, chunks, GET);
    return true;
  }

  protected override finish(): R {
    if (this.#split !== undefined) this.#joinAll(this.#split);
    return this.#resultOf();
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
    const { wireKeys, values, reader } = this.#asked;
    let first = 0;
    for (const place of places) {
      const manifest = values[place] as unknown as Manifest;
      const data = join(this.#chunks.slice(first, first += manifest.chunks));
      values[place] = undefined;
      if (data === undefined) {
        this.#core.cluster.ownerOf(wireKeys[place]).counters.torn++;
        continue;
      }
      try {
        values[place] = reader.assemble(manifest, data);
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

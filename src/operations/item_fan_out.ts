/**
 * Joins the retrievals of a call: items go straight to their positions, and split values are joined. The chunks of all
 * split values of a slice are requested together, once all manifests are there.
 */

import { type Chunk, chunkKeys, join, Manifest } from "../codec/chunks.ts";
import type { Retrieval } from "../commands/get.ts";
import { GetMultiCommand } from "../commands/get_multi.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import { retrievalPlan } from "../commands/plan.ts";
import type { Call } from "../engine/call.ts";
import type { Engine } from "../engine/engine.ts";
import { FanOut } from "../engine/fan_out.ts";
import type { ChunkedDecoder } from "../engine/item_decoders.ts";
import { CodecError, type MemcachedError } from "../errors.ts";

/** Collects the answers of a call. */
export interface Collector<T, R> {
  /**
   * Takes the values of the keys from position `start` on, `values[from]` first, up to the first manifest; `undefined` is a
   * miss.
   *
   * @returns How many of the values are taken.
   */
  collect(start: number, values: readonly (T | Manifest | undefined)[], from: number): number;
  /** Gives the result of the call. */
  result(): R;
}

/** Settles a call once all its items are there. */
export class ItemFanOut<T, R> extends FanOut<MemcachedError[], R> {
  readonly #how: Retrieval;
  readonly #decoder: ChunkedDecoder<T>;
  readonly #collector: Collector<T, R>;
  /** All keys of the call, and the current slice of them: its beginning, its keys and the values found for them. */
  #wireKeys: readonly string[] = [];
  #start = 0;
  #slice: readonly string[] = [];
  #values: (T | Manifest | undefined)[] = [];
  /** How many values of the slice the collector has: those before the first split one. */
  #collected = 0;
  /** The chunks of the split values in the slice, once they have been requested. */
  #chunks: (Chunk | undefined)[] | undefined;

  constructor(
    engine: Engine,
    call: Call<R>,
    { how, decoder }: { how: Retrieval; decoder: ChunkedDecoder<T> },
    collector: Collector<T, R>,
  ) {
    super(engine, call, how.name);
    this.#how = how;
    this.#decoder = decoder;
    this.#collector = collector;
  }

  /** Asks for all keys, a slice at a time. */
  ask(wireKeys: readonly string[]): void {
    this.#wireKeys = wireKeys;
    this.#askSlice();
  }

  /** Goes on with one value that turned out to be split. */
  goOn(wireKey: string, manifest: Manifest): void {
    this.#wireKeys = this.#slice = [wireKey];
    this.#values = [manifest];
    this.allSent();
  }

  protected override collect(errors: MemcachedError[]): void {
    for (const error of errors) this.note(error);
  }

  /** Asks for the chunks of all split values of the slice, if there are any; then for the next slice. */
  protected override sendMore(): boolean {
    const values = this.#values;
    if (this.#chunks === undefined) {
      this.#collected = this.#collector.collect(this.#start, values, 0);
      if (this.#collected < values.length) {
        this.#askChunks(values);
        return true;
      }
    } else {
      this.#collector.collect(this.#start, this.#joined(values, this.#chunks), this.#collected);
    }
    this.#chunks = undefined;
    this.#start += values.length;
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
    const count = this.#wireKeys.length;
    const most = count > MANY_KEYS ? SHORT_SLICE_KEYS : SLICE_KEYS;
    const keys = this.#slice = count <= most
      ? this.#wireKeys
      : this.#wireKeys.slice(start, start + most);
    const values = this.#values = new Array<T | Manifest | undefined>(keys.length).fill(undefined);
    this.#ask(keys, this.#decoder, values, this.#how);
  }

  #askChunks(values: readonly (T | Manifest | undefined)[]): void {
    const keys = values.flatMap((value, position) =>
      Manifest.is(value) ? chunkKeys(this.#slice[position], value.chunks) : []
    );
    const chunks = this.#chunks = new Array<Chunk | undefined>(keys.length).fill(undefined);
    // What touches the manifest touches the chunks too.
    this.#ask(keys, this.engine.decoders.chunk, chunks, touches(this.#how) ? this.#how : GET);
  }

  #ask<V>(
    keys: readonly string[],
    decoder: ItemDecoder<V>,
    values: (V | undefined)[],
    how: Retrieval,
  ): void {
    this.send(
      keys,
      (group) =>
        retrievalPlan(group, how.name).map((range) =>
          new GetMultiCommand(group, range, decoder, values, this, how)
        ),
    );
  }

  /** Gives the values of a slice. Split ones are joined from the chunks, which lie in the order of their keys. */
  #joined(
    values: readonly (T | Manifest | undefined)[],
    chunks: readonly (Chunk | undefined)[],
  ): (T | undefined)[] {
    let first = 0;
    return values.map((value, position) => {
      if (!Manifest.is(value)) return value;
      const data = join(chunks.slice(first, first += value.chunks), value.flags);
      if (data === undefined) {
        this.engine.count("torn", this.#slice[position]);
        return undefined;
      }
      try {
        return this.#decoder.assemble(value, data);
      } catch (error) {
        if (!(error instanceof CodecError)) throw error;
        this.note(error);
        return undefined;
      }
    });
  }
}

/** True for a retrieval that gives items another exptime. */
export function touches({ exptime }: Retrieval): boolean {
  return exptime !== undefined;
}

const GET: Retrieval = { name: "get" };

/** Number of keys per slice. It bounds how long a loop over them blocks the program: 16,384 take 5 to 10 ms. */
const SLICE_KEYS = 16_384;

/**
 * A call for more keys is asked in shorter slices. Its `Map` takes 20 to 45 ms when it doubles at 524,288 entries, and the
 * work of a slice comes on top; with fewer keys, short slices cost 5 % more time, as the server waits between them.
 */
const MANY_KEYS = 200_000;
const SHORT_SLICE_KEYS = 4_096;

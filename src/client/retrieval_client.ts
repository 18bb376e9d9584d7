/** The retrievals: get, gets, gat, gats, for one key and for many, decoded or raw. */

import { checkKeys, type Exptime, wireExptime } from "../checks/arguments.ts";
import { GetCommand, type Retrieval, type RetrievalName } from "../commands/get.ts";
import type { CallOptions } from "../engine/call_options.ts";
import { BaseClient, coreOf } from "./base_client.ts";
import { Call } from "../engine/call.ts";
import type { ClientCore } from "../engine/engine.ts";
import { type Collector, ItemGather, SplitGather } from "../operations/item_fan_out.ts";
import type { CasValue, RawItem, SplitReader } from "../engine/item_decoders.ts";
import { Manifest } from "../codec/chunks.ts";
import { fetchStream } from "../operations/streams.ts";

/** The verbs that ask. Not to be used alone: see {@linkcode Client}. */
export abstract class RetrievalClient extends BaseClient {
  /**
   * Asks for a value.
   *
   * @returns The value, or `undefined` on a miss.
   * @throws {TypeError} If the key cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   */
  get<T = unknown>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.#one(key, coreOf(this).readers.value<T>(), GET, options);
  }

  /** Asks for a value together with its cas. */
  gets<T = unknown>(key: string, options?: CallOptions): Promise<CasValue<T> | undefined> {
    return this.#one(key, coreOf(this).readers.cas<T>(), GETS, options);
  }

  /** Asks for an item as it is stored: neither decoded nor inflated. */
  getRaw(key: string, options?: CallOptions): Promise<RawItem | undefined> {
    return this.#one(key, coreOf(this).readers.raw, GET, options);
  }

  /**
   * Asks for the bytes of a value as a stream, with one chunk of 1,000,000 in memory at a time: its data block, inflated
   * but not decoded. A chunk that is gone when its turn comes errors the stream with a CodecError, as does a value that
   * does not inflate, or inflates to more than `inflateLimit`.
   *
   * @returns The stream, or `undefined` on a miss.
   */
  getStream(key: string, options?: CallOptions): Promise<ReadableStream<Uint8Array> | undefined> {
    const core = coreOf(this);
    return core.steps<ReadableStream<Uint8Array> | undefined>(
      undefined,
      options,
      async () => await fetchStream(core, core.key(key), options?.signal),
    );
  }

  /**
   * Asks for many values, with a line for every 1,000 keys to each server.
   *
   * @param keys In any number; one that comes twice is asked twice.
   * @returns The hits, in the order asked.
   */
  getMulti<T = unknown>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    return this.#map(keys, coreOf(this).readers.value<T>(), GET, options);
  }

  /** Asks for many values together with their cas. */
  getsMulti<T = unknown>(
    keys: Iterable<string>,
    options?: CallOptions,
  ): Promise<Map<string, CasValue<T>>> {
    return this.#map(keys, coreOf(this).readers.cas<T>(), GETS, options);
  }

  /**
   * Asks for many values.
   *
   * @returns As many as there are keys, in their order, `undefined` for each miss.
   */
  getList<T = unknown>(keys: Iterable<string>, options?: CallOptions): Promise<(T | undefined)[]> {
    return this.#many(
      keys,
      { how: GET, reader: coreOf(this).readers.value<T>() },
      options,
      listOf<T>,
    );
  }

  /** Asks for a value and gives its item another exptime. */
  gat<T = unknown>(key: string, exptime: Exptime, options?: CallOptions): Promise<T | undefined> {
    return this.#touching(
      exptime,
      "gat",
      (gat) => this.#one(key, coreOf(this).readers.value<T>(), gat, options),
    );
  }

  /** Asks for a value together with its cas, and gives its item another exptime. */
  gats<T = unknown>(
    key: string,
    exptime: Exptime,
    options?: CallOptions,
  ): Promise<CasValue<T> | undefined> {
    const reader = coreOf(this).readers.cas<T>();
    return this.#touching(exptime, "gats", (gats) => this.#one(key, reader, gats, options));
  }

  /** Asks for many values, and gives their items another exptime. */
  gatMulti<T = unknown>(
    keys: Iterable<string>,
    exptime: Exptime,
    options?: CallOptions,
  ): Promise<Map<string, T>> {
    return this.#touching(
      exptime,
      "gat",
      (gat) => this.#map(keys, coreOf(this).readers.value<T>(), gat, options),
    );
  }

  async #touching<T>(
    exptime: Exptime,
    name: RetrievalName,
    ask: (how: Retrieval) => Promise<T>,
  ): Promise<T> {
    return await ask({ name, exptime: wireExptime(exptime) });
  }

  #one<T>(
    key: string,
    reader: SplitReader<T>,
    how: Retrieval,
    options?: CallOptions,
  ): Promise<T | undefined> {
    const core = coreOf(this);
    return core.start(new ItemCall<T>(core, reader, options), (call) => {
      const wire = call.wireKey = core.key(key);
      core.send(call, wire, new GetCommand(wire, reader, call, how, core.settings.mergeGets));
    });
  }

  #map<T>(
    keys: Iterable<string>,
    reader: SplitReader<T>,
    how: Retrieval,
    options?: CallOptions,
  ): Promise<Map<string, T>> {
    return this.#many(keys, { how, reader }, options, mapOf<T>);
  }

  #many<T, R>(
    keys: Iterable<string>,
    what: { how: Retrieval; reader: SplitReader<T> },
    options: CallOptions | undefined,
    collectorOf: (keys: readonly string[]) => Collector<T, R>,
  ): Promise<R> {
    const core = coreOf(this);
    return core.call<R>(collectorOf([]).result(), options, (call) => {
      const keyList = checkKeys(keys);
      const gather = new ItemGather(core, call, what, collectorOf(keyList));
      core.keysInTurns(keyList, call, (wireKeys) => gather.ask(wireKeys));
    });
  }
}

/** Collects the hits, in the order asked. */
function mapOf<T>(keys: readonly string[]): Collector<T, Map<string, T>> {
  const found = new Map<string, T>();
  return {
    collect(start, values) {
      for (let i = 0; i < values.length; i++) {
        const value = values[i];
        if (value !== undefined) found.set(keys[start + i], value);
      }
    },
    result: () => found,
  };
}

/** Collects hits and misses, in the order asked. */
function listOf<T>(): Collector<T, (T | undefined)[]> {
  const list: (T | undefined)[] = [];
  return {
    collect(_start, values) {
      for (const value of values) list.push(value);
    },
    result: () => list,
  };
}

/** A call for one item, which goes on where the item turns out to be the manifest of a split value. */
class ItemCall<T> extends Call<T | undefined> {
  readonly #core: ClientCore;
  readonly #reader: SplitReader<T>;
  wireKey = "";

  constructor(core: ClientCore, reader: SplitReader<T>, options: CallOptions | undefined) {
    super(core, undefined, core.terms(), options);
    this.#core = core;
    this.#reader = reader;
  }

  override resolve(value: T | undefined): void {
    if (!(value instanceof Manifest)) return super.resolve(value);
    let joined: T | undefined;
    const what = { how: GET, reader: this.#reader };
    new SplitGather<T>(this.#core, this, what, {
      collect: (_start, [value]) => joined = value,
      result: () => joined,
    }).goOn(this.wireKey, value);
  }
}

const GET: Retrieval = { name: "get" };
const GETS: Retrieval = { name: "gets" };

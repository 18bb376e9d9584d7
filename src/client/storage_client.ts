/** The verbs that store: set, add, replace, cas, append, prepend, for one key and for many. */

import {
  checkKeys,
  checkUnsigned,
  checkUnsigned64,
  type Exptime,
  MAX_UINT32,
  wireExptime,
} from "../checks/arguments.ts";
import { errorInPart } from "../cluster/server_errors.ts";
import { checkBytes } from "../codec/bytes.ts";
import type { Codec, Encoded } from "../codec/codec.ts";
import { jsCodec } from "../codec/js_codec.ts";
import { libmcCodec } from "../codec/libmc_codec.ts";
import { encodeValue, utf8Length } from "../codec/values.ts";
import { StorageCommand, type StorageName, type StorageOptions } from "../commands/storage.ts";
import type { MemcachedError } from "../errors.ts";
import { type MultiResult, multiResult } from "../operations/batch_fan_out.ts";
import type { Call } from "../engine/call.ts";
import { coreOf } from "./base_client.ts";
import {
  type CallOptions,
  RAW_OPTIONS,
  type RawOptions,
  STORE_OPTIONS,
  type StoreOptions,
  STREAM_OPTIONS,
  type StreamOptions,
} from "../engine/call_options.ts";
import { RetrievalClient } from "./retrieval_client.ts";
import { CHUNK_BYTES, MAX_CHUNKS, MAX_SPLIT_KEY_BYTES } from "../codec/chunks.ts";
import {
  checkEncoded,
  checkPair,
  entriesOf,
  type Items,
  ofKey,
  rawItem,
  tooBig,
} from "../operations/items.ts";
import { StoreGather } from "../operations/store_fan_out.ts";
import { storeStream } from "../operations/streams.ts";

/** The verbs that store. Not to be used alone: see {@linkcode Client}. */
export abstract class StorageClient extends RetrievalClient {
  /**
   * Stores a value, whether or not the key is there. Bytes are not copied: leave them alone until the call has settled,
   * here and wherever bytes are stored, and for good where it was aborted or timed out, as they may be on their way.
   *
   * @returns `true`: stored.
   * @throws {TypeError} If the key cannot be used, or the value cannot be stored without losing something.
   * @throws {RangeError} If key, exptime or value are out of bounds; the message names value and bound.
   */
  set(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return this.#store("set", key, value, options);
  }

  /** Stores a value if the key is not there. Returns `false` if it is. */
  add(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return this.#store("add", key, value, options);
  }

  /** Stores a value if the key is there. Returns `false` if it is not. */
  replace(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return this.#store("replace", key, value, options);
  }

  /**
   * Stores a value if the item is the one that `gets()` saw.
   *
   * @param cas What `gets()` gave with the value.
   * @returns `true` stored, `false` changed or gone since.
   */
  cas(key: string, value: unknown, cas: bigint, options?: StoreOptions): Promise<boolean> {
    return this.#store("cas", key, value, options, cas);
  }

  /**
   * Stores bytes and flags as they are given.
   *
   * @returns `true`: stored.
   */
  setRaw(key: string, data: Uint8Array, options?: RawOptions): Promise<boolean> {
    return coreOf(this).call(false, options, (call) => {
      if (!(data instanceof Uint8Array)) {
        throw new TypeError(
          `Cannot store raw data that is not a Uint8Array: current type is ${typeof data}`,
        );
      }
      const { flags = 0 } = options ?? {};
      const item = { data: checkBytes(data), flags: checkUnsigned("flags", flags, MAX_UINT32) };
      this.#storeOne(call, "set", coreOf(this).key(key), item, this.#options(options));
    }, RAW_OPTIONS);
  }

  /**
   * Stores the bytes that a stream gives, up to 10,000,000, with one chunk of 1,000,000 in memory at a time. They are
   * read back by {@linkcode RetrievalClient.getStream}, or by `get()` as a Uint8Array. The timeout counts for each chunk.
   *
   * A stream that is not stored whole, for whatever reason, is cancelled, and the key keeps what it had, unless that was
   * in chunks, too: then it is gone. Only wrong use, and a signal aborted before, leave the stream alone.
   *
   * @returns `true`: all of it was stored.
   * @throws {RangeError} If the stream gives too much.
   * @throws What the stream errors with; a MemcachedError of its own is a failure like others.
   */
  setStream(
    key: string,
    stream: ReadableStream<Uint8Array>,
    options?: StreamOptions,
  ): Promise<boolean> {
    return coreOf(this).steps(false, options, async () => {
      if (!(stream instanceof ReadableStream)) {
        throw new TypeError(
          `Cannot store a stream that is not a ReadableStream: current type is ${typeof stream}`,
        );
      }
      const { flags } = coreOf(this).settings.codec.encode(NO_BYTES);
      const target = {
        key: coreOf(this).key(key),
        flags,
        options: this.#options(options),
        signal: options?.signal,
      };
      return await storeStream(coreOf(this), stream, target);
    }, STREAM_OPTIONS);
  }

  /**
   * Adds raw bytes, or the UTF-8 of a text, at an item's end. Its flags and exptime stay. What is added to a compressed
   * value is lost, as it is with libmc: readers stop where the compressed data ends. Nor does it work for values in
   * chunks.
   *
   * @returns `true` stored, `false` if the key is not there.
   */
  append(key: string, data: Uint8Array | string, options?: CallOptions): Promise<boolean> {
    return this.#attach("append", key, data, options);
  }

  /** Adds raw bytes, or the UTF-8 of a text, at an item's beginning. Its flags and exptime stay. */
  prepend(key: string, data: Uint8Array | string, options?: CallOptions): Promise<boolean> {
    return this.#attach("prepend", key, data, options);
  }

  /**
   * Stores many values, in one stream to each server. All of them are encoded before the first is sent.
   *
   * @returns Whether all were stored, and the keys of those that were not.
   */
  setMulti(
    items: Iterable<readonly [string, unknown]>,
    options?: StoreOptions,
  ): Promise<MultiResult>;
  /** Stores many values: the same for a Record. */
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult>;
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult> {
    return coreOf(this).call<MultiResult>(NOTHING_STORED, options, (call) => {
      const keys: string[] = [];
      const encoded: Encoded[] = [];
      for (const pair of entriesOf(items)) {
        checkPair(pair, keys.length);
        const [key, value] = pair;
        keys.push(key);
        try {
          encoded.push(this.#encoded("set", value, options));
        } catch (error) {
          throw ofKey(error, key);
        }
      }
      this.#storeMany(call, "set", keys, encoded, this.#options(options));
    }, STORE_OPTIONS);
  }

  /** Adds the same bytes at the end of many items. Keys that are not there count as failed. */
  appendMulti(
    keys: Iterable<string>,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<MultiResult> {
    return this.#attachMany("append", keys, data, options);
  }

  /** Adds the same bytes at the beginning of many items. Keys that are not there count as failed. */
  prependMulti(
    keys: Iterable<string>,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<MultiResult> {
    return this.#attachMany("prepend", keys, data, options);
  }

  #store(
    name: StorageName,
    key: string,
    value: unknown,
    options: StoreOptions | undefined,
    cas?: bigint,
  ): Promise<boolean> {
    return coreOf(this).call(false, options, (call) => {
      const wire = coreOf(this).key(key);
      const token = name === "cas" ? checkUnsigned64("cas", cas as bigint) : undefined;
      const item = this.#encoded(name, value, options);
      this.#storeOne(call, name, wire, item, this.#options(options, token));
    }, STORE_OPTIONS);
  }

  #attach(
    name: "append" | "prepend",
    key: string,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<boolean> {
    return coreOf(this).call(false, options, (call) => {
      this.#checkLength(name, data);
      this.#storeOne(call, name, coreOf(this).key(key), rawItem(data), this.#options());
    });
  }

  #attachMany(
    name: "append" | "prepend",
    keys: Iterable<string>,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<MultiResult> {
    return coreOf(this).call<MultiResult>(NOTHING_STORED, options, (call) => {
      const asked = checkKeys(keys);
      this.#checkLength(name, data);
      const item = rawItem(data);
      this.#storeMany(call, name, asked, asked.map(() => item), this.#options());
    });
  }

  #storeOne(
    call: Call<boolean>,
    name: StorageName,
    key: string,
    item: Encoded,
    options: StorageOptions,
  ): void {
    const big = this.#bigData(name, key, item);
    if (big === undefined) {
      coreOf(this).send(call, key, new StorageCommand(name, key, item, options, call));
      return;
    }
    const gather = new SplitStore(
      coreOf(this),
      call,
      { name, options },
      (failed) => failed.length === 0,
    );
    gather.addSplit(0, key, big, item.flags);
    gather.send();
  }

  #storeMany(
    call: Call<MultiResult>,
    name: StorageName,
    keys: readonly string[],
    items: readonly Encoded[],
    options: StorageOptions,
  ): void {
    const gather = new StoreGather(coreOf(this), call, { name, options }, multiResult(keys));
    const wireKeys = coreOf(this).keys(keys);
    const bigs = wireKeys.map((key, place) => {
      try {
        return this.#bigData(name, key, items[place]);
      } catch (error) {
        throw ofKey(error, keys[place]);
      }
    });
    // A value in chunks is there only after all that are whole: of a key given twice, the last must be.
    const last = bigs.some((big) => big !== undefined)
      ? new Map(wireKeys.map((key, place) => [key, place]))
      : undefined;
    for (let place = 0; place < wireKeys.length; place++) {
      const key = wireKeys[place];
      const big = bigs[place];
      if (last !== undefined && last.get(key) !== place) continue;
      if (big === undefined) gather.add(place, key, items[place]);
      else gather.addSplit(place, key, big, items[place].flags);
    }
    gather.send();
  }

  #options(options?: { exptime?: Exptime }, cas?: bigint): StorageOptions {
    const { noreply } = coreOf(this).settings;
    const given = options?.exptime;
    const exptime = given === undefined ? 0 : wireExptime(given);
    return cas === undefined ? { exptime, noreply } : { exptime, noreply, cas };
  }

  #encoded(name: StorageName, value: unknown, options: StoreOptions | undefined): Encoded {
    const { codec, compThreshold } = coreOf(this).settings;
    const isOurs = ourCodecs.has(codec);
    const compress = options?.compress !== false;
    // Of a text neither of ours makes less than its UTF-8.
    if (isOurs && (compThreshold === 0 || !compress)) this.#checkLength(name, value);
    const item = encodeValue(codec, value, compThreshold, compress);
    // A codec of the user's may give anything; a line with other flags than a number would be taken apart by the server.
    if (!isOurs) checkEncoded(item);
    return item;
  }

  /** Most bytes of a value, whole or split. */
  #limit(name: StorageName): number {
    const { doSplit, itemSizeLimit } = coreOf(this).settings;
    return doSplit && name === "set" ? CHUNK_BYTES * MAX_CHUNKS : itemSizeLimit;
  }

  /** Refuses a text of which there is no need to count the bytes: they are as many as its UTF-16 units, or more. */
  #checkLength(name: StorageName, value: unknown): void {
    if (typeof value !== "string" || value.length < LONG_TEXT) return;
    const limit = this.#limit(name);
    if (value.length > limit) throw tooBig(`at least ${value.length}`, limit);
  }

  /**
   * The bytes of an item that must be split, or `undefined` for one that goes whole. One that can be neither is refused
   * here, as a server that refuses an item for its size drops the one it had under that key.
   */
  #bigData(name: StorageName, key: string, { data }: Encoded): Uint8Array | undefined {
    const { doSplit, itemSizeLimit } = coreOf(this).settings;
    const maySplit = doSplit && name === "set";
    const whole = maySplit ? CHUNK_BYTES : itemSizeLimit;
    if (data.length * 3 <= whole) return undefined;
    this.#checkLength(name, data);
    const size = typeof data === "string" ? utf8Length(data) : data.length;
    if (size <= whole) return undefined;
    const limit = this.#limit(name);
    if (size > limit) throw tooBig(size, limit);
    if (key.length > MAX_SPLIT_KEY_BYTES) {
      throw new RangeError(
        `Cannot split value of ${size} bytes as its key must be <= ${MAX_SPLIT_KEY_BYTES} bytes: ` +
          `current size is ${key.length}`,
      );
    }
    return typeof data === "string" ? new TextEncoder().encode(data) : data;
  }
}

/** Settles a call that stores one split value. */
class SplitStore extends StoreGather<boolean> {
  /** Where a part was stored, a reader may see some of the new value, if not all of it. */
  protected override judge(errors: readonly MemcachedError[]): readonly MemcachedError[] {
    const hasBegun = this.hasBegun || errors.some(({ sent }) => sent === "maybe");
    return hasBegun ? errors.map(errorInPart) : errors;
  }

  protected override combine(errors: readonly MemcachedError[]): MemcachedError {
    return errors[0];
  }
}

const ourCodecs: ReadonlySet<Codec> = new Set([jsCodec, libmcCodec]);
/** Shorter texts are not worth a look before they are encoded. */
const LONG_TEXT = 100_000;
const NO_BYTES = new Uint8Array(0);
const NOTHING_STORED: MultiResult = { ok: false, failed: [] };

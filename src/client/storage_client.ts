/** The verbs that store: set, add, replace, cas, append, prepend, for one key and for many. */

import {
  checkUnsigned,
  checkUnsigned64,
  type Exptime,
  MAX_UINT32,
  wireExptime,
} from "../arguments.ts";
import type { Encoded } from "../codec/codec.ts";
import { encodeValue, utf8Length } from "../codec/values.ts";
import { StorageBatch, StorageCommand, type StorageName } from "../commands/storage.ts";
import type { CallOptions } from "../options.ts";
import { ranges } from "./batches.ts";
import { BatchGather, type MultiResult } from "./gather.ts";
import { RetrievalClient } from "./retrieval_client.ts";

/** Options of a call that stores. */
export interface StoreOptions extends CallOptions {
  /**
   * 0 never; up to 30 days, seconds from now; above that, Unix time; negative, gone at once; or a Date.
   *
   * @default {0}
   */
  exptime?: Exptime;
  /**
   * `false`: do not compress this value.
   *
   * @default {true}
   */
  compress?: boolean;
}

/** Options of `setRaw()`. */
export interface RawOptions extends CallOptions {
  /** As for {@linkcode StoreOptions}. */
  exptime?: Exptime;
  /**
   * Stored with the data, unsigned, 32 bits.
   *
   * @default {0}
   */
  flags?: number;
}

/** Keys and values to store: a Record, a Map, or any iterable of pairs. */
export type Items = Readonly<Record<string, unknown>> | Iterable<readonly [string, unknown]>;

/** The verbs that store. Not to be used alone: see {@linkcode Client}. */
export abstract class StorageClient extends RetrievalClient {
  /**
   * Stores a value, whether or not the key is there.
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
    return this.core.call(false, options, (call) => {
      if (!(data instanceof Uint8Array)) {
        throw new TypeError(
          `Cannot store raw data that is not a Uint8Array: current type is ${typeof data}`,
        );
      }
      const flags = checkUnsigned("flags", options?.flags ?? 0, MAX_UINT32);
      const wire = this.core.key(key);
      const item = this.#checked({ data, flags });
      this.core.send(wire, new StorageCommand("set", wire, item, this.#options(options), call));
    });
  }

  /**
   * Adds raw bytes, or the UTF-8 of a text, at an item's end. Its flags and exptime stay.
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
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult> {
    return this.core.call<MultiResult>(NOTHING_STORED, options, (call) => {
      const keys: string[] = [];
      const encoded: Encoded[] = [];
      for (const [key, value] of entriesOf(items)) {
        keys.push(key);
        encoded.push(this.#encoded(value, options));
      }
      this.#storeMany(
        "set",
        keys,
        encoded,
        this.#options(options),
        new BatchGather(call, this.core, keys, "set"),
      );
    });
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
    return this.core.call(false, options, (call) => {
      const wire = this.core.key(key);
      const how = this.#options(
        options,
        name === "cas" ? checkUnsigned64("cas", cas as bigint) : undefined,
      );
      this.core.send(
        wire,
        new StorageCommand(name, wire, this.#encoded(value, options), how, call),
      );
    });
  }

  #attach(
    name: "append" | "prepend",
    key: string,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<boolean> {
    return this.core.call(false, options, (call) => {
      const wire = this.core.key(key);
      this.core.send(wire, new StorageCommand(name, wire, this.#raw(data), this.#options(), call));
    });
  }

  #attachMany(
    name: "append" | "prepend",
    keys: Iterable<string>,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<MultiResult> {
    return this.core.call<MultiResult>(NOTHING_STORED, options, (call) => {
      const asked = Array.from(keys);
      const item = this.#raw(data);
      const gather = new BatchGather(call, this.core, asked, name);
      this.#storeMany(name, asked, asked.map(() => item), this.#options(), gather);
    });
  }

  #storeMany(
    name: StorageName,
    keys: readonly string[],
    items: readonly Encoded[],
    how: { exptime: number; noreply: boolean },
    gather: BatchGather,
  ): void {
    const wireKeys = keys.map((key) => this.core.key(key));
    this.core.sendGroups(wireKeys, gather, function* (group) {
      for (const range of ranges(group, items)) {
        yield new StorageBatch(name, group, range, items, how, gather);
      }
    }, (places) => gather.fail(places));
  }

  #options(
    options?: { exptime?: Exptime },
    cas?: bigint,
  ): { exptime: number; noreply: boolean; cas?: bigint } {
    const { noreply } = this.core.settings;
    const exptime = wireExptime(options?.exptime ?? 0);
    return cas === undefined ? { exptime, noreply } : { exptime, noreply, cas };
  }

  #encoded(value: unknown, options: StoreOptions | undefined): Encoded {
    const { codec, compThreshold } = this.core.settings;
    return this.#checked(encodeValue(codec, value, compThreshold, options?.compress !== false));
  }

  #raw(data: Uint8Array | string): Encoded {
    if (typeof data !== "string" && !(data instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot add data that is neither a string nor a Uint8Array: current type is ${typeof data}`,
      );
    }
    return this.#checked({ data, flags: 0 });
  }

  /** A server that refuses an item for its size drops the one it had under that key: refused here, before. */
  #checked(item: Encoded): Encoded {
    const limit = this.core.settings.itemSizeLimit;
    const { data } = item;
    if (data.length * 3 <= limit) return item;
    const size = typeof data === "string" ? utf8Length(data) : data.length;
    if (size > limit) {
      throw new RangeError(
        `Cannot store value as it must be <= ${limit} bytes: current size is ${size}`,
      );
    }
    return item;
  }
}

function entriesOf(items: Items): Iterable<readonly [string, unknown]> {
  if (typeof items !== "object" || items === null) {
    throw new TypeError(
      `Cannot store items that are neither a Record nor an iterable of pairs: current type is ${typeof items}`,
    );
  }
  return Symbol.iterator in items
    ? items as Iterable<readonly [string, unknown]>
    : Object.entries(items);
}

const NOTHING_STORED: MultiResult = { ok: false, failed: [] };

/**
 * Calls for one value in chunks, and which values need chunks. The fan-outs do the work: `item_fan_out.ts` asks for the
 * chunks and joins them, `store_fan_out.ts` stores them. See `codec/chunks.ts` for the format.
 */

import { MAX_UINT32 } from "../checks/arguments.ts";
import {
  CHUNK_BYTES,
  chunkCount,
  Manifest,
  MAX_CHUNKS,
  MAX_SPLIT_KEY_BYTES,
} from "../codec/chunks.ts";
import type { Encoded } from "../codec/codec.ts";
import { FLAG_SPLIT } from "../codec/flags.ts";
import { utf8Length } from "../codec/text.ts";
import { GetCommand, type Retrieval } from "../commands/get.ts";
import type { StorageName } from "../commands/storage.ts";
import { Call, type CallOwner } from "../engine/call.ts";
import type { CallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { ChunkedDecoder } from "../engine/item_decoders.ts";
import type { Settings } from "../engine/options.ts";
import type { Verb } from "../engine/verb.ts";
import { MAX_KEY_BYTES } from "../key.ts";
import { inPart } from "../error_copy.ts";
import type { MemcachedError } from "../errors.ts";
import { endsWithinLoad, sendBehindLock } from "./behind_locks.ts";
import { ItemFanOut, touches } from "./item_fan_out.ts";
import { chunkBytesFor, mostInItem } from "./item_size.ts";
import { StoreFanOut } from "./store_fan_out.ts";

/** Says how an item is requested. It is called once the call has begun, as it throws if an argument cannot be used. */
export type How = () => Retrieval;

/** A call for one item. If the item is the manifest of a split value, the call goes on and asks for the chunks. */
export class ChunkedCall<T> extends Call<T | undefined> {
  readonly #engine: Engine;
  readonly #decoder: ChunkedDecoder<T>;
  #wireKey = "";
  #asked: Retrieval | undefined;

  constructor(
    engine: Engine,
    verb: Verb<undefined>,
    decoder: ChunkedDecoder<T>,
    options: CallOptions | undefined,
    owner: CallOwner = engine,
  ) {
    super(owner, verb, options);
    this.#engine = engine;
    this.#decoder = decoder;
  }

  /**
   * Asks for the item.
   *
   * @throws {TypeError} If an argument cannot be used.
   * @throws {RangeError} If an argument is out of range.
   */
  ask(key: string, how: How): void {
    const wireKey = this.#engine.keys.one(key);
    const asked = how();
    this.#engine.began(this, key, wireKey, touches(asked) ? wireKey : undefined);
    this.askFor(wireKey, asked);
  }

  /** Does the same for a wire key, as a step of a call that has begun. */
  askFor(wireKey: string, asked: Retrieval): void {
    const engine = this.#engine;
    this.#wireKey = wireKey;
    this.#asked = asked;
    const { mergeGets } = engine.settings;
    if (!endsWithinLoad(engine, asked.exptime)) {
      const command = new GetCommand(wireKey, this.#decoder, this, asked, mergeGets);
      return engine.send(this, wireKey, command);
    }
    sendBehindLock<T | Manifest | undefined>(
      engine,
      this,
      wireKey,
      asked.name,
      (receiver, turn) => {
        const command = new GetCommand(wireKey, this.#decoder, receiver, asked, false);
        engine.send(this, wireKey, command, turn);
        turn.end();
      },
    );
  }

  override resolve(value: T | Manifest | undefined): void {
    if (!Manifest.is(value) || this.#asked === undefined) return super.resolve(value as T);
    let joined: T | undefined;
    new OneItemFanOut<T, T | undefined>(this.#engine, this, {
      how: this.#asked,
      decoder: this.#decoder,
    }, {
      collect(_start, [value]) {
        if (Manifest.is(value)) return 0;
        joined = value;
        return 1;
      },
      result: () => joined,
    }).goOn(this.#wireKey, value);
  }
}

/** Joins the chunks of one value, for a call that makes its result of it. */
export class OneItemFanOut<T, R> extends ItemFanOut<T, R> {
  protected override combine(errors: readonly MemcachedError[]): MemcachedError {
    return errors[0];
  }
}

/** Settles a call that stores one split value. */
export class ChunkedStore extends StoreFanOut<boolean> {
  /** Once a part was stored, readers may see some of the new value, even if not all of it. */
  protected override judge(errors: readonly MemcachedError[]): readonly MemcachedError[] {
    const hasBegun = this.hasBegun || errors.some(({ sent }) => sent === "maybe");
    return hasBegun ? errors.map(inPart) : errors;
  }

  protected override combine(errors: readonly MemcachedError[]): MemcachedError {
    return errors[0];
  }
}

/**
 * Gives how many bytes or UTF-16 units of data are sent whole under any key and with any flags. It is asked once for many
 * items, of which nearly all are shorter.
 */
export function surelyWhole(settings: Settings, name: StorageName): number {
  const inItem = mostInItem(settings.itemSizeLimit, MAX_KEY_BYTES, MAX_UINT32);
  return (settings.doSplit && name === "set" ? Math.min(inItem, CHUNK_BYTES) : inItem) / 3;
}

/**
 * Gives the bytes of an item that must be split, and `undefined` for one that is sent whole. An item that is too big for
 * both is rejected here, because a server that rejects an item for its size drops the one that it had under that key.
 *
 * @throws {RangeError} If the item is too big, or its key too long for a split one.
 */
export function dataToSplit(
  settings: Settings,
  name: StorageName,
  key: string,
  { data, flags }: Encoded,
): Uint8Array | undefined {
  const { itemSizeLimit } = settings;
  const maySplit = settings.doSplit && name === "set";
  const inItem = mostInItem(itemSizeLimit, key.length, flags);
  const most = maySplit ? Math.min(inItem, CHUNK_BYTES) : inItem;
  if (data.length * 3 <= most) return undefined;
  checkLength(settings, name, data);
  const size = typeof data === "string" ? utf8Length(data) : data.length;
  if (size <= most) return undefined;
  if (!maySplit) throw tooBig(size, inItem);
  const limit = chunkBytesFor(itemSizeLimit, key) * MAX_CHUNKS;
  if (size > limit) throw tooBig(size, limit);
  if (key.length > MAX_SPLIT_KEY_BYTES) {
    throw new RangeError(
      `Cannot split value of ${size} bytes as its key must be <= ${MAX_SPLIT_KEY_BYTES} bytes: ` +
        `current size is ${key.length}`,
    );
  }
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
}

/**
 * Rejects an item that would be read as the manifest of a split value, or whose own flag would say so once it is split:
 * neither would come back as it is.
 *
 * @throws {RangeError} If the item cannot be stored.
 */
export function checkManifest(
  settings: Settings,
  key: string,
  item: { readonly data: Uint8Array; readonly flags: number },
): void {
  const { data, flags } = item;
  if (!settings.doSplit || (flags & FLAG_SPLIT) === 0) return;
  const isManifest = chunkCount(data, 0, data.length, key.length) > 0;
  if (!isManifest && dataToSplit(settings, "set", key, item) === undefined) return;
  throw new RangeError(
    `Cannot store data with flags ${flags} as flag ${FLAG_SPLIT} would make it the manifest of a split value: ` +
      "a client without doSplit stores it as it is",
  );
}

/**
 * Rejects a text that is too long before its bytes are counted: it has at least as many as UTF-16 units.
 *
 * @throws {RangeError} If the text is too long.
 */
export function checkLength(settings: Settings, name: StorageName, value: unknown): void {
  if (typeof value !== "string" || value.length < LONG_TEXT) return;
  const limit = sizeLimit(settings, name);
  if (value.length > limit) throw tooBig(`at least ${value.length}`, limit);
}

/** Gives the most bytes of a value, whole or split, under the shortest key. */
function sizeLimit({ doSplit, itemSizeLimit }: Settings, name: StorageName): number {
  return doSplit && name === "set"
    ? chunkBytesFor(itemSizeLimit, SHORTEST_KEY) * MAX_CHUNKS
    : mostInItem(itemSizeLimit, SHORTEST_KEY.length, 0);
}

function tooBig(size: number | string, limit: number): RangeError {
  return new RangeError(
    `Cannot store value as it must be <= ${limit} bytes: current size is ${size}`,
  );
}

const SHORTEST_KEY = "k";
/** Shorter texts are not checked before they are encoded. */
const LONG_TEXT = 100_000;

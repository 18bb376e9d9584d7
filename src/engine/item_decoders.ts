/** Turns items into what a retrieval returns: a value, a value with its cas, or the bytes and flags as stored. */

import { type Chunk, chunkCount, Manifest } from "../codec/chunks.ts";
import type { Codec } from "../codec/codec.ts";
import { FLAG_SPLIT } from "../codec/flags.ts";
import { knowsPlaceholders } from "../codec/placeholder.ts";
import { decodeText } from "../codec/text.ts";
import { decodeValue } from "../codec/values.ts";
import { type ItemDecoder, NoValue } from "../commands/item_decoder.ts";
import { CodecError } from "../errors.ts";
import { isSound, textOf } from "../thrown.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { Settings } from "./options.ts";

/**
 * A value, and the number by which `cas()` knows whether the item has changed.
 *
 * @example Add to a list until nobody was faster
 * ```ts
 * import { type CasValue, Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * async function add(name: string): Promise<void> {
 *   const item: CasValue<string[]> | undefined = await client.gets<string[]>("names");
 *   if (item === undefined) return;
 *   if (!await client.cas("names", [...item.value, name], item.cas)) await add(name);
 * }
 * await client.set("names", []);
 * await Promise.all([add("Ada"), add("Grace"), add("Edith")]);
 * assertEquals((await client.get<string[]>("names"))?.length, 3);
 * ```
 */
export interface CasValue<T = unknown> {
  /** The value. */
  readonly value: T;
  /** An unsigned number of 64 bits, which changes with every store of the item (memcached's `doc/protocol.txt`). */
  readonly cas: bigint;
}

/**
 * An item as it is stored.
 *
 * @example Copy an item to another server, whatever it holds
 * ```ts
 * import { Client, type RawItem } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using target = await MemcachedServer.start();
 * await using from = new Client(server.address);
 * await using to = new Client(target.address);
 *
 * await from.set("user:1", { name: "Ada" });
 * const item: RawItem | undefined = await from.getRaw("user:1");
 * assert(item !== undefined);
 * await to.setRaw("user:1", item.data, { flags: item.flags });
 * assertEquals(await to.get("user:1"), { name: "Ada" });
 * ```
 */
export interface RawItem {
  /** The data block, owned by the caller. */
  readonly data: Uint8Array;
  /** The flags, an unsigned 32-bit number. */
  readonly flags: number;
}

/** Decodes items. For a split value it first gives the manifest, which says where the chunks are. */
export interface ChunkedDecoder<T> extends ItemDecoder<T | Manifest> {
  /**
   * Decodes the joined chunks of a split value.
   *
   * @throws {CodecError} If the data does not fit its flags.
   */
  assemble(manifest: Manifest, data: Uint8Array): T;
}

/**
 * Gives the decoders of a client. They depend on three settings, and hold 1.3 kB: clients that decode alike, one after
 * the other, have the same ones.
 */
export function decodersOf(settings: Settings): ItemDecoders {
  const last = LAST.get(settings.codec);
  if (last?.decodeAs(settings)) return last;
  const made = new ItemDecoders(settings);
  LAST.set(settings.codec, made);
  return made;
}

/** The decoders that were made last for each codec. */
const LAST = new WeakMap<Codec, ItemDecoders>();

/** The decoders of clients with the same settings. */
export class ItemDecoders {
  readonly #inflateBudget: Settings["inflateBudget"];
  readonly #doSplit: boolean;
  readonly #hasLibmcFlags: boolean;
  readonly #value: ChunkedDecoder<unknown>;
  readonly #cas: ChunkedDecoder<CasValue>;
  readonly #casOfAny: ChunkedDecoder<CasValue>;
  /** Gives an item as it is, unless it is the manifest of a split value. */
  readonly raw: ChunkedDecoder<RawItem>;
  /** Gives the bytes and flags of a value, still compressed; `undefined` for a placeholder, if the codec knows them. */
  readonly bytes: ChunkedDecoder<RawItem | undefined>;
  /** Gives a manifest, and `undefined` for any other item. */
  readonly manifest: ItemDecoder<Manifest | undefined> = {
    decode: (item) =>
      (item.flags & FLAG_SPLIT) === 0 || chunksOf(item) === 0
        ? undefined
        : manifestOf(item, casIfAny(item)),
  };
  /** Gives a chunk of a split value. */
  readonly chunk: ItemDecoder<Chunk> = {
    decode: (item) => ({ data: item.copyData(), flags: item.flags }),
  };

  constructor({ codec, inflateBudget, doSplit }: Settings) {
    this.#inflateBudget = inflateBudget;
    this.#doSplit = doSplit;
    const hasLibmcFlags = this.#hasLibmcFlags = codec.libmcFlags === true;
    const decode = (item: ItemView): unknown => {
      const { data, dataStart, dataEnd, flags, owned } = item;
      try {
        // As decodeValue() would, with what only the item can know.
        if (flags === codec.textFlags && dataEnd > dataStart && item.isAscii) {
          return decodeText(data, dataStart, dataEnd, true);
        }
        return decodeValue(codec, data, dataStart, dataEnd, flags, inflateBudget, owned);
      } catch (cause) {
        throw codecError(cause);
      }
    };
    const assemble = ({ flags }: Manifest, data: Uint8Array): unknown => {
      try {
        return decodeValue(codec, data, 0, data.length, flags, inflateBudget, true);
      } catch (cause) {
        throw codecError(cause);
      }
    };
    const ofSplit = doSplit ? manifestOf : refuseSplit;
    const decoder = <T>(
      decode: (item: ItemView) => T,
      assemble: ChunkedDecoder<T>["assemble"],
      casOf = casIfAny,
    ): ChunkedDecoder<T> => ({
      decode: hasLibmcFlags
        ? (item) => (item.flags & FLAG_SPLIT) === 0 ? decode(item) : ofSplit(item, casOf(item))
        : decode,
      assemble,
    });
    this.#value = decoder(decode, assemble);
    const withCas = (item: ItemView): CasValue => {
      // First, as a reply without one is no answer, whatever its data.
      const cas = item.cas();
      return { value: decode(item), cas };
    };
    const casOf = (item: ItemView) => item.cas();
    const assembleWithCas = (manifest: Manifest, data: Uint8Array): CasValue => ({
      value: assemble(manifest, data),
      cas: manifest.cas,
    });
    this.#cas = decoder(
      (item) => {
        const found = withCas(item);
        return (found.value === undefined ? undefined : found) as CasValue;
      },
      assembleWithCas,
      casOf,
    );
    this.#casOfAny = decoder(
      (item) => {
        const found = withCas(item);
        return found.value === undefined ? new NoValue(found.cas) : found;
      },
      assembleWithCas,
      casOf,
    );
    const rawOf = (item: ItemView): RawItem => ({ data: item.copyData(), flags: item.flags });
    const joined = ({ flags }: Manifest, data: Uint8Array): RawItem => ({ data, flags });
    this.bytes = decoder<RawItem | undefined>(
      (item) =>
        item.size === 0 && item.flags === 0 && knowsPlaceholders(codec, inflateBudget)
          ? undefined
          : rawOf(item),
      joined,
    );
    this.raw = {
      // Flag 4096 may also be somebody else's: only the number of chunks makes an item a manifest.
      decode: doSplit
        ? (item) =>
          (item.flags & FLAG_SPLIT) === 0 || chunksOf(item) === 0
            ? rawOf(item)
            : manifestOf(item, casIfAny(item))
        : rawOf,
      assemble: joined,
    };
  }

  /** True if a client with these settings, and the same codec, decodes as these do. */
  decodeAs({ codec, inflateBudget, doSplit }: Settings): boolean {
    return inflateBudget === this.#inflateBudget && doSplit === this.#doSplit &&
      (codec.libmcFlags === true) === this.#hasLibmcFlags;
  }

  /** Gives the decoder of values. That a value is a `T` is the caller's word. */
  value<T>(): ChunkedDecoder<T> {
    return this.#value as ChunkedDecoder<T>;
  }

  /** Gives the decoder of values with their cas. */
  cas<T>(): ChunkedDecoder<CasValue<T>> {
    return this.#cas as ChunkedDecoder<CasValue<T>>;
  }

  /** Gives the decoder of values with their cas that also gives the cas of an item without a value, a placeholder. */
  casOfAny<T>(): ChunkedDecoder<CasValue<T | undefined>> {
    return this.#casOfAny as ChunkedDecoder<CasValue<T | undefined>>;
  }
}

function manifestOf(item: ItemView, cas: bigint): Manifest {
  return new Manifest(chunksOf(item), (item.flags & ~FLAG_SPLIT) >>> 0, cas);
}

/** Refuses the manifest of a split value: its text must not pass for the value. */
function refuseSplit(item: ItemView): never {
  throw new CodecError(
    `Cannot decode value as it is split over ${chunksOf(item) || "several"} items, by its flag ` +
      `${FLAG_SPLIT}: only a client with doSplit reads it`,
  );
}

/** Reads an item as a manifest: the number of chunks, 0 if it is none. */
function chunksOf({ data, dataStart, dataEnd, keyStart, keyEnd }: ItemView): number {
  return chunkCount(data, dataStart, dataEnd, keyEnd - keyStart);
}

function casIfAny(item: ItemView): bigint {
  return item.hasCas ? item.cas() : 0n;
}

/** Wraps whatever a custom codec throws: it is the value that is bad, not the connection that it came by. */
function codecError(cause: unknown): CodecError {
  if (isSound(cause, CodecError)) return cause;
  return new CodecError(`Cannot decode value: ${textOf(cause)}`, { cause });
}

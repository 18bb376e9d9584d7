/** What the retrievals of a client make of an item: a value, a value with its cas, or the bytes and flags as stored. */

import { chunkCount, Manifest } from "../codec/chunks.ts";
import { FLAG_SPLIT } from "../codec/flags.ts";
import { decodeValue } from "../codec/values.ts";
import type { ItemDecoder } from "../commands/item_decoder.ts";
import { CodecError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { Settings } from "./options.ts";

/** A value, and the number that `cas()` takes to store only if nobody else has since. */
export interface CasValue<T = unknown> {
  /** The value. */
  readonly value: T;
  /** Unsigned, 64 bits; changes with every store. */
  readonly cas: bigint;
}

/** An item as it is stored. */
export interface RawItem {
  /** The data block. */
  readonly data: Uint8Array;
  /** The flags, an unsigned 32-bit number. */
  readonly flags: number;
}

/** Decodes items, and of a split value its manifest, which says where its chunks are. */
export interface ChunkedDecoder<T> extends ItemDecoder<T | Manifest> {
  /**
   * Decodes the joined chunks of a split value.
   *
   * @throws {CodecError} If the data does not fit its flags.
   */
  assemble(manifest: Manifest, data: Uint8Array): T;
}

/** The decoders of one client. */
export class ItemDecoders {
  readonly #value: ChunkedDecoder<unknown>;
  readonly #cas: ChunkedDecoder<CasValue>;
  /** Gives an item as it is. */
  readonly raw: ChunkedDecoder<RawItem>;
  /** Gives the data block alone. */
  readonly data: ItemDecoder<Uint8Array> = { decode: (item) => item.copyData() };

  constructor({ codec, inflateLimit, doSplit }: Settings) {
    const decode = (item: ItemView): unknown => {
      const { data, dataStart, dataEnd, flags, owned } = item;
      try {
        return decodeValue(codec, data, dataStart, dataEnd, flags, inflateLimit, owned);
      } catch (cause) {
        throw codecError(cause);
      }
    };
    const assemble = ({ flags }: Manifest, data: Uint8Array): unknown => {
      try {
        return decodeValue(codec, data, 0, data.length, flags, inflateLimit, true);
      } catch (cause) {
        throw codecError(cause);
      }
    };
    const decoder = <T>(
      decode: (item: ItemView) => T,
      assemble: ChunkedDecoder<T>["assemble"],
    ): ChunkedDecoder<T> => ({
      decode: doSplit
        ? (item) => (item.flags & FLAG_SPLIT) === 0 ? decode(item) : manifestOf(item)
        : decode,
      assemble,
    });
    this.#value = decoder(decode, assemble);
    this.#cas = decoder(
      (item) => ({ value: decode(item), cas: item.cas() }),
      (manifest, data) => ({ value: assemble(manifest, data), cas: manifest.cas }),
    );
    this.raw = decoder(
      (item) => ({ data: item.copyData(), flags: item.flags }),
      ({ flags }, data) => ({ data, flags }),
    );
  }

  /** Decodes a value; that it is a `T` is the caller's word. */
  value<T>(): ChunkedDecoder<T> {
    return this.#value as ChunkedDecoder<T>;
  }

  /** Decodes a value together with its cas. */
  cas<T>(): ChunkedDecoder<CasValue<T>> {
    return this.#cas as ChunkedDecoder<CasValue<T>>;
  }
}

function manifestOf(item: ItemView): Manifest {
  const { data, dataStart, dataEnd, keyStart, keyEnd, flags } = item;
  const chunks = chunkCount(data, dataStart, dataEnd, keyEnd - keyStart);
  return new Manifest(chunks, (flags & ~FLAG_SPLIT) >>> 0, item.cas());
}

/** A custom codec may throw anything: that concerns the value, and not the connection it came by. */
function codecError(cause: unknown): CodecError {
  if (cause instanceof CodecError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodecError(`Cannot decode value: ${reason}`, { cause });
}

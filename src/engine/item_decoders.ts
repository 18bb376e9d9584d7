/** What the retrievals of a client make of an item: a value, a value with its cas, or the bytes and flags as stored. */

import { FLAG_SPLIT } from "../codec/flags.ts";
import { decodeValue } from "../codec/values.ts";
import type { ItemReader } from "../commands/item_decoder.ts";
import { CodecError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { Settings } from "./options.ts";
import { Manifest } from "../codec/chunks.ts";

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

/** Reads items, and also split values. */
export interface SplitReader<T> extends ItemReader<T> {
  /**
   * Makes of a split value what `read` makes of an item. Where one is split, `read` gives its Manifest in place of a `T`.
   *
   * @throws {CodecError} If the data does not fit its flags.
   */
  assemble(manifest: Manifest, data: Uint8Array): T;
}

/** The readers of one client. */
export class Readers {
  readonly #value: SplitReader<unknown>;
  readonly #cas: SplitReader<CasValue>;
  /** Reads an item as it is. */
  readonly raw: SplitReader<RawItem>;
  /** Reads the data block alone. */
  readonly data: ItemReader<Uint8Array> = { read: (item) => item.copyData() };

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
    const reader = <T>(
      read: (item: ItemView) => T,
      assemble: SplitReader<T>["assemble"],
    ): SplitReader<T> => ({
      read: !doSplit
        ? read
        : (item) => (item.flags & FLAG_SPLIT) === 0 ? read(item) : new Manifest(item) as T,
      assemble,
    });
    this.#value = reader(decode, assemble);
    this.#cas = reader(
      (item) => ({ value: decode(item), cas: item.cas() }),
      (manifest, data) => ({ value: assemble(manifest, data), cas: manifest.cas }),
    );
    this.raw = reader(
      (item) => ({ data: item.copyData(), flags: item.flags }),
      ({ flags }, data) => ({ data, flags }),
    );
  }

  /** Reads a value; that it is a `T` is the caller's word. */
  value<T>(): SplitReader<T> {
    return this.#value as SplitReader<T>;
  }

  /** Reads a value together with its cas. */
  cas<T>(): SplitReader<CasValue<T>> {
    return this.#cas as SplitReader<CasValue<T>>;
  }
}

/** A codec of the user's may throw anything: that concerns the value, and not the connection it came by. */
function codecError(cause: unknown): CodecError {
  if (cause instanceof CodecError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  return new CodecError(`Cannot decode value: ${reason}`, { cause });
}

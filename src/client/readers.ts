/** What the retrievals of a client make of an item: a value, a value with its cas, or the bytes and flags as stored. */

import { decodeValue } from "../codec/values.ts";
import type { ItemReader } from "../commands/item_reader.ts";
import type { ItemView } from "../protocol/item_view.ts";
import type { Settings } from "../options.ts";

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

/** The readers of one client. */
export class Readers {
  readonly #value: ItemReader<unknown>;
  readonly #cas: ItemReader<CasValue>;
  /** Reads an item as it is. */
  readonly raw: ItemReader<RawItem> = {
    read: (item) => ({ data: item.copyData(), flags: item.flags }),
  };

  constructor({ codec, inflateLimit }: Settings) {
    const decode = (item: ItemView): unknown =>
      decodeValue(
        codec,
        item.data,
        item.dataStart,
        item.dataEnd,
        item.flags,
        inflateLimit,
        item.owned,
      );
    this.#value = { read: decode };
    this.#cas = { read: (item) => ({ cas: item.cas(), value: decode(item) }) };
  }

  /** Reads a value; that it is a `T` is the caller's word. */
  value<T>(): ItemReader<T> {
    return this.#value as ItemReader<T>;
  }

  /** Reads a value together with its cas. */
  cas<T>(): ItemReader<CasValue<T>> {
    return this.#cas as ItemReader<CasValue<T>>;
  }
}

/**
 * The seam for codecs, which turn values into stored bytes and flags, and back. A codec is pure: it knows no keys,
 * commands or servers. Compression and splitting are done elsewhere, on the bytes that a codec gives.
 */

import type { InflateBudget } from "./budget.ts";

/**
 * The data and flags that stand for a value.
 *
 * @example The form of a boolean
 * ```ts
 * import { type Encoded, jsCodec } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const encoded: Encoded = jsCodec.encode(true);
 * assertEquals(encoded, { data: "1", flags: 8 });
 * ```
 */
export interface Encoded {
  /** The data block; a string stands for its UTF-8 bytes. */
  readonly data: Uint8Array | string;
  /** The flags stored with it, an unsigned 32-bit number. */
  readonly flags: number;
}

/**
 * Turns values into bytes and flags, and back: the option `codec`.
 *
 * @example A codec that stores dates as well
 * ```ts
 * import { Client, type Codec, jsCodec } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const DATE = 0x20000;
 * const codec: Codec = {
 *   ...jsCodec,
 *   encode: (value) =>
 *     value instanceof Date ? { data: value.toISOString(), flags: DATE } : jsCodec.encode(value),
 *   decode: (data, flags, memory) =>
 *     flags === DATE
 *       ? new Date(new TextDecoder().decode(data))
 *       : jsCodec.decode(data, flags, memory),
 * };
 * await using client = new Client(server.address, { codec });
 *
 * await client.set("last-login", new Date(0));
 * assertEquals(await client.get("last-login"), new Date(0));
 * ```
 */
export interface Codec {
  /**
   * Flags under which `decode` gives the data as text, if there are such. Items with exactly these flags are decoded
   * straight from the read buffer, without a call of `decode` unless there is no data; data that is not UTF-8 is given as
   * a Uint8Array.
   */
  readonly textFlags?: number;

  /** Flags under which `decode` gives the data as it is, if there are such. The client copies less then. */
  readonly bytesFlags?: number;

  /**
   * True if the codec leaves flags 16 and 4096 to the client, which by libmc's rules marks compressed and split values
   * with them. Only then are values compressed (`compThreshold`), split (`doSplit`), inflated and joined. Without it all
   * 32 bits belong to the codec, and each value is one item.
   *
   * @default {false}
   */
  readonly libmcFlags?: boolean;

  /**
   * Encodes a value.
   *
   * @param value Anything that a caller may want to store.
   * @returns Data and flags. The data may be the caller's own bytes, uncopied. With `libmcFlags`, flags 16 and 4096 are
   * refused with a RangeError.
   * @throws {TypeError} If the value cannot be stored without losing something.
   */
  encode(value: unknown): Encoded;

  /**
   * Decodes a data block.
   *
   * @param data Borrowed: valid only until `decode` returns. Copy whatever you keep.
   * @param flags The flags stored with it; with `libmcFlags`, without those of compression (16) and splitting (4096).
   * @param memory Most bytes of memory that the value may take, by the client's {@linkcode InflateBudget}. The built-in
   * codecs hold to it, by its default if it is not given. A codec around one of them passes it on.
   * @param inflateBudget The whole of that budget, for a codec that inflates by itself.
   * @returns The value; `undefined` is a miss. Whatever else `decode` throws becomes the cause of a CodecError.
   * @throws {CodecError} If the data does not fit the flags, or would become too much.
   */
  decode(
    data: Uint8Array,
    flags: number,
    memory?: number,
    inflateBudget?: InflateBudget,
  ): unknown;
}

/**
 * What turns values into stored bytes and flags, and back. A codec is pure: it knows no keys, no commands, no servers.
 * Compression and splitting work on the bytes that a codec gives, and are not its business.
 */

/** What is stored for a value. */
export interface Encoded {
  /** The data block; a string stands for its UTF-8 bytes. */
  readonly data: Uint8Array | string;
  /** The flags stored with it, an unsigned 32-bit number. */
  readonly flags: number;
}

/** Turns values into bytes and flags, and back. */
export interface Codec {
  /**
   * Flags under which `decode` gives the data as text, if there are such: items with exactly these flags are decoded
   * straight from the read buffer, and bytes that are no UTF-8 are given as a Uint8Array.
   */
  readonly textFlags?: number;

  /** Flags under which `decode` gives the data as it is, if there are such: such a data block may be kept, uncopied. */
  readonly bytesFlags?: number;

  /**
   * Encodes a value.
   *
   * @throws {TypeError} If the value cannot be stored without losing something.
   */
  encode(value: unknown): Encoded;

  /**
   * Decodes a data block.
   *
   * @param data Borrowed: valid only until `decode` returns. What is kept must be copied.
   * @param flags The flags stored with it, without those of compression (16) and splitting (4096).
   * @throws {CodecError} If the data does not fit the flags.
   */
  decode(data: Uint8Array, flags: number): unknown;
}

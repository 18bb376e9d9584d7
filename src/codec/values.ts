/**
 * Takes a value from the caller to the wire and back: codec, then compression. Splitting comes after that, in the room
 * that knows the keys.
 */

import { checkUnsigned, MAX_UINT32 } from "../checks/arguments.ts";
import { plainBytes } from "../checks/bytes.ts";
import { type InflateBudget, inflateLimit } from "./budget.ts";
import type { Codec, Encoded } from "./codec.ts";
import {
  compress as deflate,
  type CompressionOptions,
  DEFAULT_COMPRESSION,
  inflate,
} from "./compression.ts";
import { FLAG_SPLIT, FLAG_ZLIB } from "./flags.ts";
import { jsCodec } from "./js_codec.ts";
import { libmcCodec } from "./libmc_codec.ts";
import { decodeText, utf8Length } from "./text.ts";
import { inflateZstd, isZstd } from "./zstd.ts";

export { utf8Length };

/**
 * Encodes a value, and compresses it if it is worth it.
 *
 * @param compThreshold Compresses encoded data of more than this many bytes, whatever its type; 0 or less: never. A codec
 * that keeps all flags to itself must have 0.
 * @param compress `false` stores this value uncompressed.
 * @param compression How.
 * @returns The item to store. Its data may be the caller's own bytes, uncopied.
 * @throws {TypeError} If the value cannot be stored without losing something, or the codec gives what cannot be stored.
 * @throws {RangeError} If the codec gives flags out of range, or flags that it leaves to the client.
 */
export function encodeValue(
  codec: Codec,
  value: unknown,
  compThreshold: number,
  compress: boolean,
  compression: Required<CompressionOptions> = DEFAULT_COMPRESSION,
): Encoded {
  const encoded = isBuiltIn(codec) ? codec.encode(value) : checked(codec, codec.encode(value));
  if (!compress || compThreshold <= 0) return encoded;
  const { data, flags } = encoded;
  if (typeof data !== "string") {
    return data.length > compThreshold
      ? { data: deflate(data, compression), flags: (flags | FLAG_ZLIB) >>> 0 }
      : encoded;
  }
  // A UTF-16 unit takes one to three bytes of UTF-8, so the text must be counted only between these bounds.
  if (data.length * 3 <= compThreshold) return encoded;
  if (data.length <= compThreshold && utf8Length(data) <= compThreshold) return encoded;
  return { data: deflate(encoder.encode(data), compression), flags: (flags | FLAG_ZLIB) >>> 0 };
}

/**
 * Decodes the data block of an item, which is a range of a buffer.
 *
 * @param bytes Borrowed, unless `owned`.
 * @param flags The item's flags, without the one for splitting unless all belong to the codec.
 * @param budget What the value may become.
 * @param owned True if nobody else will use `bytes`: a value that consists of them is then not copied.
 * @returns Owned.
 * @throws {CodecError} If the data does not fit the flags, or inflates to too much.
 */
export function decodeValue(
  codec: Codec,
  bytes: Uint8Array,
  start: number,
  end: number,
  flags: number,
  budget: Required<InflateBudget>,
  owned = false,
): unknown {
  // Whether no bytes are a text is for the codec to say.
  if (flags === codec.textFlags && end > start) {
    return decodeText(bytes, start, end) ?? copyOf(bytes, start, end);
  }
  if (flags === codec.bytesFlags) {
    return owned ? bytes.subarray(start, end) : copyOf(bytes, start, end);
  }
  const data = bytes.subarray(start, end);
  if ((flags & FLAG_ZLIB) === 0 || codec.libmcFlags !== true) {
    return codec.decode(data, flags, budget.memory, budget);
  }
  const limit = inflateLimit(budget, data.length);
  const inflated = isZstd(data) ? inflateZstd(data, limit) : inflate(data, limit);
  // A short result lies in a larger buffer, which would stay in memory with it.
  const keep = inflated.length * 2 >= inflated.buffer.byteLength;
  const rest = (flags & ~FLAG_ZLIB) >>> 0;
  const left = { ...budget, memory: Math.max(0, budget.memory - INFLATED_COST * inflated.length) };
  return decodeValue(codec, inflated, 0, inflated.length, rest, left, keep);
}

/** True for the codecs of this package, whose results need no check. */
export function isBuiltIn(codec: Codec): boolean {
  return codec === jsCodec || codec === libmcCodec;
}

/** Reads what another codec gives, once, as it may be anything: it would go to the server as a command. */
function checked({ libmcFlags }: Codec, { data, flags }: Encoded): Encoded {
  const unsigned = checkUnsigned("flags", flags, MAX_UINT32);
  if (libmcFlags === true && (unsigned & CLIENT_FLAGS) !== 0) {
    throw new RangeError(
      `Cannot use flags ${unsigned} as a codec with libmcFlags leaves ${FLAG_ZLIB} and ${FLAG_SPLIT} to the client`,
    );
  }
  if (data instanceof Uint8Array) return { data: plainBytes(data), flags: unsigned };
  if (typeof data === "string" && data.isWellFormed()) return { data, flags: unsigned };
  throw new TypeError("Cannot store data that is neither well-formed text nor a Uint8Array");
}

function copyOf(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return new Uint8Array(bytes.subarray(start, end));
}

/** Flags with which the client marks what it has made of a codec's data. */
const CLIENT_FLAGS = FLAG_ZLIB | FLAG_SPLIT;

/** What inflated comes out in pieces, which are then joined: for a moment it is held twice. */
const INFLATED_COST = 2;

const encoder = new TextEncoder();

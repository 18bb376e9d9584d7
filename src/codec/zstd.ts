/**
 * zstd frames (RFC 8878), where the runtime has them: the option `compression`.
 *
 * They have the flag of a zlib stream, and their first four bytes tell them apart: no zlib stream begins so. A reader that
 * knows only zlib, as libmc, fails at its first two bytes, and never takes the frame for a value.
 *
 * A frame here says how long its content is, and has a checksum. Runtimes give what they can of a frame that was cut off
 * without an error (Deno 2.9, Bun 1.4): so the blocks are counted, and what comes out is held
 * to that length.
 */

import * as zlib from "node:zlib";
import { CodecError } from "../errors.ts";

/** True if the runtime has zstd. */
export function hasZstd(): boolean {
  return typeof zlib.zstdCompressSync === "function";
}

/** True for data that begins as a frame does. */
export function isZstd(data: Uint8Array): boolean {
  return data.length >= 4 && data[0] === 0x28 && data[1] === 0xb5 && data[2] === 0x2f &&
    data[3] === 0xfd;
}

/** Compresses to one frame. */
export function compressZstd(data: Uint8Array, level: number): Uint8Array {
  const { ZSTD_c_compressionLevel, ZSTD_c_checksumFlag } = zlib.constants;
  // The declarations do not know the length yet, which Deno writes only if it is given.
  const options: zlib.ZstdOptions & { readonly pledgedSrcSize: number } = {
    params: { [ZSTD_c_compressionLevel]: level, [ZSTD_c_checksumFlag]: 1 },
    pledgedSrcSize: data.length,
  };
  const frame = zlib.zstdCompressSync(data, options);
  if (contentSize(frame) === data.length) return plainView(frame);
  throw new TypeError("Cannot compress by zstd as this runtime does not write how long a value is");
}

/**
 * Inflates a frame; bytes after it are ignored.
 *
 * @param data Borrowed.
 * @param limit Most bytes that may come out.
 * @returns Owned.
 * @throws {CodecError} If there is no complete frame, more than `limit` bytes would come out, or the runtime has no zstd.
 */
export function inflateZstd(data: Uint8Array, limit: number): Uint8Array {
  const size = sizeOf(data);
  if (size > limit) {
    throw new CodecError(
      `Cannot inflate a value of ${data.length} bytes as it must inflate to <= ${limit} bytes: ` +
        'the option "inflateBudget" sets the bound',
    );
  }
  const frame = wholeFrame(data);
  let inflated: Uint8Array;
  try {
    inflated = plainView(zlib.zstdDecompressSync(frame, { maxOutputLength: Math.max(size, 1) }));
  } catch (cause) {
    throw new CodecError(
      `Cannot inflate a value of ${data.length} bytes: ${(cause as Error).message}`,
      { cause },
    );
  }
  if (inflated.length === size) return inflated;
  throw cutOff(inflated.length, size);
}

/**
 * Begins to inflate a frame that comes in pieces.
 *
 * @param first Its first piece.
 * @throws {CodecError} If it does not say how long its content is, or the runtime has no zstd.
 */
export function beginZstd(
  first: Uint8Array,
  chunkSize: number,
): { readonly inflater: ReturnType<typeof zlib.createZstdDecompress>; readonly size: number } {
  const size = sizeOf(first);
  return { inflater: zlib.createZstdDecompress({ chunkSize }), size };
}

/** Makes the error for a frame of which too little came out, or too much. */
export function cutOff(length: number, size: number): CodecError {
  return new CodecError(
    `Cannot inflate a value as its zstd frame says ${size} bytes, and ${length} came out`,
  );
}

function sizeOf(data: Uint8Array): number {
  if (!hasZstd()) {
    throw new CodecError("Cannot inflate a value as it is zstd, which this runtime does not have");
  }
  const size = contentSize(data);
  if (size !== undefined) return size;
  throw new CodecError("Cannot inflate a value as its zstd frame does not say how long it is");
}

/**
 * Gives the frame without what follows it. Its blocks say how long they are.
 *
 * @throws {CodecError} If it is cut off.
 */
function wholeFrame(data: Uint8Array): Uint8Array {
  for (let at = headerEnd(data); at + 3 <= data.length;) {
    const header = data[at] | data[at + 1] << 8 | data[at + 2] << 16;
    const isRun = (header >> 1 & 3) === 1;
    at += 3 + (isRun ? 1 : header >> 3);
    if ((header & 1) === 0) continue;
    if ((data[4] & 4) !== 0) at += CHECKSUM_BYTES;
    if (at <= data.length) return data.subarray(0, at);
    break;
  }
  throw new CodecError(
    `Cannot inflate a value of ${data.length} bytes as its zstd frame is cut off`,
  );
}

/** Where the first block of a frame begins. */
function headerEnd(frame: Uint8Array): number {
  const descriptor = frame[4];
  const isSingle = (descriptor & 0x20) !== 0;
  return 5 + (isSingle ? 0 : 1) + DICTIONARY_BYTES[descriptor & 3] + sizeBytes(descriptor);
}

/** How many bytes say how long the content is. */
function sizeBytes(descriptor: number): number {
  const kind = descriptor >> 6;
  return kind === 0 ? descriptor >> 5 & 1 : 1 << kind;
}

/** The length of the content that a frame's header says, if it does. */
function contentSize(frame: Uint8Array): number | undefined {
  const bytes = sizeBytes(frame[4]);
  const end = headerEnd(frame);
  if (bytes === 0 || !(end <= frame.length)) return undefined;
  let size = 0;
  for (let at = end - 1; at >= end - bytes; at--) size = size * 256 + frame[at];
  return bytes === 2 ? size + 256 : size;
}

/** Gives the same bytes as a plain Uint8Array instead of a Buffer. */
function plainView(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

const DICTIONARY_BYTES: readonly number[] = [0, 1, 2, 4];
const CHECKSUM_BYTES = 4;

/**
 * zlib streams, and zstd frames, that come in pieces, for values that are read as streams.
 *
 * This uses node:zlib, not DecompressionStream, which inflates each piece as a whole, to up to a thousand times its size,
 * and takes a truncated stream for a complete one.
 */

import type { Buffer } from "node:buffer";
import { createInflate } from "node:zlib";
import { CodecError } from "../errors.ts";
import { beginZstd, cutOff, isZstd } from "./zstd.ts";

/**
 * Inflates the first zlib stream or zstd frame in the pieces, about 64 KiB at a time; bytes after it are ignored. It asks the source
 * for the next piece once the last one has been inflated. If the consumer stops early, the source is cancelled.
 *
 * @throws {CodecError} If there is no complete stream or frame. An error of the source is passed on.
 */
export async function* inflatePieces(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const pieces = source[Symbol.asyncIterator]();
  const first = await pieces.next();
  const zstd = !first.done && isZstd(first.value) ? beginZstd(first.value, PIECE_BYTES) : undefined;
  const inflater = zstd?.inflater ?? createInflate({ chunkSize: PIECE_BYTES });
  let length = 0;
  let failure: { readonly reason: unknown } | undefined;
  const feed = async () => {
    for (let next = first; !next.done; next = await pieces.next()) {
      const piece = next.value;
      await new Promise<void>((resolve) => inflater.write(piece, () => resolve()));
      if (inflater.destroyed) return;
    }
    inflater.end();
  };
  feed().catch((reason) => {
    failure = { reason };
    inflater.destroy();
  });
  try {
    for await (const piece of inflater as AsyncIterable<Buffer>) {
      length += piece.length;
      yield new Uint8Array(piece.buffer as ArrayBuffer, piece.byteOffset, piece.length);
    }
    if (zstd !== undefined && length !== zstd.size) throw cutOff(length, zstd.size);
  } catch (cause) {
    if (cause instanceof CodecError) throw cause;
    if (failure !== undefined) throw failure.reason;
    throw new CodecError(`Cannot inflate stream: ${(cause as Error).message}`, { cause });
  } finally {
    inflater.destroy();
    await pieces.return?.();
  }
}

const PIECE_BYTES = 64 * 1024;

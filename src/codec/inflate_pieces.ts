/**
 * zlib streams that come in pieces, for values that are read as streams.
 *
 * This uses node:zlib, not DecompressionStream, which inflates each piece as a whole, to up to a thousand times its size,
 * and takes a truncated stream for a complete one.
 */

import type { Buffer } from "node:buffer";
import { createInflate } from "node:zlib";
import { CodecError } from "../errors.ts";

/**
 * Inflates the first zlib stream in the pieces, about 64 KiB at a time; bytes after it are ignored. It asks the source
 * for the next piece once the last one has been inflated. If the consumer stops early, the source is cancelled.
 *
 * @throws {CodecError} If there is no complete zlib stream. An error of the source is passed on.
 */
export async function* inflatePieces(
  source: AsyncIterable<Uint8Array>,
): AsyncGenerator<Uint8Array, void, void> {
  const inflater = createInflate({ chunkSize: PIECE_BYTES });
  const pieces = source[Symbol.asyncIterator]();
  let failure: { readonly reason: unknown } | undefined;
  const feed = async () => {
    for (let next = await pieces.next(); !next.done; next = await pieces.next()) {
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
      yield new Uint8Array(piece.buffer as ArrayBuffer, piece.byteOffset, piece.length);
    }
  } catch (cause) {
    if (failure !== undefined) throw failure.reason;
    throw new CodecError(`Cannot inflate stream: ${(cause as Error).message}`, { cause });
  } finally {
    inflater.destroy();
    await pieces.return?.();
  }
}

const PIECE_BYTES = 64 * 1024;

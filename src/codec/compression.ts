/**
 * zlib streams (RFC 1950), as libmc's `comp_threshold` makes them.
 *
 * This uses node:zlib synchronously, not CompressionStream: for small values, which are the most, it is at least twice as
 * fast, for big ones never slower, and it can bound its output. Measured on JSON text, deflate and inflate in µs
 * (bench/micro/compression_bench.ts):
 *
 * | size | node:zlib | streams |
 * | --- | --- | --- |
 * | 1 kB | 24, 10 | 46, 36 |
 * | 10 kB | 91, 21 | 90, 29 |
 * | 100 kB | 1,200, 150 | 1,300, 210 |
 * | 1 MB | 14,200, 2,100 | 16,600, 2,700 |
 */

import { deflateSync, inflateSync } from "node:zlib";
import { CodecError } from "../errors.ts";
import { compressZstd } from "./zstd.ts";

/**
 * How values are compressed: the option `compression`.
 *
 * @example zstd, where the runtime has it
 * ```ts
 * import { Client, type CompressionOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const compression: CompressionOptions = { algorithm: "zstd", level: 3 };
 * await using client = new Client(server.address, { compression, compThreshold: 1000 });
 *
 * await client.set("page", "<br>".repeat(1000));
 * assertEquals(await client.get("page"), "<br>".repeat(1000));
 * assert((await client.getRaw("page"))!.data.length < 100);
 * ```
 */
export interface CompressionOptions {
  /**
   * `"zlib"`, which libmc and every version of this package reads, or `"zstd"`, which is faster, and which only clients of
   * this package read, on a runtime that has it: Deno, Bun, Node from 22.15 on. For others such a value is unreadable, not
   * wrong: libmc raises an error.
   *
   * @default {"zlib"}
   */
  readonly algorithm?: "zlib" | "zstd";
  /**
   * From fast to small: 1 to 9 for zlib, 1 to 22 for zstd.
   *
   * @default {6, or 3 for zstd}
   */
  readonly level?: number;
}

/** The compression of a client that is given none. */
export const DEFAULT_COMPRESSION: Required<CompressionOptions> = { algorithm: "zlib", level: 6 };

/** Compresses. */
export function compress(
  data: Uint8Array,
  { algorithm, level }: Required<CompressionOptions> = DEFAULT_COMPRESSION,
): Uint8Array {
  return algorithm === "zstd" ? compressZstd(data, level) : plainView(deflateSync(data, { level }));
}

/**
 * Inflates the first zlib stream in the data; bytes after it are ignored.
 *
 * @param data Borrowed.
 * @param limit Most bytes that may come out.
 * @returns Owned.
 * @throws {CodecError} If there is no complete stream, or more than `limit` bytes come out.
 */
export function inflate(data: Uint8Array, limit: number): Uint8Array {
  const chunkSize = data.length > LONG_STREAM ? LONG_CHUNK : SHORT_CHUNK;
  try {
    return plainView(inflateSync(data, { chunkSize, maxOutputLength: Math.max(limit, 1) }));
  } catch (cause) {
    if ((cause as { code?: unknown }).code === "ERR_BUFFER_TOO_LARGE") {
      throw new CodecError(
        `Cannot inflate a value of ${data.length} bytes as it must inflate to <= ${limit} bytes: ` +
          'the option "inflateBudget" sets the bound',
        { cause },
      );
    }
    throw new CodecError(
      `Cannot inflate a value of ${data.length} bytes: ${(cause as Error).message}`,
      { cause },
    );
  }
}

/** Gives the same bytes as a plain Uint8Array instead of a Buffer. */
function plainView(buffer: Uint8Array): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length);
}

/** Above this many compressed bytes, bigger pieces of output are faster: 2.1 ms against 2.7 ms for 1 MB. */
const LONG_STREAM = 8 * 1024;
const LONG_CHUNK = 64 * 1024;
const SHORT_CHUNK = 16 * 1024;

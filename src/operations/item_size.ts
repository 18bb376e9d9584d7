/**
 * How much data an item may have. memcached counts more than the data against its option `-I`: an item of 1.6 has a header
 * of 48 bytes, a cas of 8, the key and a NUL, 4 bytes of flags unless they are 0, and the data's line end. It drops the
 * item that it had when it refuses a bigger one, so what is too big must not be sent.
 */

import { CHUNK_BYTES, chunkKey } from "../codec/chunks.ts";

/** Gives the most bytes of data in an item. A server without cas (`-C`) takes 8 more. */
export function mostInItem(itemSizeLimit: number, keyBytes: number, flags: number): number {
  return itemSizeLimit - keyBytes - (flags === 0 ? HEADER_BYTES : HEADER_BYTES + 4);
}

/**
 * Gives the bytes of a chunk of a value that is split under this key: libmc's 1,000,000, or fewer if a server takes no such
 * items. libmc reads chunks of any length.
 */
export function chunkBytesFor(itemSizeLimit: number, key: string): number {
  return Math.min(CHUNK_BYTES, mostInItem(itemSizeLimit, chunkKey(key, 0).length, MARKED));
}

const HEADER_BYTES = 48 + 8 + 1 + 2;
/** Any flags but 0: the chunks of a split value have such. */
const MARKED = 1;

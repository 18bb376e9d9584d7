/**
 * FastLZ, the compression that php-memcached has by default. A block is a row of literal runs and of matches, which repeat what
 * came out before. Its first byte says which of two levels it has: they differ in how far a match may lie back, and in
 * how its length is written.
 */

import { CodecError } from "../../errors.ts";

/**
 * Decompresses a block.
 *
 * @param data Borrowed.
 * @param length How many bytes come out.
 * @returns Owned.
 * @throws {CodecError} If the data is not such a block.
 */
export function decompressFastlz(data: Uint8Array, length: number): Uint8Array {
  const level = data.length === 0 ? -1 : data[0] >> 5;
  // More cannot come out, whatever is announced: so nothing is reserved for it.
  const most = data.length * (level === 1 ? MOST_PER_BYTE_2 : MOST_PER_BYTE_1);
  if (level < 0 || level > 1 || length > most) throw broken(data);
  const out = new Uint8Array(length);
  let end = 0;
  let at = 0;
  let control = data[at++] & SHORT;
  for (;;) {
    if (control < 32) {
      const run = control + 1;
      if (at + run > data.length || end + run > length) throw broken(data);
      out.set(data.subarray(at, at + run), end);
      at += run;
      end += run;
    } else {
      let size = (control >> 5) + 2;
      let distance = ((control & SHORT) << 8) + 1;
      if (size === LONG_MATCH) {
        let more: number;
        do {
          more = at < data.length ? data[at++] : NaN;
          size += more;
        } while (level === 1 && more === 255);
      }
      const low = at < data.length ? data[at++] : NaN;
      distance += low;
      if (level === 1 && distance === FAR) {
        if (at + 2 > data.length) throw broken(data);
        distance += data[at] << 8 | data[at + 1];
        at += 2;
      }
      if (!(distance <= end && end + size <= length)) throw broken(data);
      // A match may reach into itself.
      for (const stop = end + size; end < stop; end++) out[end] = out[end - distance];
    }
    if (at >= data.length) break;
    control = data[at++];
  }
  if (end !== length) throw broken(data);
  return out;
}

function broken(data: Uint8Array): CodecError {
  return new CodecError(`Cannot decompress a value of ${data.length} bytes as it is not FastLZ`);
}

/** The bits of a control byte that are not the length of a match. */
const SHORT = 31;
/** A match of this size or longer has its length written behind it. */
const LONG_MATCH = 9;
/** The distance behind which level 2 has two bytes more. */
const FAR = 8192;
/** Three bytes stand for 264. */
const MOST_PER_BYTE_1 = 88;
/** A byte stands for up to 255. */
const MOST_PER_BYTE_2 = 255;

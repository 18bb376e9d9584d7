/**
 * Cuts a request into TLS records that every memcached reads to their end.
 *
 * Up to 1.6.38 memcached sleeps until its socket has something to read, also when it has decrypted a record of which it
 * has used only a part: the rest stays unread until more bytes come, and a client that waits for replies sends none. It
 * uses a part of a record in two cases.
 *
 * - It reads the rest of a data block straight into its item, and so takes no byte behind the block. Hence a record that
 *   begins inside a data block must not go on behind it.
 * - It reads everything else into a buffer of 16 KiB, in which the beginning of a line may stand, of at most 2 KiB if the
 *   line is not one of get. Hence a record has at most 14 KiB.
 */

/**
 * Cuts the parts of a request.
 *
 * @param blockEnds Where the data blocks end, line ends included, counted from the start of the request; in order.
 * @returns Pieces of the parts, each to be sent in a record of its own. A request that fits into one is not cut.
 */
export function recordsOf(
  parts: readonly Uint8Array[],
  blockEnds: readonly number[],
): readonly Uint8Array[] {
  const records: Uint8Array[] = [];
  let partAt = 0;
  let next = 0;
  /** True if the next record may begin inside a data block. */
  let mayBeInside = false;
  for (const part of parts) {
    for (let at = 0; at < part.length;) {
      const start = partAt + at;
      const limit = Math.min(start + RECORD_BYTES, partAt + part.length);
      while (blockEnds[next] <= start) next++;
      let end = limit;
      if (blockEnds[next] <= limit) {
        if (mayBeInside) end = blockEnds[next];
        else if (limit < partAt + part.length) end = lastUpTo(limit, blockEnds, next);
      }
      records.push(part.subarray(at, end - partAt));
      while (blockEnds[next] < end) next++;
      mayBeInside = blockEnds[next] !== end;
      at = end - partAt;
    }
    partAt += part.length;
  }
  return records;
}

/** The last of the ascending numbers that is not greater than the limit, where the one at `from` is not. */
function lastUpTo(limit: number, numbers: readonly number[], from: number): number {
  let at = from;
  while (numbers[at + 1] <= limit) at++;
  return numbers[at];
}

/** Most bytes of a record: memcached's read buffer of 16 KiB without the 2 KiB of a line that may stand in it. */
const RECORD_BYTES = 14 * 1024;

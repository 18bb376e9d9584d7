/** Cuts the items for one server into batches that are written, and fail, together. */

import type { Encoded } from "../codec/codec.ts";
import { type KeyGroup, type KeyRange, placeOf } from "./key_group.ts";

/** Most keys in a batch: what is behind it does not wait for more than these. */
const MAX_BATCH_KEYS = 1000;

/** A batch is full at this many bytes of data. */
const MAX_BATCH_BYTES = 256 * 1024;

/** The ranges of a group that make a batch each. `items` holds what is stored, by place. */
export function* ranges(group: KeyGroup, items?: readonly Encoded[]): Generator<KeyRange> {
  const count = group.keys.length;
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    bytes += items === undefined ? 0 : items[placeOf(group, i)].data.length;
    if (bytes < MAX_BATCH_BYTES && i + 1 - start < MAX_BATCH_KEYS) continue;
    yield [start, i + 1];
    start = i + 1;
    bytes = 0;
  }
  if (start < count) yield [start, count];
}

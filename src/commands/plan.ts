/**
 * Cuts the keys for one server into ranges that are written together and fail together. Nearly always it is one range, so
 * the plans are arrays: a generator costs more than the whole plan.
 */

import type { Encoded } from "../codec/codec.ts";
import { MAX_LINE_BYTES, type RetrievalName } from "./get.ts";
import { type KeyGroup, type KeyRange, positionOf } from "./key_group.ts";

/** Cuts a group into ranges of one batch each, for commands without data. */
export function batchPlan({ keys: { length } }: KeyGroup): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  for (let start = 0; start < length; start += MAX_BATCH_KEYS) {
    ranges.push([start, Math.min(start + MAX_BATCH_KEYS, length)]);
  }
  return ranges;
}

/** Cuts a group into ranges of one batch each. `items` holds the data to store, by position. */
export function storagePlan(group: KeyGroup, items: readonly Encoded[]): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  const count = group.keys.length;
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < count; i++) {
    bytes += items[positionOf(group, i)].data.length;
    if (bytes < MAX_BATCH_BYTES && i + 1 - start < MAX_BATCH_KEYS) continue;
    ranges.push([start, i + 1]);
    start = i + 1;
    bytes = 0;
  }
  if (start < count) ranges.push([start, count]);
  return ranges;
}

/** Cuts a group into ranges of one line each. */
export function retrievalPlan({ keys }: KeyGroup, name: RetrievalName): readonly KeyRange[] {
  const ranges: KeyRange[] = [];
  const room = name === "get" || name === "gets"
    ? MAX_LINE_BYTES - "gets\r\n".length
    : MAX_GAT_LINE_BYTES - "gats -2147483648\r\n".length;
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < keys.length; i++) {
    const more = keys[i].length + 1;
    bytes += more;
    if (bytes <= room && i - start < MAX_LINE_KEYS) continue;
    ranges.push([start, i]);
    start = i;
    bytes = more;
  }
  if (start < keys.length) ranges.push([start, keys.length]);
  return ranges;
}

/** Most keys in one line of get and gets: the server reads a line whole before it answers. */
export const MAX_LINE_KEYS = 1000;

/** Longest line of gat and gats in bytes: memcached closes a connection that sends more than 2,048 without an end. */
export const MAX_GAT_LINE_BYTES = 2000;

/** Most keys in a batch: the commands behind it do not wait for more than these. */
const MAX_BATCH_KEYS = 1000;

/** A batch is full at this many bytes of data. */
const MAX_BATCH_BYTES = 256 * 1024;

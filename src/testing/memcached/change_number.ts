/** Arithmetic on a stored number, for classic and meta commands alike. */

import { unsignedOf } from "./c_numbers.ts";
import { bytesOf, textOf } from "./latin1.ts";
import { logGet } from "./log_lines.ts";
import type { ReplyWriter } from "./reply_writer.ts";
import type { ServerState } from "./server_state.ts";
import type { Item } from "./store.ts";

/** A change that a command wants to make. */
export interface WantedChange {
  readonly key: string;
  readonly isIncrement: boolean;
  readonly delta: bigint;
  /** The cas that the item must have; 0 for any. */
  readonly cas: bigint;
  /** Where the answer goes, behind others that may hold the item. */
  readonly reply: ReplyWriter;
}

/** A number that was changed. */
export interface Changed {
  readonly digits: string;
  /** The item with the new number. */
  readonly item: Item;
  /**
   * Whether a new item took the place of the old one: because the number has more digits than the old one had bytes, or
   * because a reply that is not sent yet holds the old one.
   */
  readonly isReplaced: boolean;
}

/** Changes a number, or says why not. */
export function changeNumber(
  { key, isIncrement, delta, cas, reply }: WantedChange,
  state: ServerState,
): Changed | "notFound" | "nonNumeric" | "exists" {
  const { store, statistics } = state;
  const item = store.get(key);
  logGet(state, key, item ?? "absent");
  if (item === undefined) return "notFound";
  if (item.data.length === 0 || store.isChunked(key, item)) return "nonNumeric";
  if (cas !== 0n && cas !== item.cas) return "exists";
  // The daemon reads the number from the stored bytes, so it ignores everything after white space there.
  const old = unsignedOf(textOf(item.data));
  if (old === undefined) return "nonNumeric";
  statistics.count(isIncrement ? "incr_hits" : "decr_hits");
  const value = isIncrement ? BigInt.asUintN(64, old + delta) : old > delta ? old - delta : 0n;
  const digits = String(value);
  const { flags, exptime } = item;
  if (digits.length > item.data.length || reply.holds(item)) {
    const replaced = store.put(key, { data: bytesOf(digits), flags, exptime });
    return { digits, item: replaced, isReplaced: true };
  }
  store.noteFound(item);
  // The item keeps its length: spaces follow a shorter number.
  const data = bytesOf(digits.padEnd(item.data.length));
  const changed = store.change(key, item, { data, cas: store.nextCas() });
  return { digits, item: changed, isReplaced: false };
}

/** memcached's answer to arithmetic on an item that is not a number. */
export const NON_NUMERIC = "CLIENT_ERROR cannot increment or decrement non-numeric value";

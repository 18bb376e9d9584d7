/**
 * The items of the embedded server, with memcached's rules of expiry, flushing, size and cas. Items are dropped when
 * they are looked at, as the daemon does it; there is no eviction.
 */

import type { ServerClock } from "./clock.ts";

/** One stored item. Never changed in place: a reply may still hold its data. */
export interface Item {
  readonly data: Uint8Array;
  readonly flags: number;
  readonly cas: bigint;
  /** The second at which it expires, 0 for never. */
  readonly exptime: number;
  /** The second at which it was stored. */
  readonly time: number;
}

/** Why an item that was asked for is not there. */
export type Gone = "absent" | "expired" | "flushed";

/** Keys and items. */
export class Store {
  readonly #items = new Map<string, Item>();
  readonly #clock: ServerClock;
  readonly #itemSizeLimit: number;
  #lastCas = 0n;
  #oldestLive = 0;
  #oldestCas = 0n;
  #stored = 0;

  constructor(clock: ServerClock, itemSizeLimit: number) {
    this.#clock = clock;
    this.#itemSizeLimit = itemSizeLimit;
  }

  /** How many items there are that are neither expired nor flushed. */
  get size(): number {
    for (const key of this.#items.keys()) this.find(key);
    return this.#items.size;
  }

  /** How many items were ever stored. */
  get stored(): number {
    return this.#stored;
  }

  /** Keys and items, those included that are gone but were not looked at since. */
  entries(): Iterable<[string, Item]> {
    return this.#items;
  }

  /** Gives the item, or says why there is none. */
  find(key: string): Item | Gone {
    const item = this.#items.get(key);
    if (item === undefined) return "absent";
    const now = Math.floor(this.#clock.now());
    const flushed = this.#oldestLive !== 0 && this.#oldestLive <= now &&
      (item.time <= this.#oldestLive || item.cas < this.#oldestCas);
    const expired = item.exptime !== 0 && item.exptime <= this.#clock.now();
    if (!flushed && !expired) return item;
    this.#items.delete(key);
    return flushed ? "flushed" : "expired";
  }

  /** Gives the item, or `undefined`. */
  get(key: string): Item | undefined {
    const item = this.find(key);
    return typeof item === "string" ? undefined : item;
  }

  /** Stores an item under a new cas. */
  put(key: string, data: Uint8Array, flags: number, exptime: number): void {
    const time = Math.floor(this.#clock.now());
    this.#items.delete(key);
    this.#items.set(key, { data, flags, exptime, time, cas: this.#nextCas() });
    this.#stored++;
  }

  /** Changes the data of an item where it is: a new cas, and nothing else. */
  rewrite(key: string, item: Item, data: Uint8Array): void {
    this.#items.set(key, { ...item, data, cas: this.#nextCas() });
  }

  /** Gives an item another time to expire; its cas stays. */
  touch(key: string, item: Item, exptime: number): void {
    this.#items.set(key, { ...item, exptime });
  }

  /** Removes an item, and says whether there was one. */
  delete(key: string): boolean {
    return this.get(key) !== undefined && this.#items.delete(key);
  }

  /**
   * Flushes all items, now or later. As in the daemon, a delay takes effect one second early, and takes the place of
   * an earlier one. What was flushed before stays so: the daemon may show it again, if none of its threads was faster.
   */
  flush(exptime: number): void {
    for (const key of this.#items.keys()) this.find(key);
    const now = Math.floor(this.#clock.now());
    this.#oldestLive = (exptime > 0 ? Math.floor(this.exptimeOf(exptime)) : now) - 1;
    if (this.#oldestLive <= now) this.#oldestCas = this.#nextCas();
  }

  /** The second at which something expires: 0 for never; up to 30 days are relative; what is past is 1. */
  exptimeOf(exptime: number): number {
    if (exptime === 0) return 0;
    const now = this.#clock.now();
    if (exptime < 0) return 1;
    if (exptime <= THIRTY_DAYS) return now + exptime;
    return exptime <= now ? 1 : exptime;
  }

  /** Whether an item of this size may be stored. */
  fits(key: string, flags: number, length: number): boolean {
    return totalSize(key, flags, length) <= this.#itemSizeLimit;
  }

  /** Whether the daemon keeps an item of this size in several chunks: it does no arithmetic on those. */
  isChunked(key: string, item: Item): boolean {
    const chunk = Math.min(this.#itemSizeLimit / 2, MAX_CHUNK);
    return totalSize(key, item.flags, item.data.length) > chunk;
  }

  #nextCas(): bigint {
    this.#lastCas = BigInt.asUintN(64, this.#lastCas + 1n);
    return this.#lastCas;
  }
}

/** What memcached counts against the item limit: its header with the cas, the key and a NUL, the flags, the data. */
export function totalSize(key: string, flags: number, length: number): number {
  return 48 + 8 + key.length + 1 + (flags === 0 ? 0 : 4) + length + 2;
}

const THIRTY_DAYS = 60 * 60 * 24 * 30;
const MAX_CHUNK = 512 * 1024;

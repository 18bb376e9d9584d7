/**
 * The items of the embedded server, with memcached's rules of expiry, flushing, size and cas. As in the daemon, an item
 * that is gone is dropped when a command asks for it. Nothing is evicted.
 */

import type { ServerClock } from "./clock.ts";

/** One stored item. It is never changed in place, as a reply may still hold its data. */
export interface Item {
  readonly data: Uint8Array;
  readonly flags: number;
  readonly cas: bigint;
  /** When it expires, in seconds since 1970; 0 for never. */
  readonly exptime: number;
  /** When it was stored, in seconds since 1970. */
  readonly time: number;
}

/** Why there is no item. */
export type Gone = "absent" | "expired" | "flushed";

/** Keeps items by their keys. */
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

  /** How many items are neither expired nor flushed. */
  get size(): number {
    this.dropGone();
    return this.#items.size;
  }

  /** How many items were stored so far. */
  get stored(): number {
    return this.#stored;
  }

  /** Drops all items that are gone. */
  dropGone(): void {
    for (const key of this.#items.keys()) this.find(key);
  }

  /** Gives keys and items, the oldest first, with those that are gone but were not asked for since. */
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

  /** Changes the data of an item. It gets a new cas and keeps everything else. */
  rewrite(key: string, item: Item, data: Uint8Array): void {
    this.#items.set(key, { ...item, data, cas: this.#nextCas() });
  }

  /** Gives an item another time to expire. It keeps its cas. */
  touch(key: string, item: Item, exptime: number): void {
    this.#items.set(key, { ...item, exptime });
  }

  /** Removes an item, and says whether there was one. */
  delete(key: string): boolean {
    return this.get(key) !== undefined && this.#items.delete(key);
  }

  /**
   * Flushes all items, now or later. As in the daemon, a delayed flush takes effect one second early, and replaces an
   * earlier one. Items that were flushed before stay flushed; the daemon may show them again, if it has not removed them
   * yet.
   */
  flush(exptime: number): void {
    this.dropGone();
    const now = Math.floor(this.#clock.now());
    this.#oldestLive = (exptime > 0 ? Math.floor(this.exptimeOf(exptime)) : now) - 1;
    if (this.#oldestLive <= now) this.#oldestCas = this.#nextCas();
  }

  /** Gives the second at which an item expires: 0 for never, 1 for a time that is past. Up to 30 days are relative. */
  exptimeOf(exptime: number): number {
    if (exptime === 0) return 0;
    const now = this.#clock.now();
    if (exptime < 0) return 1;
    if (exptime <= THIRTY_DAYS) return now + exptime;
    return exptime <= now ? 1 : exptime;
  }

  /** Says whether an item of this size may be stored. */
  fits(key: string, flags: number, length: number): boolean {
    return totalSize(key, flags, length) <= this.#itemSizeLimit;
  }

  /** Says whether the daemon keeps an item of this size in several chunks. It does no arithmetic on those. */
  isChunked(key: string, item: Item): boolean {
    const chunk = Math.min(this.#itemSizeLimit / 2, MAX_CHUNK);
    return totalSize(key, item.flags, item.data.length) > chunk;
  }

  #nextCas(): bigint {
    this.#lastCas = BigInt.asUintN(64, this.#lastCas + 1n);
    return this.#lastCas;
  }
}

/** Gives the size that counts against the item limit: header and cas, key and NUL, flags, data and its line end. */
export function totalSize(key: string, flags: number, length: number): number {
  return 48 + 8 + key.length + 1 + (flags === 0 ? 0 : 4) + length + 2;
}

const THIRTY_DAYS = 60 * 60 * 24 * 30;
const MAX_CHUNK = 512 * 1024;

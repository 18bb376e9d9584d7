/**
 * The items of the embedded server, with memcached's rules of expiry, flushing, size and cas. As in the daemon, an item
 * that is gone is dropped when a command asks for it. Nothing is evicted.
 */

import type { ServerClock } from "./clock.ts";

/** One stored item. Its data is never changed in place, as a reply may still hold it. */
export interface Item extends Marks {
  readonly data: Uint8Array;
  readonly flags: number;
  readonly cas: bigint;
  /** When it expires, in seconds since 1970; 0 for never. */
  readonly exptime: number;
  /** When it was stored, in seconds since 1970. */
  readonly time: number;
  /** Its place in the order in which items were stored. The cas does not tell it, as a client may choose one. */
  readonly sequence: number;
  /** Whether a reader has fetched it. */
  isFetched: boolean;
  /** When it was last read, or stored, in seconds since 1970. */
  accessed: number;
}

/** What meta commands know of an item. */
export interface Marks {
  /** Whether its key came as base64, so that replies tell it so. */
  readonly hasBinaryKey: boolean;
  /** Whether a client has marked it as stale. */
  readonly isStale: boolean;
  /** Whether a reader was told that it is the one to store the item anew. */
  readonly isWon: boolean;
}

/** Why there is no item. */
export type Gone = "absent" | "expired" | "flushed";

/** What is stored; `cas` only where a client says which one the item gets. */
export interface NewItem extends Partial<Marks> {
  readonly data: Uint8Array;
  readonly flags: number;
  readonly exptime: number;
  readonly cas?: bigint | undefined;
}

/** What may change of an item that stays the same one. */
export type Changes = Partial<Pick<Item, "data" | "cas" | "exptime" | "isStale" | "isWon">>;

/** Keeps items by their keys. */
export class Store {
  readonly #items = new Map<string, Item>();
  readonly #clock: ServerClock;
  readonly #itemSizeLimit: number;
  readonly #started: number;
  #lastCas = 0n;
  #oldestLive = 0;
  /** How many items had been stored at the last flush. */
  #storedBefore = 0;
  #stored = 0;

  constructor(clock: ServerClock, itemSizeLimit: number) {
    this.#clock = clock;
    this.#itemSizeLimit = itemSizeLimit;
    this.#started = Math.floor(clock.now());
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
      (item.time <= this.#oldestLive || item.sequence <= this.#storedBefore);
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

  /** Stores an item under a new cas, unless one is given. Nothing is left of an item that it replaces. */
  put(
    key: string,
    { data, flags, exptime, cas, hasBinaryKey = false, isStale = false, isWon = false }: NewItem,
  ): Item {
    const time = Math.floor(this.#clock.now());
    this.#stored++;
    const item = {
      data,
      flags,
      cas: cas ?? this.nextCas(),
      exptime,
      time,
      sequence: this.#stored,
      hasBinaryKey,
      isStale,
      isWon,
      isFetched: false,
      accessed: time,
    };
    this.#items.delete(key);
    this.#items.set(key, item);
    return item;
  }

  /** Changes some of an item and keeps the rest, its cas included unless another is given. */
  change(key: string, item: Item, changes: Changes): Item {
    const changed = { ...item, ...changes };
    this.#items.set(key, changed);
    return changed;
  }

  /** Notes that an item was read. As in the daemon, the first reader does not make it younger. */
  noteRead(item: Item): void {
    if (item.isFetched) item.accessed = Math.floor(this.#clock.now());
    else item.isFetched = true;
  }

  /** Notes that a command that does not read has found an item; the daemon does so at most once a minute. */
  noteFound(item: Item): void {
    const now = Math.floor(this.#clock.now());
    if (item.accessed < now - UPDATE_INTERVAL) item.accessed = now;
  }

  /** Gives the seconds until a time at which an item expires, as the daemon tells them: the past as if it were far away. */
  secondsUntil(exptime: number): number {
    if (exptime === 0) return -1;
    const now = Math.floor(this.#clock.now());
    // The daemon counts from a little before its own start, and takes the first second for what is long past.
    const left = exptime === PAST
      ? this.#started - UPDATE_INTERVAL - 1 - now
      : Math.floor(exptime) - now;
    return exptime > this.#clock.now() ? Math.max(1, left) : left >>> 0;
  }

  /** Gives the seconds since an item was read or stored. */
  secondsSinceAccess(item: Item): number {
    return Math.floor(this.#clock.now()) - item.accessed;
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
    if (this.#oldestLive <= now) this.#storedBefore = this.#stored;
  }

  /** Gives the second at which an item expires: 0 for never, 1 for a time that is past. Up to 30 days are relative. */
  exptimeOf(exptime: number): number {
    if (exptime === 0) return 0;
    const now = this.#clock.now();
    if (exptime < 0) return PAST;
    if (exptime <= THIRTY_DAYS) return now + exptime;
    return exptime <= now ? PAST : exptime;
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

  /** Gives a cas that no item has had from this server. */
  nextCas(): bigint {
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
/** A second that is past, and is not 0. */
const PAST = 1;
const UPDATE_INTERVAL = 60;

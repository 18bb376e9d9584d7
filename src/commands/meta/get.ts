/** mg: an item, and what the server knows of it. */

import { ProtocolError } from "../../errors.ts";
import type { ItemView } from "../../protocol/item_view.ts";
import { findFlag, flagDigits, META_MARKS } from "../../protocol/meta_lines.ts";
import { ReplyWord } from "../../protocol/reply.ts";
import { unexpected } from "../command.ts";
import type { ItemDecoder } from "../item_decoder.ts";
import { ASKS, changes, ofMeta } from "../traits.ts";
import type { MetaKind } from "./meta_command.ts";
import type { MetaNeeds } from "./needs.ts";
import { isPlaceholder } from "./placeholder.ts";
import { flagText, type RequestFlags } from "./request_flags.ts";

/**
 * What `client.meta.get()` gives for an item: what was asked for, and what the server says unasked.
 *
 * @example Read a value with its age
 * ```ts
 * import { Client, type MetaItem } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("page", "hello", { exptime: 60 });
 * const item: MetaItem<string> | undefined = await client.meta.get<string>("page", { ttl: true });
 * assertEquals(item, { value: "hello", ttl: 60, won: false, stale: false, taken: false });
 * ```
 */
export interface MetaItem<T = unknown> {
  /** The value, if it was asked for. Not there if the item is a placeholder, which has none. */
  readonly value?: T;
  /** The cas, with `cas`. */
  readonly cas?: bigint;
  /** Seconds until it expires, with `ttl`; Infinity: never. */
  readonly ttl?: number;
  /** Length of the data as it is stored, in bytes, with `size`. */
  readonly size?: number;
  /** True if it was read before, with `hit`. */
  readonly hitBefore?: boolean;
  /** Seconds since it was read last, with `lastAccess`. */
  readonly lastAccess?: number;
  /** True if this caller is to renew the value. No other is told so until it does, or the item has expired. */
  readonly won: boolean;
  /** True if the value is stale: somebody has said so, by `meta.delete()` with `stale`. */
  readonly stale: boolean;
  /** True if another caller was told to renew the value, and has not done so yet. */
  readonly taken: boolean;
  /** True, and no value, if the item still has the cas of `ifNotCas`. */
  readonly unchanged?: true;
}

/** What is asked for in a reply to mg. */
export interface MetaAsked {
  readonly value: boolean;
  readonly cas: boolean;
  readonly ttl: boolean;
  readonly size: boolean;
  readonly hit: boolean;
  readonly lastAccess: boolean;
  /** True if the item may answer that it has not changed. */
  readonly unchanged: boolean;
}

/**
 * Makes the kind of an mg.
 *
 * @param flags All but those that follow from what is asked.
 * @param mayRepeat True if it is answered alike when it is sent twice.
 */
export function metaGet<T>(
  decoder: ItemDecoder<T>,
  asked: MetaAsked,
  flags: RequestFlags,
  { needs, mayRepeat }: { needs: MetaNeeds | undefined; mayRepeat: boolean },
): MetaKind<MetaItem<T>> {
  const on = (isAsked: boolean) => isAsked ? true : undefined;
  const readers = Object.entries(READERS).filter(([name]) => asked[name as keyof MetaAsked])
    .map(([, reader]) => reader);
  return {
    name: "mg",
    traits: mayRepeat ? READS : READS_ONCE,
    needs,
    flags: flagText({
      ...flags,
      ...{ v: on(asked.value), f: on(asked.value), s: on(asked.size), t: on(asked.ttl) },
      ...{ c: on(asked.cas), h: on(asked.hit), l: on(asked.lastAccess) },
    }),
    flagsBehind: "",
    hidden: undefined,
    // Where a win is also given for an item that is nearly over, it does not tell which of the two it was.
    isNew: ({ won, stale }) => won && !stale && flags.N !== undefined && flags.R === undefined,
    line(command, word, bytes, start, end) {
      if (word === ReplyWord.EN) return undefined;
      if (word !== ReplyWord.HD || asked.value && !asked.unchanged) {
        throw unexpected(command, word, bytes, start, end);
      }
      const has = (letter: string) => findFlag(bytes, start, end, letter) >= 0;
      const item: Writable<MetaItem<T>> = { won: has("W"), stale: has("X"), taken: has("Z") };
      if (asked.value) item.unchanged = true;
      for (const read of readers) read(item, bytes, start, end);
      return item;
    },
    item(view) {
      const { marks } = view;
      const won = (marks & META_MARKS.won) !== 0;
      const stale = (marks & META_MARKS.stale) !== 0;
      const taken = (marks & META_MARKS.taken) !== 0;
      if (!asked.value) throw new ProtocolError("Cannot take an item as the reply to mg without v");
      const value = isPlaceholder(view) ? undefined : decoder.decode(view);
      if (readers.length === 0) {
        return value === undefined ? { won, stale, taken } : { value, won, stale, taken };
      }
      const item: Writable<MetaItem<T>> = { won, stale, taken };
      if (value !== undefined) item.value = value;
      for (const read of readers) read(item, view.header, view.restStart, view.restEnd);
      return item;
    },
  };
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };
type Reader = (
  item: Writable<MetaItem>,
  bytes: Uint8Array,
  start: number,
  end: number,
) => void;

const READERS: Readonly<Record<string, Reader>> = {
  cas: (item, ...at) => item.cas = BigInt(digits("c", ...at)),
  ttl: (item, ...at) => item.ttl = ttlOf(Number(digits("t", ...at))),
  size: (item, ...at) => item.size = Number(digits("s", ...at)),
  hit: (item, ...at) => item.hitBefore = digits("h", ...at) !== "0",
  lastAccess: (item, ...at) => item.lastAccess = Number(digits("l", ...at)),
};

/** Gives the value of a flag that was asked for. */
export function digits(letter: string, bytes: Uint8Array, start: number, end: number): string {
  const found = flagDigits(bytes, start, end, letter);
  if (found !== undefined && (found[0] !== "-" || letter === "t")) return found;
  throw new ProtocolError(`Cannot take a reply without the flag ${letter}, as that was asked for`);
}

/** Gives the seconds of the t flag of an item, without making a text of it. */
export function ttlIn({ header, restStart, restEnd }: ItemView): number {
  let at = findFlag(header, restStart, restEnd, "t");
  // What is no plain number is read, and refused, in the usual way.
  if (at < 0 || header[at] === MINUS) return ttlOf(Number(digits("t", header, restStart, restEnd)));
  let seconds = 0;
  for (; at < restEnd && header[at] !== SPACE; at++) seconds = seconds * 10 + header[at] - DIGIT_0;
  return ttlOf(seconds);
}

const MINUS = 0x2d;
const SPACE = 0x20;
const DIGIT_0 = 0x30;

/** Gives the seconds of a t flag. A time in the past wraps around below 2^32. */
export function ttlOf(seconds: number): number {
  if (seconds === -1) return Infinity;
  return seconds < 0 || seconds > 2 ** 31 ? 0 : seconds;
}

const READS = ofMeta(ASKS);
/** A win, or that nobody had read the item, is told once: a second answer would say that somebody else came first. */
const READS_ONCE = ofMeta(changes("never"));

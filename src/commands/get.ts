/**
 * One key requested by one caller: get, gets, gat, gats. Gets of one tick to one server join into one line, which costs a
 * fifth of as many lines. Each caller keeps its own outcome.
 *
 * The joined commands are a linked list, so joining allocates no array. Items come in the order of the keys, so a cursor
 * moves along the list, and no key is decoded.
 */

import type { Receiver } from "./receiver.ts";
import { forCommand } from "../error_copy.ts";
import { CodecError, type MemcachedError, ProtocolError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { type Command, countRefusal, SingleCommand, type Tally, unexpected } from "./command.ts";
import type { Divisible } from "./group_command.ts";
import type { ItemDecoder } from "./item_decoder.ts";
import { type KeyGroup, positionOf } from "./key_group.ts";
import { RETRIEVES } from "./traits.ts";

/** Words that ask for items. `gat` and `gats` are followed by an exptime. */
export type RetrievalName = "get" | "gets" | "gat" | "gats";

/** A retrieval's word, and the exptime that goes with gat and gats. */
export interface Retrieval {
  readonly name: RetrievalName;
  readonly exptime?: number;
}

/** Most keys that join into one line. */
export const MAX_MERGED_KEYS = 100;

/**
 * Longest line of get and gets in bytes. memcached takes any, but a service that speaks its protocol may take 16 KB. This
 * costs nothing: 100 keys of 250 bytes take 0.2 ms as before, and 1,000 of them 1.4 ms in place of 1.8, as the server
 * answers the first lines while it reads the next.
 */
export const MAX_LINE_BYTES = 16_000;

/** Asks for one item. */
export class GetCommand<T> extends SingleCommand<T | undefined> implements Divisible {
  override readonly name: RetrievalName;
  override readonly traits = RETRIEVES;
  readonly #key: string;
  readonly #decoder: ItemDecoder<T>;
  #mergeable: boolean;
  /** The words before the key. */
  readonly #words: string;
  /** The command joined behind this one; in the first, also the last one, the number of all and the bytes of their keys. */
  #next: GetCommand<T> | undefined;
  #last: GetCommand<T> = this;
  #count = 1;
  #bytes: number;
  #hits = 0;
  /** In the first: the command whose item is expected next. */
  #cursor: GetCommand<T> | undefined;
  #answered = false;
  #value: T | undefined = undefined;
  #error: MemcachedError | undefined = undefined;

  constructor(
    key: string,
    decoder: ItemDecoder<T>,
    receiver: Receiver<T | undefined>,
    { name, exptime }: Retrieval = GET,
    mergeable = true,
  ) {
    super(receiver);
    this.#key = key;
    this.#bytes = key.length + 1;
    this.name = name;
    this.#decoder = decoder;
    this.#mergeable = mergeable;
    this.#words = exptime === undefined ? WORDS[name] : `${name} ${exptime} `;
  }

  /** Joined commands have many keys. */
  override get key(): string | undefined {
    return this.#next === undefined ? this.#key : undefined;
  }

  override get isRoutable(): boolean {
    return true;
  }

  override get keys(): readonly string[] {
    return this.#joined().map((get) => get.#key);
  }

  override get keysDue(): number {
    return this.#count - this.#hits;
  }

  override get abandoned(): boolean {
    for (let get = this.#first(); get !== undefined; get = get.#next) {
      if (!get.#callerGone) return false;
    }
    return true;
  }

  override merge(next: Command): boolean {
    if (
      !(next instanceof GetCommand) || !this.#mergeable || !next.#mergeable ||
      next.#words !== this.#words || this.name.startsWith("gat") ||
      this.#count + next.#count > MAX_MERGED_KEYS || this.#bytes + next.#bytes > MAX_KEY_BYTES ||
      // Joined commands are given up together.
      this.deadline !== next.deadline
    ) return false;
    this.#join(next);
    return true;
  }

  divide(groups: readonly KeyGroup[]): Command[] {
    const gets = this.#joined();
    for (const get of gets) get.#separate(this);
    return groups.map((group) => {
      const [first, ...others] = group.keys.map((_, i) => gets[positionOf(group, i)]);
      for (const get of others) first.#join(get);
      return first;
    });
  }

  override write(writer: RequestWriter): void {
    this.#cursor = this;
    this.#hits = 0;
    this.#forget();
    writer.latin1(this.#words);
    writer.latin1(this.#key);
    // One key is short: a loop over its characters is faster than a call into the platform. For many keys it is not.
    let keys = "";
    for (let get = this.#next; get !== undefined; get = get.#next) {
      get.#forget();
      keys += " " + get.#key;
    }
    keys += "\r\n";
    if (this.#next === undefined || !writer.ascii(keys)) writer.latin1(keys);
  }

  override item(item: ItemView): boolean {
    const get = this.#seek(this.#cursor, item) ?? this.#seek(this, item);
    if (get === undefined) {
      throw new ProtocolError(`Cannot take an item whose key was not asked: "${item.key()}"`);
    }
    this.#cursor = get.#next;
    this.#hits++;
    get.#answered = true;
    if (get.#callerGone) return false;
    try {
      get.#value = get.#decoder.decode(item);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      get.#error = error;
    }
    return false;
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    for (let get = this.#first(); get !== undefined; get = get.#next) get.#settle();
    return true;
  }

  /** The parts never join others again: each may be the one that is refused. */
  override askApart(): Command[] | undefined {
    if (this.#next === undefined) return undefined;
    const parts: Command[] = [];
    for (const get of this.#joined()) {
      get.#separate(this);
      get.#mergeable = false;
      if (get.#answered) get.#settle();
      else if (!get.#callerGone) parts.push(get);
    }
    for (const part of parts) countRefusal(part);
    return parts;
  }

  override tally(counts: Tally, isComplete: boolean): void {
    counts.hits += this.#hits;
    if (isComplete) counts.misses += this.keysDue;
  }

  override fail(error: MemcachedError): void {
    this.#failAlone(error);
    // Each caller gets an error of its own, whose stack will name that caller.
    for (let get = this.#next; get !== undefined; get = get.#next) {
      get.#failAlone(forCommand(error, this.name));
    }
  }

  /** Tells this caller what came for its key. */
  #settle(): void {
    if (this.#error !== undefined) this.#failAlone(this.#error);
    else this.succeed(this.#value);
  }

  /** True if this caller no longer waits, whatever the others do. */
  get #callerGone(): boolean {
    return super.abandoned;
  }

  #failAlone(error: MemcachedError): void {
    super.fail(error);
  }

  #join(next: GetCommand<T>): void {
    this.#last.#next = next;
    this.#last = next.#last;
    this.#count += next.#count;
    this.#bytes += next.#bytes;
  }

  /** Makes this one of the commands joined in `first` a command of its own, sent as often before. */
  #separate(first: GetCommand<T>): void {
    this.#next = undefined;
    this.#last = this;
    this.#count = 1;
    this.#bytes = this.#key.length + 1;
    this.#hits = 0;
    this.ownResends = first.ownResends;
    this.bystanderResends = first.bystanderResends;
  }

  /** Gives this and the commands joined behind it, in order. */
  #joined(): GetCommand<T>[] {
    const gets: GetCommand<T>[] = [];
    for (let get = this.#first(); get !== undefined; get = get.#next) gets.push(get);
    return gets;
  }

  #forget(): void {
    this.#value = this.#error = undefined;
    this.#answered = false;
  }

  /** Gives the first of the joined commands, to walk along them. */
  #first(): GetCommand<T> | undefined {
    return this;
  }

  /** Finds the command, from `start` on, that asked for the item and has not got it. */
  #seek(start: GetCommand<T> | undefined, item: ItemView): GetCommand<T> | undefined {
    let get = start;
    while (get !== undefined && (get.#answered || !item.hasKey(get.#key))) get = get.#next;
    return get;
  }
}

const GET: Retrieval = { name: "get" };
/** Most bytes of keys in a line, each with the space before it. */
const MAX_KEY_BYTES = MAX_LINE_BYTES - "gets\r\n".length;
const WORDS: Readonly<Record<RetrievalName, string>> = {
  get: "get ",
  gets: "gets ",
  gat: "gat ",
  gats: "gats ",
};

/**
 * One key asked by one caller: get, gets, gat, gats. Gets of one tick to one server join into one line, which costs a
 * fifth of as many lines; each caller keeps an outcome of its own.
 *
 * The joined commands are a linked list, so that joining makes no array. Items come in the order of the keys asked, so
 * a cursor moves along the list, and no key is decoded.
 */

import { CodecError, type MemcachedError, ProtocolError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { type Command, type Outcome, SingleCommand, unexpected } from "./command.ts";
import type { ItemReader } from "./item_decoder.ts";

/** Words that ask for items; `gat` and `gats` are followed by an exptime. */
export type RetrievalName = "get" | "gets" | "gat" | "gats";

/** A retrieval's word, and the exptime that goes with gat and gats. */
export interface Retrieval {
  readonly name: RetrievalName;
  readonly exptime?: number;
}

/** Most keys that join into one line. */
export const MAX_MERGED_KEYS = 100;

/** Asks for one item. */
export class GetCommand<T> extends SingleCommand<T | undefined> {
  override readonly name: RetrievalName;
  override readonly isRetrieval = true;
  override readonly isSafeToRepeat = true;
  readonly key: string;
  readonly #reader: ItemReader<T>;
  readonly #mergeable: boolean;
  /** What stands before the key. */
  readonly #words: string;
  /** The one joined behind this one, and, in the first, the last and the number of all. */
  #next: GetCommand<T> | undefined;
  #last: GetCommand<T> = this;
  #count = 1;
  /** In the first: the one whose item is looked for next. */
  #cursor: GetCommand<T> | undefined;
  #answered = false;
  #value: T | undefined = undefined;
  #error: MemcachedError | undefined = undefined;

  constructor(
    key: string,
    reader: ItemReader<T>,
    outcome: Outcome<T | undefined>,
    { name, exptime }: Retrieval = GET,
    mergeable = true,
  ) {
    super(outcome);
    this.key = key;
    this.name = name;
    this.#reader = reader;
    this.#mergeable = mergeable;
    this.#words = exptime === undefined ? WORDS[name] : `${name} ${exptime} `;
  }

  override get keysAsked(): number {
    return this.#count;
  }

  override get abandoned(): boolean {
    for (let get = this.#first(); get !== undefined; get = get.#next) {
      if (!get.#hasLeft) return false;
    }
    return true;
  }

  override absorb(next: Command): boolean {
    if (
      !(next instanceof GetCommand) || !this.#mergeable || !next.#mergeable ||
      next.#words !== this.#words || this.name.startsWith("gat") ||
      this.#count + next.#count > MAX_MERGED_KEYS ||
      // They are given up together.
      Math.abs(this.deadline - next.deadline) > MOST_BETWEEN_DEADLINES
    ) return false;
    this.#last.#next = next;
    this.#last = next.#last;
    this.#count += next.#count;
    this.deadline = Math.min(this.deadline, next.deadline);
    return true;
  }

  override write(writer: RequestWriter): void {
    this.#cursor = this;
    this.#forget();
    writer.latin1(this.#words);
    writer.latin1(this.key);
    // One key is short: a loop over its characters is faster than a call into the platform. Many are not.
    let keys = "";
    for (let get = this.#next; get !== undefined; get = get.#next) {
      get.#forget();
      keys += " " + get.key;
    }
    keys += "\r\n";
    if (this.#next === undefined || !writer.ascii(keys)) writer.latin1(keys);
  }

  override item(item: ItemView): void {
    const get = this.#seek(this.#cursor, item) ?? this.#seek(this, item);
    if (get === undefined) {
      throw new ProtocolError(`Cannot take an item whose key was not asked: "${item.key()}"`);
    }
    this.#cursor = get.#next;
    get.#answered = true;
    if (get.#hasLeft) return;
    try {
      get.#value = get.#reader.read(item);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      get.#error = error;
    }
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    for (let get = this.#first(); get !== undefined; get = get.#next) {
      if (get.#error !== undefined) get.#failAlone(get.#error);
      else get.succeed(get.#value);
    }
    return true;
  }

  override fail(error: MemcachedError): void {
    for (let get = this.#first(); get !== undefined; get = get.#next) {
      get.#failAlone(error);
    }
  }

  /** True if this caller, whatever the others do, waits no more. */
  get #hasLeft(): boolean {
    return super.abandoned;
  }

  #failAlone(error: MemcachedError): void {
    super.fail(error);
  }

  #forget(): void {
    this.#value = this.#error = undefined;
    this.#answered = false;
  }

  /** Where a walk along the joined commands begins. */
  #first(): GetCommand<T> | undefined {
    return this;
  }

  /** Finds the one that asked for the item and has not got it, from `start` on. */
  #seek(start: GetCommand<T> | undefined, item: ItemView): GetCommand<T> | undefined {
    let get = start;
    while (get !== undefined && (get.#answered || !item.hasKey(get.key))) get = get.#next;
    return get;
  }
}

const GET: Retrieval = { name: "get" };
/** Milliseconds by which the deadlines of gets in one line may differ. */
const MOST_BETWEEN_DEADLINES = 5;
const WORDS: Readonly<Record<RetrievalName, string>> = {
  get: "get ",
  gets: "gets ",
  gat: "gat ",
  gats: "gats ",
};

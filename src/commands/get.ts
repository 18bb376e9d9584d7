/**
 * One key requested by one caller: get, gets, gat, gats. Gets of one tick to one server join into one line, which costs a
 * fifth of as many lines. Each caller keeps its own outcome. Those who ask for the same key share its place in the line:
 * it is asked for once, and what cannot be changed is decoded once.
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
import { type ExptimeCap, withCap } from "./exptime_cap.ts";
import { GetLine } from "./get_line.ts";
import type { Divisible } from "./group_command.ts";
import { type ItemDecoder, NoValue } from "./item_decoder.ts";
import { type KeyGroup, positionOf } from "./key_group.ts";
import { RETRIEVES } from "./traits.ts";

/** Words that ask for items. `gat` and `gats` are followed by an exptime. */
export type RetrievalName = "get" | "gets" | "gat" | "gats";

/** A retrieval's word, and the exptime that goes with gat and gats. */
export interface Retrieval {
  readonly name: RetrievalName;
  readonly exptime?: number;
  /** As the caller wants it, if the exptime is another one on a server that stands in. */
  readonly uncapped?: Retrieval | undefined;
}

/** Most keys that join into one line. */
export const MAX_MERGED_KEYS = 100;

/**
 * Longest line of get and gets in bytes. memcached takes any, but a service that speaks its protocol may take 16 KB. This
 * costs nothing: 100 keys of 250 bytes take 0.2 ms as before, and 1,000 of them 1.4 ms in place of 1.8, as the server
 * answers the first lines while it reads the next.
 */
export const MAX_LINE_BYTES = 16_000;

/** Most callers that one line answers. */
const MAX_CALLERS = 1000;

/** Asks for one item. */
export class GetCommand<T> extends SingleCommand<T | undefined> implements Divisible {
  override readonly traits = RETRIEVES;
  /** The key that is asked for. */
  readonly wireKey: string;
  readonly #decoder: ItemDecoder<T>;
  #how: Retrieval;
  #mergeable: boolean;
  /** The command joined behind this one. */
  #next: GetCommand<T> | undefined;
  /** In the first of those that are joined: the line. */
  #line: GetLine<GetCommand<T>> | undefined;
  /** True if the one before it has asked for its key. */
  #isShared = false;
  #answer = NOTHING;
  #value: T | undefined = undefined;
  #error: MemcachedError | undefined = undefined;

  constructor(
    wireKey: string,
    decoder: ItemDecoder<T>,
    receiver: Receiver<T | undefined>,
    how: Retrieval = GET,
    mergeable = true,
  ) {
    super(receiver);
    this.wireKey = wireKey;
    this.#how = how;
    this.#decoder = decoder;
    this.#mergeable = mergeable && how.exptime === undefined;
  }

  override get name(): RetrievalName {
    return this.#how.name;
  }

  /** Joined commands may have many keys. */
  override get key(): string | undefined {
    return this.#line === undefined || this.#line.keys === 1 ? this.wireKey : undefined;
  }

  override get isRoutable(): boolean {
    return true;
  }

  /** One for each caller. */
  override get keys(): readonly string[] {
    return this.key !== undefined ? [this.key] : this.#joined().map(({ wireKey }) => wireKey);
  }

  override get keysDue(): number {
    const line = this.#line;
    if (line !== undefined) return line.keys - line.hits;
    return this.#answer === NOTHING ? 1 : 0;
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
      (next.#how !== this.#how && next.name !== this.name) ||
      // Joined commands are given up together, and go to another server together.
      this.deadline !== next.deadline || this.route !== next.route ||
      this.copy !== next.copy
    ) return false;
    const line = this.#line ??= new GetLine<GetCommand<T>>(this);
    if (line.callers + (next.#line?.callers ?? 1) > MAX_CALLERS) return false;
    const more = next.#line;
    if (more === undefined) {
      const same = line.recent(next.wireKey);
      if (same !== undefined && same.#decoder === next.#decoder) {
        GetCommand.#share(line, same, next);
        return true;
      }
    }
    if (
      line.keys + (more?.keys ?? 1) > MAX_MERGED_KEYS ||
      line.bytes + (more?.bytes ?? next.wireKey.length + 1) > MAX_KEY_BYTES
    ) return false;
    this.#join(next);
    return true;
  }

  divide(groups: readonly KeyGroup[]): Command[] {
    const gets = this.#joined();
    const areShared = gets.map((get) => get.#isShared);
    for (const get of gets) {
      get.#separate(this);
      get.#forget();
    }
    return groups.map((group) => {
      const [first, ...others] = group.keys.map((_, i) => positionOf(group, i));
      for (const at of others) gets[first].#add(gets[at], areShared[at]);
      return gets[first];
    });
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    if (this.#how.exptime !== undefined) this.#how = withCap(this.#how, cap);
  }

  override write(writer: RequestWriter): void {
    const { name, exptime } = this.#how;
    writer.latin1(exptime === undefined ? WORDS[name] : `${name} ${exptime} `);
    writer.latin1(this.wireKey);
    this.#forget();
    if (this.#line === undefined) return writer.latin1("\r\n");
    this.#line.cursor = this;
    this.#line.hits = this.#line.empty = 0;
    // One key is short: a loop over its characters is faster than a call into the platform. For many keys it is not.
    let keys = "";
    for (let get = this.#next; get !== undefined; get = get.#next) {
      get.#forget();
      if (!get.#isShared) keys += " " + get.wireKey;
    }
    keys += "\r\n";
    if (!writer.ascii(keys)) writer.latin1(keys);
  }

  override item(item: ItemView): boolean {
    const line = this.#line;
    const get = line === undefined
      ? this.#seek(this, item)
      : this.#seek(line.cursor, item) ?? this.#seek(this, item);
    if (get === undefined) {
      throw new ProtocolError(`Cannot take an item whose key was not asked: "${item.key()}"`);
    }
    get.#take(item);
    if (line === undefined) return false;
    line.hits++;
    if (get.#answer === EMPTY) line.empty++;
    let next = get.#next;
    for (; next !== undefined && next.#isShared; next = next.#next) next.#takeAlso(item, get);
    line.cursor = next;
    return false;
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    for (let get = this.#first(); get !== undefined; get = get.#next) get.#settle();
    return true;
  }

  /** The parts never join others again: each may be the one that is refused. */
  override askApart(): Command[] | undefined {
    if (this.key !== undefined) return undefined;
    const parts: GetCommand<T>[] = [];
    let part: GetCommand<T> | undefined;
    for (const get of this.#joined()) {
      const isShared = get.#isShared;
      get.#separate(this);
      get.#mergeable = false;
      if (get.#answer !== NOTHING) get.#settle();
      else if (get.#callerGone) continue;
      else if (isShared && part?.wireKey === get.wireKey) part.#add(get, true);
      else parts.push(part = get);
    }
    for (const part of parts) countRefusal(part);
    return parts;
  }

  override tally(counts: Tally, isComplete: boolean): void {
    const due = this.keysDue;
    const line = this.#line;
    const empty = line?.empty ?? (this.#answer === EMPTY ? 1 : 0);
    counts.hits += (line?.keys ?? 1) - due - empty;
    counts.misses += isComplete ? due + empty : empty;
  }

  override resent(): void {
    for (const get of this.#joined()) if (!get.#callerGone) get.#resentAlone();
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

  #resentAlone(): void {
    super.resent();
  }

  #take(item: ItemView): void {
    this.#answer = ITEM;
    if (this.#callerGone) return;
    if (!this.#isShared) this.receiver.got(item.size);
    try {
      const value = this.#value = this.#decoder.decode(item);
      if (item.size === 0 && (value === undefined || value instanceof NoValue)) {
        this.#answer = EMPTY;
      }
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#error = error;
    }
  }

  /** Takes the item that another get for the same key has taken. An object is decoded again: its owner may change it. */
  #takeAlso(item: ItemView, other: GetCommand<T>): void {
    if (!isImmutable(other.#value)) return this.#take(item);
    this.#answer = ITEM;
    this.#value = other.#value;
  }

  /** Joins a command, or several that are joined, at the end. */
  #join(next: GetCommand<T>): void {
    const line = this.#line ??= new GetLine<GetCommand<T>>(this);
    const more = next.#line;
    line.last.#next = next;
    line.last = more?.last ?? next;
    line.keys += more?.keys ?? 1;
    line.callers += more?.callers ?? 1;
    line.bytes += more?.bytes ?? next.wireKey.length + 1;
    next.#line = undefined;
    line.note(next);
  }

  /** Joins a command at the end, which may share the key of the last one. */
  #add(next: GetCommand<T>, isShared: boolean): void {
    const line = this.#line ??= new GetLine<GetCommand<T>>(this);
    if (isShared && line.last.wireKey === next.wireKey) GetCommand.#share(line, line.last, next);
    else this.#join(next);
  }

  /** Puts a command behind another one for the same key. */
  static #share<T>(
    line: GetLine<GetCommand<T>>,
    same: GetCommand<T>,
    next: GetCommand<T>,
  ): void {
    next.#isShared = true;
    next.#next = same.#next;
    same.#next = next;
    if (line.last === same) line.last = next;
    line.callers++;
    line.note(next);
  }

  /** Makes this one of the commands joined in `first` a command of its own, sent as often before. */
  #separate(first: GetCommand<T>): void {
    this.#next = undefined;
    this.#line = undefined;
    this.#isShared = false;
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
    this.#answer = NOTHING;
  }

  /** Gives the first of the joined commands, to walk along them. */
  #first(): GetCommand<T> | undefined {
    return this;
  }

  /** Finds the command, from `start` on, that asked for the item and has not got it. */
  #seek(start: GetCommand<T> | undefined, item: ItemView): GetCommand<T> | undefined {
    let get = start;
    while (
      get !== undefined &&
      (get.#isShared || get.#answer !== NOTHING || !item.hasKey(get.wireKey))
    ) get = get.#next;
    return get;
  }
}

/** True for a value of which all callers may have the same. */
function isImmutable(value: unknown): boolean {
  return value !== undefined &&
    (value === null || typeof value !== "object" && typeof value !== "function");
}

/** What came for a key: nothing, an item, or one without bytes that has no value, as a lease's placeholder: a miss. */
const NOTHING = 0;
const ITEM = 1;
const EMPTY = 2;

const GET: Retrieval = { name: "get" };
/** Most bytes of keys in a line, each with the space before it. */
const MAX_KEY_BYTES = MAX_LINE_BYTES - "gets\r\n".length;
const WORDS: Readonly<Record<RetrievalName, string>> = {
  get: "get ",
  gets: "gets ",
  gat: "gat ",
  gats: "gats ",
};

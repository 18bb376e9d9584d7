/**
 * Many keys asked by one caller, in one line to one server: get, gets, gat, gats.
 *
 * Items come in the order of the keys asked, so a cursor moves along the keys. A proxy may answer in another order: the
 * first item that is not found ahead of the cursor makes an index of all keys, and from then on that is used.
 */

import { CodecError, type MemcachedError, ProtocolError, ReplyError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { type Outcome, SingleCommand, unexpected } from "./command.ts";
import type { Retrieval, RetrievalName } from "./get.ts";
import type { ItemReader } from "./item_decoder.ts";
import { type KeyGroup, type KeyRange, placeOf } from "./key_group.ts";

/** Most keys in one line of get and gets: the server reads a line whole before it answers. */
export const MAX_LINE_KEYS = 1000;

/** Longest line of gat and gats in bytes: memcached closes a connection that sends more than 2,048 without an end. */
export const MAX_GAT_LINE_BYTES = 2000;

/** Asks for many items. `values` gets what is found, at the key's place; the outcome is what could not be decoded. */
export class GetMultiCommand<T> extends SingleCommand<MemcachedError[]> {
  override readonly name: RetrievalName;
  override readonly isRetrieval = true;
  override readonly isSafeToRepeat = true;
  readonly #group: KeyGroup;
  readonly #start: number;
  readonly #end: number;
  readonly #reader: ItemReader<T>;
  readonly #values: (T | undefined)[];
  readonly #exptime: string;
  #cursor: number;
  /** The key of the latest item, if that ends as a reply does: were its length wrong, it would have swallowed the end. */
  #doubtful: number | undefined;
  #index: Map<string, number[]> | undefined;
  #errors: MemcachedError[] = [];
  /** The keys whose items could not be decoded: answered, and without a value. */
  #undecoded: number[] = [];

  /** Asks for the keys `start` to `end` of the group. */
  constructor(
    group: KeyGroup,
    [start, end]: KeyRange,
    reader: ItemReader<T>,
    values: (T | undefined)[],
    outcome: Outcome<MemcachedError[]>,
    { name, exptime }: Retrieval,
  ) {
    super(outcome);
    this.name = name;
    this.#group = group;
    this.#start = this.#cursor = start;
    this.#end = end;
    this.#reader = reader;
    this.#values = values;
    this.#exptime = exptime === undefined ? "" : `${exptime} `;
  }

  override get keysAsked(): number {
    return this.#end - this.#start;
  }

  override write(writer: RequestWriter): void {
    this.#cursor = this.#start;
    this.#index = undefined;
    this.#errors = [];
    this.#undecoded = [];
    this.#doubtful = undefined;
    if (this.retries + this.repeats > 0) this.#forget(this.#start, this.#end);
    const { keys } = this.#group;
    let line = this.name + " " + this.#exptime + keys[this.#start];
    for (let i = this.#start + 1; i < this.#end; i++) line += " " + keys[i];
    line += "\r\n";
    if (!writer.ascii(line)) writer.latin1(line);
  }

  override item(item: ItemView): void {
    const at = this.#find(item);
    // The values of a call that is over belong to its caller.
    if (this.abandoned) return;
    this.#doubtful = endsAsReply(item) ? at : undefined;
    try {
      this.#values[placeOf(this.#group, at)] = this.#reader.read(item);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#errors.push(error);
      this.#undecoded.push(at);
    }
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    this.succeed(this.#errors);
    return true;
  }

  /**
   * What came before a failure is handed out, unless it is in doubt: all of it once the stream was out of step, as
   * nobody knows since when.
   */
  override fail(error: MemcachedError): void {
    if (!this.abandoned) {
      if (error instanceof ProtocolError) this.#forget(this.#start, this.#end);
      else if (this.#doubtful !== undefined && !(error instanceof ReplyError)) {
        this.#forget(this.#doubtful, this.#doubtful + 1);
      }
    }
    super.fail(error);
  }

  #forget(start: number, end: number): void {
    for (let i = start; i < end; i++) this.#values[placeOf(this.#group, i)] = undefined;
  }

  #find(item: ItemView): number {
    const { keys } = this.#group;
    if (this.#index === undefined) {
      let at = this.#cursor;
      while (at < this.#end && !item.hasKey(keys[at])) at++;
      if (at < this.#end) {
        this.#cursor = at + 1;
        return at;
      }
      this.#index = this.#indexed();
    }
    const key = item.key();
    const at = this.#index.get(key)?.shift();
    if (at === undefined) {
      throw new ProtocolError(`Cannot take an item whose key was not asked: "${key}"`);
    }
    return at;
  }

  /** The places of each key that are still without an answer. */
  #indexed(): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (let i = this.#start; i < this.#end; i++) {
      if (this.#values[placeOf(this.#group, i)] !== undefined) continue;
      if (this.#undecoded.includes(i)) continue;
      const key = this.#group.keys[i];
      const places = index.get(key);
      if (places === undefined) index.set(key, [i]);
      else places.push(i);
    }
    return index;
  }
}

/** True if the data block ends with CR LF and END. */
function endsAsReply({ data, dataStart, dataEnd }: ItemView): boolean {
  return data[dataEnd - 1] === 0x44 && data[dataEnd - 2] === 0x4e && data[dataEnd - 3] === 0x45 &&
    data[dataEnd - 4] === 0x0a && data[dataEnd - 5] === 0x0d && dataEnd - dataStart >= 5;
}

/** Cuts the keys of a group into lines: `[start, end)` of each. */
export function* lines(group: KeyGroup, name: RetrievalName): Generator<KeyRange> {
  const { keys } = group;
  if (name === "get" || name === "gets") {
    for (let start = 0; start < keys.length; start += MAX_LINE_KEYS) {
      yield [start, Math.min(keys.length, start + MAX_LINE_KEYS)];
    }
    return;
  }
  const ROOM = MAX_GAT_LINE_BYTES - "gats -2147483648\r\n".length;
  let start = 0;
  let bytes = 0;
  for (let i = 0; i < keys.length; i++) {
    bytes += keys[i].length + 1;
    if (bytes <= ROOM) continue;
    yield [start, i];
    start = i;
    bytes = keys[i].length + 1;
  }
  if (start < keys.length) yield [start, keys.length];
}

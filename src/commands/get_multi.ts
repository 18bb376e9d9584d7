/**
 * Many keys requested by one caller, in one line to one server: get, gets, gat, gats.
 *
 * Items come in the order of the keys, so a cursor moves along the keys. A proxy may answer in another order: the first
 * item that is not found ahead of the cursor makes an index of all keys, which is used from then on.
 */

import type { PartReceiver } from "./receiver.ts";
import { CodecError, type MemcachedError, ProtocolError, ReplyError } from "../errors.ts";
import { ExpectedKey } from "../protocol/expected_key.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { Apart } from "./apart.ts";
import { type Command, countRefusal, type Tally, unexpected } from "./command.ts";
import { type ExptimeCap, withCap } from "./exptime_cap.ts";
import type { Retrieval, RetrievalName } from "./get.ts";
import { GroupCommand } from "./group_command.ts";
import type { ItemDecoder } from "./item_decoder.ts";
import { type KeyGroup, type KeyRange, positionOf } from "./key_group.ts";
import { RETRIEVES } from "./traits.ts";

/** Asks for many items. Values go to `values`, at the position of their key. The outcome is the errors of decoding. */
export class GetMultiCommand<T> extends GroupCommand<MemcachedError[]> {
  override readonly name: RetrievalName;
  override readonly traits = RETRIEVES;
  readonly #decoder: ItemDecoder<T>;
  readonly #values: (T | undefined)[];
  #how: Retrieval;
  #cursor: number;
  /** The key at the cursor as the item's is expected, and where it begins in the request. For a few keys it does not pay. */
  #expected: ExpectedKey | undefined;
  #expectedAt = 0;
  /** Number of items that came, and of those among them without bytes that have no value: a lease's placeholders. */
  #hits = 0;
  #empty = 0;
  /** Bytes of the items that came. */
  #bytes = 0;
  /** The key of the latest item, if its data ends like a reply: a wrong length may have made it swallow the real end. */
  #doubtful: number | undefined;
  #index: Map<string, number[]> | undefined;
  #errors: MemcachedError[] = [];
  /** The keys whose items could not be decoded: they have an answer and no value. */
  #undecoded: number[] = [];

  /** Asks for the keys `start` to `end` of the group. */
  constructor(
    group: KeyGroup,
    range: KeyRange,
    decoder: ItemDecoder<T>,
    values: (T | undefined)[],
    receiver: PartReceiver<MemcachedError[]>,
    how: Retrieval,
  ) {
    super(group, range, receiver);
    this.name = how.name;
    this.#cursor = this.start;
    this.#how = how;
    this.#decoder = decoder;
    this.#values = values;
  }

  override get keysDue(): number {
    return this.end - this.start - this.#hits;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    if (this.#how.exptime !== undefined) this.#how = withCap(this.#how, cap);
  }

  override write(writer: RequestWriter): void {
    this.#cursor = this.start;
    this.#hits = this.#empty = this.#bytes = 0;
    this.#index = undefined;
    this.#errors = [];
    this.#undecoded = [];
    this.#doubtful = undefined;
    if (this.ownResends + this.bystanderResends > 0) this.#forget(this.start, this.end);
    const { keys } = this.group;
    const { exptime } = this.#how;
    const word = this.name + " " + (exptime === undefined ? "" : exptime + " ");
    let line = word + keys[this.start];
    for (let i = this.start + 1; i < this.end; i++) line += " " + keys[i];
    line += "\r\n";
    if (!writer.ascii(line)) writer.latin1(line);
    this.#expected = undefined;
    if (this.end - this.start < LEAST_EXPECTED) return;
    this.#expected = ExpectedKey.take(writer.last(line.length));
    this.#expectedAt = word.length;
  }

  override item(item: ItemView): boolean {
    const at = this.#find(item);
    this.#hits++;
    // The values of a call that is over belong to its caller.
    if (this.abandoned) return false;
    this.#bytes += item.size;
    this.#doubtful = endsAsReply(item) ? at : undefined;
    try {
      const value = this.#values[positionOf(this.group, at)] = this.#decoder.decode(item);
      if (value === undefined && item.size === 0) this.#empty++;
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#errors.push(error);
      this.#undecoded.push(at);
    }
    return false;
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    this.#expected?.give();
    this.#expected = undefined;
    this.receiver.got(this.#bytes);
    this.succeed(this.#errors);
    return true;
  }

  /**
   * Hands out the values that came before a failure, unless they are in doubt. If the stream was out of step, all of them
   * are, as it cannot be known since when.
   */
  override fail(error: MemcachedError): void {
    if (!this.abandoned) {
      if (error instanceof ProtocolError) this.#forget(this.start, this.end);
      else if (!(error instanceof ReplyError)) this.#forgetDoubtful();
      this.receiver.got(this.#bytes);
    }
    super.fail(error);
  }

  override askApart(): Command[] | undefined {
    const unanswered = this.#unanswered();
    if (this.end - this.start === 1 || unanswered.length === 0) return undefined;
    this.receiver.got(this.#bytes);
    const receiver = new Apart(this.receiver, this.#errors, unanswered.length);
    return unanswered.map((i) => {
      const group = { keys: [this.group.keys[i]], positions: [positionOf(this.group, i)] };
      const part = this.#part(group, receiver);
      part.route = this.route;
      part.copy = this.copy;
      part.deadline = this.deadline;
      part.ownResends = this.ownResends;
      countRefusal(part);
      return part;
    });
  }

  override divide(groups: readonly KeyGroup[]): Command[] {
    // The parts do not know what came before they were made.
    this.#forgetDoubtful();
    return super.divide(groups);
  }

  override tally(counts: Tally, isComplete: boolean): void {
    counts.hits += this.#hits - this.#empty;
    counts.misses += isComplete ? this.keysDue + this.#empty : this.#empty;
  }

  protected override partFor(group: KeyGroup): GetMultiCommand<T> {
    return this.#part(group, this.receiver);
  }

  #part(group: KeyGroup, receiver: PartReceiver<MemcachedError[]>): GetMultiCommand<T> {
    const range: KeyRange = [0, group.keys.length];
    return new GetMultiCommand(group, range, this.#decoder, this.#values, receiver, this.#how);
  }

  #forget(start: number, end: number): void {
    for (let i = start; i < end; i++) this.#values[positionOf(this.group, i)] = undefined;
  }

  #forgetDoubtful(): void {
    if (this.#doubtful !== undefined) this.#forget(this.#doubtful, this.#doubtful + 1);
  }

  #find(item: ItemView): number {
    const { keys } = this.group;
    if (this.#index === undefined) {
      let at = this.#cursor;
      const isNext = item.isExpected && item.expected === this.#expected;
      if (!isNext) { while (at < this.end && !item.hasKey(keys[at])) at++; }
      if (at < this.end) {
        if (this.#expected !== undefined) this.#expectAfter(item, at);
        this.#cursor = at + 1;
        return at;
      }
      item.expected = undefined;
      this.#index = this.#indexed();
    }
    const key = item.key();
    const at = this.#index.get(key)?.shift();
    if (at === undefined) {
      throw new ProtocolError(`Cannot take an item whose key was not asked: "${key}"`);
    }
    return at;
  }

  /** Says which key the item after that of key number `index` is likely to have. */
  #expectAfter(item: ItemView, index: number): void {
    const { keys } = this.group;
    let start = this.#expectedAt;
    for (let i = this.#cursor; i <= index; i++) start += keys[i].length + 1;
    this.#expectedAt = start;
    const isLast = index + 1 === this.end;
    item.expected = isLast ? undefined : this.#expected;
    if (!isLast) this.#expected!.set(start, start + keys[index + 1].length);
  }

  /** Makes an index of the positions of each key that still has no answer. */
  #indexed(): Map<string, number[]> {
    const index = new Map<string, number[]>();
    for (const i of this.#unanswered()) {
      const key = this.group.keys[i];
      const positions = index.get(key);
      if (positions === undefined) index.set(key, [i]);
      else positions.push(i);
    }
    return index;
  }

  /** Gives the indexes of the keys for which no item has come. */
  #unanswered(): number[] {
    const undecoded = new Set(this.#undecoded);
    const indexes: number[] = [];
    for (let i = this.start; i < this.end; i++) {
      const isAnswered = this.#values[positionOf(this.group, i)] !== undefined || undecoded.has(i);
      if (!isAnswered) indexes.push(i);
    }
    return indexes;
  }
}

/** With fewer keys a copy of the request costs as much as it saves. */
const LEAST_EXPECTED = 8;

/** True if the data block ends with CR LF and END. */
function endsAsReply({ data, dataStart, dataEnd }: ItemView): boolean {
  return data[dataEnd - 1] === 0x44 && data[dataEnd - 2] === 0x4e && data[dataEnd - 3] === 0x45 &&
    data[dataEnd - 4] === 0x0a && data[dataEnd - 5] === 0x0d && dataEnd - dataStart >= 5;
}

/**
 * Many meta commands of one kind to one server, in one pipeline that ends with `mn`. Most are quiet: the server does not
 * tell what it would say most often, a miss of `mg`, that an item was stored, deleted or counted. The opaque of each reply
 * says for which key it is, and all keys before it that had none have the hidden result.
 *
 * An error line has no opaque. It belongs to one of the keys between the replies before and behind it. If there is but one
 * such key, or one for each error line, it is known which; else it is not known of any of them what was done.
 */

import type { Encoded } from "../../codec/codec.ts";
import { CodecError, type MemcachedError, ProtocolError, ReplyError } from "../../errors.ts";
import type { ItemView } from "../../protocol/item_view.ts";
import { ReplyWord } from "../../protocol/reply.ts";
import type { RequestWriter } from "../../protocol/request_writer.ts";
import { type Tally, weightOf } from "../command.ts";
import type { ExptimeCap } from "../exptime_cap.ts";
import { GroupCommand } from "../group_command.ts";
import { type KeyGroup, type KeyRange, positionOf } from "../key_group.ts";
import { type PartReceiver, sentItems } from "../receiver.ts";
import type { Traits } from "../traits.ts";
import { cappedKind } from "./capped_kind.ts";
import { type MetaKind, storedFlags } from "./meta_command.ts";
import type { MetaNeeds } from "./needs.ts";
import { isPlaceholder } from "./placeholder.ts";
import { opaqueOf, type Opaques, wrongOpaque } from "./opaque.ts";
import { keyFlag, keyWord } from "./request_flags.ts";

/** What the batches of a call share. */
export interface MetaBatchWork<R> {
  readonly kind: MetaKind<R>;
  /** True if the kind's flags say that the server hides what is the usual answer. */
  readonly isQuiet: boolean;
  readonly opaques: Opaques;
  /** Where the results go, by the positions of their keys. `undefined` is a miss, or not known. */
  readonly results: (R | undefined)[];
  /** The items that `ms` stores, by the positions of their keys. */
  readonly items?: readonly Encoded[] | undefined;
}

/** Sends requests for the keys of a range. The outcome is the errors of keys: of decoding, and error lines. */
export class MetaBatch<R> extends GroupCommand<MemcachedError[]> {
  override readonly name: MetaKind<R>["name"];
  override readonly traits: Traits;
  override readonly weight: number;
  #work: MetaBatchWork<R>;
  readonly #firstOpaque: number;
  /** The key whose reply is expected next, and the number of error lines since the last reply. */
  #cursor: number;
  #errorsSince = 0;
  #hits = 0;
  #stored = 0;
  #empty = 0;
  /** Bytes of the items that came. */
  #bytes = 0;
  /** The key of the latest item, if its data ends like a reply: a wrong length may have made it swallow the real end. */
  #doubtful: number | undefined;
  #errors: MemcachedError[] = [];

  constructor(
    work: MetaBatchWork<R>,
    group: KeyGroup,
    range: KeyRange,
    receiver: PartReceiver<MemcachedError[]>,
  ) {
    super(group, range, receiver);
    const { kind, items, opaques } = work;
    this.name = kind.name;
    this.traits = kind.traits;
    this.#work = work;
    this.#cursor = this.start;
    this.#firstOpaque = opaques.next(this.end - this.start);
    let bytes = 0;
    if (items !== undefined) {
      for (let i = this.start; i < this.end; i++) bytes += items[positionOf(group, i)].data.length;
    }
    this.weight = weightOf(bytes);
  }

  override get needs(): MetaNeeds | undefined {
    return this.#work.kind.needs;
  }

  override get keysDue(): number {
    return this.name === "mg" ? this.end - this.start - this.#hits : 0;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    const kind = cappedKind(this.#work.kind, cap);
    if (kind !== this.#work.kind) this.#work = { ...this.#work, kind };
  }

  override write(writer: RequestWriter): void {
    this.#cursor = this.start;
    this.#errorsSince =
      this.#hits =
      this.#empty =
      this.#stored =
      this.#bytes =
        0;
    this.#errors = [];
    this.#doubtful = undefined;
    if (this.ownResends + this.bystanderResends > 0) this.#forget(this.start, this.end);
    const { items } = this.#work;
    if (items === undefined) this.#writeLines(writer);
    else this.#writeItems(writer, items);
  }

  override eachItem(add: (key: string, length: number) => void): void {
    const { items } = this.#work;
    if (items === undefined) return;
    for (let i = this.start; i < this.end; i++) {
      add(this.group.keys[i], items[positionOf(this.group, i)].data.length);
    }
  }

  override item(item: ItemView): boolean {
    if (item.keyEnd !== item.keyStart) super.item(item);
    const index = this.#indexOf(item.opaque);
    this.#hits++;
    if (item.size === 0 && isPlaceholder(item)) this.#empty++;
    // The results of a call that is over belong to its caller.
    if (this.abandoned) return false;
    this.#bytes += item.size;
    this.#doubtful = endsAsReply(item) ? index : undefined;
    try {
      this.#work.results[positionOf(this.group, index)] = this.#work.kind.item(item);
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.#errors.push(error);
    }
    return false;
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word === ReplyWord.MN) {
      this.#passOver(this.end);
      this.receiver.got(this.#bytes);
      this.succeed(this.#errors);
      return true;
    }
    const { kind, results } = this.#work;
    const result = kind.line(this, word, bytes, start, end);
    const index = this.#indexOf(opaqueOf(bytes, start, end));
    this.#doubtful = undefined;
    if (word === ReplyWord.HD) this.#stored++;
    if (result !== undefined) this.#hits++;
    if (result !== undefined && kind.isNew?.(result)) this.#empty++;
    if (!this.abandoned) results[positionOf(this.group, index)] = result;
    return false;
  }

  /** The reply goes on: `mn` is still to be answered. */
  override errorLine(error: ReplyError): boolean {
    this.#errorsSince++;
    this.#errors.push(error);
    return false;
  }

  /**
   * Leaves what was known before a failure, unless it is in doubt. If the stream was out of step, all of it is, as it
   * cannot be known since when.
   */
  override fail(error: MemcachedError): void {
    if (!this.abandoned) {
      if (error instanceof ProtocolError) this.#forget(this.start, this.end);
      else if (!(error instanceof ReplyError)) this.#forgetDoubtful();
      this.receiver.got(this.#bytes);
    }
    super.fail(error);
  }

  override divide(groups: readonly KeyGroup[]): MetaBatch<R>[] {
    this.#forgetDoubtful();
    return super.divide(groups) as MetaBatch<R>[];
  }

  override tally(counts: Tally, isComplete: boolean): void {
    if (this.name === "ms") counts.stores += this.#stored;
    if (this.name !== "mg") return;
    counts.hits += this.#hits - this.#empty;
    counts.misses += isComplete ? this.keysDue + this.#empty : this.#empty;
  }

  protected override partFor(group: KeyGroup): MetaBatch<R> {
    return new MetaBatch(this.#work, group, [0, group.keys.length], this.receiver);
  }

  /** Finds the key of a reply, and gives all keys between it and the one before the hidden result. */
  #indexOf(opaque: number): number {
    const index = this.start + opaque - this.#firstOpaque;
    if (!(index >= this.#cursor && index < this.end)) {
      const from = this.#firstOpaque + this.#cursor - this.start;
      const to = this.#firstOpaque + this.end - this.start - 1;
      throw wrongOpaque(this.name, opaque, `from ${from} to ${to}`);
    }
    this.#passOver(index);
    this.#cursor = index + 1;
    return index;
  }

  /** Notes that the server has said nothing of the keys up to one, or an error line. */
  #passOver(index: number): void {
    const passed = index - this.#cursor;
    const { isQuiet, kind, results } = this.#work;
    const errors = this.#errorsSince;
    this.#errorsSince = 0;
    if (errors > passed || !isQuiet && errors < passed) {
      throw new ProtocolError(
        `Cannot take the replies to ${this.name} as ${passed} keys have ${errors} of them`,
      );
    }
    // If some of them have failed, it is not known which.
    if (errors > 0 || kind.hidden === undefined) return;
    this.#stored += passed;
    if (this.abandoned) return;
    for (let i = this.#cursor; i < index; i++) results[positionOf(this.group, i)] = kind.hidden;
  }

  #forget(start: number, end: number): void {
    for (let i = start; i < end; i++) this.#work.results[positionOf(this.group, i)] = undefined;
  }

  #forgetDoubtful(): void {
    if (this.#doubtful !== undefined) this.#forget(this.#doubtful, this.#doubtful + 1);
  }

  /** One string a key, joined: a text that grows by pieces costs four times as much. */
  #writeLines(writer: RequestWriter): void {
    const { name, flags } = this.#work.kind;
    const { keys } = this.group;
    const before = name + " ";
    const behind = flags + " O";
    const count = this.end - this.start;
    const lines = new Array<string>(count + 1);
    for (let i = 0; i < count; i++) {
      const key = keys[this.start + i];
      const word = keyWord(key);
      const mark = word === key ? behind : " b" + behind;
      lines[i] = before + word + mark + (this.#firstOpaque + i);
    }
    lines[count] = END;
    const text = lines.join("\r\n");
    if (!writer.ascii(text)) writer.latin1(text);
  }

  #writeItems(writer: RequestWriter, items: readonly Encoded[]): void {
    if (!this.#writeText(writer, items)) {
      const { flags, flagsBehind } = this.#work.kind;
      let opaque = this.#firstOpaque;
      let bytes = 0;
      for (let i = this.start; i < this.end; i++) {
        const item = items[positionOf(this.group, i)];
        const key = this.group.keys[i];
        const word = keyWord(key);
        const flag = keyFlag(key, word);
        writer.latin1("ms " + word + " ");
        const tail = storedFlags(flag, flags, item, flagsBehind, opaque++);
        bytes += writer.dataBlock(item.data, tail);
      }
      sentItems(this.receiver, bytes);
    }
    writer.latin1(END);
  }

  /** Writes all items as one text, if all of it is ASCII: see `storage.ts`. */
  #writeText(writer: RequestWriter, items: readonly Encoded[]): boolean {
    const { flags, flagsBehind } = this.#work.kind;
    const texts = new Array<string>(this.end - this.start);
    let opaque = this.#firstOpaque;
    let bytes = 0;
    for (let i = this.start; i < this.end; i++) {
      const item = items[positionOf(this.group, i)];
      if (typeof item.data !== "string") return false;
      const key = this.group.keys[i];
      const word = keyWord(key);
      const tail = storedFlags(keyFlag(key, word), flags, item, flagsBehind, opaque++);
      texts[i - this.start] = "ms " + word + " " + item.data.length + tail + "\r\n" + item.data;
      bytes += item.data.length;
    }
    if (!writer.asciiBlocks(texts)) return false;
    sentItems(this.receiver, bytes);
    return true;
  }
}

/** True if the data block ends with CR LF and MN. */
function endsAsReply({ data, dataStart, dataEnd }: ItemView): boolean {
  return data[dataEnd - 1] === 0x4e && data[dataEnd - 2] === 0x4d && data[dataEnd - 3] === 0x0a &&
    data[dataEnd - 4] === 0x0d && dataEnd - dataStart >= 4;
}

const END = "mn\r\n";

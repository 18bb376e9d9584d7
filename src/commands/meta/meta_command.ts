/** One meta command for one key: mg, ms, md, ma. What its kind of reply means is in a {@linkcode MetaKind}. */

import type { Encoded } from "../../codec/codec.ts";
import { CodecError } from "../../errors.ts";
import type { ItemView } from "../../protocol/item_view.ts";
import { ReplyWord } from "../../protocol/reply.ts";
import type { RequestWriter } from "../../protocol/request_writer.ts";
import { type Command, SingleCommand, type Tally, weightOf } from "../command.ts";
import type { ExptimeCap } from "../exptime_cap.ts";
import { type Receiver, sentItems } from "../receiver.ts";
import type { Traits } from "../traits.ts";
import { cappedKind } from "./capped_kind.ts";
import type { MetaNeeds } from "./needs.ts";
import { opaqueOf, wrongOpaque } from "./opaque.ts";
import { isPlaceholder } from "./placeholder.ts";
import { keyFlag, keyWord } from "./request_flags.ts";

/** One kind of meta request, made once for all keys of a call. */
export interface MetaKind<R> {
  readonly name: "mg" | "ms" | "md" | "ma";
  readonly traits: Traits;
  readonly needs: MetaNeeds | undefined;
  /** The life of a server to which its commands are bound. One that is not carried out for that has no result. */
  readonly life?: number | undefined;
  /** The flags, without `b` and the opaque. Of `ms` those in front of the item's own flags, and those behind. */
  readonly flags: string;
  readonly flagsBehind: string;
  /** As the caller wants it, if its times are others on a server that stands in. */
  readonly uncapped?: MetaKind<R> | undefined;
  /**
   * Makes the result of a line without a data block; `undefined` is a miss.
   *
   * @throws {ProtocolError} If `command` cannot have such a line.
   */
  line(
    command: Command,
    word: ReplyWord,
    bytes: Uint8Array,
    start: number,
    end: number,
  ): R | undefined;
  /**
   * Makes the result of an item. The view is borrowed.
   *
   * @throws {ProtocolError} If the command cannot have an item.
   * @throws {CodecError} If its value cannot be decoded.
   */
  item(item: ItemView): R;
  /** True if the server has just made an item, with nothing in it: there was none. */
  isNew?(result: R): boolean;
  /** The result that a server does not tell in a quiet pipeline. */
  readonly hidden: R | undefined;
}

/** Sends one request. The outcome is what its reply says; `undefined` is a miss. */
export class MetaCommand<R> extends SingleCommand<R | undefined> {
  override readonly name: MetaKind<R>["name"];
  override readonly traits: Traits;
  override readonly key: string;
  override readonly weight: number;
  #kind: MetaKind<R>;
  readonly #opaque: number;
  readonly #data: Encoded | undefined;
  #hits = 0;
  #isEmpty = false;
  #isStored = false;

  /** @param data The item that `ms` stores. */
  constructor(
    kind: MetaKind<R>,
    key: string,
    opaque: number,
    receiver: Receiver<R | undefined>,
    data?: Encoded,
  ) {
    super(receiver);
    this.name = kind.name;
    this.traits = kind.traits;
    this.key = key;
    this.weight = data === undefined ? 1 : weightOf(data.data.length);
    this.#kind = kind;
    this.#opaque = opaque;
    this.#data = data;
  }

  override get needs(): MetaNeeds | undefined {
    return this.#kind.needs;
  }

  override get life(): number | undefined {
    return this.#kind.life;
  }

  override outlived(): void {
    this.succeed(undefined);
  }

  override get keysDue(): number {
    return this.name === "mg" ? 1 - this.#hits : 0;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    this.#kind = cappedKind(this.#kind, cap);
  }

  override write(writer: RequestWriter): void {
    this.#hits = 0;
    this.#isEmpty = this.#isStored = false;
    const { name, flags, flagsBehind } = this.#kind;
    const word = keyWord(this.key);
    const flag = keyFlag(this.key, word);
    const item = this.#data;
    if (item === undefined) {
      // In pieces: a text that is put together of several is copied once more before its first character is read.
      writer.latin1(BEGINNINGS[name]);
      writer.latin1(word);
      if (flag !== "") writer.latin1(flag);
      writer.latin1(flags);
      return writer.latin1(" O" + this.#opaque + "\r\n");
    }
    writer.latin1(name + " " + word + " ");
    const tail = storedFlags(flag, flags, item, flagsBehind, this.#opaque);
    sentItems(this.receiver, writer.dataBlock(item.data, tail));
  }

  override eachItem(add: (key: string, length: number) => void): void {
    if (this.#data !== undefined) add(this.key, this.#data.data.length);
  }

  override item(item: ItemView): boolean {
    if (item.keyEnd !== item.keyStart) super.item(item);
    this.#check(item.opaque);
    this.#hits++;
    this.#isEmpty = item.size === 0 && isPlaceholder(item);
    if (this.abandoned) return true;
    this.receiver.got(item.size);
    try {
      this.succeed(this.#kind.item(item));
    } catch (error) {
      if (!(error instanceof CodecError)) throw error;
      this.fail(error);
    }
    return true;
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    const result = this.#kind.line(this, word, bytes, start, end);
    const opaque = opaqueOf(bytes, start, end);
    // Before 1.6.18 a miss has none.
    if (opaque !== -1 || word !== ReplyWord.EN) this.#check(opaque);
    if (result !== undefined) {
      this.#hits++;
      this.#isEmpty = this.#kind.isNew?.(result) === true;
    }
    this.#isStored = this.#data !== undefined && word === ReplyWord.HD;
    this.succeed(result);
    return true;
  }

  override tally(counts: Tally, isComplete: boolean): void {
    if (this.#isStored) counts.stores++;
    if (this.name !== "mg") return;
    const hits = this.#isEmpty ? 0 : this.#hits;
    counts.hits += hits;
    if (isComplete || this.#isEmpty) counts.misses += 1 - hits;
  }

  #check(opaque: number): void {
    if (opaque !== this.#opaque) throw wrongOpaque(this.name, opaque, String(this.#opaque));
  }
}

const BEGINNINGS: Readonly<Record<MetaKind<unknown>["name"], string>> = {
  mg: "mg ",
  ms: "ms ",
  md: "md ",
  ma: "ma ",
};

/** Gives what follows the length in a request that stores an item. */
export function storedFlags(
  keyFlag: string,
  flags: string,
  item: Encoded,
  flagsBehind: string,
  opaque: number,
): string {
  return keyFlag + flags + (item.flags === 0 ? "" : " F" + item.flags) + flagsBehind + " O" +
    opaque;
}

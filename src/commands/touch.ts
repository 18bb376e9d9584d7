/** touch: gives an item another exptime; for one key, and for many to one server. */

import type { PartReceiver, Receiver } from "./receiver.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { BatchCommand, type BatchResult } from "./batch.ts";
import { lineEnd, SingleCommand, unexpected } from "./command.ts";
import { cappedExptime, type ExptimeCap } from "./exptime_cap.ts";
import type { KeyGroup, KeyRange } from "./key_group.ts";
import { changes, type Traits } from "./traits.ts";

/** Touches one item. The outcome is true if the item was there. */
export class TouchCommand extends SingleCommand<boolean> {
  override readonly name = "touch";
  override readonly traits: Traits;
  override readonly key: string;
  readonly #exptime: number;
  #capped: number | undefined;

  constructor(key: string, exptime: number, noreply: boolean, receiver: Receiver<boolean>) {
    super(receiver);
    this.key = key;
    this.#exptime = exptime;
    this.traits = noreply ? BLIND : ANSWERED;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    this.#capped = cap === undefined ? undefined : cappedExptime(this.#exptime, cap);
  }

  override write(writer: RequestWriter): void {
    writer.latin1(
      "touch " + this.key + " " + (this.#capped ?? this.#exptime) + lineEnd(this.traits),
    );
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.TOUCHED && word !== ReplyWord.NOT_FOUND) {
      throw unexpected(this, word, bytes, start, end);
    }
    this.succeed(word === ReplyWord.TOUCHED);
    return true;
  }

  override completeWithoutReply(): void {
    this.succeed(true);
  }
}

/** Touches many items on one server. Those that are not there count as touched. */
export class TouchBatch extends BatchCommand {
  override readonly name = "touch";
  override readonly traits = ANSWERED;
  readonly #exptime: number;
  #capped: number | undefined;

  constructor(
    group: KeyGroup,
    range: KeyRange,
    exptime: number,
    receiver: PartReceiver<BatchResult>,
  ) {
    super(group, range, receiver);
    this.#exptime = exptime;
  }

  override capExptime(cap: ExptimeCap | undefined): void {
    this.#capped = cap === undefined ? undefined : cappedExptime(this.#exptime, cap);
  }

  override write(writer: RequestWriter): void {
    this.restart();
    let text = "";
    for (let i = this.start; i < this.end; i++) {
      text += "touch " + this.group.keys[i] + " " + (this.#capped ?? this.#exptime) + "\r\n";
    }
    writer.latin1(text);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.TOUCHED && word !== ReplyWord.NOT_FOUND) {
      throw unexpected(this, word, bytes, start, end);
    }
    return this.answered(true);
  }

  protected override partFor(group: KeyGroup): TouchBatch {
    return new TouchBatch(group, [0, group.keys.length], this.#exptime, this.receiver);
  }
}

const ANSWERED = changes("ifSafe");
const BLIND = changes("ifSafe", { noreply: true });

/** delete: for one key, and for many to one server. */

import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { BatchCommand } from "./batch.ts";
import { type Command, lineEnd, type Outcome, SingleCommand, unexpected } from "./command.ts";

/** Deletes one item. The outcome is true: the key is gone, whether or not it was there. */
export class DeleteCommand extends SingleCommand<boolean> {
  override readonly name = "delete";
  override readonly isSafeToRepeat = true;
  override readonly expectsReply: boolean;
  readonly #key: string;

  constructor(key: string, noreply: boolean, outcome: Outcome<boolean>) {
    super(outcome);
    this.#key = key;
    this.expectsReply = !noreply;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("delete " + this.#key + lineEnd(this.expectsReply));
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    expectGone(this, word, bytes, start, end);
    this.succeed(true);
    return true;
  }

  override written(): void {
    this.succeed(true);
  }
}

/** Deletes many items on one server. */
export class DeleteBatch extends BatchCommand {
  override readonly name = "delete";
  override readonly isSafeToRepeat = true;

  override write(writer: RequestWriter): void {
    this.restart();
    const end = lineEnd(this.expectsReply);
    let text = "";
    for (let i = this.start; i < this.end; i++) text += "delete " + this.group.keys[i] + end;
    if (!writer.ascii(text)) writer.latin1(text);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    expectGone(this, word, bytes, start, end);
    return this.answered(true);
  }
}

function expectGone(
  command: Command,
  word: ReplyWord,
  bytes: Uint8Array,
  start: number,
  end: number,
): void {
  if (word !== ReplyWord.DELETED && word !== ReplyWord.NOT_FOUND) {
    throw unexpected(command, word, bytes, start, end);
  }
}

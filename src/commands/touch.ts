/** touch: gives an item another exptime. */

import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { lineEnd, type Outcome, SingleCommand, unexpected } from "./command.ts";

/** Touches one item. The outcome is true if it was there. */
export class TouchCommand extends SingleCommand<boolean> {
  override readonly name = "touch";
  override readonly isSafeToRepeat = true;
  override readonly expectsReply: boolean;
  readonly #key: string;
  readonly #exptime: number;

  constructor(key: string, exptime: number, noreply: boolean, outcome: Outcome<boolean>) {
    super(outcome);
    this.#key = key;
    this.#exptime = exptime;
    this.expectsReply = !noreply;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("touch " + this.#key + " " + this.#exptime + lineEnd(this.expectsReply));
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.TOUCHED && word !== ReplyWord.NOT_FOUND) {
      throw unexpected(this, word, bytes, start, end);
    }
    this.succeed(word === ReplyWord.TOUCHED);
    return true;
  }

  override written(): void {
    this.succeed(true);
  }
}

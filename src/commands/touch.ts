/** touch: gives an item another exptime. */

import type { Receiver } from "./receiver.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { lineEnd, SingleCommand, unexpected } from "./command.ts";
import { changes, type Traits } from "./traits.ts";

/** Touches one item. The outcome is true if the item was there. */
export class TouchCommand extends SingleCommand<boolean> {
  override readonly name = "touch";
  override readonly traits: Traits;
  override readonly key: string;
  readonly #exptime: number;

  constructor(key: string, exptime: number, noreply: boolean, receiver: Receiver<boolean>) {
    super(receiver);
    this.key = key;
    this.#exptime = exptime;
    this.traits = noreply ? BLIND : ANSWERED;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("touch " + this.key + " " + this.#exptime + lineEnd(this.traits));
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

const ANSWERED = changes("ifSafe");
const BLIND = changes("ifSafe", { noreply: true });

/** incr and decr: unsigned 64-bit counters, stored as decimal text. incr wraps at 2^64, decr stops at 0. */

import type { Receiver } from "./receiver.ts";
import { DIGIT_0 } from "../protocol/bytes.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { lineEnd, SingleCommand, unexpected } from "./command.ts";
import { changes, type Traits } from "./traits.ts";

/** Adds to a counter or subtracts from it. The outcome is its new value, or `undefined` if it is absent. */
export class ArithmeticCommand extends SingleCommand<bigint | undefined> {
  override readonly name: "incr" | "decr";
  override readonly traits: Traits;
  override readonly key: string;
  readonly #delta: bigint | number;

  constructor(
    name: "incr" | "decr",
    key: string,
    delta: bigint | number,
    noreply: boolean,
    receiver: Receiver<bigint | undefined>,
  ) {
    super(receiver);
    this.name = name;
    this.key = key;
    this.#delta = delta;
    this.traits = noreply ? BLIND : ANSWERED;
  }

  override write(writer: RequestWriter): void {
    writer.latin1(this.name + " " + this.key + " " + this.#delta + lineEnd(this.traits));
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word === ReplyWord.NUMBER) {
      let digits = "";
      for (let i = start; i < end; i++) digits += bytes[i] - DIGIT_0;
      this.succeed(BigInt(digits));
    } else if (word === ReplyWord.NOT_FOUND) {
      this.succeed(undefined);
    } else {
      throw unexpected(this, word, bytes, start, end);
    }
    return true;
  }

  override completeWithoutReply(): void {
    this.succeed(undefined);
  }
}

const ANSWERED = changes("never");
const BLIND = changes("never", { noreply: true });

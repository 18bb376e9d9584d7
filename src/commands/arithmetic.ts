/** incr and decr: 64-bit unsigned counters, kept as decimal text. incr wraps at 2^64, decr stops at 0. */

import { DIGIT_0 } from "../protocol/bytes.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { lineEnd, type Outcome, SingleCommand, unexpected } from "./command.ts";

/** Adds to a counter, or takes from it. The outcome is its new value, or `undefined` if it is absent. */
export class ArithmeticCommand extends SingleCommand<bigint | undefined> {
  override readonly name: "incr" | "decr";
  override readonly expectsReply: boolean;
  readonly #key: string;
  readonly #delta: bigint | number;

  constructor(
    name: "incr" | "decr",
    key: string,
    delta: bigint | number,
    noreply: boolean,
    outcome: Outcome<bigint | undefined>,
  ) {
    super(outcome);
    this.name = name;
    this.#key = key;
    this.#delta = delta;
    this.expectsReply = !noreply;
  }

  override write(writer: RequestWriter): void {
    writer.latin1(this.name + " " + this.#key + " " + this.#delta + lineEnd(this.expectsReply));
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

  override written(): void {
    this.succeed(undefined);
  }
}

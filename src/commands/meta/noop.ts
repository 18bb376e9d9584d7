/** mn: does nothing, and is answered behind all that was sent before. */

import { ReplyWord } from "../../protocol/reply.ts";
import type { RequestWriter } from "../../protocol/request_writer.ts";
import { SingleCommand, unexpected } from "../command.ts";
import { ASKS, ofMeta } from "../traits.ts";

/** Asks for an answer. */
export class MetaNoopCommand extends SingleCommand<true> {
  override readonly name = "mn";
  override readonly traits = READS;
  override readonly key = undefined;

  override write(writer: RequestWriter): void {
    writer.latin1("mn\r\n");
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.MN) throw unexpected(this, word, bytes, start, end);
    this.succeed(true);
    return true;
  }
}

const READS = ofMeta(ASKS);

/**
 * Asks whether a server serves: a retrieval of a key that nobody stores, which every server and proxy knows. It goes to
 * one server, alone in its line, and its miss is not counted.
 */

import type { ItemView } from "../protocol/item_view.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { SingleCommand, unexpected } from "./command.ts";
import type { Receiver } from "./receiver.ts";
import { RETRIEVES } from "./traits.ts";

/** Asks one server. */
export class HealthProbe extends SingleCommand<true> {
  override readonly name = "get";
  override readonly traits = RETRIEVES;
  /** It is never routed: it belongs to its server. */
  override readonly key = undefined;
  readonly #wireKey: string;

  constructor(wireKey: string, receiver: Receiver<true>) {
    super(receiver);
    this.#wireKey = wireKey;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("get " + this.#wireKey + "\r\n");
  }

  override item(item: ItemView): boolean {
    return item.hasKey(this.#wireKey) ? false : super.item(item);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    this.succeed(true);
    return true;
  }
}

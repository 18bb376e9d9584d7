/**
 * Proves that the replies of a connection are in their place: a retrieval of a key that nobody stores. Its reply, END, is
 * that of no other kind of command, and every server and proxy knows it, which cannot be said of `version`. Another
 * retrieval may end so, too; but its item names its key. It belongs to no call, and no count is taken of it.
 */

import { type MemcachedError, ReplyError } from "../errors.ts";
import type { ItemView } from "../protocol/item_view.ts";
import { ReplyWord } from "../protocol/reply.ts";
import type { RequestWriter } from "../protocol/request_writer.ts";
import { Command, unexpected } from "./command.ts";
import { RETRIEVES, type Traits } from "./traits.ts";

/** Asks for the reply that shows the place. */
export class ProofCommand extends Command {
  override readonly name = "get";
  override readonly traits = SENT_ONCE;
  /** It is never routed: it belongs to its connection. */
  override readonly key = undefined;
  override readonly abandoned = true;
  /** It takes no place that `maxPending` leaves for the commands of callers. */
  override readonly weight = 0;
  readonly #wireKey: string;
  readonly #refused: () => void;

  /** @param refused Called if the server refuses the command as such: it should not be asked again. */
  constructor(wireKey: string, refused: () => void) {
    super();
    this.#wireKey = wireKey;
    this.#refused = refused;
  }

  override write(writer: RequestWriter): void {
    writer.latin1("get " + this.#wireKey + "\r\n");
  }

  override item(item: ItemView): boolean {
    return item.hasKey(this.#wireKey) ? false : super.item(item);
  }

  override line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): boolean {
    if (word !== ReplyWord.END) throw unexpected(this, word, bytes, start, end);
    return true;
  }

  override fail(error: MemcachedError): void {
    // A proxy whose server is away says SERVER_ERROR, and may know the command.
    if (error instanceof ReplyError && error.kind !== "SERVER_ERROR") this.#refused();
  }
}

const SENT_ONCE: Traits = Object.freeze({ ...RETRIEVES, resend: "never" });

/** The outcomes of meta commands that change an item, by the words of their replies. */

import { ProtocolError } from "../../errors.ts";
import { ReplyWord } from "../../protocol/reply.ts";

/**
 * What became of a meta command that stores or counts.
 *
 * - `"stored"`: it was carried out.
 * - `"notStored"`: there was an item, for `add`, or none, for the other modes.
 * - `"exists"`: the item has another cas.
 * - `"notFound"`: there is no item.
 *
 * @example Say what happened
 * ```ts
 * import { Client, type MetaStatus } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const words: Partial<Record<MetaStatus, string>> = { stored: "new", notStored: "there already" };
 * const first = await client.meta.set("seen", 1, { mode: "add" });
 * const second = await client.meta.set("seen", 1, { mode: "add" });
 * assertEquals([first, second].map((result) => result && words[result.status]), ["new", "there already"]);
 * ```
 */
export type MetaStatus = "stored" | "notStored" | "exists" | "notFound";

/** Gives the status that a word stands for; `undefined` if it is no answer to such a command. */
export function statusOf(word: ReplyWord): MetaStatus | undefined {
  switch (word) {
    case ReplyWord.HD:
      return "stored";
    case ReplyWord.NS:
      return "notStored";
    case ReplyWord.EX:
      return "exists";
    case ReplyWord.NF:
      return "notFound";
    default:
      return undefined;
  }
}

/** Refuses an item as the reply to a command that has none. */
export function refuseItem(name: string): never {
  throw new ProtocolError(`Cannot take an item as the reply to ${name}`);
}

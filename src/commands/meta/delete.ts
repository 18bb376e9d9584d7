/** md: deletes an item, marks it stale, or takes its value away. */

import { ReplyWord } from "../../protocol/reply.ts";
import { unexpected } from "../command.ts";
import { changes, ofMeta } from "../traits.ts";
import type { MetaKind } from "./meta_command.ts";
import type { MetaNeeds } from "./needs.ts";
import { flagText, type RequestFlags } from "./request_flags.ts";
import { refuseItem } from "./status.ts";

/**
 * What became of `client.meta.delete()`. `"deleted"` is said of an item that was marked stale or lost its value, too;
 * `"exists"` of one that has another cas.
 *
 * @example Delete what nobody has changed
 * ```ts
 * import { Client, type MetaDeleted } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("draft", "one");
 * const item = await client.gets("draft");
 * await client.set("draft", "two");
 * const deleted: MetaDeleted | undefined = await client.meta.delete("draft", { cas: item?.cas ?? 0n });
 * assertEquals(deleted, { status: "exists" });
 * ```
 */
export interface MetaDeleted {
  /** What the server said. */
  readonly status: "deleted" | "notFound" | "exists";
}

/**
 * Makes the kind of an md.
 *
 * @param mayRepeat True if doing it twice is the same as once.
 */
export function metaDelete(
  flags: RequestFlags,
  { isQuiet, needs, mayRepeat }: {
    isQuiet: boolean;
    needs: MetaNeeds | undefined;
    mayRepeat: boolean;
  },
): MetaKind<MetaDeleted> {
  return {
    name: "md",
    traits: mayRepeat ? SAFE : ONCE,
    needs,
    flags: flagText({ ...flags, q: isQuiet || undefined }),
    flagsBehind: "",
    hidden: DELETED,
    line(command, word, bytes, start, end) {
      if (word === ReplyWord.HD) return DELETED;
      if (word === ReplyWord.NF) return NOT_FOUND;
      if (word === ReplyWord.EX) return EXISTS;
      throw unexpected(command, word, bytes, start, end);
    },
    item: () => refuseItem("md"),
  };
}

const DELETED: MetaDeleted = Object.freeze({ status: "deleted" });
const NOT_FOUND: MetaDeleted = Object.freeze({ status: "notFound" });
const EXISTS: MetaDeleted = Object.freeze({ status: "exists" });
const SAFE = ofMeta(changes("ifSafe"));
const ONCE = ofMeta(changes("never"));

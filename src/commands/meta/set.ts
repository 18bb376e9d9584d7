/** ms: stores an item, or adds to it. */

import { unexpected } from "../command.ts";
import { changes, ofMeta } from "../traits.ts";
import { digits } from "./get.ts";
import type { MetaKind } from "./meta_command.ts";
import type { MetaNeeds } from "./needs.ts";
import { flagTexts, type RequestFlags } from "./request_flags.ts";
import { type MetaStatus, refuseItem, statusOf } from "./status.ts";

/**
 * What became of `client.meta.set()`.
 *
 * @example Store with the cas of what was read, and get the new one
 * ```ts
 * import { Client, type MetaStored } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const first: MetaStored | undefined = await client.meta.set("stock", 5, { returnCas: true });
 * await client.set("stock", 4);
 * const second = await client.meta.set("stock", 3, { cas: first?.cas ?? 0n });
 * assertEquals([first?.status, second], ["stored", { status: "exists" }]);
 * ```
 */
export interface MetaStored {
  /** What the server said. */
  readonly status: MetaStatus;
  /** The cas of the new item, with `returnCas`, if it was stored. */
  readonly cas?: bigint;
  /** Length of the whole data in bytes, with `returnSize`, if it was stored. */
  readonly size?: number;
}

/**
 * Makes the kind of an ms.
 *
 * @param flags All but the item's own and those that follow from what is asked.
 * @param mayRepeat True if storing twice is the same as once.
 */
export function metaSet(
  { cas, size, isQuiet }: { cas: boolean; size: boolean; isQuiet: boolean },
  flags: RequestFlags,
  { needs, mayRepeat }: { needs: MetaNeeds | undefined; mayRepeat: boolean },
): MetaKind<MetaStored> {
  const [before, behind] = flagTexts({
    ...flags,
    ...{ q: isQuiet || undefined, s: size || undefined, c: cas || undefined },
  });
  return {
    name: "ms",
    traits: mayRepeat ? SAFE : ONCE,
    needs,
    flags: before,
    flagsBehind: behind,
    hidden: STORED,
    line(command, word, bytes, start, end) {
      const status = statusOf(word);
      if (status === undefined) throw unexpected(command, word, bytes, start, end);
      // Of an item that was not stored the cas is 0.
      if (status !== "stored" || !cas && !size) return { status };
      return {
        status,
        ...(cas ? { cas: BigInt(digits("c", bytes, start, end)) } : undefined),
        ...(size ? { size: Number(digits("s", bytes, start, end)) } : undefined),
      };
    },
    item: () => refuseItem("ms"),
  };
}

const STORED: MetaStored = Object.freeze({ status: "stored" });
const SAFE = ofMeta(changes("ifSafe", { hasPayload: true }));
const ONCE = ofMeta(changes("never", { hasPayload: true }));

/**
 * The lists of stored items: `stats cachedump`, the newest first, and `lru_crawler metadump` and `mgdump`, the oldest
 * first.
 */

import { unsignedOf } from "./c_numbers.ts";
import { BAD_FORMAT, type Command, plain, refused } from "./command.ts";
import type { Dialect } from "./dialect.ts";
import { bytesOf } from "./latin1.ts";
import { encodedKey } from "./meta/base64.ts";
import type { ReplyWriter } from "./reply_writer.ts";
import type { ServerState } from "./server_state.ts";
import { MOST_CLASSES, slabClassOf } from "./slab_classes.ts";
import { type Item, totalSize } from "./store.ts";

/** Makes a command of `stats cachedump <class> <most items, 0 for all>`. */
export function cachedump(words: readonly string[], state: ServerState): Command {
  const [name, , classWord, mostWord] = words;
  if (words.length < 4) return refused(name, false, "CLIENT_ERROR bad command line");
  const id = unsignedOf(classWord);
  const most = unsignedOf(mostWord);
  if (id === undefined || most === undefined) return refused(name, false, BAD_FORMAT);
  if (id >= MOST_CLASSES) return refused(name, false, "CLIENT_ERROR Illegal slab id");
  return plain(name, false, (reply) => {
    const found = oldestFirst(state, (of) => of === Number(id)).reverse();
    for (const { key, item } of most === 0n ? found : found.slice(0, Number(most))) {
      reply.line(`ITEM ${key} [${item.data.length} b; ${Math.floor(item.exptime)} s]`);
    }
    reply.line("END");
  });
}

/** Makes a command of `lru_crawler metadump <all, hash or classes>`. */
export function metadump(
  name: string,
  isWanted: (slabClass: number) => boolean,
  state: ServerState,
): Command {
  const { dialect } = state;
  return plain(name, false, (reply) => {
    if (!begins("metadump", reply, dialect)) return;
    for (const { key, item, size, slabClass } of oldestFirst(state, isWanted)) {
      const exp = item.exptime === 0 ? -1 : Math.floor(item.exptime);
      const flags = dialect.tellsTimeLeft ? ` flags=${item.flags}` : "";
      const end = dialect.dumpLinesEndWithSpace ? " " : "";
      // These lines end with LF alone.
      reply.bytes(bytesOf(
        `key=${uriEncoded(key)} exp=${exp} la=${item.accessed} cas=${item.cas} ` +
          `fetch=${item.isFetched ? "yes" : "no"} cls=${slabClass} size=${size}${flags}${end}\n`,
      ));
    }
    reply.line("END");
  });
}

/** Makes a command of `lru_crawler mgdump <all, hash or classes>`: a line of mg for each item. */
export function mgdump(
  name: string,
  isWanted: (slabClass: number) => boolean,
  state: ServerState,
): Command {
  return plain(name, false, (reply) => {
    if (!begins("mgdump", reply, state.dialect)) return;
    for (const { key, item } of oldestFirst(state, isWanted)) {
      reply.line(item.hasBinaryKey ? `mg ${encodedKey(key)} b` : `mg ${key}`);
    }
    reply.line("EN");
  });
}

/** Says whether a list can be sent, and begins it; behind replies that wait to be sent it cannot. */
function begins(list: string, reply: ReplyWriter, { dumpsBeginWithOk }: Dialect): boolean {
  const isFirst = reply.length === 0;
  if (!isFirst) reply.line(`ERROR cannot pipeline other commands before ${list}`);
  else if (dumpsBeginWithOk) reply.line("OK");
  return isFirst;
}

interface Entry {
  readonly key: string;
  readonly item: Item;
  readonly size: number;
  readonly slabClass: number;
}

function oldestFirst({ store }: ServerState, isWanted: (slabClass: number) => boolean): Entry[] {
  store.dropGone();
  const entries: Entry[] = [];
  for (const [key, item] of store.entries()) {
    const size = totalSize(key, item.flags, item.data.length);
    const slabClass = slabClassOf(size);
    if (isWanted(slabClass)) entries.push({ key, item, size, slabClass });
  }
  return entries;
}

/** Encodes a key of which each character stands for one byte. */
export function uriEncoded(key: string): string {
  return key.replace(
    /[^A-Za-z0-9._~-]/g,
    (byte) => `%${byte.charCodeAt(0).toString(16).toUpperCase().padStart(2, "0")}`,
  );
}

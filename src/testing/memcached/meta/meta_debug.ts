/** me, which tells all of an item, and mn, which does nothing. */

import { BAD_FORMAT, type Command, MAX_KEY_LENGTH, plain, refused } from "../command.ts";
import type { ServerState } from "../server_state.ts";
import { slabClassOf } from "../slab_classes.ts";
import { totalSize } from "../store.ts";
import { decodedKey, encodedKey } from "./base64.ts";

/** Makes a command of `me <key> [b]`. */
export function metaDebugCommand(words: readonly string[], state: ServerState): Command {
  const [name, word] = words;
  if (word === undefined) return refused(name, false, BAD_FORMAT);
  const { dialect, statistics, store } = state;
  if (word.length > MAX_KEY_LENGTH) return refused(name, false, BAD_FORMAT);
  // A fault of newer servers: they see the flag only where another word follows it.
  const isBinary = words[2] === "b" && (!dialect.hasNewTokenizer || words.length > 3);
  const key = isBinary ? decodedKey(word) : word;
  if (key === undefined) return refused(name, false, BAD_FORMAT);
  return plain(name, false, (reply) => {
    const item = store.get(key);
    statistics.count("cmd_meta");
    if (item === undefined) return reply.line("EN");
    const left = store.secondsUntil(item.exptime);
    const exp = left < 0 || dialect.tellsTimeLeft ? left : -left;
    const size = totalSize(key, item.flags, item.data.length);
    reply.line(
      `ME ${item.hasBinaryKey ? encodedKey(key) : key} exp=${exp} ` +
        `la=${store.secondsSinceAccess(item)} cas=${item.cas} ` +
        `fetch=${item.isFetched ? "yes" : "no"} cls=${slabClassOf(size)} size=${size}`,
    );
  });
}

/** Makes a command of `mn`, at which the server sends what it has gathered. */
export function metaNoopCommand(words: readonly string[]): Command {
  return plain(words[0], false, (reply) => {
    reply.line("MN");
    reply.seal();
  });
}

/** get, gets, gat and gats. */

import {
  BAD_FORMAT,
  type Command,
  MAX_KEY_LENGTH,
  plain,
  refused,
  tooFewWords,
} from "./command.ts";
import { bytesOf } from "./latin1.ts";
import { logGet } from "./log_lines.ts";
import type { ReplyWriter } from "./reply_writer.ts";
import type { ServerState } from "./server_state.ts";
import type { Item } from "./store.ts";

/** Makes a command from the words of a line that begins with one of the four. */
export function retrievalCommand(words: readonly string[], state: ServerState): Command {
  const name = words[0];
  const { dialect } = state;
  if (words.length < 2) return tooFewWords(name, dialect);
  const withCas = name === "gets" || name === "gats";
  if (name === "get" || name === "gets") {
    return plain(name, false, (reply) => retrieve(words, 1, withCas, undefined, reply, state));
  }
  if (words.length < 3 && dialect.hasNewTokenizer) return tooFewWords(name, dialect);
  const exptime = dialect.gatNumbers.signed32(words[1]);
  if (exptime === undefined) return refused(name, false, INVALID_EXPTIME);
  return plain(name, false, (reply) => retrieve(words, 2, withCas, exptime, reply, state));
}

/** memcached's answer to an exptime that is not a number, except in storage commands. */
export const INVALID_EXPTIME = "CLIENT_ERROR invalid exptime argument";

function retrieve(
  words: readonly string[],
  first: number,
  withCas: boolean,
  exptime: number | undefined,
  reply: ReplyWriter,
  state: ServerState,
): void {
  for (let i = first; i < words.length; i++) {
    const key = words[i];
    if (key.length > MAX_KEY_LENGTH) {
      // As the daemon does, takes back all that was not sent: the values before this key, and the replies to commands
      // since the last retrieval. These commands stay carried out.
      reply.takeBack();
      reply.line(BAD_FORMAT);
      if (state.dialect.hasNewTokenizer) reply.line("");
      return;
    }
    const item = look(key, exptime, state);
    if (item === undefined) continue;
    reply.hold(item);
    writeValue(key, item, withCas, reply);
  }
  reply.line("END");
  if (!state.dialect.gathersRetrievals) reply.seal();
}

function look(key: string, exptime: number | undefined, state: ServerState): Item | undefined {
  const { store, statistics, prefixCounts } = state;
  const item = store.find(key);
  logGet(state, key, item);
  // The daemon counts a gat only as a touch.
  const kind = exptime === undefined ? "get" : "touch";
  statistics.count(`cmd_${kind}`);
  prefixCounts.count(key, "get", typeof item !== "string");
  if (typeof item === "string") {
    statistics.count(`${kind}_misses`);
    if (item !== "absent") statistics.count(`get_${item}`);
    return undefined;
  }
  statistics.count(`${kind}_hits`);
  store.noteRead(item);
  if (exptime !== undefined) store.change(key, item, { exptime: store.exptimeOf(exptime) });
  return item;
}

function writeValue(key: string, item: Item, withCas: boolean, reply: ReplyWriter): void {
  const { flags, data, cas } = item;
  reply.line(`VALUE ${key} ${flags} ${data.length}${withCas ? ` ${cas}` : ""}`);
  reply.bytes(data);
  reply.bytes(CRLF);
}

const CRLF = bytesOf("\r\n");

/** incr and decr. */

import { changeNumber, NON_NUMERIC } from "./change_number.ts";
import {
  BAD_FORMAT,
  type Command,
  hasNoreply,
  MAX_KEY_LENGTH,
  plain,
  refused,
  tooFewWords,
} from "./command.ts";
import type { ServerState } from "./server_state.ts";

/** Makes a command from the words of a line that begins with one of the two. */
export function arithmeticCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, deltaWord] = words;
  const { dialect } = state;
  if (words.length < 3) return tooFewWords(name, dialect);
  if (words.length > 4 && !dialect.hasNewTokenizer) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  if (key.length > MAX_KEY_LENGTH) return refused(name, noreply, BAD_FORMAT);
  const delta = dialect.numbers.unsigned(deltaWord);
  if (delta === undefined) {
    return refused(name, noreply, "CLIENT_ERROR invalid numeric delta argument");
  }
  return plain(name, noreply, (reply) => {
    const isIncrement = name === "incr";
    const changed = changeNumber({ key, isIncrement, delta, cas: 0n, reply }, state);
    reply.line(typeof changed === "string" ? failed(name, changed, state) : changed.digits);
  });
}

function failed(name: string, reason: string, { statistics }: ServerState): string {
  if (reason === "nonNumeric") return NON_NUMERIC;
  statistics.count(`${name}_misses`);
  return "NOT_FOUND";
}

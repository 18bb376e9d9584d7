/** set, add, replace, append, prepend and cas. */

import { signed32Of, unsigned32Of } from "./c_numbers.ts";
import {
  BAD_FORMAT,
  type Command,
  hasNoreply,
  MAX_DATA_LENGTH,
  MAX_KEY_LENGTH,
  refused,
  tooFewWords,
} from "./command.ts";
import type { ServerState } from "./server_state.ts";
import { storeItem, type StoreMode, type StoreOutcome } from "./store_item.ts";

/** Makes a command from the words of a line that begins with one of the six. */
export function storageCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, flagsWord, exptimeWord, lengthWord, casWord] = words;
  const { dialect } = state;
  const least = name === "cas" ? 6 : 5;
  if (words.length < (dialect.hasNewTokenizer ? 5 : least)) return tooFewWords(name, dialect);
  if (words.length > least + 1 && !dialect.hasNewTokenizer) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  const flags = unsigned32Of(flagsWord);
  const exptime = signed32Of(exptimeWord);
  const length = dialect.numbers.signed32(lengthWord);
  const cas = name === "cas" ? dialect.numbers.unsigned(casWord ?? "") : 0n;
  if (length === undefined || length < 0 || length > MAX_DATA_LENGTH) {
    // A newer server has not looked for noreply then.
    return refused(name, noreply && !dialect.hasNewTokenizer, BAD_FORMAT);
  }
  if (
    key.length > MAX_KEY_LENGTH || flags === undefined || exptime === undefined || cas === undefined
  ) {
    const refusal = refused(name, noreply, BAD_FORMAT);
    return dialect.hasNewTokenizer
      ? { ...refusal, dataLength: length + 2, swallow: true }
      : refusal;
  }
  state.prefixCounts.count(key, "set");
  const base = { name, noreply, dataLength: length + 2, closes: false };
  if (!state.store.fits(key, flags, length)) {
    state.statistics.count("store_too_large");
    // As the daemon does, and before the data block has come: no item is better than one that the client has replaced.
    if (name === "set") state.store.delete(key);
    return {
      ...base,
      swallow: true,
      valid: false,
      carryOut: (reply) => reply.line("SERVER_ERROR object too large for cache"),
    };
  }
  return {
    ...base,
    swallow: false,
    valid: true,
    carryOut(reply, data) {
      state.statistics.count("cmd_set");
      if (data[length] !== 13 || data[length + 1] !== 10) {
        reply.line("CLIENT_ERROR bad data chunk");
        return;
      }
      const wanted = { key, data: data.subarray(0, length), flags, exptime, cas };
      reply.line(answerTo(storeItem(MODES[name], wanted, state)));
    },
  };
}

function answerTo(outcome: StoreOutcome): string {
  return typeof outcome === "string" ? ANSWERS[outcome] : "STORED";
}

const ANSWERS = {
  notStored: "NOT_STORED",
  exists: "EXISTS",
  notFound: "NOT_FOUND",
} as const;

const MODES: Readonly<Record<string, StoreMode>> = {
  set: "set",
  add: "add",
  replace: "replace",
  append: "append",
  prepend: "prepend",
  cas: "cas",
};

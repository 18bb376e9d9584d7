/** delete, touch, flush_all, verbosity, version, quit and shutdown. */

import {
  BAD_FORMAT,
  closing,
  type Command,
  hasNoreply,
  MAX_KEY_LENGTH,
  plain,
  refused,
  tooFewWords,
} from "./command.ts";
import { logDeletion, logGet } from "./log_lines.ts";
import { INVALID_EXPTIME } from "./retrieval_commands.ts";
import type { ServerState } from "./server_state.ts";

/** Makes a command of `delete <key> [0] [noreply]`. The 0 was once a delay, which memcached no longer has. */
export function deleteCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, third] = words;
  const { hasNewTokenizer } = state.dialect;
  if (words.length < 2) return tooFewWords(name, state.dialect);
  const noreply = words.length > 2 && hasNoreply(words);
  // Newer servers ignore what follows the key.
  if (!hasNewTokenizer) {
    if (words.length > 4) return refused(name, false, "ERROR");
    if (words.length === 3 && third !== "0" && !noreply) return refused(name, false, DELETE_USAGE);
    if (words.length === 4 && !(third === "0" && noreply)) {
      return refused(name, noreply, DELETE_USAGE);
    }
  }
  if (key.length > MAX_KEY_LENGTH) return refused(name, noreply, BAD_FORMAT);
  return plain(name, noreply, (reply) => {
    const item = state.store.find(key);
    logGet(state, key, item);
    const deleted = state.store.delete(key);
    if (typeof item !== "string") logDeletion(state, name, key, item);
    state.prefixCounts.count(key, "del");
    state.statistics.count(deleted ? "delete_hits" : "delete_misses");
    reply.line(deleted ? "DELETED" : "NOT_FOUND");
  });
}

/** Makes a command of `touch <key> <exptime> [noreply]`. */
export function touchCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, exptimeWord] = words;
  const { dialect } = state;
  if (words.length < 3) return tooFewWords(name, dialect);
  if (words.length > 4 && !dialect.hasNewTokenizer) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  if (key.length > MAX_KEY_LENGTH) return refused(name, noreply, BAD_FORMAT);
  const exptime = dialect.numbers.signed32(exptimeWord);
  if (exptime === undefined) return refused(name, noreply, INVALID_EXPTIME);
  return plain(name, noreply, (reply) => {
    const { store, statistics } = state;
    const item = store.get(key);
    logGet(state, key, item ?? "absent");
    statistics.count("cmd_touch");
    statistics.count(item ? "touch_hits" : "touch_misses");
    if (item) {
      store.noteRead(item);
      store.change(key, item, { exptime: store.exptimeOf(exptime) });
    }
    reply.line(item ? "TOUCHED" : "NOT_FOUND");
  });
}

/** Makes a command of `flush_all [delay] [noreply]`. */
export function flushAllCommand(words: readonly string[], state: ServerState): Command {
  const name = words[0];
  const { hasNewTokenizer, numbers } = state.dialect;
  if (words.length > 3 && !hasNewTokenizer) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  // The daemon counts it before it reads the delay.
  state.statistics.count("cmd_flush");
  let delay = 0;
  if (words.length !== (noreply ? 2 : 1)) {
    const given = numbers.signed32(words[1]);
    if (given === undefined) return refused(name, noreply, INVALID_EXPTIME);
    delay = given;
  }
  return plain(name, noreply, (reply) => {
    state.store.flush(delay);
    reply.line("OK");
  });
}

/** Makes a command of `verbosity <level> [noreply]`, which is answered and has no effect. */
export function verbosityCommand(words: readonly string[], { dialect }: ServerState): Command {
  const name = words[0];
  if (words.length < 2) return tooFewWords(name, dialect);
  if (words.length > 3 && !dialect.hasNewTokenizer) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  if (dialect.numbers.unsigned32(words[1]) === undefined) return refused(name, noreply, BAD_FORMAT);
  return plain(name, noreply, (reply) => reply.line("OK"));
}

/** Makes a command of `version`. */
export function versionCommand(words: readonly string[], state: ServerState): Command {
  return plain(words[0], false, (reply) => reply.line(`VERSION ${state.version}`));
}

/** Makes a command of `quit`. */
export function quitCommand(words: readonly string[]): Command {
  return closing(words[0]);
}

/** Makes a command of `shutdown`, which a daemon carries out only if an option allows it. */
export function shutdownCommand(words: readonly string[], { dialect }: ServerState): Command {
  const error = dialect.hasNewTokenizer ? "SERVER_ERROR" : "ERROR";
  return refused(words[0], false, `${error}: shutdown not enabled`);
}

const DELETE_USAGE = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]";

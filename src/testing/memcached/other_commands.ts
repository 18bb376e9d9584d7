/** delete, touch, flush_all, verbosity, version, quit and shutdown. */

import { signed32Of, unsignedOf } from "./c_numbers.ts";
import {
  BAD_FORMAT,
  closing,
  type Command,
  hasNoreply,
  MAX_KEY_LENGTH,
  plain,
  refused,
} from "./command.ts";
import { INVALID_EXPTIME } from "./retrieval_commands.ts";
import type { ServerState } from "./server_state.ts";

/** Makes a command of `delete <key> [0] [noreply]`. The 0 was once a delay, which memcached no longer has. */
export function deleteCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, third] = words;
  if (words.length < 2 || words.length > 4) return refused(name, false, "ERROR");
  const noreply = words.length > 2 && hasNoreply(words);
  if (words.length === 3 && third !== "0" && !noreply) return refused(name, false, DELETE_USAGE);
  if (words.length === 4 && !(third === "0" && noreply)) {
    return refused(name, noreply, DELETE_USAGE);
  }
  if (key.length > MAX_KEY_LENGTH) return refused(name, noreply, BAD_FORMAT);
  return plain(name, noreply, (reply) => {
    const deleted = state.store.delete(key);
    state.prefixCounts.count(key, "del");
    state.statistics.count(deleted ? "delete_hits" : "delete_misses");
    reply.line(deleted ? "DELETED" : "NOT_FOUND");
  });
}

/** Makes a command of `touch <key> <exptime> [noreply]`. */
export function touchCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, exptimeWord] = words;
  if (words.length < 3 || words.length > 4) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  if (key.length > MAX_KEY_LENGTH) return refused(name, noreply, BAD_FORMAT);
  const exptime = signed32Of(exptimeWord);
  if (exptime === undefined) return refused(name, noreply, INVALID_EXPTIME);
  return plain(name, noreply, (reply) => {
    const { store, statistics } = state;
    const item = store.get(key);
    statistics.count("cmd_touch");
    statistics.count(item ? "touch_hits" : "touch_misses");
    if (item) store.touch(key, item, store.exptimeOf(exptime));
    reply.line(item ? "TOUCHED" : "NOT_FOUND");
  });
}

/** Makes a command of `flush_all [delay] [noreply]`. */
export function flushAllCommand(words: readonly string[], state: ServerState): Command {
  const name = words[0];
  if (words.length > 3) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  // The daemon counts it before it reads the delay.
  state.statistics.count("cmd_flush");
  let delay = 0;
  if (words.length !== (noreply ? 2 : 1)) {
    const given = signed32Of(words[1]);
    if (given === undefined) return refused(name, noreply, INVALID_EXPTIME);
    delay = given;
  }
  return plain(name, noreply, (reply) => {
    state.store.flush(delay);
    reply.line("OK");
  });
}

/** Makes a command of `verbosity <level> [noreply]`, which is answered and has no effect. */
export function verbosityCommand(words: readonly string[]): Command {
  const name = words[0];
  if (words.length < 2 || words.length > 3) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  if (unsignedOf(words[1]) === undefined) return refused(name, noreply, BAD_FORMAT);
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
export function shutdownCommand(words: readonly string[]): Command {
  return refused(words[0], false, "ERROR: shutdown not enabled");
}

const DELETE_USAGE = "CLIENT_ERROR bad command line format.  Usage: delete <key> [noreply]";

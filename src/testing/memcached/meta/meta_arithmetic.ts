/** ma: changes a number, and may create it. */

import { changeNumber, NON_NUMERIC } from "../change_number.ts";
import { type Command, plain, refused } from "../command.ts";
import { bytesOf } from "../latin1.ts";
import type { ReplyWriter } from "../reply_writer.ts";
import type { ServerState } from "../server_state.ts";
import type { Item } from "../store.ts";
import { isLongOpaque, keyWord, OPAQUE_TOO_LONG, repeating } from "./meta_reply.ts";
import { BAD_FLAG, type MetaRequest, readMetaRequest, Refusal } from "./meta_request.ts";

/** Makes a command of `ma <key> <flags>`. */
export function metaArithmeticCommand(words: readonly string[], state: ServerState): Command {
  const [name] = words;
  const request = readMetaRequest(words, 2, state.dialect);
  if (request instanceof Refusal) {
    return refused(name, false, request.isUnread ? request.line : BAD_FLAG);
  }
  const isIncrement = MODES.get(request.mode);
  if (isIncrement === undefined) {
    return refused(name, false, "CLIENT_ERROR invalid mode for ma M token");
  }
  return plain(name, false, (reply) => metaArithmetic(request, isIncrement, reply, state));
}

function metaArithmetic(
  request: MetaRequest,
  isIncrement: boolean,
  reply: ReplyWriter,
  state: ServerState,
): void {
  const { key, delta, cas = 0n } = request;
  const changed = changeNumber({ key, isIncrement, delta, cas, reply }, state);
  if (changed === "nonNumeric") return reply.line(NON_NUMERIC);
  if (changed === "notFound" && request.vivify !== undefined) {
    const digits = String(request.initial);
    const data = bytesOf(digits);
    // Like mg, the daemon does not note that the key came as base64.
    const item = state.store.put(key, { data, flags: 0, exptime: 0, cas: request.newCas });
    return answer({ digits, item, isCreated: true, isReplaced: false }, request, reply, state);
  }
  if (typeof changed !== "string") {
    return answer({ ...changed, isCreated: false }, request, reply, state);
  }
  if (changed === "notFound") {
    state.statistics.count(isIncrement ? "incr_misses" : "decr_misses");
  }
  if (request.words.some(isLongOpaque)) return reply.line(OPAQUE_TOO_LONG);
  reply.line(repeating(changed === "exists" ? "EX" : "NF", request));
}

interface Answered {
  readonly digits: string;
  readonly item: Item;
  readonly isCreated: boolean;
  readonly isReplaced: boolean;
}

function answer(
  { digits, item, isCreated, isReplaced }: Answered,
  request: MetaRequest,
  reply: ReplyWriter,
  { store, dialect }: ServerState,
): void {
  const { key, hasBinaryKey, words, flags, newCas, exptime: given = 0, vivify = 0 } = request;
  const hasValue = flags.has("v");
  const cas = newCas ?? item.cas;
  let exptime = item.exptime;
  let line = hasValue ? `VA ${digits.length}` : "HD";
  let isTooLong = false;
  for (const word of words) {
    isTooLong = isLongOpaque(word);
    if (isTooLong) break;
    switch (word[0]) {
      case "c":
        line += ` c${cas}`;
        break;
      case "t":
        line += ` t${store.secondsUntil(exptime)}`;
        break;
      case "T":
        exptime = store.exptimeOf(given);
        break;
      case "N":
        if (isCreated) exptime = store.exptimeOf(vivify);
        break;
      case "O":
        line += ` ${word}`;
        break;
      case "k":
        line += ` ${keyWord(key, hasBinaryKey)}`;
        break;
    }
  }
  // The daemon sets time and cas of the item that it found. Where that was replaced they are told, and lost.
  if (!isReplaced) store.change(key, item, { exptime, cas });
  if (isTooLong) return reply.line(OPAQUE_TOO_LONG);
  // Older servers answer a quiet command that has created the number.
  if (flags.has("q") && (!isCreated || dialect.hasNewTokenizer)) return;
  reply.line(line);
  if (hasValue) reply.line(digits);
}

/** Whether a mode counts up. */
const MODES: ReadonlyMap<string, boolean> = new Map([
  ["", true],
  ["I", true],
  ["+", true],
  ["D", false],
  ["-", false],
]);

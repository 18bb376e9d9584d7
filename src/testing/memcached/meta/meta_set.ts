/** ms: stores an item, on conditions. */

import { BAD_FORMAT, type Command, MAX_DATA_LENGTH, refused } from "../command.ts";
import type { ServerState } from "../server_state.ts";
import { storeItem, type StoreMode, type StoreOutcome } from "../store_item.ts";
import { isLongOpaque, keyWord, OPAQUE_TOO_LONG } from "./meta_reply.ts";
import { type MetaRequest, readMetaRequest, Refusal } from "./meta_request.ts";

/** Makes a command of `ms <key> <length> <flags>`. */
export function metaSetCommand(words: readonly string[], state: ServerState): Command {
  const [name, , lengthWord = ""] = words;
  const { dialect, store } = state;
  const request = readMetaRequest(words, 3, dialect);
  if (request instanceof Refusal && request.isUnread) return refused(name, false, request.line);
  const length = dialect.numbers.signed32(lengthWord);
  if (length === undefined || length < 0 || length > MAX_DATA_LENGTH) {
    return refused(name, false, BAD_FORMAT);
  }
  const swallowing = (line: string): Command => ({
    ...refused(name, false, line),
    dataLength: length + 2,
    swallow: true,
  });
  if (request instanceof Refusal) return swallowing(request.line);
  const mode = MODES.get(request.mode);
  if (mode === undefined) return swallowing("CLIENT_ERROR invalid mode for ms M token");
  const isRefused = request.words.some(isLongOpaque);
  if (isRefused && !dialect.hasNewTokenizer) return swallowing(OPAQUE_TOO_LONG);
  if (!store.fits(request.key, request.clientFlags, length)) {
    state.statistics.count("store_too_large");
    // As the daemon does in every mode, and before the data block has come.
    store.delete(request.key);
    return swallowing("SERVER_ERROR object too large for cache");
  }
  if (isRefused) {
    state.statistics.count("cmd_set");
    return swallowing(OPAQUE_TOO_LONG);
  }
  return {
    name,
    noreply: false,
    dataLength: length + 2,
    swallow: false,
    valid: true,
    closes: false,
    carryOut(reply, data) {
      state.statistics.count("cmd_set");
      if (data[length] !== 13 || data[length + 1] !== 10) {
        reply.line("CLIENT_ERROR bad data chunk");
        return;
      }
      const outcome = metaSet(request, mode, data.subarray(0, length), state);
      if (typeof outcome !== "string" && request.flags.has("q")) return;
      reply.line(answerTo(outcome, request, length, state));
    },
  };
}

function metaSet(
  request: MetaRequest,
  given: StoreMode,
  data: Uint8Array,
  state: ServerState,
): StoreOutcome {
  const { key, hasBinaryKey, clientFlags: flags, cas, newCas, flags: asked } = request;
  const mode = cas !== undefined && (given === "set" || given === "replace") ? "cas" : given;
  const vivifies = state.dialect.hasVivifyingAppend && request.vivify !== undefined &&
    (mode === "append" || mode === "prepend");
  const wanted = {
    key,
    data,
    flags,
    exptime: (vivifies ? request.vivify : request.exptime) ?? 0,
    // add stores whatever cas is asked for.
    cas: cas ?? 0n,
    // The daemon takes a cas of 0 for none.
    newCas: newCas || undefined,
    hasBinaryKey,
    mayBeStale: asked.has("I"),
    vivifies,
  };
  return storeItem(mode, wanted, state);
}

function answerTo(
  outcome: StoreOutcome,
  { key, hasBinaryKey, words }: MetaRequest,
  length: number,
  { dialect }: ServerState,
): string {
  const item = typeof outcome === "string" ? undefined : outcome;
  let reply = typeof outcome === "string" ? ANSWERS[outcome] : "HD";
  for (const word of words) {
    switch (word[0]) {
      case "O":
        reply += ` ${word}`;
        break;
      case "k":
        reply += ` ${keyWord(key, hasBinaryKey)}`;
        break;
      case "c":
        reply += ` c${item?.cas ?? 0}`;
        break;
      case "s":
        if (dialect.hasVivifyingAppend) reply += ` s${item?.data.length ?? length}`;
        break;
    }
  }
  return reply;
}

const ANSWERS = { notStored: "NS", exists: "EX", notFound: "NF" } as const;

const MODES: ReadonlyMap<string, StoreMode> = new Map([
  ["", "set"],
  ["S", "set"],
  ["E", "add"],
  ["R", "replace"],
  ["A", "append"],
  ["P", "prepend"],
]);

/** md: deletes an item, marks it as stale, or takes its value away. */

import { type Command, plain, refused } from "../command.ts";
import { logDeletion, logGet } from "../log_lines.ts";
import type { ServerState } from "../server_state.ts";
import { isLongOpaque, OPAQUE_TOO_LONG, repeating } from "./meta_reply.ts";
import { BAD_FLAG, type MetaRequest, readMetaRequest, Refusal } from "./meta_request.ts";

/** Makes a command of `md <key> <flags>`. */
export function metaDeleteCommand(words: readonly string[], state: ServerState): Command {
  const [name] = words;
  const request = readMetaRequest(words, 2, state.dialect);
  if (request instanceof Refusal) return refused(name, false, errorOf(request, state));
  if (request.words.some(isLongOpaque)) return refused(name, false, OPAQUE_TOO_LONG);
  return plain(name, false, (reply) => {
    const status = metaDelete(request, state);
    if (status !== "HD" || !request.flags.has("q")) reply.line(repeating(status, request));
  });
}

function errorOf({ line, isUnread }: Refusal, { dialect }: ServerState): string {
  return isUnread || dialect.hasNewTokenizer ? line : BAD_FLAG;
}

function metaDelete(request: MetaRequest, state: ServerState): string {
  const { store, statistics } = state;
  const { key, cas, newCas, exptime, clientFlags, flags } = request;
  let item = store.get(key);
  logGet(state, key, item ?? "absent");
  if (item === undefined) {
    statistics.count("delete_misses");
    return "NF";
  }
  if (cas !== undefined && cas !== item.cas) {
    statistics.count("delete_misses");
    return "EX";
  }
  if (flags.has("x")) {
    // An item of its own, which lives for ever unless the line says otherwise.
    item = store.put(key, {
      data: NO_DATA,
      flags: clientFlags,
      exptime: store.exptimeOf(exptime ?? 0),
      cas: newCas ?? item.cas,
    });
  }
  if (flags.has("I")) {
    store.change(key, item, {
      isStale: true,
      isWon: false,
      cas: newCas ?? store.nextCas(),
      exptime: exptime === undefined ? item.exptime : store.exptimeOf(exptime),
    });
    return "HD";
  }
  statistics.count("delete_hits");
  if (!flags.has("x")) {
    store.delete(key);
    logDeletion(state, "md", key, item);
  }
  return "HD";
}

const NO_DATA = new Uint8Array(0);

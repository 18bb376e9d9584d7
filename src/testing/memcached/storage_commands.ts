/** set, add, replace, append, prepend and cas. */

import { signed32Of, unsigned32Of, unsignedOf } from "./c_numbers.ts";
import { BAD_FORMAT, type Command, hasNoreply, MAX_KEY_LENGTH, refused } from "./command.ts";
import type { ServerState } from "./server_state.ts";

/** Makes a command from the words of a line that begins with one of the six. */
export function storageCommand(words: readonly string[], state: ServerState): Command {
  const [name, key, flagsWord, exptimeWord, lengthWord, casWord] = words;
  const least = name === "cas" ? 6 : 5;
  if (words.length < least || words.length > least + 1) return refused(name, false, "ERROR");
  const noreply = hasNoreply(words);
  const flags = unsigned32Of(flagsWord);
  const exptime = signed32Of(exptimeWord);
  const length = signed32Of(lengthWord);
  const cas = name === "cas" ? unsignedOf(casWord) : 0n;
  if (
    key.length > MAX_KEY_LENGTH || flags === undefined || exptime === undefined ||
    length === undefined || cas === undefined || length < 0 || length > MAX_LENGTH
  ) {
    return refused(name, noreply, BAD_FORMAT);
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
      reply.line(STORES[name](wanted, state));
    },
  };
}

/** An item that a storage command wants to store. */
interface Wanted {
  readonly key: string;
  readonly data: Uint8Array;
  readonly flags: number;
  readonly exptime: number;
  readonly cas: bigint;
}

const STORES: Readonly<Record<string, (wanted: Wanted, state: ServerState) => string>> = {
  set: (wanted, state) => put(wanted, state),
  add: (wanted, state) => state.store.get(wanted.key) ? NOT_STORED : put(wanted, state),
  replace: (wanted, state) => state.store.get(wanted.key) ? put(wanted, state) : NOT_STORED,
  append: (wanted, state) => extend(wanted, state, true),
  prepend: (wanted, state) => extend(wanted, state, false),
  cas: compareAndStore,
};

function put({ key, data, flags, exptime }: Wanted, { store }: ServerState): string {
  store.put(key, data, flags, store.exptimeOf(exptime));
  return "STORED";
}

function extend({ key, data }: Wanted, { store }: ServerState, atEnd: boolean): string {
  const item = store.get(key);
  if (item === undefined) return NOT_STORED;
  const length = item.data.length + data.length;
  if (!store.fits(key, item.flags, length)) return NOT_STORED;
  const joined = new Uint8Array(length);
  joined.set(item.data, atEnd ? 0 : data.length);
  joined.set(data, atEnd ? item.data.length : 0);
  store.put(key, joined, item.flags, item.exptime);
  return "STORED";
}

function compareAndStore(wanted: Wanted, state: ServerState): string {
  const item = state.store.get(wanted.key);
  if (item === undefined) {
    state.statistics.count("cas_misses");
    return "NOT_FOUND";
  }
  if (item.cas !== wanted.cas) {
    state.statistics.count("cas_badval");
    return "EXISTS";
  }
  state.statistics.count("cas_hits");
  return put(wanted, state);
}

const NOT_STORED = "NOT_STORED";

/** `INT_MAX - 2`: the daemon adds the line end to it. */
const MAX_LENGTH = 0x7fff_fffd;

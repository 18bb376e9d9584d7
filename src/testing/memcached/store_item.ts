/** What it means to store an item in each mode, for classic and meta commands alike. */

import { logGet, logStore } from "./log_lines.ts";
import type { ServerState } from "./server_state.ts";
import type { Item } from "./store.ts";

/** On which condition an item is stored, and whether its data is added to what is there. */
export type StoreMode = "set" | "add" | "replace" | "append" | "prepend" | "cas";

/** An item that a command wants to store. */
export interface Wanted {
  readonly key: string;
  readonly data: Uint8Array;
  readonly flags: number;
  /** As the client sent it. */
  readonly exptime: number;
  /** The cas that the item must have; 0 for any, except in the mode `"cas"`. */
  readonly cas: bigint;
  /** The cas that it gets, unless the server picks one. */
  readonly newCas?: bigint | undefined;
  readonly hasBinaryKey?: boolean;
  /** Whether a cas below that of the item stores the data as a stale value. */
  readonly mayBeStale?: boolean;
  /** Whether append and prepend create an item that is absent. */
  readonly vivifies?: boolean;
}

/** The item that was stored, or why none was. */
export type StoreOutcome = Item | "notStored" | "exists" | "notFound";

/** Stores an item, or says why not, and logs both. */
export function storeItem(mode: StoreMode, wanted: Wanted, state: ServerState): StoreOutcome {
  logGet(state, wanted.key, state.store.find(wanted.key));
  const outcome = tryToStore(mode, wanted, state);
  const status = typeof outcome === "string" ? STATUS[outcome] : "stored";
  const { key, flags, data: { length: size } } = wanted;
  const exptime = state.store.exptimeOf(wanted.exptime);
  logStore(state, { command: mode, key, status, exptime, flags, size });
  return outcome;
}

const STATUS = { notStored: "not_stored", exists: "exists", notFound: "not_found" } as const;

function tryToStore(mode: StoreMode, wanted: Wanted, state: ServerState): StoreOutcome {
  const old = state.store.get(wanted.key);
  switch (mode) {
    case "set":
      return put(wanted, state);
    case "add":
      if (old === undefined) return put(wanted, state);
      state.store.noteFound(old);
      return "notStored";
    case "replace":
      return old === undefined ? "notStored" : put(wanted, state);
    case "append":
    case "prepend":
      if (old === undefined) return wanted.vivifies ? put(wanted, state) : "notStored";
      return extend(old, wanted, state, mode === "append");
    case "cas":
      return compareAndStore(old, wanted, state);
  }
}

function put(wanted: Wanted, { store }: ServerState): Item {
  const exptime = store.exptimeOf(wanted.exptime);
  const { key, data, flags, newCas: cas, hasBinaryKey } = wanted;
  return store.put(key, { data, flags, exptime, cas, hasBinaryKey: hasBinaryKey ?? false });
}

/** The joined item keeps flags and exptime, but not that its key came as base64. */
function extend(
  old: Item,
  { key, data, cas, newCas }: Wanted,
  { store }: ServerState,
  atEnd: boolean,
): StoreOutcome {
  if (cas !== 0n && cas !== old.cas) return "exists";
  const length = old.data.length + data.length;
  const { flags, exptime } = old;
  if (!store.fits(key, flags, length)) return "notStored";
  const joined = new Uint8Array(length);
  joined.set(old.data, atEnd ? 0 : data.length);
  joined.set(data, atEnd ? old.data.length : 0);
  return store.put(key, { data: joined, flags, exptime, cas: newCas });
}

function compareAndStore(old: Item | undefined, wanted: Wanted, state: ServerState): StoreOutcome {
  const { store, statistics } = state;
  if (old === undefined) {
    statistics.count("cas_misses");
    return "notFound";
  }
  // An item whose cas a client has set to 0 matches none.
  if (old.cas === wanted.cas && old.cas !== 0n) {
    statistics.count("cas_hits");
    return put(wanted, state);
  }
  if (!wanted.mayBeStale || wanted.cas === 0n || wanted.cas > old.cas) {
    statistics.count("cas_badval");
    return "exists";
  }
  statistics.count("cas_hits");
  const { key, data, flags, newCas: cas, hasBinaryKey = false } = wanted;
  const { exptime, isWon } = old;
  return store.put(key, { data, flags, exptime, cas, hasBinaryKey, isStale: true, isWon });
}

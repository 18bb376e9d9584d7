/**
 * How the verbs of a client are carried out for keys, on whichever engine: in a namespace, and while a client moves to
 * other servers. `client.ts` has their types and what they do.
 */

import type { CountOptions, KeyOptions, RawOptions, StoreOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import * as change from "../operations/change.ts";
import { lock, type LockOptions } from "../operations/lock.ts";
import type { Reads } from "../operations/fitting.ts";
import type { Effect } from "../operations/job.ts";
import * as counting from "../operations/meta/arithmetic.ts";
import * as deletion from "../operations/meta/delete.ts";
import * as retrieval from "../operations/meta/get.ts";
import { debug } from "../operations/meta/servers.ts";
import * as storage from "../operations/meta/set.ts";
import * as retrieve from "../operations/retrieve.ts";
import { realtimeHost } from "../operations/servers.ts";
import * as store from "../operations/store.ts";
import * as streams from "../operations/streams.ts";
import { update } from "../operations/update.ts";

/** An operation. Its other arguments are those of the verb. */
export type Run = (engine: Engine, ...given: never[]) => Promise<unknown>;

/** How a verb is carried out. */
export interface Way {
  readonly run: Run;
  /** The position of the options among the arguments. */
  readonly options: number;
  /** True if the first argument is many: it is read as often as the verb is carried out. */
  readonly takesMany: boolean;
  /** True if the verb must not be carried out twice, as the caller would see it. */
  readonly isOnce: boolean;
  /** True if code of the caller's runs in the middle, which may make calls for the same key. */
  readonly letsOthersPass?: boolean;
  /** True if it takes as long as the caller's stream. */
  readonly isEndless?: boolean;
  /** What it does to the items of its keys. */
  readonly effect: Effect;
  /** What it gives of the values that it reads, for a schema to look at. */
  readonly reads?: Reads;
}

/** How each verb of a client is carried out for keys; `getOrSet()` and what goes with it need the loads of a client. */
export const WAYS: Readonly<Record<string, Way>> = {
  get: reads("value", one("read", 1, retrieve.get)),
  gets: reads("cas", one("readCas", 1, retrieve.gets)),
  getRaw: one("readRaw", 1, retrieve.getRaw),
  getStream: once("read", 1, streams.getStream),
  getMulti: reads("map", many("read", 1, retrieve.getMulti)),
  getsMulti: reads("casMap", many("readCas", 1, retrieve.getsMulti)),
  getList: reads("list", many("read", 1, retrieve.getList)),
  gat: reads("value", one("change", 2, retrieve.gat)),
  gats: reads("cas", one("change", 2, retrieve.gats)),
  gatMulti: reads("map", many("change", 2, retrieve.gatMulti)),
  set: stores("set", "store"),
  add: stores("add", "create"),
  replace: stores("replace", "change"),
  cas: one(
    "change",
    3,
    (engine: Engine, key: string, value: unknown, cas: bigint, options?: StoreOptions) =>
      store.store(engine, "cas", key, value, options, cas),
  ),
  update: reads("update", { ...once("create", 2, update), letsOthersPass: true }),
  lock: one(
    "lock",
    1,
    (engine: Engine, key: string, options: LockOptions) => lock(engine, key, options),
  ),
  setRaw: one(
    "store",
    2,
    (engine: Engine, key: string, data: Uint8Array, options?: RawOptions) =>
      store.setRaw(engine, key, data, options),
  ),
  setStream: { ...once("store", 2, streams.setStream), isEndless: true },
  append: attaches("append"),
  prepend: attaches("prepend"),
  setMulti: many("store", 1, store.setMulti),
  appendMulti: attachesToMany("append"),
  prependMulti: attachesToMany("prepend"),
  delete: one("delete", 1, change.deleteOne),
  deleteMulti: many("delete", 1, change.deleteMulti),
  touch: one("change", 2, change.touch),
  expire: one("change", 1, change.expire),
  incr: counts("incr"),
  decr: counts("decr"),
  getRealtimeHostByKey: one("none", 1, realtimeHost),
};

/** How each meta command for keys is carried out. */
export const META_WAYS: Readonly<Record<string, Way>> = {
  get: one("readCas", 1, retrieval.get),
  getMulti: many("readCas", 1, retrieval.getMulti),
  set: one("create", 2, storage.set),
  setMulti: many("create", 1, storage.setMulti),
  delete: one("change", 1, deletion.deleteOne),
  deleteMulti: many("change", 1, deletion.deleteMulti),
  arithmetic: one("create", 1, counting.arithmetic),
  arithmeticMulti: many("create", 1, counting.arithmeticMulti),
  debug: one("none", 1, debug),
};

export function one(effect: Effect, options: number, run: Run): Way {
  return { effect, run, options, takesMany: false, isOnce: false };
}

function many(effect: Effect, options: number, run: Run): Way {
  return { ...one(effect, options, run), takesMany: true };
}

export function once(effect: Effect, options: number, run: Run): Way {
  return { ...one(effect, options, run), isOnce: true };
}

function reads(what: Reads, way: Way): Way {
  return { ...way, reads: what };
}

function stores(name: "set" | "add" | "replace", effect: Effect): Way {
  return one(
    effect,
    2,
    (engine: Engine, key: string, value: unknown, options?: StoreOptions) =>
      store.store(engine, name, key, value, options),
  );
}

function attaches(name: "append" | "prepend"): Way {
  return one(
    "change",
    2,
    (engine: Engine, key: string, data: Uint8Array | string, options?: KeyOptions) =>
      store.attach(engine, name, key, data, options),
  );
}

function attachesToMany(name: "append" | "prepend"): Way {
  return many(
    "change",
    2,
    (engine: Engine, keys: Iterable<string>, data: Uint8Array | string, options?: KeyOptions) =>
      store.attachMulti(engine, name, keys, data, options),
  );
}

function counts(name: "incr" | "decr"): Way {
  return one(
    "create",
    2,
    (engine: Engine, key: string, delta: number | bigint = 1, options?: CountOptions) =>
      change.count(engine, name, key, delta, options),
  );
}

/** Gives keys or pairs as an array, as they may be read twice. What is neither is for the operation to refuse. */
export function listOf(given: unknown): unknown {
  const isList = typeof given === "object" && given !== null && Symbol.iterator in given;
  return isList && !ArrayBuffer.isView(given) ? Array.from(given as Iterable<unknown>) : given;
}

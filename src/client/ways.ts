/**
 * How the verbs of a client are carried out for keys, on whichever engine: in a namespace, and while a client moves to
 * other servers. `client.ts` has their types and what they do.
 */

import type { CountOptions, KeyOptions, RawOptions, StoreOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import * as change from "../operations/change.ts";
import { lock } from "../operations/lock.ts";
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
}

/** How each verb of a client is carried out for keys; `getOrSet()` and what goes with it need the loads of a client. */
export const WAYS: Readonly<Record<string, Way>> = {
  get: one(1, retrieve.get),
  gets: one(1, retrieve.gets),
  getRaw: one(1, retrieve.getRaw),
  getStream: once(1, streams.getStream),
  getMulti: many(1, retrieve.getMulti),
  getsMulti: many(1, retrieve.getsMulti),
  getList: many(1, retrieve.getList),
  gat: one(2, retrieve.gat),
  gats: one(2, retrieve.gats),
  gatMulti: many(2, retrieve.gatMulti),
  set: stores("set"),
  add: stores("add"),
  replace: stores("replace"),
  cas: one(
    3,
    (engine: Engine, key: string, value: unknown, cas: bigint, options?: StoreOptions) =>
      store.store(engine, "cas", key, value, options, cas),
  ),
  update: once(2, update),
  lock: one(1, lock),
  setRaw: one(
    2,
    (engine: Engine, key: string, data: Uint8Array, options?: RawOptions) =>
      store.setRaw(engine, key, data, options),
  ),
  setStream: once(2, streams.setStream),
  append: attaches("append"),
  prepend: attaches("prepend"),
  setMulti: many(1, store.setMulti),
  appendMulti: attachesToMany("append"),
  prependMulti: attachesToMany("prepend"),
  delete: one(1, change.deleteOne),
  deleteMulti: many(1, change.deleteMulti),
  touch: one(2, change.touch),
  expire: one(1, change.expire),
  incr: counts("incr"),
  decr: counts("decr"),
  getRealtimeHostByKey: one(1, realtimeHost),
};

/** How each meta command for keys is carried out. */
export const META_WAYS: Readonly<Record<string, Way>> = {
  get: one(1, retrieval.get),
  getMulti: many(1, retrieval.getMulti),
  set: one(2, storage.set),
  setMulti: many(1, storage.setMulti),
  delete: one(1, deletion.deleteOne),
  deleteMulti: many(1, deletion.deleteMulti),
  arithmetic: one(1, counting.arithmetic),
  arithmeticMulti: many(1, counting.arithmeticMulti),
  debug: one(1, debug),
};

export function one(options: number, run: Run): Way {
  return { run, options, takesMany: false, isOnce: false };
}

function many(options: number, run: Run): Way {
  return { ...one(options, run), takesMany: true };
}

export function once(options: number, run: Run): Way {
  return { ...one(options, run), isOnce: true };
}

function stores(name: "set" | "add" | "replace"): Way {
  return one(
    2,
    (engine: Engine, key: string, value: unknown, options?: StoreOptions) =>
      store.store(engine, name, key, value, options),
  );
}

function attaches(name: "append" | "prepend"): Way {
  return one(
    2,
    (engine: Engine, key: string, data: Uint8Array | string, options?: KeyOptions) =>
      store.attach(engine, name, key, data, options),
  );
}

function attachesToMany(name: "append" | "prepend"): Way {
  return many(
    2,
    (engine: Engine, keys: Iterable<string>, data: Uint8Array | string, options?: KeyOptions) =>
      store.attachMulti(engine, name, keys, data, options),
  );
}

function counts(name: "incr" | "decr"): Way {
  return one(
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

/** The verbs that read: get, gets, gat, gats, for one key and for many, decoded or raw. */

import { checkKeys, type Exptime, wireExptime } from "../checks/arguments.ts";
import { Manifest } from "../codec/chunks.ts";
import type { Retrieval } from "../commands/get.ts";
import { KEY_OPTIONS, type KeyOptions, READ_OPTIONS } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { NearValues } from "../engine/near_values.ts";
import type { CasValue, ChunkedDecoder, RawItem } from "../engine/item_decoders.ts";
import { missing, type Verb, verb } from "../engine/verb.ts";
import { behindLocks, endsWithinLoad } from "./behind_locks.ts";
import { ChunkedCall, type How } from "./chunked.ts";
import { type Collector, ItemFanOut, touches } from "./item_fan_out.ts";
import { nearMany, nearOne } from "./near_cache.ts";

type Keys = Iterable<string>;
type Options = KeyOptions | undefined;

export function get<T>(engine: Engine, key: string, options: Options): Promise<T | undefined> {
  const near = nearOf(engine, options);
  if (near !== undefined) return nearOne<T>(engine, near, VERBS.get, key, options);
  return one(engine, VERBS.get, key, engine.decoders.value<T>(), GET, options);
}

export function gets<T>(
  engine: Engine,
  key: string,
  options: Options,
): Promise<CasValue<T> | undefined> {
  return one(engine, VERBS.gets, key, engine.decoders.cas<T>(), GETS, options);
}

export function getRaw(
  engine: Engine,
  key: string,
  options: Options,
): Promise<RawItem | undefined> {
  return one(engine, VERBS.getRaw, key, engine.decoders.raw, GET, options);
}

export function gat<T>(
  engine: Engine,
  key: string,
  exptime: Exptime,
  options: Options,
): Promise<T | undefined> {
  return one(engine, VERBS.gat, key, engine.decoders.value<T>(), touching("gat", exptime), options);
}

export function gats<T>(
  engine: Engine,
  key: string,
  exptime: Exptime,
  options: Options,
): Promise<CasValue<T> | undefined> {
  return one(engine, VERBS.gats, key, engine.decoders.cas<T>(), touching("gats", exptime), options);
}

export function getMulti<T>(
  engine: Engine,
  keys: Keys,
  options: Options,
): Promise<Map<string, T>> {
  const near = nearOf(engine, options);
  if (near !== undefined) return nearMany(engine, near, VERBS.getMulti, keys, mapOf<T>, options);
  return many(engine, VERBS.getMulti, keys, engine.decoders.value<T>(), mapOf<T>, GET, options);
}

export function getsMulti<T>(
  engine: Engine,
  keys: Keys,
  options: Options,
): Promise<Map<string, CasValue<T>>> {
  const decoder = engine.decoders.cas<T>();
  return many(engine, VERBS.getsMulti, keys, decoder, mapOf<CasValue<T>>, GETS, options);
}

export function getList<T>(
  engine: Engine,
  keys: Keys,
  options: Options,
): Promise<(T | undefined)[]> {
  const near = nearOf(engine, options);
  if (near !== undefined) return nearMany(engine, near, VERBS.getList, keys, listOf<T>, options);
  return many(engine, VERBS.getList, keys, engine.decoders.value<T>(), listOf<T>, GET, options);
}

export function gatMulti<T>(
  engine: Engine,
  keys: Keys,
  exptime: Exptime,
  options: Options,
): Promise<Map<string, T>> {
  const decoder = engine.decoders.value<T>();
  return many(engine, VERBS.gatMulti, keys, decoder, mapOf<T>, touching("gat", exptime), options);
}

/** Values near are those of each key's own server: a call that goes to another one asks it. */
function nearOf(engine: Engine, options: Options): NearValues | undefined {
  const { near } = engine;
  if (near === undefined) return undefined;
  return engine.route === undefined && options?.routeBy === undefined ? near : undefined;
}

function one<T>(
  engine: Engine,
  verb: Verb<undefined>,
  key: string,
  decoder: ChunkedDecoder<T>,
  how: How,
  options: Options,
): Promise<T | undefined> {
  const call = new ChunkedCall<T>(engine, verb, decoder, options);
  try {
    if (engine.opens(call)) call.ask(key, how);
  } catch (error) {
    call.rejectMisuse(error);
  }
  return engine.promiseOf(call);
}

function many<T, R>(
  engine: Engine,
  verb: Verb<R>,
  keys: Keys,
  decoder: ChunkedDecoder<T>,
  collectorOf: (keys: readonly string[]) => Collector<T, R>,
  how: How,
  options: Options,
): Promise<R> {
  return engine.call<R>(verb, options, (call) => {
    const retrieval = how();
    const asked = { how: retrieval, decoder };
    const keyList = checkKeys(keys);
    const sender = endsWithinLoad(engine, retrieval.exptime) ? behindLocks(engine) : engine;
    const fanOut = new ItemFanOut(sender, call, asked, collectorOf(keyList));
    engine.keys.manyInTurns(keyList, call, (wireKeys) => {
      engine.began(call, keyList, wireKeys, touches(retrieval) ? wireKeys : undefined);
      fanOut.ask(wireKeys);
    });
  });
}

/** Collects the hits, in the order asked. */
function mapOf<T>(keys: readonly string[]): Collector<T, Map<string, T>> {
  const found = new Map<string, T>();
  return {
    collect(start, values, from) {
      let i = from;
      for (; i < values.length; i++) {
        const value = values[i];
        if (value === undefined) continue;
        if (Manifest.is(value)) break;
        found.set(keys[start + i], value);
      }
      return i;
    },
    result: () => found,
  };
}

/** Collects hits and misses, in the order asked. */
function listOf<T>(): Collector<T, (T | undefined)[]> {
  const list: (T | undefined)[] = [];
  return {
    collect(_start, values, from) {
      let i = from;
      for (; i < values.length; i++) {
        const value = values[i];
        if (Manifest.is(value)) break;
        list.push(value);
      }
      return i;
    },
    result: () => list,
  };
}

const noHits = () => new Map<string, never>();

const VERBS = {
  get: verb("get", missing, READ_OPTIONS, "value"),
  gets: verb("gets", missing, READ_OPTIONS, "value"),
  getRaw: verb("getRaw", missing, KEY_OPTIONS, "value"),
  gat: verb("gat", missing, READ_OPTIONS, "value"),
  gats: verb("gats", missing, READ_OPTIONS, "value"),
  getMulti: verb("getMulti", noHits, READ_OPTIONS, "map"),
  getsMulti: verb("getsMulti", noHits, READ_OPTIONS, "map"),
  gatMulti: verb("gatMulti", noHits, READ_OPTIONS, "map"),
  getList: verb("getList", () => [] as never[], READ_OPTIONS, "list"),
};

const PLAIN: Retrieval = { name: "get" };
const WITH_CAS: Retrieval = { name: "gets" };
const GET: How = () => PLAIN;
const GETS: How = () => WITH_CAS;

function touching(name: "gat" | "gats", exptime: Exptime): How {
  return () => ({ name, exptime: wireExptime(exptime) });
}

/** The verbs that store: set, add, replace, cas, append, prepend, for one key and for many. */

import {
  checkKeys,
  checkUnsigned,
  checkUnsigned64,
  type Exptime,
  MAX_UINT32,
  wireExptime,
} from "../checks/arguments.ts";
import { plainBytes } from "../checks/bytes.ts";
import type { Encoded } from "../codec/codec.ts";
import { encodeValue, isBuiltIn } from "../codec/values.ts";
import { StorageCommand, type StorageName, type StorageOptions } from "../commands/storage.ts";
import { Call } from "../engine/call.ts";
import {
  KEY_OPTIONS,
  type KeyOptions,
  RAW_OPTIONS,
  type RawOptions,
  STORE_OPTIONS,
  type StoreOptions,
} from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { Settings } from "../engine/options.ts";
import { notDone, verb } from "../engine/verb.ts";
import { type MultiResult, multiResult, nothingDone } from "./batch_fan_out.ts";
import { endsWithinLoad, sendBehindLock } from "./behind_locks.ts";
import { checkLength, checkManifest, ChunkedStore, dataToSplit, surelyWhole } from "./chunked.ts";
import { checkPair, entriesOf, type Items, rawItem, withKey } from "./items.ts";
import { type Attachment, attachUnlessSplit, maySplit } from "./split_items.ts";
import { AttachFanOut } from "./attach_fan_out.ts";
import { type Storage, StoreFanOut } from "./store_fan_out.ts";

/** Commands that store a value of its own. */
type ValueStore = "set" | "add" | "replace" | "cas";

/**
 * Stores one value.
 *
 * @param cas For `cas` only.
 */
export function store(
  engine: Engine,
  name: ValueStore,
  key: string,
  value: unknown,
  options: StoreOptions | undefined,
  cas?: bigint,
): Promise<boolean> {
  const call = new Call<boolean>(engine, VERBS[name], options);
  try {
    if (engine.opens(call)) {
      const wireKey = engine.keys.one(key);
      const token = name === "cas" ? checkUnsigned64("cas", cas as bigint) : undefined;
      const item = encoded(engine, name, value, options);
      const storage = { name, options: wireOptions(engine, options, token) };
      engine.began(call, key, wireKey, wireKey);
      storeOne(engine, call, storage, wireKey, item);
    }
  } catch (error) {
    call.rejectMisuse(error);
  }
  return engine.promiseOf(call);
}

export function setRaw(
  engine: Engine,
  key: string,
  data: Uint8Array,
  options: RawOptions | undefined,
): Promise<boolean> {
  return engine.call<boolean>(VERBS.setRaw, options, (call) => {
    if (!(data instanceof Uint8Array)) {
      throw new TypeError(
        `Cannot store raw data that is not a Uint8Array: current type is ${typeof data}`,
      );
    }
    const { flags = 0 } = options ?? {};
    const item = { data: plainBytes(data), flags: checkUnsigned("flags", flags, MAX_UINT32) };
    const storage: Storage = { name: "set", options: wireOptions(engine, options) };
    const wireKey = engine.keys.one(key);
    checkManifest(engine.settings, wireKey, item);
    engine.began(call, key, wireKey, wireKey);
    storeOne(engine, call, storage, wireKey, item);
  });
}

export function attach(
  engine: Engine,
  name: Attachment["name"],
  key: string,
  data: Uint8Array | string,
  options: KeyOptions | undefined,
): Promise<boolean> {
  return engine.call<boolean>(VERBS[name], options, (call) => {
    checkLength(engine.settings, name, data);
    const storage = { name, options: wireOptions(engine) };
    const item = rawItem(data);
    const wireKey = engine.keys.one(key);
    engine.began(call, key, wireKey, wireKey);
    if (item.data.length === 0 || !maySplit(engine.settings, wireKey)) {
      return storeOne(engine, call, storage, wireKey, item);
    }
    dataToSplit(engine.settings, name, wireKey, item);
    attachUnlessSplit(
      engine,
      call,
      { name, key: wireKey, data: item.data },
      (receiver) => new StorageCommand(name, wireKey, item, storage.options, receiver),
    );
  });
}

export function setMulti(
  engine: Engine,
  items: Items,
  options: StoreOptions | undefined,
): Promise<MultiResult> {
  return engine.call<MultiResult>(VERBS.setMulti, options, (call) => {
    const keys: string[] = [];
    const encodedItems: Encoded[] = [];
    for (const pair of entriesOf(items)) {
      checkPair(pair, keys.length);
      const key = pair[0];
      keys.push(key);
      try {
        encodedItems.push(encoded(engine, "set", pair[1], options));
      } catch (error) {
        throw withKey(error, key);
      }
    }
    const storage: Storage = { name: "set", options: wireOptions(engine, options) };
    storeMany(engine, call, storage, keys, encodedItems);
  });
}

export function attachMulti(
  engine: Engine,
  name: Attachment["name"],
  keys: Iterable<string>,
  data: Uint8Array | string,
  options: KeyOptions | undefined,
): Promise<MultiResult> {
  return engine.call<MultiResult>(MULTI_VERBS[name], options, (call) => {
    const asked = checkKeys(keys);
    checkLength(engine.settings, name, data);
    const item = rawItem(data);
    const storage = { name, options: wireOptions(engine) };
    const wireKeys = engine.keys.many(asked);
    wireKeys.forEach((key, position) => {
      try {
        dataToSplit(engine.settings, name, key, item);
      } catch (error) {
        throw withKey(error, asked[position]);
      }
    });
    engine.began(call, asked, wireKeys, wireKeys);
    new AttachFanOut(engine, call, storage, multiResult(asked), wireKeys, item)
      .sendWhole(wireKeys, wireKeys.map(() => item));
  });
}

function storeOne(
  engine: Engine,
  call: Call<boolean>,
  storage: Storage,
  key: string,
  item: Encoded,
): void {
  const { name, options } = storage;
  const toSplit = dataToSplit(engine.settings, name, key, item);
  if (toSplit === undefined && endsWithinLoad(engine, options.exptime)) {
    const wire = { ...options, noreply: false };
    return sendBehindLock<boolean>(engine, call, key, name, (receiver, turn) => {
      engine.send(call, key, new StorageCommand(name, key, item, wire, receiver), turn);
      turn.end();
    });
  }
  if (toSplit === undefined) {
    engine.send(call, key, new StorageCommand(name, key, item, options, call));
    return;
  }
  const fanOut = new ChunkedStore(engine, call, storage, (failed) => failed.length === 0);
  fanOut.addSplit(0, key, toSplit, item.flags);
  fanOut.start();
}

function storeMany(
  engine: Engine,
  call: Call<MultiResult>,
  storage: Storage,
  keys: readonly string[],
  items: readonly Encoded[],
): void {
  const fanOut = new StoreFanOut(engine, call, storage, multiResult(keys));
  const wireKeys = engine.keys.many(keys);
  const toSplit = allToSplit(engine.settings, storage.name, wireKeys, items, keys);
  engine.began(call, keys, wireKeys, wireKeys);
  if (toSplit.size === 0) return fanOut.sendWhole(wireKeys, items);
  // A split value appears only after all whole ones. If a key is given twice, the last value must win.
  const last = new Map(wireKeys.map((key, position) => [key, position]));
  for (let position = 0; position < wireKeys.length; position++) {
    const key = wireKeys[position];
    if (last.get(key) !== position) continue;
    const data = toSplit.get(position);
    if (data === undefined) fanOut.add(position, key, items[position]);
    else fanOut.addSplit(position, key, data, items[position].flags);
  }
  fanOut.start();
}

/** Gives the bytes of the items that must be split, by their positions. Most are too short to be looked at closely. */
function allToSplit(
  settings: Settings,
  name: StorageName,
  wireKeys: readonly string[],
  items: readonly Encoded[],
  keys: readonly string[],
): ReadonlyMap<number, Uint8Array> {
  const toSplit = new Map<number, Uint8Array>();
  const most = surelyWhole(settings, name);
  for (let position = 0; position < items.length; position++) {
    const item = items[position];
    if (item.data.length <= most) continue;
    try {
      const data = dataToSplit(settings, name, wireKeys[position], item);
      if (data !== undefined) toSplit.set(position, data);
    } catch (error) {
      throw withKey(error, keys[position]);
    }
  }
  return toSplit;
}

/** Gives the options of a storage command as they are written on the wire. */
export function wireOptions(
  engine: Engine,
  options?: { exptime?: Exptime },
  cas?: bigint,
): StorageOptions {
  const { noreply } = engine.settings;
  const given = options?.exptime;
  const exptime = given === undefined ? 0 : wireExptime(given);
  return cas === undefined ? { exptime, noreply } : { exptime, noreply, cas };
}

/** Encodes a value for a command that stores it. */
export function encoded(
  { settings }: Engine,
  name: ValueStore,
  value: unknown,
  options: StoreOptions | undefined,
): Encoded {
  const { codec, compThreshold, compression } = settings;
  const compress = options?.compress !== false;
  // Neither built-in codec makes a string shorter than its UTF-8, so its length is a lower bound.
  if (isBuiltIn(codec) && (compThreshold === 0 || !compress)) checkLength(settings, name, value);
  return encodeValue(codec, value, compThreshold, compress, compression);
}

const VERBS = {
  set: verb("set", notDone, STORE_OPTIONS, "stored"),
  add: verb("add", notDone, STORE_OPTIONS, "stored"),
  replace: verb("replace", notDone, STORE_OPTIONS, "stored"),
  cas: verb("cas", notDone, STORE_OPTIONS, "stored"),
  setRaw: verb("setRaw", notDone, RAW_OPTIONS, "stored"),
  append: verb("append", notDone, KEY_OPTIONS, "stored"),
  prepend: verb("prepend", notDone, KEY_OPTIONS, "stored"),
  setMulti: verb("setMulti", nothingDone, STORE_OPTIONS, "allStored"),
};

const MULTI_VERBS = {
  append: verb("appendMulti", nothingDone, KEY_OPTIONS, "allStored"),
  prepend: verb("prependMulti", nothingDone, KEY_OPTIONS, "allStored"),
};

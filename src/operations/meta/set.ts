/** The meta verbs that store: set, for one key and for many. */

import { type Exptime, wireExptime } from "../../checks/arguments.ts";
import { chunkKey } from "../../codec/chunks.ts";
import type { Encoded } from "../../codec/codec.ts";
import type { Storable } from "../../checks/storable.ts";
import { encodeValue } from "../../codec/values.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { NEEDS, strictest } from "../../commands/meta/needs.ts";
import { metaSet, type MetaStored } from "../../commands/meta/set.ts";
import { ProbeCommand } from "../../commands/probe.ts";
import type { Call } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { missing, verb } from "../../engine/verb.ts";
import { forCommand } from "../../error_copy.ts";
import { needsBase64 } from "../../key.ts";
import { behindLocks, endsWithinLoad } from "../behind_locks.ts";
import { checkLength } from "../chunked.ts";
import { mostInItem } from "../item_size.ts";
import { checkPair, entriesOf, type Items, rawItem, withKey } from "../items.ts";
import { detachIfSplit, maySplit } from "../split_items.ts";
import { Told } from "../told.ts";
import { utf8Length } from "../../codec/text.ts";
import { sendAndEndLoad } from "./behind_lock.ts";
import { shownKey, shownKeys } from "./keys.ts";
import { MetaChangeFanOut } from "./meta_fan_out.ts";
import {
  META_SET_OPTIONS,
  type MetaKey,
  type MetaSetOptions,
  refuse,
  withoutCas,
} from "./options.ts";

type Options = MetaSetOptions | undefined;

/**
 * Keys and values for `client.meta.setMulti()`: an object, a Map, or any iterable of pairs.
 *
 * @example Keys that are bytes
 * ```ts
 * import { Client, type MetaItems, type MetaKey } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const key = new Uint8Array([0, 1, 2]);
 * const items: MetaItems = [[key, "value"], ["other", 5]];
 * const stored = await client.meta.setMulti<MetaKey>(items);
 * assertEquals(stored.get(key), { status: "stored" });
 * ```
 */
export type MetaItems =
  | Readonly<Record<string, Storable>>
  | Iterable<readonly [MetaKey, Storable]>;

export function set(
  engine: Engine,
  key: MetaKey,
  value: unknown,
  options: Options,
): Promise<MetaStored | undefined> {
  return engine.call<MetaStored | undefined>(VERBS.set, options, (call) => {
    const wireKey = engine.keys.any(key);
    const kind = kindOf(options, false);
    const item = itemOf(engine, wireKey, value, options);
    engine.began(call, shownKey(key), wireKey, wireKey);
    const mode = options?.mode;
    const isAttached = mode === "append" || mode === "prepend";
    if (isAttached && maySplit(engine.settings, wireKey) && !needsBase64(wireKey)) {
      return attachUnlessSplit(engine, call, kind, { name: mode, key: wireKey, data: item.data });
    }
    const endsLoad = endsWithinLoad(engine, exptimeOf(options?.exptime));
    sendAndEndLoad<MetaStored | undefined>(engine, call, wireKey, endsLoad, (receiver) => {
      return new MetaCommand(kind, wireKey, engine.opaques.next(), receiver, item);
    });
  });
}

export function setMulti<K extends MetaKey>(
  engine: Engine,
  items: MetaItems,
  options: Options,
): Promise<Map<K, MetaStored>> {
  return engine.call<Map<K, MetaStored>>(VERBS.setMulti, options, (call) => {
    const keys: K[] = [];
    const wireKeys: string[] = [];
    const encoded: Encoded[] = [];
    const mode = options?.mode;
    refuse(mode === "append" || mode === "prepend", "mode", ATTACH_MANY);
    for (const pair of entriesOf(items as Items)) {
      checkPair(pair, keys.length);
      const key = pair[0] as K;
      const wireKey = engine.keys.any(key);
      keys.push(key);
      wireKeys.push(wireKey);
      try {
        encoded.push(itemOf(engine, wireKey, pair[1], options));
      } catch (error) {
        throw withKey(error, shownKey(key));
      }
    }
    const isQuiet = options?.returnCas !== true && options?.returnSize !== true;
    const kind = kindOf(options, isQuiet);
    const fanOut = new MetaChangeFanOut<MetaStored, K, MetaStored>(
      endsWithinLoad(engine, exptimeOf(options?.exptime)) ? behindLocks(engine) : engine,
      call,
      "ms",
      keys,
      (result) => result,
    );
    engine.began(call, shownKeys(keys), wireKeys, wireKeys);
    fanOut.start(kind, wireKeys, isQuiet, encoded);
  });
}

/** Adds to an item, and takes it back if that is the manifest of a split value: see `split_items.ts`. */
function attachUnlessSplit(
  engine: Engine,
  call: Call<MetaStored | undefined>,
  kind: MetaKind<MetaStored>,
  attachment: {
    readonly name: "append" | "prepend";
    readonly key: string;
    readonly data: Uint8Array | string;
  },
): void {
  const { name, key, data } = attachment;
  let stored: MetaStored | undefined;
  let hasChunk: boolean | undefined;
  const goOn = () => {
    if (stored === undefined || hasChunk === undefined) return;
    if (stored.status !== "stored" || !hasChunk) return call.resolve(stored);
    detachIfSplit(engine, call, attachment, (refused) => {
      if (refused === undefined) call.resolve(stored);
      else call.reject(refused);
    });
  };
  const item = new Told<MetaStored | undefined>(call, (result) => {
    stored = result;
    goOn();
  });
  const chunk = new Told<boolean>(call, (isThere) => {
    hasChunk = isThere;
    goOn();
  }, (error) => {
    if (error.sent === "maybe" && stored?.status === "notStored") {
      return call.reject(forCommand(error, name));
    }
    // If the chunk's server does not answer, a split value cannot be read; and that data was added is known.
    hasChunk = false;
    goOn();
  });
  const opaque = engine.opaques.next();
  sendMeta(engine, call, key, new MetaCommand(kind, key, opaque, item, { data, flags: 0 }));
  const first = chunkKey(key, 0);
  engine.sendForChunk(call, key, first, new ProbeCommand(first, chunk));
}

function kindOf(options: MetaSetOptions = {}, isQuiet: boolean): MetaKind<MetaStored> {
  const { exptime, mode = "set", cas, newCas, vivify, staleIfOlder } = options;
  const { returnCas = false, returnSize = false } = options;
  const attaches = mode === "append" || mode === "prepend";
  refuse(cas !== undefined && mode === "add", "cas", CAS_AND_ADD);
  refuse(vivify !== undefined && !attaches, "vivify", VIVIFY_AND_STORE);
  refuse(exptime !== undefined && attaches, "exptime", EXPTIME_AND_ATTACH);
  refuse(staleIfOlder && cas === undefined, "staleIfOlder", STALE_WITHOUT_CAS);
  refuse(staleIfOlder && mode !== "set", "staleIfOlder", STALE_AND_MODE);
  return metaSet(
    { cas: returnCas, size: returnSize, isQuiet },
    {
      ...{ N: vivify, T: exptimeOf(exptime), C: cas, E: newCas },
      ...{ M: mode === "set" ? undefined : LETTERS[mode], I: staleIfOlder || undefined },
    },
    {
      needs: strictest([
        newCas === undefined ? undefined : NEEDS.newCas,
        vivify === undefined ? undefined : NEEDS.setVivify,
        returnCas ? NEEDS.setReturnCas : undefined,
        returnSize ? NEEDS.setReturnSize : undefined,
        returnCas && returnSize ? NEEDS.setReturnBoth : undefined,
      ]),
      mayRepeat: mode === "set" && cas === undefined,
    },
  );
}

function exptimeOf(exptime: Exptime | undefined): number | undefined {
  const seconds = exptime === undefined ? 0 : wireExptime(exptime);
  return seconds === 0 ? undefined : seconds;
}

/**
 * Encodes a value. A meta command stores one item: what is too big for it is rejected here, because a server that rejects
 * an item for its size drops the one that it had.
 *
 * @throws {RangeError} If the item is too big.
 */
export function itemOf(
  { settings }: Engine,
  wireKey: string,
  value: unknown,
  { mode, compress }: MetaSetOptions = {},
): Encoded {
  const { codec, compThreshold, compression, itemSizeLimit } = settings;
  const attaches = mode === "append" || mode === "prepend";
  if (attaches) checkLength(settings, mode, value);
  const item = attaches
    ? rawItem(value as Uint8Array | string)
    : encodeValue(codec, value, compThreshold, compress !== false, compression);
  const { data, flags } = item;
  const most = mostInItem(itemSizeLimit, wireKey.length, flags);
  if (data.length * 3 <= most) return item;
  const size = typeof data === "string" ? utf8Length(data) : data.length;
  if (size <= most) return item;
  throw new RangeError(
    `Cannot store value as it must be <= ${most} bytes: current size is ${size}. ` +
      "A meta command stores one item; set() splits what is bigger",
  );
}

const LETTERS = { add: "E", replace: "R", append: "A", prepend: "P" } as const;

const CAS_AND_ADD =
  'with mode "add" as a server then stores whatever the cas: leave one of them out';
const VIVIFY_AND_STORE =
  'unless something is appended or prepended, as other modes store anyway: give "exptime"';
const EXPTIME_AND_ATTACH =
  'with mode "append" or "prepend" as an item keeps its exptime: give "vivify" for one that is not there';
const STALE_WITHOUT_CAS = 'without "cas" as a server then ignores it: give the cas that was read';
const STALE_AND_MODE = 'with another mode than "set": leave "mode" out';
const ATTACH_MANY =
  '"append" and "prepend" for many keys: appendMulti() and prependMulti() do that';

const VERBS = {
  set: verb("meta.set", missing, META_SET_OPTIONS),
  setMulti: verb(
    "meta.setMulti",
    () => new Map<never, never>(),
    withoutCas(META_SET_OPTIONS),
  ),
};

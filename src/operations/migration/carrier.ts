/**
 * Carries an item from the old servers to the new ones, so that it never brings an old value back.
 *
 * First a placeholder is made on the new server (`mg … N`), whose cas nobody else has. Then the old server is asked, and
 * what it gives is stored over the placeholder by that cas. A delete or set that comes in between takes the placeholder
 * away, and the store is refused. Whoever deletes does so on the old server first and then on the new one: so a value that
 * was read from the old server before is refused or deleted, and after it there is none to be read.
 */

import { chunkFlags, chunkKey, cut, Manifest, manifestText, newMark } from "../../codec/chunks.ts";
import type { Encoded } from "../../codec/codec.ts";
import { FLAG_SPLIT } from "../../codec/flags.ts";
import { knowsPlaceholders } from "../../codec/placeholder.ts";
import { decodeValue } from "../../codec/values.ts";
import { metaDelete, type MetaDeleted } from "../../commands/meta/delete.ts";
import { metaGet, type MetaItem } from "../../commands/meta/get.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { metaSet } from "../../commands/meta/set.ts";
import { StorageCommand } from "../../commands/storage.ts";
import type { ItemDecoder } from "../../commands/item_decoder.ts";
import { Call } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import type { RawItem } from "../../engine/item_decoders.ts";
import { lifeOf } from "../../engine/life.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { ownerOfSteps, step } from "../../engine/step.ts";
import { missing, verb } from "../../engine/verb.ts";
import { CodecError, MemcachedError, UnsupportedError } from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import { checkManifest, dataToSplit } from "../chunked.ts";
import { exptimeOf } from "../get_or_set/options.ts";
import { chunkBytesFor } from "../item_size.ts";
import type { MetaKey } from "../meta/options.ts";
import { getRaw } from "../retrieve.ts";
import { encoded } from "../store.ts";
import type { Side } from "../job.ts";

/**
 * What became of an item:
 *
 * - `carried`: the new server has it now;
 * - `there`: the new server had one already, or was changed meanwhile;
 * - `absent`: neither has one;
 * - `left`: the old server may have one, and the new one could not take it;
 * - `unknown`: the old server could not be asked.
 */
export type Carried = "carried" | "there" | "absent" | "left" | "unknown";

/** The engines of one call, and the key. */
export interface Passage {
  readonly from: Engine;
  readonly to: Engine;
  readonly key: MetaKey;
  /** Begins a part of the call on one side, within the deadline of the call. */
  within<T>(side: Side, begin: () => T): T;
}

/** How an item is carried. */
export interface CarryOptions {
  /** True if the placeholder of somebody else is taken away: the caller cannot do without the item. */
  readonly takesOver: boolean;
  /** Seconds for an item whose server cannot say how long it lasts. */
  readonly unknownTtl: number;
  /** Told why the old server could not be asked. What it has stays there. */
  failed(error: MemcachedError): void;
}

/** An item on its way. */
interface Load {
  readonly item: RawItem;
  /** Infinity: it never expires. */
  readonly ttl: number;
}

/**
 * Carries one item.
 *
 * @throws {MemcachedError} If the new server fails. What the old one has stays there.
 */
export async function carry(passage: Passage, options: CarryOptions): Promise<Carried> {
  const { settings: { codec, inflateBudget } } = passage.to;
  // Others would take the placeholder for a value.
  if (!knowsPlaceholders(codec, inflateBudget)) return "left";
  for (let life = 0; life < MAX_LIVES; life++) {
    const end = await carryOnce(passage, options);
    if (end !== "outlived") return end;
  }
  return "left";
}

/** Carries an item within one life of the new server. */
async function carryOnce(passage: Passage, options: CarryOptions): Promise<Carried | "outlived"> {
  const { from, to, key } = passage;
  const wireKey = to.keys.any(key);
  const place = await claim(passage, wireKey, options.takesOver);
  if (typeof place === "string") return place;
  let end: Carried | "outlived" = "unknown";
  try {
    const load = await fetch(passage, options);
    if (load === undefined) return end = "absent";
    if (load === "unknown") return end;
    end = "left";
    const item = translated(from, to, load.item);
    return end = await fill(passage, wireKey, { item, ttl: load.ttl, place });
  } catch (error) {
    if (isSound(error, MemcachedError)) throw error;
    // The codec or the limits of the new client do not take it.
    return "left";
  } finally {
    // Nobody waits for it: if it fails, the placeholder goes by itself.
    if (end !== "carried" && end !== "there") {
      ask(to, wireKey, removing(place)).catch(() => {});
    }
  }
}

/**
 * Takes away the placeholder of an item on its way, if there is one: a verb that looks at the item would take it for one.
 * It does not fail, as whatever is wrong also befalls that verb.
 */
export async function clearPlace(engine: Engine, key: MetaKey): Promise<void> {
  const wireKey = engine.keys.any(key);
  const life = lifeOf(engine, wireKey);
  const { deadlines } = engine;
  const deadline = engine.deadline();
  try {
    const { cas, taken, stale, size } = await ask(engine, wireKey, LOOK) ?? {};
    if (cas === undefined || !taken || stale || size !== 0) return;
    await deadlines.within(deadline, () => ask(engine, wireKey, removing({ cas, life })));
  } catch (error) {
    if (!isSound(error, MemcachedError)) throw error;
  }
}

/** A placeholder on the new server. */
interface Place {
  readonly cas: bigint;
  /** The life of the server in which it was made: in another one its cas may be that of another item. */
  readonly life: number | undefined;
}

/** Makes a placeholder on the new server. Gives it, or why there is none. */
async function claim(
  { to, within }: Passage,
  key: string,
  takesOver: boolean,
): Promise<Place | "there" | "left"> {
  for (let round = 0; round < MAX_ROUNDS; round++) {
    const life = lifeOf(to, key);
    const seen = await within("new", () => ask(to, key, CLAIM));
    const { cas, won = false, stale = false, taken = false, size } = seen ?? {};
    if (cas === undefined) break;
    if (won && !stale) return { cas, life };
    // This caller was told to renew a stale value, and does not.
    if (won) await within("new", () => ask(to, key, removing({ cas, life }, { I: true })));
    if (stale || !taken || size !== 0) return "there";
    if (!takesOver) break;
    // Whoever carries it over now is soon done. One that is not has its placeholder taken away.
    if (round < PAUSES.length) await pause(to, PAUSES[round]);
    else await within("new", () => ask(to, key, removing({ cas, life })));
  }
  return "left";
}

/** Takes a placeholder away, if it is still that one. */
function removing({ cas, life }: Place, more: { readonly I?: true } = {}): MetaKind<MetaDeleted> {
  return { ...metaDelete({ C: cas, ...more }, ONCE), life };
}

function pause({ settings: { clock } }: Engine, milliseconds: number): Promise<void> {
  return new Promise((resolve) => void clock.after(milliseconds, resolve));
}

/** Reads an item from the old server, as it is there. */
async function fetch(
  passage: Passage,
  { unknownTtl, failed }: CarryOptions,
): Promise<Load | "unknown" | undefined> {
  try {
    const load = await asked(passage, unknownTtl);
    return load === undefined || isPlaceholder(passage.from, load.item) ? undefined : load;
  } catch (error) {
    // What cannot be read is there all the same.
    if (!isSound(error, MemcachedError) || isSound(error, CodecError)) throw error;
    failed(error);
    return "unknown";
  }
}

async function asked(passage: Passage, unknownTtl: number): Promise<Load | undefined> {
  const { from, key, within } = passage;
  const kind = metaGet(
    from.decoders.raw as ItemDecoder<RawItem>,
    { ...NOTHING_ASKED, value: true, ttl: true },
    {},
    { needs: undefined, mayRepeat: true },
  );
  let found: MetaItem<RawItem> | undefined;
  try {
    found = await within("old", () => ask(from, from.keys.any(key), kind));
  } catch (error) {
    if (!isSound(error, UnsupportedError)) throw error;
    const item = await whole(passage);
    return item && { item, ttl: unknownTtl };
  }
  const { value, ttl = 0, stale } = found ?? {};
  // Stale is what somebody has invalidated. What ends in this second may be gone when it is stored.
  if (value === undefined || stale || ttl < 1) return undefined;
  const item = Manifest.is(value) ? await whole(passage) : value;
  return item && { item, ttl };
}

/** Reads an item with its chunks. */
async function whole({ from, key, within }: Passage): Promise<RawItem | undefined> {
  if (typeof key !== "string") return undefined;
  return await within("old", () => getRaw(from, key, STRICT));
}

/** True for what somebody on the old servers has put in the place of a value that is being loaded. */
function isPlaceholder({ settings: { codec, inflateBudget } }: Engine, item: RawItem): boolean {
  return item.data.length === 0 && item.flags === 0 && knowsPlaceholders(codec, inflateBudget);
}

/** Gives an item as the new servers' clients read it: as it is if they have the same codec. */
function translated(from: Engine, to: Engine, item: Encoded): Encoded {
  const { codec, inflateBudget } = from.settings;
  if (codec === to.settings.codec) return item;
  const { data, flags } = item as RawItem;
  const value = decodeValue(codec, data, 0, data.length, flags, inflateBudget);
  return encoded(to, "set", value, undefined);
}

/** Stores an item over the placeholder. If that is gone, something else is there; in another life of the server, perhaps not. */
async function fill(
  { to, within }: Passage,
  key: string,
  { item, ttl, place: { cas, life } }: {
    readonly item: Encoded;
    readonly ttl: number;
    readonly place: Place;
  },
): Promise<"carried" | "there" | "outlived"> {
  const { settings } = to;
  const store = async (item: Encoded) => {
    const stored = await within("new", () => ask(to, key, kind, item));
    if (stored === undefined) return "outlived";
    return stored.status === "stored" ? "carried" : "there";
  };
  if (item.data instanceof Uint8Array) {
    checkManifest(settings, key, { data: item.data, flags: item.flags });
  }
  const exptime = ttl === Infinity ? 0 : exptimeOf(ttl);
  const data = dataToSplit(settings, "set", key, item);
  const asked = { cas: false, size: false, isQuiet: false };
  const kind = { ...metaSet(asked, { T: exptime, C: cas }, ONCE), life };
  if (data === undefined) return await store(item);
  const chunks = cut(data, chunkBytesFor(settings.itemSizeLimit, key));
  const { flags } = item;
  const mark = newMark(flags);
  const stored = await Promise.all(chunks.map((chunk, i) => {
    const under = chunkKey(key, i);
    const isLast = i === chunks.length - 1;
    const part = { data: chunk, flags: chunkFlags(mark, flags, i, isLast) };
    const options = { exptime, noreply: false };
    return within("new", () =>
      step<boolean>(
        to,
        under,
        (receiver) => new StorageCommand("set", under, part, options, receiver),
      ));
  }));
  if (!stored.every(Boolean)) return "there";
  const manifest = { data: manifestText(chunks.length), flags: (flags | FLAG_SPLIT) >>> 0 };
  return await store(manifest);
}

/** Sends a meta command, strictly. */
function ask<R>(
  engine: Engine,
  key: string,
  kind: MetaKind<R>,
  item?: Encoded,
): Promise<R | undefined> {
  const owner = ownerOfSteps(engine, undefined);
  const call = new Call<R | undefined>(owner, CARRY, undefined);
  return engine.start(call, (call) => {
    sendMeta(engine, call, key, new MetaCommand(kind, key, engine.opaques.next(), call, item));
  });
}

const NOTHING_ASKED = {
  value: false,
  cas: false,
  ttl: false,
  size: false,
  hit: false,
  lastAccess: false,
  unchanged: false,
};
const ONCE = { isQuiet: false, needs: undefined, mayRepeat: false };
const STRICT = { strict: true };
/** Seconds for which a placeholder waits for its value, if the process that has made it is gone. */
const LEASE = 10;
/** Milliseconds. */
const PAUSES: readonly number[] = [5, 10, 20, 40, 80];
const MAX_ROUNDS = PAUSES.length + 3;
/** How often an item is carried anew because a connection to the new server was lost meanwhile. */
const MAX_LIVES = 3;
const CLAIM = metaGet<never>(
  { decode: () => undefined as never },
  { ...NOTHING_ASKED, cas: true, size: true },
  { N: LEASE },
  ONCE,
);
const LOOK = metaGet<never>(
  { decode: () => undefined as never },
  { ...NOTHING_ASKED, cas: true, size: true },
  {},
  { needs: undefined, mayRepeat: true },
);
const CARRY = verb("migration", missing);

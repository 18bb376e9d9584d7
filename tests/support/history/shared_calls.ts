/**
 * Calls of many callers for the same keys, each with what it tells a {@linkcode History}. Whoever adds a verb that reads,
 * changes or loads values under a key adds a line to {@linkcode SHARED_CALLS}; the model test and the soak then have it.
 */

import {
  type Client,
  type LoadContext,
  type LoadedItems,
  type LoadManyContext,
  MemcachedError,
  MultiError,
  type MultiResult,
  type Namespace,
} from "@libmc/libmc";
import type { Random } from "../random.ts";
import type { Change, Fate, History, Loading, NearReader } from "./history.ts";

/** Who calls, and what it remembers. */
export interface SharedCaller {
  readonly client: Client;
  /** The `maxAge` of its `nearCache`; `undefined` if it has none. */
  readonly maxAge: number | undefined;
  /** A namespace that belongs to this client. */
  readonly space: Namespace;
  readonly random: Random;
  readonly history: History;
  /** The keys that all callers share. */
  readonly keys: readonly string[];
  /** A value that nobody else writes. */
  value(): string;
  /** Waits as long as something that takes a moment. */
  rest(): Promise<void>;
}

/** The verbs of a client, or of its namespace, and how the history knows its keys. */
interface Place extends SharedCaller {
  readonly verbs: Client | Namespace;
  at(key: string): string;
}

/** Makes a call, and judges what came of it. Rejects with what no such call may reject with. */
type SharedCall = (place: Place, key: string) => Promise<void>;

interface Entry {
  /** How often it is called. */
  readonly share: number;
  readonly call: SharedCall;
}

/** All of them. Each is called on the client, and on its namespace. */
export const SHARED_CALLS: Readonly<Record<string, Entry>> = {
  get: { share: 6, call: readsNear(({ verbs }, key) => verbs.get(key)) },
  gat: { share: 1, call: reads(({ verbs }, key) => verbs.gat(key, 1000)) },
  gets: { share: 1, call: reads(async ({ verbs }, key) => (await verbs.gets(key))?.value) },
  getMulti: { share: 2, call: readAll },
  getList: { share: 1, call: readList },
  "meta.get": {
    share: 1,
    call: reads(async ({ verbs }, key) => (await verbs.meta.get(key))?.value),
  },
  set: { share: 4, call: stores(({ verbs }, key, value) => verbs.set(key, value)) },
  setMulti: { share: 1, call: storesAll },
  "meta.set": {
    share: 1,
    call: stores(async ({ verbs }, key, value) => {
      return (await verbs.meta.set(key, value))?.status === "stored";
    }),
  },
  delete: { share: 3, call: drops(({ verbs }, key) => verbs.delete(key)) },
  "meta.delete": {
    share: 1,
    call: drops(async ({ verbs }, key) => (await verbs.meta.delete(key)) !== undefined),
  },
  invalidate: { share: 1, call: invalidates },
  update: { share: 4, call: updates },
  getOrSet: { share: 6, call: loads({ ttl: 600 }) },
  "getOrSet, forced": { share: 1, call: loads({ ttl: 600, forceFresh: true }) },
  "getOrSet, without a lease": { share: 1, call: loads({ ttl: 600, lease: false }) },
  "getOrSet, stale": {
    share: 2,
    call: loads({ ttl: 10, staleWhileRevalidate: 500, staleIfError: 500 }),
  },
  getOrSetMulti: { share: 2, call: loadsAll },
  clear: { share: 1, call: clears },
};

const NAMES = Object.entries(SHARED_CALLS).flatMap(([name, { share }]) =>
  new Array<string>(share).fill(name)
);

/**
 * Makes one of the calls for one of the keys.
 *
 * @param but Those that are not called.
 */
export async function callShared(caller: SharedCaller, but: RegExp = /^$/): Promise<void> {
  const { random, keys } = caller;
  const name = random.pick(NAMES);
  if (but.test(name)) return;
  const place = random.below(3) === 0 ? inSpace(caller) : inClient(caller);
  await SHARED_CALLS[name].call(place, random.pick(keys));
}

/** Reads all keys in the end, when nothing goes wrong any more. */
export async function readInTheEnd(caller: SharedCaller): Promise<void> {
  for (const place of [inClient(caller), inSpace(caller)]) await readAll(place);
}

function inClient(caller: SharedCaller): Place {
  return { ...caller, verbs: caller.client, at: (key) => key };
}

function inSpace(caller: SharedCaller): Place {
  const { space } = caller;
  return { ...caller, verbs: space, at: (key) => `${space.name}/${key}` };
}

type Reading = (place: Place, key: string) => Promise<unknown>;

function reads(call: Reading, nearOf?: typeof nearReader): SharedCall {
  return async (place, key) => {
    const { history, at } = place;
    const began = history.now();
    const answer = await answerOf(call(place, key));
    if ("error" in answer) return;
    history.read(at(key), answer.value, began, undefined, nearOf?.(place));
  };
}

/** What a client may give from what it keeps near. */
function readsNear(call: Reading): SharedCall {
  return reads(call, nearReader);
}

function nearReader({ client, maxAge }: SharedCaller): NearReader | undefined {
  return maxAge === undefined ? undefined : { client, maxAge };
}

async function readAll(place: Place): Promise<void> {
  const { verbs, history, keys, at } = place;
  const began = history.now();
  const answer = await answerOf(verbs.getMulti(keys));
  const given = "error" in answer ? partOf(answer.error) : answer.value;
  for (const key of keys) {
    // Of a key that failed nothing is known.
    if ("error" in answer && !given.has(key)) continue;
    history.read(at(key), given.get(key), began, "getMulti()", nearReader(place));
  }
}

async function readList(place: Place): Promise<void> {
  const { verbs, history, keys, at } = place;
  const began = history.now();
  const answer = await answerOf(verbs.getList(keys));
  // The misses of a call that failed are not told from what is not known.
  if ("error" in answer) return;
  keys.forEach((key, i) => {
    history.read(at(key), answer.value[i], began, "getList()", nearReader(place));
  });
}

function stores(
  call: (place: Place, key: string, value: string) => Promise<boolean>,
): SharedCall {
  return async (place, key) => {
    const value = place.value();
    const change = place.history.change([place.at(key)], value, place.client);
    change.ended(fateOf(await answerOf(call(place, key, value))));
  };
}

async function storesAll({ verbs, client, history, keys, at, value }: Place): Promise<void> {
  const values = keys.map((key) => [key, value()] as const);
  const changes = values.map(([key, value]) => history.change([at(key)], value, client));
  const answer = await answerOf(verbs.setMulti(values));
  const failed = "error" in answer ? failedOf(answer.error, keys) : answer.value.failed;
  keys.forEach((key, i) => changes[i].ended(failed.includes(key) ? "maybe" : "done"));
}

function failedOf(error: Error, keys: readonly string[]): readonly string[] {
  return error instanceof MultiError ? (error.partial as MultiResult).failed : keys;
}

function drops(call: (place: Place, key: string) => Promise<boolean>): SharedCall {
  return async (place, key) => {
    const change = place.history.change([place.at(key)], undefined, place.client);
    change.ended(fateOf(await answerOf(call(place, key))));
  };
}

/** The value stays for a while, and is gone then. */
async function invalidates({ verbs, client, history, at }: Place, key: string): Promise<void> {
  const change = history.change([at(key)], undefined, client);
  const fate = fateOf(await answerOf(verbs.invalidate(key, { staleFor: 20 })));
  change.ended(fate === "done" ? "pending" : fate);
}

/** Whatever else is called for the client, its namespace is cleared. */
async function clears(caller: Place): Promise<void> {
  const { client, history, keys, at } = inSpace(caller);
  const change = history.change(keys.map(at), undefined, client);
  const fate = fateOf(await answerOf(caller.space.clear()));
  // One that was not sent may have taken away what was called before it.
  change.ended(fate === "no" ? "pending" : fate);
}

/** The function of an update takes a moment now and then, in which others may change the item. */
async function updates(place: Place, key: string): Promise<void> {
  const { verbs, client, history, random, at } = place;
  const called = history.now();
  // It stays in the generation in which it began, whatever is cleared meanwhile.
  const isInSpace = verbs === place.space;
  let began = called;
  let last: { before: string | undefined; after: string; read: number } | undefined;
  let change: Change | undefined;
  const answer = await answerOf(verbs.update<string>(key, async (before) => {
    const read = history.now();
    // The one before was overtaken.
    change?.ended("no");
    history.read(at(key), before, began, "update()");
    if (random.below(3) === 0) await place.rest();
    if (!isInSpace) began = history.now();
    last = { before, after: place.value(), read };
    change = history.change([at(key)], last.after, client, isInSpace ? called : undefined);
    return last.after;
  }));
  if (change === undefined || last === undefined) return;
  const fate = fateOf("error" in answer ? answer : { value: answer.value === last.after });
  change.ended(fate);
  if (fate === "done") history.updated(at(key), last.before, last.after, last.read, called);
}

type LoadingOptions = Parameters<Client["getOrSet"]>[2];

/** A load takes a moment now and then, or fails. */
function loads(options: LoadingOptions): SharedCall {
  return async (place, key) => {
    const { verbs, client, history, random, at } = place;
    const loading = history.loading(at(key), client);
    let loaded: string | undefined;
    const load = async ({ background }: LoadContext<string>) => {
      const value = place.value();
      history.loads(loading, value, !background, options.lease !== false);
      if (!background) loaded = value;
      if (random.below(2) === 0) await place.rest();
      if (random.below(12) === 0) throw new SourceError();
      return value;
    };
    const limits = { lease: 10, waitTimeout: 50, ...options };
    const answer = await answerOf(verbs.getOrSet<string>(key, load, limits));
    history.loaded(loading, loaded, "error" in answer ? undefined : answer);
  };
}

/** One query for all keys that are to be loaded, of which one fails now and then. */
async function loadsAll(place: Place): Promise<void> {
  const { verbs, client, history, random, keys, at } = place;
  const loadings = new Map(keys.map((key) => [key, history.loading(at(key), client)]));
  const loaded = new Map<string, string>();
  const loadMany = async (
    wanted: readonly string[],
    { background }: LoadManyContext,
  ): Promise<LoadedItems<string>> => {
    const items = wanted.map((key) => {
      const value = place.value();
      history.loads(loadings.get(key) as Loading, value, !background, true);
      if (!background) loaded.set(key, value);
      return [key, random.below(12) === 0 ? new SourceError() : value] as const;
    });
    if (random.below(2) === 0) await place.rest();
    return items;
  };
  const limits = { ttl: 600, lease: 10, waitTimeout: 50 };
  const answer = await answerOf(verbs.getOrSetMulti<string>(keys, loadMany, limits));
  const given = "error" in answer ? partOf(answer.error) : answer.value;
  for (const [key, loading] of loadings) {
    const value = given.get(key);
    history.loaded(loading, loaded.get(key), value === undefined ? undefined : { value });
  }
}

/** What a call for many keys that failed has given all the same. */
function partOf(error: Error): ReadonlyMap<string, unknown> {
  const isPart = error instanceof MultiError && error.partial instanceof Map;
  return isPart ? error.partial : new Map();
}

class SourceError extends Error {}

type Answer<T> = { readonly value: T } | { readonly error: MemcachedError | SourceError };

/** What came of a call. */
async function answerOf<T>(promise: Promise<T>): Promise<Answer<T>> {
  try {
    return { value: await promise };
  } catch (error) {
    if (error instanceof MemcachedError || error instanceof SourceError) return { error };
    throw error;
  }
}

/** A change that a strict client says was not carried out, although nothing failed, is `maybe`: it says too little. */
function fateOf(answer: Answer<boolean>): Fate {
  if (!("error" in answer)) return answer.value ? "done" : "maybe";
  return answer.error instanceof MemcachedError && answer.error.sent === "maybe" ? "maybe" : "no";
}

/**
 * Calls of many callers for the same keys, each with what it tells a {@linkcode History}. Whoever adds a verb that reads,
 * changes or loads values under a key adds a line to {@linkcode SHARED_CALLS}; the model test and the soak then have it.
 */

import {
  type Client,
  type LoadContext,
  MemcachedError,
  MultiError,
  type MultiResult,
  type Namespace,
} from "@libmc/libmc";
import type { Random } from "../random.ts";
import type { Fate, History } from "./history.ts";

/** Who calls, and what it remembers. */
export interface SharedCaller {
  readonly client: Client;
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

/** Makes a call, and judges what came of it. Rejects with what no such call may reject with. */
type SharedCall = (caller: SharedCaller, key: string) => Promise<void>;

interface Entry {
  /** How often it is called. */
  readonly share: number;
  readonly call: SharedCall;
}

/** All of them. */
export const SHARED_CALLS: Readonly<Record<string, Entry>> = {
  get: { share: 6, call: reads(({ client }, key) => client.get(key)) },
  gat: { share: 1, call: reads(({ client }, key) => client.gat(key, 1000)) },
  gets: { share: 1, call: reads(async ({ client }, key) => (await client.gets(key))?.value) },
  getMulti: { share: 2, call: (caller) => readAll(caller) },
  "meta.get": {
    share: 1,
    call: reads(async ({ client }, key) => (await client.meta.get(key))?.value),
  },
  set: { share: 4, call: stores(({ client }, key, value) => client.set(key, value)) },
  setMulti: { share: 1, call: storesAll },
  "meta.set": {
    share: 1,
    call: stores(async ({ client }, key, value) =>
      (await client.meta.set(key, value))?.status === "stored"
    ),
  },
  delete: { share: 3, call: drops(({ client }, key) => client.delete(key)) },
  "meta.delete": {
    share: 1,
    call: drops(async ({ client }, key) => (await client.meta.delete(key)) !== undefined),
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
  "namespace.get": { share: 3, call: reads(({ space }, key) => space.get(key), inSpace) },
  "namespace.set": {
    share: 2,
    call: stores(({ space }, key, value) => space.set(key, value), inSpace),
  },
  "namespace.delete": { share: 1, call: drops(({ space }, key) => space.delete(key), inSpace) },
  "namespace.clear": { share: 1, call: clears },
};

const NAMES = Object.entries(SHARED_CALLS).flatMap(([name, { share }]) =>
  new Array<string>(share).fill(name)
);

/** Makes one of the calls for one of the keys. Gives its name. */
export async function callShared(caller: SharedCaller): Promise<string> {
  const { random, keys } = caller;
  const name = random.pick(NAMES);
  await SHARED_CALLS[name].call(caller, random.pick(keys));
  return name;
}

/** Reads all keys in the end, when nothing goes wrong any more. */
export async function readInTheEnd(caller: SharedCaller): Promise<void> {
  await readAll(caller);
  for (const key of caller.keys) await SHARED_CALLS["namespace.get"].call(caller, key);
}

type KeyOf = (caller: SharedCaller, key: string) => string;

/** A key of a namespace, as the history knows it. */
function inSpace({ space }: SharedCaller, key: string): string {
  return `${space.name}/${key}`;
}

function plain(_: SharedCaller, key: string): string {
  return key;
}

function reads(
  call: (caller: SharedCaller, key: string) => Promise<unknown>,
  keyOf: KeyOf = plain,
): SharedCall {
  return async (caller, key) => {
    const { history } = caller;
    const began = history.now();
    const answer = await answerOf(call(caller, key));
    if (!("error" in answer)) history.read(keyOf(caller, key), answer.value, began);
  };
}

async function readAll({ client, history, keys }: SharedCaller): Promise<void> {
  const began = history.now();
  const answer = await answerOf(client.getMulti(keys));
  if (!("error" in answer)) {
    for (const key of keys) history.read(key, answer.value.get(key), began, "getMulti()");
  } else if (answer.error instanceof MultiError && answer.error.partial instanceof Map) {
    for (const [key, value] of answer.error.partial) {
      history.read(key, value, began, "a part of getMulti()");
    }
  }
}

function stores(
  call: (caller: SharedCaller, key: string, value: string) => Promise<boolean>,
  keyOf: KeyOf = plain,
): SharedCall {
  return async (caller, key) => {
    const value = caller.value();
    const change = caller.history.change([keyOf(caller, key)], value);
    const answer = await answerOf(call(caller, key, value));
    change.ended(fateOf(answer));
  };
}

async function storesAll({ client, history, keys, value: next }: SharedCaller): Promise<void> {
  const values = keys.map((key) => [key, next()] as const);
  const changes = values.map(([key, value]) => history.change([key], value));
  const answer = await answerOf(client.setMulti(values));
  const result = "error" in answer ? (answer.error as MultiError).partial : answer.value;
  const { failed } = result as MultiResult;
  keys.forEach((key, i) => changes[i].ended(failed.includes(key) ? "maybe" : "done"));
}

function drops(
  call: (caller: SharedCaller, key: string) => Promise<boolean>,
  keyOf: KeyOf = plain,
): SharedCall {
  return async (caller, key) => {
    const change = caller.history.change([keyOf(caller, key)]);
    change.ended(fateOf(await answerOf(call(caller, key))));
  };
}

/** The value stays for a while, and is gone then. */
async function invalidates({ client, history }: SharedCaller, key: string): Promise<void> {
  const change = history.change([key]);
  const fate = fateOf(await answerOf(client.invalidate(key, { staleFor: 20 })));
  change.ended(fate === "done" ? "pending" : fate);
}

async function clears(caller: SharedCaller): Promise<void> {
  const change = caller.history.change(caller.keys.map((key) => inSpace(caller, key)));
  change.ended(fateOf(await answerOf(caller.space.clear())));
}

/** The function of an update takes a moment now and then, in which others may change the item. */
async function updates(caller: SharedCaller, key: string): Promise<void> {
  const { client, history, random } = caller;
  let began = history.now();
  let last: { before: string | undefined; after: string; read: number } | undefined;
  let change: ReturnType<History["change"]> | undefined;
  const answer = await answerOf(client.update<string>(key, async (before) => {
    const read = history.now();
    // The one before was overtaken.
    change?.ended("no");
    history.read(key, before, began, "update()");
    if (random.below(3) === 0) await caller.rest();
    began = history.now();
    last = { before, after: caller.value(), read };
    change = history.change([key], last.after);
    return last.after;
  }));
  if (change === undefined || last === undefined) return;
  const fate = fateOf("error" in answer ? answer : { value: answer.value === last.after });
  change.ended(fate);
  if (fate === "done") history.updated(key, last.before, last.after, last.read);
}

type LoadingOptions = Parameters<Client["getOrSet"]>[2];

/** A load takes a moment now and then, or fails. */
function loads(options: LoadingOptions): SharedCall {
  return async (caller, key) => {
    const { client, history, random } = caller;
    const loading = history.loading(key, client);
    let loaded: string | undefined;
    const load = async ({ background }: LoadContext<string>) => {
      const value = caller.value();
      history.loads(loading, value, !background, options.lease !== false);
      if (!background) loaded = value;
      if (random.below(2) === 0) await caller.rest();
      if (random.below(12) === 0) throw new SourceError();
      return value;
    };
    const limits = { lease: 10, waitTimeout: 50, ...options };
    const answer = await answerOf(client.getOrSet<string>(key, load, limits));
    history.loaded(loading, loaded, "error" in answer ? undefined : answer);
  };
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

/**
 * The rows of the fault matrix for what takes several steps, or is done with something that the client gives: a lock, a
 * namespace. Each stands there once for each of its steps, as any of them may go wrong. A new one is a line in
 * {@linkcode STEP_METHODS}.
 */

import type { CallOptions, Client, Lock, Namespace, Storable } from "@libmc/libmc";
import { COUNTER, KEYS, type MatrixMethod, seedItems, valueOf } from "./methods.ts";

const KEY = KEYS[0];
const NEW = "new";
const SPACE = "space";
/** The number of the namespace, and what its keys begin with then. */
const NUMBER = 5000;
const INSIDE = `${SPACE}:${NUMBER.toString(36)}:`;

/** A call that a row makes. */
type Call = (client: Client, tag: string, options: CallOptions) => Promise<unknown>;
type SpaceCall = (space: Namespace, tag: string, options: CallOptions) => Promise<unknown>;
type IsRight = (answer: unknown, tag: string) => boolean;

const isTrue: IsRight = (answer) => answer === true;
const isValue: IsRight = (answer, tag) => answer === valueOf(tag, KEY);
const isLock: IsRight = (answer) => typeof (answer as Lock | undefined)?.token === "bigint";

/** All of them. */
export const STEP_METHODS: readonly MatrixMethod[] = [
  ofLoads("getOrSet, hit", "mg", KEY),
  // What cannot be stored is told, and given all the same.
  { ...ofLoads("getOrSet, miss", "ms", NEW), mayResolve: true },
  ofManyLoads("getOrSetMulti, hits", "mg", KEYS),
  { ...ofManyLoads("getOrSetMulti, misses", "ms", [NEW, KEY, `${NEW}er`]), mayResolve: true },
  ofUpdates("update, read", "gets"),
  ofUpdates("update, store", "cas"),
  // What stands behind the reply to add is taken for that to gets: nobody has the lock then.
  { ...row("lock", "add", lock, isLock), missesAt: "extra reply END" },
  row("lock, look", "gets", lock, isLock),
  row("lock.release", "cas", release, isTrue),
  ofSpace("get", "get", (space, _, options) => space.get(KEY, options), isValue),
  ofSpace("getMulti", "get", (space, _, options) => space.getMulti(KEYS, options), areValues),
  ofSpace("set", "set", (space, tag, options) => {
    return space.set(KEY, valueOf(tag, KEY), options);
  }, isTrue),
  ofSpace("delete", "delete", (space, _, options) => space.delete(KEY, options), isTrue),
  ofSpace("incr", "incr", (space, _, options) => space.incr(COUNTER, 1, options), (answer) => {
    return answer === 6;
  }),
  ofSpace("clear", "ma", (space, _, options) => space.clear(options), isTrue),
  ofNear(
    "get",
    "get",
    readsTwice,
    (answer, tag) => {
      return areAll(answer, (value) => value === valueOf(tag, KEY));
    },
    (answer, tag) => areAll(answer, (value) => value === undefined || value === valueOf(tag, KEY)),
  ),
  ofNear(
    "set",
    "set",
    (client, tag, options) => {
      return change(client, options, () => client.set(KEY, valueOf(tag, NEW), options));
    },
    (answer, tag) => isPair(answer, true, valueOf(tag, NEW)),
    isNeverOld,
  ),
  ofNear(
    "delete",
    "delete",
    (client, _, options) => {
      return change(client, options, () => client.delete(KEY, options));
    },
    (answer) => isPair(answer, true, undefined),
    isNeverOld,
  ),
];

function row(name: string, command: string, call: Call, isRight: IsRight): MatrixMethod {
  return {
    ...{ name, command, call, seedItems },
    mayBeQuiet: false,
    isWhole: isRight,
    isPart: (answer, tag) => answer === undefined || answer === false || isRight(answer, tag),
  };
}

/** What is there is given, or what the loader makes, which is the same. */
function ofLoads(name: string, command: string, key: string): MatrixMethod {
  const call: Call = (client, tag, options) =>
    client.getOrSet(key, () => valueOf(tag, key), { ttl: 600, ...LIMITS, ...options });
  return {
    ...row(name, command, call, (answer, tag) => answer === valueOf(tag, key)),
    isAskedBesides: true,
    warmUp: (client) => client.meta.noop(),
    wrongRest: async (client, tag) => {
      const left = await client.get(key);
      return left === undefined || left === valueOf(tag, key) ? undefined : Deno.inspect(left);
    },
  };
}

function ofManyLoads(name: string, command: string, keys: readonly string[]): MatrixMethod {
  const load = (tag: string) => (asked: readonly string[]) =>
    asked.map((key) => [key, valueOf(tag, key)] as const);
  const call: Call = (client, tag, options) =>
    client.getOrSetMulti(keys, load(tag), { ttl: 600, ...LIMITS, ...options });
  const isRightFor = (answer: unknown, tag: string, least: number) =>
    answer instanceof Map && answer.size >= least &&
    Array.from(answer).every(([key, value]) => keys.includes(key) && value === valueOf(tag, key));
  return {
    ...row(name, command, call, (answer, tag) => isRightFor(answer, tag, keys.length)),
    isPart: (answer, tag) => answer === undefined || isRightFor(answer, tag, 0),
    isAskedBesides: true,
    warmUp: (client) => client.meta.noop(),
    wrongRest: async (client, tag) => {
      const left = await client.getMulti(keys);
      return isRightFor(left, tag, 0) ? undefined : Deno.inspect(left);
    },
  };
}

/** Waits for nobody for long: what was won by a call whose reply is lost stays won. */
const LIMITS = { lease: 1, waitTimeout: 20 };

/** Adds to a value: once, whatever goes wrong. */
function ofUpdates(name: string, command: string): MatrixMethod {
  const call: Call = (client, tag, options) =>
    client.update<string>(KEY, (before = tag) => `${before}!`, options);
  const isUpdated: IsRight = (answer, tag) => answer === `${valueOf(tag, KEY)}!`;
  return {
    ...row(name, command, call, isUpdated),
    // It is asked for again where the connection was lost before the new value was sent, and an error is about that one.
    isAskedBesides: command === "gets",
    // A server that has begun anew has no items.
    isPart: (answer, tag) => answer === undefined || answer === `${tag}!` || isUpdated(answer, tag),
    wrongRest: async (client) => {
      const left = await client.get<string>(KEY) ?? "";
      return left.split("!").length <= 2 ? undefined : Deno.inspect(left);
    },
  };
}

function lock(client: Client, _: string, options: CallOptions): Promise<Lock | undefined> {
  return client.lock("lock", { ttl: 600, ...options });
}

async function release(client: Client, tag: string, options: CallOptions): Promise<unknown> {
  return (await lock(client, tag, options))?.release(options);
}

/** A call in a namespace whose number is known, unless something goes wrong at once. */
function ofSpace(name: string, command: string, call: SpaceCall, isRight: IsRight): MatrixMethod {
  return {
    ...row(`namespace.${name}`, command, (client, tag, options) => {
      return call(client.namespace(SPACE), tag, options);
    }, isRight),
    // Its number is asked for by a get.
    isAskedBesides: command === "get",
    seedItems: (tag) => [
      ...seedItems(tag),
      [`libmc:namespace:${SPACE}`, NUMBER],
      ...KEYS.map((key): [string, Storable] => [INSIDE + key, valueOf(tag, key)]),
      [INSIDE + COUNTER, 5],
    ],
    isPart: (answer, tag) => {
      if (answer === undefined || answer === false || isRight(answer, tag)) return true;
      return answer instanceof Map && areOf(answer, tag);
    },
  };
}

/** A call of a client that keeps values near. */
function ofNear(
  name: string,
  command: string,
  call: Call,
  isWhole: IsRight,
  isPart: IsRight,
): MatrixMethod {
  return {
    ...row(`${name}, with nearCache`, command, call, isWhole),
    options: { nearCache: { maxBytes: 1_000_000, maxAge: 60_000 } },
    isPart,
    // What comes of it is read.
    isAskedBesides: true,
    wrongRest: async (client, tag) => {
      const left = await client.get<string>(KEY);
      const known = [undefined, valueOf(tag, KEY), valueOf(tag, NEW)];
      return known.includes(left) ? undefined : Deno.inspect(left);
    },
  };
}

async function readsTwice(client: Client, _: string, options: CallOptions): Promise<unknown> {
  return [await client.get(KEY, options), await client.get(KEY, options)];
}

/** Changes a key whose value is kept near, and reads it. */
async function change(
  client: Client,
  options: CallOptions,
  make: () => Promise<boolean>,
): Promise<unknown> {
  await client.get(KEY, options);
  const isDone = await make();
  return [isDone, await client.get(KEY, options)];
}

function areAll(answer: unknown, isRight: (value: unknown) => boolean): boolean {
  return Array.isArray(answer) && answer.length === 2 && answer.every(isRight);
}

function isPair(answer: unknown, first: unknown, second: unknown): boolean {
  return Array.isArray(answer) && answer[0] === first && answer[1] === second;
}

/** What a change that was carried out has taken away does not come back. */
function isNeverOld(answer: unknown, tag: string): boolean {
  if (!Array.isArray(answer)) return false;
  const [isDone, found] = answer;
  if (found === valueOf(tag, KEY)) return isDone === false;
  return found === undefined || found === valueOf(tag, NEW);
}

function areValues(answer: unknown, tag: string): boolean {
  return answer instanceof Map && answer.size === KEYS.length && areOf(answer, tag);
}

function areOf(values: ReadonlyMap<unknown, unknown>, tag: string): boolean {
  return Array.from(values).every(([key, value]) =>
    KEYS.includes(key as string) && value === valueOf(tag, key as string)
  );
}

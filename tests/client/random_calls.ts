/** Random calls with good and bad arguments, and what each must put on the wire: worked out without the client's code. */

import type { Client } from "@libmc/libmc";
import type { Random } from "../support/random.ts";
import type { Request } from "../support/request_reader.ts";
import { textOf } from "../support/wire.ts";

/** A call, and the requests that it must send; `undefined`: it must be refused, and send nothing. */
export interface RandomCall {
  /** For the message of a failing test. */
  readonly name: string;
  readonly begin: (client: Client) => Promise<unknown>;
  readonly requests: readonly Request[] | undefined;
}

/** How the client that is called was made. */
export interface CallContext {
  readonly prefix: string;
  readonly noreply: boolean;
  /** Unix time in seconds. */
  readonly now: number;
}

/** Makes a call up. */
export function randomCall(random: Random, context: CallContext): RandomCall {
  const verb = random.pick(Object.keys(VERBS));
  const call = VERBS[verb](random, context);
  return { ...call, name: verb };
}

type Verb = (random: Random, context: CallContext) => Omit<RandomCall, "name">;

/** By name; each draws its own arguments. */
const VERBS: Readonly<Record<string, Verb>> = {
  get: (random, context) =>
    retrieval("get", [randomKey(random)], context, (c, [key]) => c.get(key)),
  gets: (random, context) => retrieval("gets", [randomKey(random)], context, (c, [k]) => c.gets(k)),
  getRaw: (random, context) =>
    retrieval("get", [randomKey(random)], context, (c, [k]) => c.getRaw(k)),
  getMulti: (random, context) =>
    retrieval("get", randomKeys(random), context, (c, k) => c.getMulti(k)),
  getsMulti: (random, context) =>
    retrieval("gets", randomKeys(random), context, (c, k) => c.getsMulti(k)),
  getList: (random, context) =>
    retrieval("get", randomKeys(random), context, (c, k) => c.getList(k)),
  gat: (random, context) =>
    touching("gat", [randomKey(random)], random, context, (c, [key], time) => c.gat(key, time)),
  gats: (random, context) =>
    touching("gats", [randomKey(random)], random, context, (c, [key], time) => c.gats(key, time)),
  gatMulti: (random, context) =>
    touching("gat", randomKeys(random), random, context, (c, keys, time) => c.gatMulti(keys, time)),
  set: (random, context) => store("set", random, context),
  add: (random, context) => store("add", random, context),
  replace: (random, context) => store("replace", random, context),
  cas: (random, context) => store("cas", random, context),
  append: (random, context) =>
    attach("append", [randomKey(random)], random, context, (c, [key], data) => c.append(key, data)),
  prepend: (random, context) =>
    attach(
      "prepend",
      [randomKey(random)],
      random,
      context,
      (c, [key], data) => c.prepend(key, data),
    ),
  appendMulti: (random, context) =>
    attach(
      "append",
      randomKeys(random),
      random,
      context,
      (c, keys, data) => c.appendMulti(keys, data),
    ),
  prependMulti: (random, context) =>
    attach(
      "prepend",
      randomKeys(random),
      random,
      context,
      (c, keys, data) => c.prependMulti(keys, data),
    ),
  setRaw(random, context) {
    const [key, data, flags] = [randomKey(random), randomBytes(random), random.pick(FLAGS)];
    const exptime = randomExptime(random, context);
    const [wire, number] = [wireOf(key, context), wireExptimeOf(exptime, context)];
    const flagsNumber = integer(flags, 0n, 2n ** 32n - 1n);
    return {
      begin: (client) =>
        client.setRaw(key, data, { exptime: exptime as number, flags: flags as number }),
      requests: wire === undefined || number === undefined || flagsNumber === undefined
        ? undefined
        : [item("set", wire, [flagsNumber, number], textOf(data), context.noreply)],
    };
  },
  setMulti(random, context) {
    const keys = [...new Set(randomKeys(random))];
    const values = keys.map(() => randomValue(random));
    const exptime = randomExptime(random, context);
    const number = wireExptimeOf(exptime, context);
    const requests = all(keys.map((key, i) => {
      const wire = wireOf(key, context);
      const stored = storedOf(values[i]);
      if (wire === undefined || number === undefined || stored === undefined) return undefined;
      return item("set", wire, [stored.flags, number], stored.data, context.noreply);
    }));
    return {
      begin: (client) =>
        client.setMulti(keys.map((key, i) => [key, values[i]] as const), {
          exptime: exptime as number,
        }),
      requests: number === undefined ? undefined : requests,
    };
  },
  delete(random, context) {
    const key = randomKey(random);
    const wire = wireOf(key, context);
    return {
      begin: (client) => client.delete(key),
      requests: wire === undefined ? undefined : [plain("delete", wire, [], context.noreply)],
    };
  },
  deleteMulti(random, context) {
    const keys = randomKeys(random);
    return {
      begin: (client) => client.deleteMulti(keys),
      requests: all(keys.map((key) => wireOf(key, context)))?.map((wire) =>
        plain("delete", wire, [], context.noreply)
      ),
    };
  },
  expire(random, context) {
    const key = randomKey(random);
    const wire = wireOf(key, context);
    return {
      begin: (client) => client.expire(key),
      requests: wire === undefined ? undefined : [plain("touch", wire, [-1n], context.noreply)],
    };
  },
  touch(random, context) {
    const [key, exptime] = [randomKey(random), randomExptime(random, context)];
    const [wire, number] = [wireOf(key, context), wireExptimeOf(exptime, context, false)];
    return {
      begin: (client) => client.touch(key, exptime as number),
      requests: wire === undefined || number === undefined
        ? undefined
        : [plain("touch", wire, [number], context.noreply)],
    };
  },
  incr(random, context) {
    const name = random.pick(["incr", "decr"] as const);
    const [key, delta] = [randomKey(random), random.pick(DELTAS)];
    const wire = wireOf(key, context);
    const number = typeof delta === "bigint"
      ? within(delta, 0n, 2n ** 64n - 1n)
      : delta === undefined
      ? 1n
      : integer(delta, 0n, BigInt(Number.MAX_SAFE_INTEGER));
    return {
      begin: (client) => client[name](key, delta as number),
      requests: wire === undefined || number === undefined
        ? undefined
        : [plain(name, wire, [number], context.noreply)],
    };
  },
  stats(random) {
    const word = random.pick(STATS);
    const isGood = typeof word === "string" && /^[a-z_]{0,64}$/.test(word) &&
      word !== "cachedump" &&
      word !== "detail" && !word.includes("\n");
    return {
      begin: (client) => client.stats(word as string),
      requests: isGood
        ? [{ name: "stats", keys: [], numbers: [], noreply: false, word }]
        : undefined,
    };
  },
  verbosity(random) {
    const level = random.pick(FLAGS);
    const number = integer(level, 0n, 2n ** 32n - 1n);
    return {
      begin: (client) => client.verbosity(level as number),
      requests: number === undefined
        ? undefined
        : [{ name: "verbosity", keys: [], numbers: [number], noreply: false }],
    };
  },
};

function retrieval(
  name: "get" | "gets",
  keys: string[],
  context: CallContext,
  ask: (client: Client, keys: string[]) => Promise<unknown>,
): Omit<RandomCall, "name"> {
  const wires = all(keys.map((key) => wireOf(key, context)));
  return {
    begin: (client) => ask(client, keys),
    requests: wires?.map((key) => plain(name, key)),
  };
}

function touching(
  name: "gat" | "gats",
  keys: string[],
  random: Random,
  context: CallContext,
  ask: (client: Client, keys: string[], exptime: number) => Promise<unknown>,
): Omit<RandomCall, "name"> {
  const exptime = randomExptime(random, context);
  const number = wireExptimeOf(exptime, context, false);
  const wires = all(keys.map((key) => wireOf(key, context)));
  return {
    begin: (client) => ask(client, keys, exptime as number),
    requests: number === undefined ? undefined : wires?.map((key) => plain(name, key, [number])),
  };
}

function store(
  name: "set" | "add" | "replace" | "cas",
  random: Random,
  context: CallContext,
): Omit<RandomCall, "name"> {
  const [key, value] = [randomKey(random), randomValue(random)];
  const [exptime, cas] = [randomExptime(random, context), random.pick(DELTAS) as bigint];
  const options = { exptime: exptime as number };
  const numbers = [storedOf(value)?.flags, wireExptimeOf(exptime, context)];
  if (name === "cas") {
    numbers.push(typeof cas === "bigint" ? within(cas, 0n, 2n ** 64n - 1n) : undefined);
  }
  const wire = wireOf(key, context);
  const stored = storedOf(value);
  const checked = all(numbers);
  return {
    begin: (client) =>
      name === "cas" ? client.cas(key, value, cas, options) : client[name](key, value, options),
    requests: wire === undefined || stored === undefined || checked === undefined
      ? undefined
      : [item(name, wire, checked, stored.data, context.noreply)],
  };
}

function attach(
  name: "append" | "prepend",
  keys: string[],
  random: Random,
  context: CallContext,
  add: (client: Client, keys: string[], data: Uint8Array | string) => Promise<unknown>,
): Omit<RandomCall, "name"> {
  const data = random.below(2) === 0 ? randomBytes(random) : randomText(random);
  const wires = all(keys.map((key) => wireOf(key, context)));
  const stored = storedOf(data);
  return {
    begin: (client) => add(client, keys, data),
    requests: stored === undefined
      ? undefined
      : wires?.map((wire) => item(name, wire, [0n, 0n], stored.data, context.noreply)),
  };
}

function plain(name: string, key: string, numbers: bigint[] = [], noreply = false): Request {
  return { name, keys: [key], numbers, noreply };
}

function item(
  name: string,
  key: string,
  numbers: readonly bigint[],
  data: string,
  noreply: boolean,
): Request {
  return { name, keys: [key], numbers, data, noreply };
}

/** The bytes that a key must become; `undefined` if it must be refused. */
function wireOf(key: string, { prefix }: CallContext): string | undefined {
  const whole = prefix !== "" && key.startsWith("?") ? `?${prefix}${key.slice(1)}` : prefix + key;
  const bytes = new TextEncoder().encode(whole);
  const isGood = key !== "" && key.isWellFormed() && bytes.length <= 250 &&
    !bytes.some((byte) => byte === 0 || byte === 10 || byte === 13 || byte === 32);
  return isGood ? textOf(bytes) : undefined;
}

/** What a value must be stored as; `undefined` if it must be refused. */
function storedOf(value: unknown): { data: string; flags: bigint } | undefined {
  if (value instanceof Uint8Array) return { data: textOf(value), flags: 128n };
  if (typeof value === "number") return { data: String(value), flags: 4n };
  if (typeof value !== "string" || !value.isWellFormed()) return undefined;
  return { data: textOf(new TextEncoder().encode(value)), flags: 0n };
}

/** The number that an exptime must become; `undefined` if it must be refused. */
function wireExptimeOf(
  exptime: unknown,
  { now }: CallContext,
  isOptional = true,
): bigint | undefined {
  if (exptime === undefined && isOptional) return 0n;
  if (exptime instanceof Date) {
    const seconds = Math.floor(exptime.getTime() / 1000);
    if (Number.isNaN(seconds) || seconds > 2147483647) return undefined;
    return BigInt(seconds <= now ? -1 : seconds);
  }
  const number = integer(exptime, -2147483648n, 2147483647n);
  return number !== undefined && number > 2592000n && number < now ? undefined : number;
}

function integer(value: unknown, least: bigint, most: bigint): bigint | undefined {
  if (typeof value !== "number" || !Number.isInteger(value)) return undefined;
  return within(BigInt(value), least, most);
}

function within(value: bigint, least: bigint, most: bigint): bigint | undefined {
  return value >= least && value <= most ? value : undefined;
}

function all<T>(things: readonly (T | undefined)[]): T[] | undefined {
  return things.includes(undefined) ? undefined : things as T[];
}

function randomKeys(random: Random): string[] {
  return Array.from({ length: 1 + random.below(5) }, () => randomKey(random));
}

function randomKey(random: Random): string {
  if (random.below(4) > 0) return `key:${random.below(1000)}`;
  if (random.below(3) === 0) return "k".repeat(random.pick([1, 249, 250, 251, 5000]));
  let key = "";
  for (let left = random.below(6); left > 0; left--) key += random.pick(PIECES);
  return key;
}

function randomText(random: Random): string {
  let text = "";
  for (let left = random.below(8); left > 0; left--) {
    text += random.pick(PIECES).repeat(random.pick([1, 1, 1, 4, 34, 334]));
  }
  return text;
}

function randomBytes(random: Random): Uint8Array {
  return random.bytes(random.pick([0, 1, 2, 10, 300]));
}

function randomValue(random: Random): unknown {
  return random.pick([randomText(random), randomText(random), randomBytes(random), 7, -7]);
}

function randomExptime(random: Random, { now }: CallContext): unknown {
  if (random.below(2) === 0) return random.pick([0, 1, 60, 2592000, -1]);
  return random.pick([
    ...[undefined, -0, 2592001, 1e9, now + 1000, 2147483647, 2147483648, -2147483648, -2147483649],
    ...[NaN, Infinity, -Infinity, 0.5, 1e21, "5", "0 0\r\nflush_all\r\n", null, true, 5n, {}, []],
    ...[new Date(NaN), new Date(0), new Date((now + 100) * 1000), new Date(2 ** 31 * 1000)],
  ]);
}

/** What keys and texts are made of: harmless, of several bytes, and what would end a word, a line or a request. */
const PIECES: readonly string[] = [
  ..."a|key|?|é|€|電|💧|\t|\x7f|\x80|\x01|:|0|-1|noreply|END".split("|"),
  ..." |\r\n|\n|\r|\0|\ud800|\udc00|\r\nflush_all\r\n| 0 0 1\r\n|\r\nset a 0 0 1\r\nb\r\n".split(
    "|",
  ),
];
const FLAGS: readonly unknown[] = [
  ...[0, 1, 7, 4294967295, 0, 2, 4294967296, -1, 0.5, NaN, Infinity, -0, 1e21],
  ...["1", "0 0 1\r\n", null, true, 1n, {}, []],
];
const DELTAS: readonly unknown[] = [
  ...[0, 1, 5, 9007199254740991, 9007199254740992, -1, 0.5, NaN, Infinity, -0, undefined],
  ...[0n, 1n, 2n ** 64n - 1n, 2n ** 64n, -1n, "1", "1\r\nflush_all", null, true, {}],
];
const STATS: readonly unknown[] = [
  ...["", "items", "slabs", "settings", "reset", "conns", "cachedump", "detail", "detail on"],
  ...["items\r\nflush_all", "items\n", "a b", "ITEMS", "x".repeat(65), "x".repeat(64), null, 5],
];

/** Random calls with good and bad arguments, and what each must put on the wire: worked out without the client's code. */

import type { Client } from "@libmc/libmc";
import type { Random } from "../support/random.ts";
import type { Request } from "../support/request_reader.ts";
import { type Arguments, takes, type Verb, type VerbOptions, VERBS } from "../support/verbs.ts";
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
  const verb = random.pick(DRAWN);
  const drawn = draw(verb, random, context);
  const { given, options } = drawn;
  return {
    name: verb.name,
    begin: (client) => verb.call(client, options as VerbOptions, given as Partial<Arguments>),
    requests: requestsOf(verb, drawn, context),
  };
}

/** A version has no arguments, and after a flush nothing is left to compare; streams have tests of their own. */
const DRAWN = VERBS.filter(({ name }) => name !== "version" && name !== "flushAll");

/** What a verb is called with, good or bad. */
interface Drawn {
  /** The keys, one or many, and for each the value that it is given. */
  readonly keys: readonly string[];
  readonly values: readonly unknown[];
  readonly given: Readonly<Partial<Record<keyof Arguments, unknown>>>;
  readonly options: Readonly<Partial<Record<keyof VerbOptions, unknown>>>;
}

function draw(verb: Verb, random: Random, context: CallContext): Drawn {
  const drawn = (name: keyof Arguments | keyof VerbOptions): unknown =>
    DRAW[name]!(random, context);
  const isOfItems = verb.parameters.includes("items");
  const keys = isOfItems ? [...new Set(randomKeys(random))] : randomKeys(random);
  if (verb.parameters.includes("key")) keys.length = 1;
  const others = verb.parameters.filter((name) => DRAW[name] !== undefined);
  const given = Object.fromEntries(others.map((name) => [name, drawn(name)]));
  const values = keys.map(() =>
    isOfItems ? randomValue(random) : given.value ?? given.raw ?? given.data
  );
  const items = keys.map((key, i) => [key, values[i]]);
  return {
    keys,
    values,
    given: { ...given, key: keys[0], keys, items },
    options: Object.fromEntries(
      optionsOf(verb).filter((name) => DRAW[name] !== undefined).map((name) => [name, drawn(name)]),
    ),
  };
}

/** Counters that begin by themselves send other commands, and have tests of their own. */
function optionsOf({ kind, options }: Verb): Verb["options"] {
  return kind === "arithmetic" ? [] : options;
}

/** How each argument and option is drawn; the keys, and what is stored under each of many, come first. */
const DRAW: Readonly<
  Partial<
    Record<
      keyof Arguments | keyof VerbOptions,
      (random: Random, context: CallContext) => unknown
    >
  >
> = {
  value: randomValue,
  raw: randomBytes,
  data: (random) => random.below(2) === 0 ? randomBytes(random) : randomText(random),
  exptime: randomExptime,
  cas: (random) => random.pick(DELTAS),
  delta: (random) => random.pick(DELTAS),
  flags: (random) => random.pick(FLAGS),
  statsName: (random) => random.pick(STATS),
  level: (random) => random.pick(FLAGS),
};

/** What the call must send; `undefined`: it must be refused. */
function requestsOf(verb: Verb, drawn: Drawn, context: CallContext): Request[] | undefined {
  const { command, kind } = verb;
  if (kind === "server") return serverRequest(verb, drawn);
  const numbers = numbersOf(verb, drawn, context);
  if (numbers === undefined) return undefined;
  const noreply = context.noreply && verb.mayBeQuiet;
  return all(drawn.keys.map((key, i): Request | undefined => {
    const wire = wireOf(key, context);
    if (wire === undefined) return undefined;
    if (kind !== "storage") return { name: command, keys: [wire], numbers, noreply };
    const stored = storedOf(drawn.values[i]);
    if (stored === undefined) return undefined;
    const [first, ...others] = numbers;
    return {
      name: command,
      keys: [wire],
      // Flags that are given stand first; those of a value are its type's, and what is attached has none.
      numbers: verb.options.includes("flags")
        ? numbers
        : [takes(verb, "data") ? 0n : stored.flags, first, ...others],
      data: stored.data,
      noreply,
    };
  }));
}

/** The numbers of a request but the flags of a value; `undefined` if one must be refused. */
function numbersOf(
  verb: Verb,
  { given, options }: Drawn,
  context: CallContext,
): bigint[] | undefined {
  const numbers: (bigint | undefined)[] = [];
  if (verb.options.includes("flags")) numbers.push(integer(options.flags, 0n, 2n ** 32n - 1n));
  if (takes(verb, "exptime") && verb.kind !== "arithmetic") {
    const isOption = verb.options.includes("exptime");
    numbers.push(wireExptimeOf(isOption ? options.exptime : given.exptime, context, isOption));
  } else if (verb.kind === "storage") {
    numbers.push(0n);
  } else if (verb.kind === "touch") {
    numbers.push(-1n);
  }
  if (takes(verb, "cas")) {
    numbers.push(typeof given.cas === "bigint" ? within(given.cas, 0n, MAX_64) : undefined);
  }
  if (takes(verb, "delta")) numbers.push(deltaOf(given.delta));
  return all(numbers);
}

function deltaOf(delta: unknown): bigint | undefined {
  if (delta === undefined) return 1n;
  return typeof delta === "bigint"
    ? within(delta, 0n, MAX_64)
    : integer(delta, 0n, BigInt(Number.MAX_SAFE_INTEGER));
}

function serverRequest({ command }: Verb, { given }: Drawn): Request[] | undefined {
  const request = { name: command, keys: [], noreply: false };
  if (command === "verbosity") {
    const level = integer(given.level, 0n, 2n ** 32n - 1n);
    return level === undefined ? undefined : [{ ...request, numbers: [level] }];
  }
  const word = given.statsName;
  const isGood = typeof word === "string" && /^[a-z_]{0,64}$/.test(word) &&
    word !== "cachedump" && word !== "detail" && !word.includes("\n");
  return isGood ? [{ ...request, numbers: [], word }] : undefined;
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
  return { data: textOf(new TextEncoder().encode(value)), flags: value === "" ? 512n : 0n };
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
    return BigInt(seconds <= now ? 2_592_001 : seconds);
  }
  const number = integer(exptime, -2147483648n, 2147483647n);
  if (number === undefined || number <= 2592000n || number > now) return number;
  return number < now - 86400 ? undefined : 2_592_001n;
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
const MAX_64 = 2n ** 64n - 1n;
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

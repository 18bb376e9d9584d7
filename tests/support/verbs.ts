/**
 * The verbs of a client, each once: what it sends, what it takes, what it gives, how it is called. Whoever adds a verb
 * to the client adds an entry here, and every test that goes through all verbs has it: soft and strict failures, aborts,
 * timeouts, bad arguments, options, the fault matrix, random calls. `verbs_test.ts` fails while one is missing.
 */

import type { CallOptions, Client, Exptime, Items, Storable } from "@libmc/libmc";

/** What a verb does with items; `server` asks all servers something, `client` is about connections. */
export type Kind =
  | "retrieval"
  | "storage"
  | "deletion"
  | "touch"
  | "arithmetic"
  | "server"
  | "client";

/** What a verb gives; see {@linkcode fallbackOf} for what that is when the call fails softly. */
export type Gives =
  // Of one key, and of many.
  | ("value" | "casValue" | "rawItem" | "stream" | "number" | "boolean")
  | ("map" | "casMap" | "list" | "multiResult")
  // Of servers.
  | ("byServer" | "serverNames" | "serverName" | "nothing");

/** All arguments that verbs take, by one name for the same thing. */
export interface Arguments {
  readonly key: string;
  readonly keys: readonly string[];
  readonly value: Storable;
  readonly items: Items;
  readonly data: Uint8Array | string;
  readonly raw: Uint8Array;
  readonly stream: ReadableStream<Uint8Array>;
  readonly exptime: Exptime;
  readonly cas: bigint;
  readonly delta: number | bigint;
  readonly statsName: string;
  readonly level: number;
}

/** All options that verbs take. */
export interface VerbOptions extends CallOptions {
  exptime?: Exptime;
  compress?: boolean;
  flags?: number;
  initial?: number | bigint;
  delay?: number;
  routeBy?: string;
}

/** One verb. */
export interface Verb extends Entry {
  readonly name: VerbName;
  /** What it takes beside `signal` and `strict`. */
  readonly options: readonly (keyof VerbOptions)[];
  /** It may concern several servers: when it fails and is strict, it rejects with a MultiError. */
  readonly isMulti: boolean;
  /** With the option `noreply` the client does not ask for its reply. */
  readonly mayBeQuiet: boolean;
  /** What it gives when everything fails and it is not strict, for the usual keys. */
  readonly fallback: unknown;
  /** Calls it. An argument that is not given is the usual one, which is right. */
  call(client: Client, options?: VerbOptions, given?: Partial<Arguments>): Promise<unknown>;
}

/** The key that a verb for one key is called with, and the keys of one for many, unless others are given. */
export const KEY = "k0";
export const KEYS: readonly string[] = Array.from({ length: 12 }, (_, i) => `k${i}`);

interface Entry {
  /** The command that it sends; `none` if it has none of its own. */
  readonly command: string;
  readonly kind: Kind;
  readonly gives: Gives;
  readonly parameters: readonly (keyof Arguments)[];
}

interface Written extends Entry {
  readonly options?: Verb["options"];
  /** Its own usual arguments. */
  readonly usual?: Partial<Arguments>;
  readonly call: (client: Client, given: Arguments, options?: VerbOptions) => Promise<unknown>;
}

const TABLE = {
  get: {
    ...entry("get", "retrieval", "value", "key"),
    call: (client, { key }, options) => client.get(key, options),
  },
  gets: {
    ...entry("gets", "retrieval", "casValue", "key"),
    call: (client, { key }, options) => client.gets(key, options),
  },
  getRaw: {
    ...entry("get", "retrieval", "rawItem", "key"),
    call: (client, { key }, options) => client.getRaw(key, options),
  },
  getStream: {
    ...entry("get", "retrieval", "stream", "key"),
    call: (client, { key }, options) => client.getStream(key, options),
  },
  gat: {
    ...entry("gat", "retrieval", "value", "key", "exptime"),
    call: (client, { key, exptime }, options) => client.gat(key, exptime, options),
  },
  gats: {
    ...entry("gats", "retrieval", "casValue", "key", "exptime"),
    call: (client, { key, exptime }, options) => client.gats(key, exptime, options),
  },
  getMulti: {
    ...entry("get", "retrieval", "map", "keys"),
    call: (client, { keys }, options) => client.getMulti(keys, options),
  },
  getsMulti: {
    ...entry("gets", "retrieval", "casMap", "keys"),
    call: (client, { keys }, options) => client.getsMulti(keys, options),
  },
  getList: {
    ...entry("get", "retrieval", "list", "keys"),
    call: (client, { keys }, options) => client.getList(keys, options),
  },
  gatMulti: {
    ...entry("gat", "retrieval", "map", "keys", "exptime"),
    call: (client, { keys, exptime }, options) => client.gatMulti(keys, exptime, options),
  },
  set: {
    ...entry("set", "storage", "boolean", "key", "value"),
    options: ["exptime", "compress"],
    call: (client, { key, value }, options) => client.set(key, value, options),
  },
  setRaw: {
    ...entry("set", "storage", "boolean", "key", "raw"),
    options: ["exptime", "flags"],
    call: (client, { key, raw }, options) => client.setRaw(key, raw, options),
  },
  setStream: {
    ...entry("set", "storage", "boolean", "key", "stream"),
    options: ["exptime"],
    call: (client, { key, stream }, options) => client.setStream(key, stream, options),
  },
  add: {
    ...entry("add", "storage", "boolean", "key", "value"),
    options: ["exptime", "compress"],
    call: (client, { key, value }, options) => client.add(key, value, options),
  },
  replace: {
    ...entry("replace", "storage", "boolean", "key", "value"),
    options: ["exptime", "compress"],
    call: (client, { key, value }, options) => client.replace(key, value, options),
  },
  cas: {
    ...entry("cas", "storage", "boolean", "key", "value", "cas"),
    options: ["exptime", "compress"],
    call: (client, { key, value, cas }, options) => client.cas(key, value, cas, options),
  },
  append: {
    ...entry("append", "storage", "boolean", "key", "data"),
    call: (client, { key, data }, options) => client.append(key, data, options),
  },
  prepend: {
    ...entry("prepend", "storage", "boolean", "key", "data"),
    call: (client, { key, data }, options) => client.prepend(key, data, options),
  },
  setMulti: {
    ...entry("set", "storage", "multiResult", "items"),
    options: ["exptime", "compress"],
    call: (client, { items }, options) => client.setMulti(items, options),
  },
  appendMulti: {
    ...entry("append", "storage", "multiResult", "keys", "data"),
    call: (client, { keys, data }, options) => client.appendMulti(keys, data, options),
  },
  prependMulti: {
    ...entry("prepend", "storage", "multiResult", "keys", "data"),
    call: (client, { keys, data }, options) => client.prependMulti(keys, data, options),
  },
  deleteMulti: {
    ...entry("delete", "deletion", "multiResult", "keys"),
    call: (client, { keys }, options) => client.deleteMulti(keys, options),
  },
  delete: {
    ...entry("delete", "deletion", "boolean", "key"),
    call: (client, { key }, options) => client.delete(key, options),
  },
  touch: {
    ...entry("touch", "touch", "boolean", "key", "exptime"),
    call: (client, { key, exptime }, options) => client.touch(key, exptime, options),
  },
  expire: {
    ...entry("touch", "touch", "boolean", "key"),
    call: (client, { key }, options) => client.expire(key, options),
  },
  incr: {
    ...entry("incr", "arithmetic", "number", "key", "delta"),
    options: ["initial", "exptime"],
    // Either kind of delta is right; the types of the client have one signature for each.
    call: (client, { key, delta }, options) => client.incr(key, delta as number, options as never),
  },
  decr: {
    ...entry("decr", "arithmetic", "number", "key", "delta"),
    options: ["initial", "exptime"],
    usual: { delta: 1n },
    call: (client, { key, delta }, options) => client.decr(key, delta as number, options as never),
  },
  version: {
    ...entry("version", "server", "byServer"),
    call: (client, _, options) => client.version(options),
  },
  stats: {
    ...entry("stats", "server", "byServer", "statsName"),
    call: (client, { statsName }, options) => client.stats(statsName, options),
  },
  flushAll: {
    ...entry("flush_all", "server", "serverNames"),
    options: ["delay"],
    call: (client, _, options) => client.flushAll(options),
  },
  verbosity: {
    ...entry("verbosity", "server", "serverNames", "level"),
    call: (client, { level }, options) => client.verbosity(level, options),
  },
  getRealtimeHostByKey: {
    ...entry("none", "client", "serverName", "key"),
    call: (client, { key }) => client.getRealtimeHostByKey(key),
  },
  quit: {
    ...entry("quit", "client", "nothing"),
    call: (client) => client.quit(),
  },
} satisfies Readonly<Partial<Record<keyof Client, Written>>>;

/** The name of a verb. */
export type VerbName = keyof typeof TABLE;

/** By its name. */
export const VERB: Readonly<Record<VerbName, Verb>> = Object.fromEntries(
  Object.entries(TABLE).map(([name, written]) => [name, verbOf(name as VerbName, written)]),
) as Record<VerbName, Verb>;

/** All of them. */
export const ALL_VERBS: readonly Verb[] = Object.values(VERB);

/** All that send a command of their own with one call: streams have tests of their own. */
export const VERBS: readonly Verb[] = ALL_VERBS.filter((verb) =>
  verb.kind !== "client" && !isOfStream(verb)
);

/**
 * Methods of the client that ask no server, and so are no verbs; `close()`, after which there are none; `getOrSet()`
 * and `getOrSetMulti()`, which give what a loader makes when memcached fails: they have tests of their own, in tests/client/get_or_set; and
 * `health()`, which does not fail.
 */
export const NO_VERBS: ReadonlySet<string> = new Set([
  ...[
    "addEventListener",
    "close",
    "config",
    "counters",
    "explain",
    "getHostByKey",
    "getOrSet",
    "getOrSetMulti",
    "health",
    "namespace",
    "removeEventListener",
  ],
  ...["observe", "setServers", "toggleFlushAllFeature", "typed", "unref", "updateServers"],
]);

/** Methods of the client that send several commands, one after the other, and have tests of their own. */
export const IN_STEPS: ReadonlySet<string> = new Set(["lock", "update"]);

/** True for the name of a method of the client that a namespace has as well: it takes keys. */
export function isOfNamespaces(name: string): boolean {
  if (NO_VERBS.has(name)) return name.startsWith("getOrSet") || name === "typed";
  const verb = ALL_VERBS.find((verb) => verb.name === name);
  return verb === undefined || KEY_PARAMETERS.some((parameter) => takes(verb, parameter));
}

const KEY_PARAMETERS = ["key", "keys", "items"] as const;

/** True for a verb whose value is a stream. */
export function isOfStream({ gives, parameters }: Verb): boolean {
  return gives === "stream" || parameters.includes("stream");
}

/** True for a verb that takes this argument, or this option. */
export function takes(verb: Verb, name: keyof Arguments | keyof VerbOptions): boolean {
  return [...verb.parameters, ...verb.options].includes(name);
}

/** What a verb gives, for these keys, when everything fails and it is not strict. */
export function fallbackOf({ gives }: Pick<Verb, "gives">, keys: readonly string[]): unknown {
  switch (gives) {
    case "boolean":
      return false;
    case "map":
    case "casMap":
    case "byServer":
      return new Map();
    case "list":
      return keys.map(() => undefined);
    case "multiResult":
      return { ok: false, failed: keys };
    case "serverNames":
      return [];
    default:
      return undefined;
  }
}

function entry(
  command: string,
  kind: Kind,
  gives: Gives,
  ...parameters: (keyof Arguments)[]
): Entry {
  return { command, kind, gives, parameters };
}

function verbOf(name: VerbName, written: Written): Verb {
  const { command, kind, gives, parameters, usual = {}, call } = written;
  const isForKeys = ["key", "keys", "items"].some((name) => parameters.includes(name as "key"));
  const options: Verb["options"] = isForKeys && kind !== "client"
    ? ["routeBy", ...written.options ?? []]
    : written.options ?? [];
  return {
    ...{ name, command, kind, gives, parameters, options },
    isMulti: kind === "server" || parameters.includes("keys") || parameters.includes("items"),
    mayBeQuiet: ["storage", "deletion", "touch", "arithmetic"].includes(kind),
    fallback: fallbackOf({ gives }, KEYS),
    call: (client, options, given) => call(client, argumentsWith({ ...usual, ...given }), options),
  };
}

/** The usual arguments, but for those that are given; without `items`, each of the keys has the value. */
function argumentsWith(given: Partial<Arguments>): Arguments {
  const { keys = KEYS, value = 1 } = given;
  return {
    ...{
      key: KEY,
      keys,
      value,
      data: "x",
      exptime: 100,
      cas: 1n,
      delta: 1,
      statsName: "",
      level: 0,
    },
    // Made only for those that take them: some tests count what a call makes.
    get items() {
      return keys.map((key) => [key, value] as const);
    },
    get raw() {
      return new Uint8Array(1);
    },
    get stream() {
      return ReadableStream.from([new Uint8Array(1)]);
    },
    ...given,
  };
}

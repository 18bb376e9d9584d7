/** Every method of a client that talks to servers, once, so that a test can go through all of them. */

import type { CallOptions, Client } from "@libmc/libmc";

/** One method and how to call it. */
export interface Method {
  readonly name: string;
  /** The command it sends. */
  readonly command: string;
  /** Calls it with arguments that are right. */
  call(client: Client, options?: CallOptions): Promise<unknown>;
  /** What it gives when everything fails and it is not strict. */
  readonly whenFailed: unknown;
  /** It may concern several servers: when it fails and is strict, it rejects with a MultiError. */
  readonly isMulti: boolean;
}

/** The keys that the methods for one key, and those for many, use. */
export const KEY = "k0";
export const KEYS: readonly string[] = Array.from({ length: 12 }, (_, i) => `k${i}`);

const NO_KEY: unknown = new Map();
const ALL_FAILED: unknown = { ok: false, failed: KEYS };

/** All but those that ask nobody: getHostByKey, updateServers, config and so on. */
export const METHODS: readonly Method[] = [
  one("get", "get", undefined, (client, options) => client.get(KEY, options)),
  one("gets", "gets", undefined, (client, options) => client.gets(KEY, options)),
  one("getRaw", "get", undefined, (client, options) => client.getRaw(KEY, options)),
  one("gat", "gat", undefined, (client, options) => client.gat(KEY, 100, options)),
  one("gats", "gats", undefined, (client, options) => client.gats(KEY, 100, options)),
  many("getMulti", "get", NO_KEY, (client, options) => client.getMulti(KEYS, options)),
  many("getsMulti", "gets", NO_KEY, (client, options) => client.getsMulti(KEYS, options)),
  many(
    "getList",
    "get",
    KEYS.map(() => undefined),
    (client, options) => client.getList(KEYS, options),
  ),
  many("gatMulti", "gat", NO_KEY, (client, options) => client.gatMulti(KEYS, 100, options)),
  one("set", "set", false, (client, options) => client.set(KEY, 1, options)),
  one("setRaw", "set", false, (client, options) => client.setRaw(KEY, new Uint8Array(1), options)),
  one("add", "add", false, (client, options) => client.add(KEY, 1, options)),
  one("replace", "replace", false, (client, options) => client.replace(KEY, 1, options)),
  one("cas", "cas", false, (client, options) => client.cas(KEY, 1, 1n, options)),
  one("append", "append", false, (client, options) => client.append(KEY, "x", options)),
  one("prepend", "prepend", false, (client, options) => client.prepend(KEY, "x", options)),
  many(
    "setMulti",
    "set",
    ALL_FAILED,
    (client, options) => client.setMulti(KEYS.map((key) => [key, 1]), options),
  ),
  many(
    "appendMulti",
    "append",
    ALL_FAILED,
    (client, options) => client.appendMulti(KEYS, "x", options),
  ),
  many(
    "prependMulti",
    "prepend",
    ALL_FAILED,
    (client, options) => client.prependMulti(KEYS, "x", options),
  ),
  many("deleteMulti", "delete", ALL_FAILED, (client, options) => client.deleteMulti(KEYS, options)),
  one("delete", "delete", false, (client, options) => client.delete(KEY, options)),
  one("touch", "touch", false, (client, options) => client.touch(KEY, 100, options)),
  one("expire", "touch", false, (client, options) => client.expire(KEY, options)),
  one("incr", "incr", undefined, (client, options) => client.incr(KEY, 1, options)),
  one("decr", "decr", undefined, (client, options) => client.decr(KEY, 1n, options)),
  many("version", "version", NO_KEY, (client, options) => client.version(options)),
  many("stats", "stats", NO_KEY, (client, options) => client.stats("", options)),
  many("flushAll", "flush_all", [], (client, options) => client.flushAll({ ...options })),
  many("verbosity", "verbosity", [], (client, options) => client.verbosity(0, options)),
];

/** Methods that are tested by name and not in a row: they send no command, or are no call of one. */
export const OTHER_METHODS: ReadonlySet<string> = new Set([
  "constructor",
  "counters",
  "getHostByKey",
  "getRealtimeHostByKey",
  "updateServers",
  "config",
  "quit",
  "unref",
  "close",
  "toggleFlushAllFeature",
  "addEventListener",
  "removeEventListener",
  // Streams have tests of their own.
  "setStream",
  "getStream",
]);

type Call = Method["call"];

function one(name: string, command: string, whenFailed: unknown, call: Call): Method {
  return { name, command, call, whenFailed, isMulti: false };
}

function many(name: string, command: string, whenFailed: unknown, call: Call): Method {
  return { name, command, call, whenFailed, isMulti: true };
}

/**
 * libmc's calls, made to our client: names, arguments and results of Python in, ours out.
 *
 * Python's None is a miss, a result that says nothing, and a value one can store, all in one. So it is `undefined` and
 * `null` alike when results are compared.
 */

import { encodeBase64 } from "@std/encoding";
import {
  type Client,
  type ClientOptions,
  libmcCodec,
  type MultiResult,
  type RawItem,
} from "@libmc/libmc";
import { fromPython, type PythonValue } from "../codec/vectors.ts";
import type { PythonCall, PythonClient, ReplyCase } from "./wire_vectors.ts";

/** What stands for a call that raised. */
export const RAISED: unique symbol = Symbol("raised");

/** Options of a client that does as libmc does with these arguments. */
export function optionsOf(
  client: PythonClient = {},
  config: ReplyCase["config"] = {},
): ClientOptions {
  const options: ClientOptions = { codec: libmcCodec, connectTimeout: 5000 };
  if (client.do_split) options.doSplit = fromPython(client.do_split) as boolean;
  if (client.noreply) options.noreply = fromPython(client.noreply) as boolean;
  if (client.prefix) options.prefix = fromPython(client.prefix) as string;
  if (config.MC_POLL_TIMEOUT !== undefined) options.pollTimeout = config.MC_POLL_TIMEOUT;
  if (config.MC_MAX_RETRIES !== undefined) options.maxRetries = config.MC_MAX_RETRIES;
  return options;
}

/** Makes a call, and gives what libmc would have given; RAISED if it throws or rejects. */
export async function callAsPython(
  client: Client,
  { method, args, kwargs = {} }: PythonCall,
): Promise<unknown> {
  const named = Object.fromEntries(
    Object.entries(kwargs).map(([name, value]) => [name, fromPython(value)]),
  );
  try {
    // The vectors give each method what it takes.
    return await METHODS[method](client, args.map(argument) as never[], named);
  } catch {
    return RAISED;
  }
}

/** Gives a result of libmc's in the same form. */
export function resultOf(result: PythonValue & { keys?: readonly string[] }): unknown {
  if (result.type === "raised") return RAISED;
  // Of the statistics, only the servers that have them are compared. They are named by their aliases.
  if (result.keys !== undefined) return result.keys.map((server) => server.split(" ").at(-1));
  if (result.type === "dict" && (result.items as PythonValue[][])[0]?.[1].type === "dict") {
    return (result.items as PythonValue[][]).map((
      [name, stats],
    ) => [fromPython(name), pairsOf(stats)]);
  }
  return result.type === "dict" ? pairsOf(result) : fromPython(result);
}

/** Anything in a form in which it can be compared, and shown: numbers by their digits, bytes by their base64. */
export function plain(value: unknown): unknown {
  if (value === RAISED) return "raised";
  if (value === undefined || value === null) return "None";
  if (typeof value === "number" || typeof value === "bigint") return `number ${value}`;
  if (typeof value === "string") return `text ${value}`;
  if (value instanceof Uint8Array) return `bytes ${encodeBase64(value)}`;
  if (Array.isArray(value)) return value.map(plain);
  if (value instanceof Map) return Array.from(value, plain);
  return value;
}

/** A dict becomes pairs, so that the order stays whatever the keys are. */
function argument(value: PythonValue): unknown {
  return value.type === "dict" ? pairsOf(value) : fromPython(value);
}

function pairsOf(dict: PythonValue): [unknown, unknown][] {
  return (dict.items as PythonValue[][]).map((
    [key, value],
  ) => [fromPython(key), fromPython(value)]);
}

type Named = Readonly<Record<string, unknown>>;
type Method = (client: Client, args: readonly never[], named: Named) => unknown;

/** By Python's name: the same call of ours, with a result as libmc gives it. */
const METHODS: Readonly<Record<string, Method>> = {
  get: (client, [key]) => client.get(key),
  gets: async (client, [key]) => {
    const item = await client.gets(key);
    return item && [item.value, item.cas];
  },
  get_raw: async (client, [key]) => rawOf(await client.getRaw(key)),
  get_multi: (client, [keys]) => client.getMulti(keys),
  get_list: (client, [keys]) => client.getList(keys),
  set: (client, [key, value, time, compress], named) =>
    client.set(key, value, storeOptions(time ?? named.time, compress)),
  set_raw: (client, [key, data, exptime, flags]) => client.setRaw(key, data, { exptime, flags }),
  add: (client, [key, value, time]) => client.add(key, value, storeOptions(time)),
  replace: (client, [key, value, time]) => client.replace(key, value, storeOptions(time)),
  cas: (client, [key, value, time, cas]) => client.cas(key, value, BigInt(cas), storeOptions(time)),
  append: (client, [key, data]) => client.append(key, data),
  prepend: (client, [key, data]) => client.prepend(key, data),
  set_multi: async (client, [items, time], named) =>
    multiOf(await client.setMulti(items, storeOptions(time)), named),
  append_multi: async (client, [keys, data], named) =>
    multiOf(await client.appendMulti(keys, data), named),
  prepend_multi: async (client, [keys, data], named) =>
    multiOf(await client.prependMulti(keys, data), named),
  delete: (client, [key]) => client.delete(key),
  delete_multi: async (client, [keys], named) => multiOf(await client.deleteMulti(keys), named),
  touch: (client, [key, exptime]) => client.touch(key, exptime),
  expire: (client, [key]) => client.expire(key),
  // A bigint makes the answer one: libmc's numbers are exact at any size.
  incr: (client, [key, delta]) => client.incr(key, BigInt(delta ?? 1)),
  decr: (client, [key, delta]) => client.decr(key, BigInt(delta ?? 1)),
  version: async (client) => sorted(await client.version()),
  stats: async (client) =>
    sorted(await client.stats()).map(([server, stats]) => [server, Object.entries(stats)]),
  toggle_flush_all_feature: (client, [on]) => client.toggleFlushAllFeature(on),
  flush_all: async (client) => (await client.flushAll()).sort(),
  quit: async (client) => {
    await client.quit();
    return true;
  },
};

function storeOptions(
  time: unknown,
  compress?: boolean,
): { exptime: number; compress: boolean } {
  return { exptime: (time ?? 0) as number, compress: compress ?? true };
}

/** A miss of get_raw is (None, 0). */
function rawOf(item: RawItem | undefined): unknown {
  return item === undefined ? [undefined, 0] : [item.data, item.flags];
}

/** With return_failure libmc also gives the keys, as bytes and in no particular order. */
function multiOf({ ok, failed }: MultiResult, { return_failure }: Named): unknown {
  if (return_failure !== true) return ok;
  return [ok, failed.toSorted().map((key) => new TextEncoder().encode(key))];
}

/** Servers answer in no particular order. */
function sorted<T>(answers: Map<string, T>): [string, T][] {
  return Array.from(answers).sort(([a], [b]) => a < b ? -1 : 1);
}

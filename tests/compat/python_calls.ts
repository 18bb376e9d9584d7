/**
 * libmc's calls, made to our client: names, arguments and results of Python in, ours out.
 *
 * Python's None is a miss, a result that says nothing, and a value one can store, all in one. So it is `undefined` and
 * `null` alike when results are compared.
 */

import { encodeBase64 } from "@std/encoding";
import {
  type CasValue,
  type Client,
  type ClientOptions,
  libmcCodec,
  type MultiResult,
  type RawItem,
  type ServerStats,
} from "@libmc/libmc";
import { takes, VERB, type Verb, type VerbName } from "../support/verbs.ts";
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
    const values = args.map(argument);
    if (method === "toggle_flush_all_feature") {
      return client.toggleFlushAllFeature(values[0] as boolean);
    }
    return await callVerb(client, method, values, named);
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

/**
 * By Python's name of a method: its parameters, in their order, by the names that arguments and options have here. The
 * verb has the same name, written as is usual here.
 */
const PARAMETERS: Readonly<Record<string, readonly string[]>> = {
  get: ["key"],
  gets: ["key"],
  get_raw: ["key"],
  get_multi: ["keys"],
  get_list: ["keys"],
  set: ["key", "value", "exptime", "compress"],
  set_raw: ["key", "raw", "exptime", "flags"],
  add: ["key", "value", "exptime"],
  replace: ["key", "value", "exptime"],
  cas: ["key", "value", "exptime", "cas"],
  append: ["key", "data"],
  prepend: ["key", "data"],
  set_multi: ["items", "exptime"],
  append_multi: ["keys", "data"],
  prepend_multi: ["keys", "data"],
  delete: ["key"],
  delete_multi: ["keys"],
  touch: ["key", "exptime"],
  expire: ["key"],
  incr: ["key", "delta"],
  decr: ["key", "delta"],
  version: [],
  stats: [],
  flush_all: [],
  quit: [],
};

/** Calls our verb with arguments of Python's, and gives its result as libmc does. */
async function callVerb(
  client: Client,
  method: string,
  args: readonly unknown[],
  named: Named,
): Promise<unknown> {
  const parameters = PARAMETERS[method];
  const given: Record<string, unknown> = { ...named, exptime: named.time };
  for (const [i, value] of args.entries()) given[parameters[i]] = value;
  const verb = VERB[camelCase(method) as VerbName];
  const options = Object.fromEntries(verb.options.map((name) => [name, given[name] ?? undefined]));
  // A bigint makes the answer one: libmc's numbers are exact at any size.
  if (takes(verb, "delta")) given.delta = BigInt(given.delta as number ?? 1);
  if (takes(verb, "cas")) given.cas = BigInt(given.cas as number);
  return resultAsPython(verb, await verb.call(client, options, given), named);
}

function camelCase(name: string): string {
  return name.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
}

function resultAsPython({ gives, name }: Verb, result: unknown, named: Named): unknown {
  switch (gives) {
    case "casValue": {
      const item = result as CasValue | undefined;
      return item && [item.value, item.cas];
    }
    case "rawItem":
      return rawOf(result as RawItem | undefined);
    case "multiResult":
      return multiOf(result as MultiResult, named);
    case "serverNames":
      return (result as string[]).sort();
    case "byServer": {
      const answers = sorted(result as Map<string, ServerStats>);
      return name === "stats"
        ? answers.map(([server, stats]) => [server, Object.entries(stats)])
        : answers;
    }
    case "nothing":
      return true;
    default:
      return result;
  }
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

/**
 * The rows of the fault matrix: every method that talks to servers, with the answers it may give. The value of a key
 * carries the key, so that one which belongs elsewhere is found out.
 */

import type { CallOptions, CasValue, Client, MultiResult, RawItem } from "@libmc/libmc";

/** One row. */
export interface MatrixMethod {
  readonly name: string;
  /** The command it sends. */
  readonly command: string;
  call(client: Client, tag: string, options: CallOptions, cas: bigint): Promise<unknown>;
  /** True for the answer of a server with which nothing is wrong. */
  isWhole(answer: unknown, tag: string): boolean;
  /** True for what may be answered when something is wrong: nothing, or a part of the whole. */
  isPart(answer: unknown, tag: string): boolean;
}

/** The keys of every client. Its prefix is its tag, which the values carry too. */
export const KEYS: readonly string[] = Array.from({ length: 6 }, (_, i) => `k${i}`);
export const COUNTER = "n0";
const KEY = KEYS[0];

/** What is stored under a key of the client with this tag. */
export function valueOf(tag: string, key: string): string {
  return `${tag}${key}=${"v".repeat(30)}`;
}

/** What each client finds stored. */
export function seedItems(tag: string): [string, unknown][] {
  return [
    ...KEYS.map((key): [string, unknown] => [key, valueOf(tag, key)]),
    [COUNTER, 5],
  ];
}

type Call = MatrixMethod["call"];

function one(
  name: string,
  command: string,
  call: Call,
  isWhole: MatrixMethod["isWhole"],
): MatrixMethod {
  return {
    name,
    command,
    call,
    isWhole,
    isPart: (answer, tag) => answer === undefined || answer === false || isWhole(answer, tag),
  };
}

const isTrue = (answer: unknown): boolean => answer === true;

function many(name: string, command: string, call: Call): MatrixMethod {
  function isPart(answer: unknown): boolean {
    const { ok, failed } = answer as MultiResult;
    return ok === (failed.length === 0) && failed.every((key) => KEYS.includes(key));
  }
  return {
    name,
    command,
    call,
    isWhole: (answer) => isPart(answer) && (answer as MultiResult).ok,
    isPart,
  };
}

/** A method that gives a map of hits; `read` gives the value behind a hit. */
function map(
  name: string,
  command: string,
  call: Call,
  read: (hit: unknown) => unknown = (hit) => hit,
): MatrixMethod {
  function isPart(answer: unknown, tag: string): boolean {
    return answer instanceof Map &&
      Array.from(answer).every(([key, hit]) =>
        KEYS.includes(key) && read(hit) === valueOf(tag, key)
      );
  }
  return {
    name,
    command,
    call,
    isWhole: (answer, tag) =>
      isPart(answer, tag) && (answer as Map<string, unknown>).size === KEYS.length,
    isPart,
  };
}

/** A method that asks the one server, and gives what it says by its name. */
function server(
  name: string,
  command: string,
  call: Call,
  isRight: (said: unknown) => boolean,
): MatrixMethod {
  const said = (answer: unknown): unknown[] =>
    answer instanceof Map ? Array.from(answer.values()) : answer as unknown[];
  return {
    name,
    command,
    call,
    isWhole: (answer) => said(answer).length === 1 && said(answer).every(isRight),
    isPart: (answer) => said(answer).length <= 1 && said(answer).every(isRight),
  };
}

const isValue = (answer: unknown, tag: string): boolean => answer === valueOf(tag, KEY);
const isCasValue = (answer: unknown, tag: string): boolean =>
  isValue((answer as CasValue | undefined)?.value, tag) &&
  typeof (answer as CasValue).cas === "bigint";
const isRaw = (answer: unknown, tag: string): boolean =>
  answer !== undefined && isValue(new TextDecoder().decode((answer as RawItem).data), tag);

const casOf = (hit: unknown): unknown => (hit as CasValue).value;

/** All methods that talk to servers, but `close()`, which ends every cell. */
export const MATRIX_METHODS: readonly MatrixMethod[] = [
  one("get", "get", (client, _, options) => client.get(KEY, options), isValue),
  one("gets", "gets", (client, _, options) => client.gets(KEY, options), isCasValue),
  one("getRaw", "get", (client, _, options) => client.getRaw(KEY, options), isRaw),
  one("gat", "gat", (client, _, options) => client.gat(KEY, 100, options), isValue),
  one("gats", "gats", (client, _, options) => client.gats(KEY, 100, options), isCasValue),
  one("getStream", "get", async (client, _, options) => {
    const stream = await client.getStream(KEY, options);
    return stream && await new Response(stream as ReadableStream<Uint8Array<ArrayBuffer>>).text();
  }, isValue),
  map("getMulti", "get", (client, _, options) => client.getMulti(KEYS, options)),
  map("getsMulti", "gets", (client, _, options) => client.getsMulti(KEYS, options), casOf),
  map("gatMulti", "gat", (client, _, options) => client.gatMulti(KEYS, 100, options)),
  map("getList", "get", async (client, _, options) => {
    const values = await client.getList(KEYS, options);
    // One that fails as a whole gives no places.
    if (values.length !== 0 && values.length !== KEYS.length) return "wrong length";
    return new Map(values.flatMap((value, i) => value === undefined ? [] : [[KEYS[i], value]]));
  }),
  one("set", "set", (client, tag, options) => client.set(KEY, valueOf(tag, KEY), options), isTrue),
  one("setRaw", "set", (client, tag, options) => {
    return client.setRaw(KEY, new TextEncoder().encode(valueOf(tag, KEY)), options);
  }, isTrue),
  one("setStream", "set", (client, tag, options) => {
    const stream = ReadableStream.from([new TextEncoder().encode(valueOf(tag, KEY))]);
    return client.setStream(KEY, stream, options);
  }, isTrue),
  one(
    "set, split",
    "set",
    (client, _, options) => client.set("big", BIG, options),
    isTrue,
  ),
  one("add", "add", (client, tag, options) => client.add("new", tag, options), isTrue),
  one("replace", "replace", (client, tag, options) => {
    return client.replace(KEY, valueOf(tag, KEY), options);
  }, isTrue),
  one("cas", "cas", (client, tag, options, cas) => {
    return client.cas(KEY, valueOf(tag, KEY), cas, options);
  }, isTrue),
  one("append", "append", (client, _, options) => client.append(KEY, "x", options), isTrue),
  one("prepend", "prepend", (client, _, options) => client.prepend(KEY, "x", options), isTrue),
  many("setMulti", "set", (client, tag, options) => {
    return client.setMulti(KEYS.map((key) => [key, valueOf(tag, key)]), options);
  }),
  many("appendMulti", "append", (client, _, options) => client.appendMulti(KEYS, "x", options)),
  many("prependMulti", "prepend", (client, _, options) => client.prependMulti(KEYS, "x", options)),
  many("deleteMulti", "delete", (client, _, options) => client.deleteMulti(KEYS, options)),
  one("delete", "delete", (client, _, options) => client.delete(KEY, options), isTrue),
  one("touch", "touch", (client, _, options) => client.touch(KEY, 100, options), isTrue),
  one("expire", "touch", (client, _, options) => client.expire(KEY, options), isTrue),
  one("incr", "incr", (client, _, options) => client.incr(COUNTER, 1, options), (n) => n === 6),
  one("decr", "decr", (client, _, options) => client.decr(COUNTER, 1n, options), (n) => n === 4n),
  server(
    "version",
    "version",
    (client, _, options) => client.version(options),
    (said) => /^\d+\.\d+\.\d+/.test(String(said)),
  ),
  server(
    "stats",
    "stats",
    (client, _, options) => client.stats("", options),
    (said) =>
      typeof (said as Record<string, unknown>).pid === "number" &&
      typeof (said as Record<string, unknown>).curr_items === "number",
  ),
  server(
    "flushAll",
    "flush_all",
    (client, _, options) => client.flushAll(options),
    (said) => typeof said === "string",
  ),
  server(
    "verbosity",
    "verbosity",
    (client, _, options) => client.verbosity(0, options),
    (said) => typeof said === "string",
  ),
  one(
    "getRealtimeHostByKey",
    "none",
    (client) => client.getRealtimeHostByKey(KEY),
    (name) => typeof name === "string",
  ),
  one("quit", "quit", (client) => client.quit(), (answer) => answer === undefined),
];

const BIG = new Uint8Array(1_200_000);

/** What libmc leaves on the servers for a big value, and what it reads: 26 cases, on three memcacheds. */

import { assertEquals } from "@std/assert";
import { encodeHex } from "@std/encoding";
import { Client, jsCodec, type MemcachedError, type RawItem } from "@libmc/libmc";
import { chunkFlags } from "../../src/codec/chunks.ts";
import { inflate } from "../../src/codec/compression.ts";
import { fromPython } from "../codec/vectors.ts";
import { startMemcached } from "../support/memcached.ts";
import { BIG, type BigItem, type BigVector } from "./big_vectors.ts";
import { Ledger } from "./ledger.ts";
import { callAsPython, optionsOf, plain, RAISED, resultOf } from "./python_calls.ts";
import { sameBytes } from "./same_bytes.ts";
import type { PythonCall } from "./wire_vectors.ts";
import { BIG_DIFFERENCES, CHUNK_DIFFERENCES, type Facts } from "./wire_differences.ts";

Deno.test("Client splits big values as libmc does", async () => {
  await using servers = new AsyncDisposableStack();
  const addresses: string[] = [];
  for (const name of ["alfa", "bravo", "charlie"]) {
    const server = servers.use(await startMemcached({ args: ["-m", "256"] }));
    addresses.push(`${server.address} ${name}`);
  }
  // Sees items as they are, whatever they are for others.
  await using plainClient = new Client(addresses, {
    codec: jsCodec,
    doSplit: false,
    allowFlushAll: true,
    strict: true,
    connectTimeout: 5000,
  });
  const ledger = new Ledger(BIG_DIFFERENCES);
  const chunks = new Ledger(CHUNK_DIFFERENCES);
  for (const [i, vector] of BIG.entries()) {
    await plainClient.flushAll();
    const name = nameOf(vector, i);
    const ours = await play(vector, addresses, plainClient);
    ledger.compare(name, factsOf(vector), ours);
    chunks.compare(name, { chunkFlags: chunkFlagsOf(vector.items) }, ours);
  }
  assertEquals(ledger.surprises(), []);
  assertEquals(chunks.surprises(), []);
  console.log(`big values: ${BIG.length} cases, ${ledger.summary()}`);
  console.log(`flags of chunks: ${chunks.summary()}`);
});

function nameOf({ method, value, prefix, comp_threshold, do_split }: BigVector, i: number): string {
  const options = [
    comp_threshold > 0 ? "compressed" : "",
    do_split ? "" : "do_split off",
    prefix === null ? "" : "prefix",
  ].filter((option) => option !== "");
  return [`big ${i}: ${method} of ${value.gen!.len} ${value.type}`, ...options].join(", ");
}

/** The facts that a vector holds. */
function factsOf(vector: BigVector): Facts {
  const lost = vector.after_chunk_lost;
  return {
    returns: vector.returns,
    error: vector.last_error,
    items: vector.items.map((item) => itemText(vector, item)),
    joined: vector.joined?.sha256,
    get: vector.get_equal,
    getRaw: vector.get_raw && { ...vector.get_raw, len: rawLength(vector, vector.get_raw.len) },
    gets: vector.gets,
    lostGet: lost && plain(resultOf(lost.get)),
    lostError: lost?.last_error,
    lostGetMulti: lost && plain(resultOf(lost.get_multi)),
    lostGetRaw: lost && plain(resultOf(lost.get_raw)),
    afterDelete: vector.after_delete,
  };
}

/** The same facts, of our client. */
async function play(vector: BigVector, servers: string[], plainClient: Client): Promise<Facts> {
  await using client = new Client(servers, {
    ...optionsOf({
      do_split: { type: "bool", value: vector.do_split },
      ...(vector.prefix === null ? {} : { prefix: { type: "str", value: vector.prefix } }),
    }),
    compThreshold: vector.comp_threshold,
    pollTimeout: 5000,
    timeout: 60_000,
  });
  let failure: MemcachedError | undefined;
  client.addEventListener("failure", (event) => failure = event.error);
  const call = (method: string) => callAsPython(client, callOf(vector, method));

  const returns = await call(vector.method);
  const error = codeOf(failure);
  const mainKey = vector.items[0]?.key;
  const items = await itemsOf(plainClient, mainKey ?? vector.key);
  const { value } = vector;
  const get = same(await call("get"), fromPython(value));
  const [raw, flags] = await call("get_raw") as [Uint8Array | undefined, number];
  const gets = await call("gets");
  const described = await Promise.all(items.map(([key, item]) => describe(key, item)));
  const valueFlags = (described[0]?.flags & ~4096) >>> 0;
  const facts: Facts = {
    returns: plain(returns),
    error,
    items: described.map((item) => itemText(vector, item)),
    chunkFlags: chunkFlagsOf(described),
    joined: items.length > 1 ? await joinedHash(items.slice(1), valueFlags) : undefined,
    get,
    getRaw: raw === undefined ? null : { flags, len: rawLength(vector, raw.length) },
    gets: gets === RAISED ? "raised TypeError" : gets === undefined ? "None" : "value",
  };
  if (vector.after_chunk_lost === undefined) return facts;

  await client.delete(vector.key);
  const left = (await itemsOf(plainClient, mainKey)).map(([key]) => key);
  await call(vector.method);
  await plainClient.delete(vector.after_chunk_lost.chunk);
  failure = undefined;
  return {
    ...facts,
    lostGet: plain(await call("get")),
    lostError: codeOf(failure),
    lostGetMulti: plain(await call("get_multi")),
    lostGetRaw: plain(await call("get_raw")),
    afterDelete: left,
  };
}

function callOf({ key, value }: BigVector, method: string): PythonCall {
  const keyText = { type: "str", value: key };
  switch (method) {
    case "set_multi":
      return { method, args: [{ type: "dict", items: [[keyText, value]] }] };
    case "get_multi":
      return { method, args: [{ type: "list", items: [keyText] }] };
    case "set":
    case "add":
      return { method, args: [keyText, value] };
    default:
      return { method, args: [keyText] };
  }
}

/** The items that are there, of the main key and of all chunks there could be. */
async function itemsOf(client: Client, key: string): Promise<[string, RawItem][]> {
  const bytes = new TextEncoder().encode(key).length;
  const keys = [key, ...Array.from({ length: 12 }, (_, i) => `~${bytes}${key}/${i}`)];
  const items: [string, RawItem][] = [];
  for (const name of keys) {
    const item = await client.getRaw(name);
    if (item !== undefined) items.push([name, item]);
  }
  return items;
}

async function describe(key: string, { data, flags }: RawItem): Promise<BigItem> {
  return { key, flags, len: data.length, sha256: await sha256(data) };
}

/** Whose flags the chunks have; `undefined` if the value is whole. */
function chunkFlagsOf([manifest, ...chunks]: readonly BigItem[]): string | undefined {
  if (chunks.length === 0) return undefined;
  const own = (manifest.flags & ~4096) >>> 0;
  if (chunks.every(({ flags }) => flags === own)) return "the value's";
  const mark = chunks[0].flags;
  const areMarked = chunks.every(({ flags }, i) =>
    flags === chunkFlags(mark, own, i, i === chunks.length - 1)
  );
  return areMarked ? "a mark" : "any";
}

/** What can be compared of an item, but for the flags of a chunk: two zlib streams of the same data may differ after their first two bytes. */
function itemText({ comp_threshold }: BigVector, { key, flags, len, sha256 }: BigItem): string {
  const isCompressed = comp_threshold > 0 && (key.startsWith("~") || (flags & 4096) === 0);
  const isFull = len === 1_000_000;
  const name = key.startsWith("~") ? key : `${key} ${flags}`;
  return isCompressed ? `${name} ${isFull ? len : "compressed"}` : `${name} ${len} ${sha256}`;
}

function rawLength({ comp_threshold }: BigVector, length: number): number | string {
  return comp_threshold > 0 ? "compressed" : length;
}

async function joinedHash(chunks: [string, RawItem][], flags: number): Promise<string> {
  const joined = await new Blob(chunks.map(([, { data }]) => data.slice())).bytes();
  const isCompressed = (flags & 16) !== 0;
  return sha256(isCompressed ? inflate(joined, 20_000_000) : joined);
}

async function sha256(data: Uint8Array): Promise<string> {
  return encodeHex(await crypto.subtle.digest("SHA-256", data.slice()));
}

/** Equality of the kinds of values that the vectors hold, fast enough for megabytes. */
function same(a: unknown, b: unknown): boolean {
  if (!(a instanceof Uint8Array) || !(b instanceof Uint8Array)) return a === b;
  return sameBytes(a, b);
}

function codeOf(failure: MemcachedError | undefined): number {
  return failure?.code ?? 0;
}

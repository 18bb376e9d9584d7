/**
 * Reads requests of the text protocol, as strictly as can be: one space between words, plain decimal numbers in their
 * bounds, CR LF, the data block by its length. It shares no code with the client, and shows what a request means.
 */

/** What a request asks for. Keys and data are bytes, one char each. */
export interface Request {
  readonly name: string;
  readonly keys: readonly string[];
  /** The numbers in the order they were sent, the data's length aside. */
  readonly numbers: readonly bigint[];
  /** The word of `stats`. */
  readonly word?: string;
  readonly data?: string;
  readonly noreply: boolean;
}

/**
 * Reads all requests in `text`, one char a byte.
 *
 * @throws {Error} If any of it is not exactly a request.
 */
export function readRequests(text: string): Request[] {
  const requests: Request[] = [];
  for (let at = 0; at < text.length;) {
    const end = text.indexOf("\n", at);
    if (end < 0 || text[end - 1] !== "\r") throw new Error(`Line without CR LF at ${at}`);
    const words = text.slice(at, end - 1).split(" ");
    for (const word of words) if (/[\0\r]|^$/.test(word)) throw new Error(`Bad word at ${at}`);
    at = end + 1;
    const [name, ...rest] = words;
    const { request, dataLength } = read(name, rest);
    if (dataLength === undefined) {
      requests.push(request);
      continue;
    }
    const data = text.slice(at, at + dataLength);
    at += dataLength + 2;
    if (data.length < dataLength || text.slice(at - 2, at) !== "\r\n") {
      throw new Error(`Data block of ${name} is not ${dataLength} bytes and CR LF`);
    }
    requests.push({ ...request, data });
  }
  return requests;
}

function read(name: string, rest: string[]): { request: Request; dataLength?: number } {
  const bounds = NUMBERS[name];
  if (bounds === undefined) throw new Error(`Unknown command ${JSON.stringify(name)}`);
  const noreply = NOREPLY.has(name) && rest.at(-1) === "noreply" && rest.length > 1;
  if (noreply) rest.pop();
  if (name === "stats") {
    if (rest.length > 1 || !/^[a-z0-9_]*$/.test(rest[0] ?? "")) throw new Error("Bad stats");
    return { request: { name, keys: [], numbers: [], noreply, word: rest[0] ?? "" } };
  }
  const keys: string[] = [];
  // The exptime of gat comes first.
  const early = name.startsWith("gat") ? [number(name, rest.shift(), INT32)] : [];
  if (MANY_KEYS.has(name)) keys.push(...rest.splice(0));
  else if (!NO_KEY.has(name)) keys.push(rest.shift() ?? "");
  for (const key of keys) if (key === "" || key.length > 250) throw new Error("Bad key");
  if (!NO_KEY.has(name) && keys.length === 0) throw new Error("No key");
  const optional = name === "flush_all" && rest.length === 0;
  const expected = optional ? [] : bounds;
  if (rest.length !== expected.length) throw new Error(`${name} with ${rest.length} numbers`);
  const numbers = expected.map((bound, i) => number(name, rest[i], bound));
  const request = { name, keys, numbers: [...early, ...numbers], noreply };
  if (!STORAGE.has(name)) return { request };
  const [dataLength] = request.numbers.splice(2, 1);
  return { request, dataLength: Number(dataLength) };
}

function number(name: string, text: string | undefined, [least, most]: Bounds): bigint {
  if (text === undefined || !/^(?:0|-?[1-9][0-9]*)$/.test(text)) {
    throw new Error(`${name} with the number ${JSON.stringify(text)}`);
  }
  const value = BigInt(text);
  if (value < least || value > most) throw new Error(`${name} with ${value}`);
  return value;
}

type Bounds = readonly [least: bigint, most: bigint];
const UINT32: Bounds = [0n, 2n ** 32n - 1n];
const INT32: Bounds = [-(2n ** 31n), 2n ** 31n - 1n];
const UINT64: Bounds = [0n, 2n ** 64n - 1n];
const LENGTH: Bounds = [0n, 2n ** 31n - 3n];
const ITEM: readonly Bounds[] = [UINT32, INT32, LENGTH];

/** The numbers behind the keys. */
const NUMBERS: Readonly<Record<string, readonly Bounds[]>> = {
  get: [],
  gets: [],
  gat: [],
  gats: [],
  set: ITEM,
  add: ITEM,
  replace: ITEM,
  append: ITEM,
  prepend: ITEM,
  cas: [...ITEM, UINT64],
  delete: [],
  incr: [UINT64],
  decr: [UINT64],
  touch: [INT32],
  version: [],
  quit: [],
  stats: [],
  flush_all: [[0n, 2n ** 31n - 1n]],
  verbosity: [UINT32],
};
const STORAGE = new Set(["set", "add", "replace", "append", "prepend", "cas"]);
const MANY_KEYS = new Set(["get", "gets", "gat", "gats"]);
const NO_KEY = new Set(["version", "quit", "stats", "flush_all", "verbosity"]);
const NOREPLY = new Set([...STORAGE, "delete", "incr", "decr", "touch"]);

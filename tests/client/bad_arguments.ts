/** Arguments that every method must refuse, with what the error must say: the value found, and the one allowed. */

import type { Client } from "@libmc/libmc";

/** A call that is wrong use. */
export interface RefusedCall {
  /** The call in words. */
  readonly name: string;
  readonly error: typeof TypeError | typeof RangeError;
  readonly message: RegExp;
  call(client: Client, options: { strict: boolean }): Promise<unknown>;
}

type Options = { strict: boolean };
type Bad = readonly [value: unknown, error: typeof TypeError | typeof RangeError, message: RegExp];

const BAD_KEYS: readonly Bad[] = [
  ["", TypeError, /^Cannot use key "" as it is empty$/],
  ["a b", TypeError, /key "a b" as it contains a space/],
  ["a\r\nflush_all", TypeError, /key "a\\r\\nflush_all" as it contains CR/],
  ["a\n", TypeError, /contains LF/],
  ["a\0b", TypeError, /contains NUL/],
  ["a\ud800", TypeError, /surrogate/],
  ["k".repeat(251), RangeError, /<= 250 bytes: current size is 251/],
  ["é".repeat(126), RangeError, /<= 250 bytes: current size is 252/],
  ["🔑".repeat(63), RangeError, /<= 250 bytes: current size is 252/],
  [undefined, TypeError, /key that is not a string: current type is undefined/],
  [null, TypeError, /current type is null/],
  [5, TypeError, /current type is number/],
  [new Uint8Array(3), TypeError, /current type is object/],
];

const BAD_EXPTIMES: readonly Bad[] = [
  [1.5, RangeError, /exptime .* 2147483647: current value is 1\.5/],
  [NaN, RangeError, /current value is NaN/],
  [Infinity, RangeError, /current value is Infinity/],
  [2 ** 31, RangeError, /from -2147483648 to 2147483647: current value is 2147483648/],
  [-(2 ** 31) - 1, RangeError, /current value is -2147483649/],
  [31 * 86400, RangeError, /2592000 \(30 days\).*2678400/],
  [1_000_000_000, RangeError, /1000000000 is in the past/],
  [new Date(NaN), RangeError, /invalid Date/],
  [new Date("2038-01-20T00:00:00Z"), RangeError, /2038-01-19.*2038-01-20/],
  ["60", TypeError, /number or a Date: current type is string/],
  [60n, TypeError, /current type is bigint/],
  [{}, TypeError, /current type is object/],
];

const BAD_FLAGS: readonly Bad[] = [
  [-1, RangeError, /flags .* from 0 to 4294967295: current value is -1/],
  [2 ** 32, RangeError, /current value is 4294967296/],
  [0.5, RangeError, /current value is 0\.5/],
  [NaN, RangeError, /current value is NaN/],
  ["1", TypeError, /current type is string/],
  [1n, TypeError, /current type is bigint/],
];

const BAD_CAS: readonly Bad[] = [
  [-1n, RangeError, /cas .* 18446744073709551615: current value is -1/],
  [2n ** 64n, RangeError, /current value is 18446744073709551616/],
  [1, TypeError, /cas .* bigint: current type is number/],
  ["1", TypeError, /current type is string/],
  [undefined, TypeError, /current type is undefined/],
];

const BAD_DELTAS: readonly Bad[] = [
  [-1, RangeError, /delta .* 9007199254740991: current value is -1/],
  [0.5, RangeError, /current value is 0\.5/],
  [NaN, RangeError, /current value is NaN/],
  [2 ** 53, RangeError, /current value is 9007199254740992/],
  [-1n, RangeError, /delta .* 18446744073709551615: current value is -1/],
  [2n ** 64n, RangeError, /current value is 18446744073709551616/],
  ["1", TypeError, /current type is string/],
  [null, TypeError, /delta/],
];

const BAD_DATA: readonly Bad[] = [
  [5, TypeError, /string nor a Uint8Array: current type is number/],
  [undefined, TypeError, /current type is undefined/],
  [null, TypeError, /string nor a Uint8Array/],
  [new ArrayBuffer(3), TypeError, /current type is object/],
  ["\ud800", TypeError, /surrogate/],
  ["x".repeat(2 ** 20 + 1), RangeError, /<= 1048576 bytes: current size is at least 1048577/],
  ["é".repeat(2 ** 19 + 1), RangeError, /<= 1048576 bytes: current size is 1048578/],
];

const BAD_RAW: readonly Bad[] = [
  ["text", TypeError, /Uint8Array: current type is string/],
  [new ArrayBuffer(3), TypeError, /current type is object/],
  [[1, 2], TypeError, /current type is object/],
  [undefined, TypeError, /current type is undefined/],
];

const BAD_VALUES: readonly Bad[] = [
  [undefined, TypeError, /undefined/],
  [() => 1, TypeError, /a function/],
  [Symbol("s"), TypeError, /a symbol/],
  [new Map(), TypeError, /a Map/],
  [{ a: [new Set()] }, TypeError, /value\.a\[0\].* a Set/],
  ["\ud800", TypeError, /surrogate/],
];

const BAD_KEY_LISTS: readonly Bad[] = [
  [undefined, TypeError, /keys .* iterable|not iterable/],
  [null, TypeError, /keys .* iterable|not iterable/],
  [5, TypeError, /keys/],
  [{}, TypeError, /keys/],
  ["abc", TypeError, /keys/],
];

const BAD_ITEMS: readonly Bad[] = [
  [undefined, TypeError, /items/],
  [null, TypeError, /items/],
  ["abc", TypeError, /items .* current type is string/],
  [5, TypeError, /items/],
  [[5], TypeError, /./],
  [[["a"]], TypeError, /item 0 .* \[key, value\]: current length is 1/],
  [[["good", 1], [5, 1]], TypeError, /current type is number/],
  [{ good: 1, "a b": 1 }, TypeError, /"a b"/],
];

const BAD_SIGNALS: readonly Bad[] = [
  [{}, TypeError, /signal/],
  [5, TypeError, /signal/],
  [null, TypeError, /signal/],
];

/** Every refused argument of every method. */
export const REFUSED_CALLS: readonly RefusedCall[] = [
  ...withEach("get", BAD_KEYS, (c, key, o) => c.get(key, o)),
  ...withEach("gets", BAD_KEYS, (c, key, o) => c.gets(key, o)),
  ...withEach("getRaw", BAD_KEYS, (c, key, o) => c.getRaw(key, o)),
  ...withEach("gat", BAD_KEYS, (c, key, o) => c.gat(key, 1, o)),
  ...withEach("gats", BAD_KEYS, (c, key, o) => c.gats(key, 1, o)),
  ...withEach("set", BAD_KEYS, (c, key, o) => c.set(key, 1, o)),
  ...withEach("setRaw", BAD_KEYS, (c, key, o) => c.setRaw(key, new Uint8Array(1), o)),
  ...withEach("add", BAD_KEYS, (c, key, o) => c.add(key, 1, o)),
  ...withEach("replace", BAD_KEYS, (c, key, o) => c.replace(key, 1, o)),
  ...withEach("cas", BAD_KEYS, (c, key, o) => c.cas(key, 1, 1n, o)),
  ...withEach("append", BAD_KEYS, (c, key, o) => c.append(key, "x", o)),
  ...withEach("prepend", BAD_KEYS, (c, key, o) => c.prepend(key, "x", o)),
  ...withEach("delete", BAD_KEYS, (c, key, o) => c.delete(key, o)),
  ...withEach("touch", BAD_KEYS, (c, key, o) => c.touch(key, 1, o)),
  ...withEach("expire", BAD_KEYS, (c, key, o) => c.expire(key, o)),
  ...withEach("incr", BAD_KEYS, (c, key, o) => c.incr(key, 1, o)),
  ...withEach("decr", BAD_KEYS, (c, key, o) => c.decr(key, 1n, o)),
  ...withEach("getRealtimeHostByKey", BAD_KEYS, (c, key) => c.getRealtimeHostByKey(key)),
  ...withEach("getMulti", BAD_KEYS, (c, key, o) => c.getMulti(["good", key], o)),
  ...withEach("getsMulti", BAD_KEYS, (c, key, o) => c.getsMulti(["good", key], o)),
  ...withEach("getList", BAD_KEYS, (c, key, o) => c.getList(["good", key], o)),
  ...withEach("gatMulti", BAD_KEYS, (c, key, o) => c.gatMulti(["good", key], 1, o)),
  ...withEach("setMulti", BAD_KEYS, (c, key, o) => c.setMulti([["good", 1], [key, 1]], o)),
  ...withEach("appendMulti", BAD_KEYS, (c, key, o) => c.appendMulti(["good", key], "x", o)),
  ...withEach("prependMulti", BAD_KEYS, (c, key, o) => c.prependMulti(["good", key], "x", o)),
  ...withEach("deleteMulti", BAD_KEYS, (c, key, o) => c.deleteMulti(["good", key], o)),

  ...withEach("gat exptime", BAD_EXPTIMES, (c, exptime, o) => c.gat("k", exptime, o)),
  ...withEach("gats exptime", BAD_EXPTIMES, (c, exptime, o) => c.gats("k", exptime, o)),
  ...withEach("gatMulti exptime", BAD_EXPTIMES, (c, exptime, o) => c.gatMulti(["k"], exptime, o)),
  ...withEach("touch exptime", BAD_EXPTIMES, (c, exptime, o) => c.touch("k", exptime, o)),
  ...withEach("set exptime", BAD_EXPTIMES, (c, exptime, o) => c.set("k", 1, { ...o, exptime })),
  ...withEach("add exptime", BAD_EXPTIMES, (c, exptime, o) => c.add("k", 1, { ...o, exptime })),
  ...withEach(
    "replace exptime",
    BAD_EXPTIMES,
    (c, exptime, o) => c.replace("k", 1, { ...o, exptime }),
  ),
  ...withEach("cas exptime", BAD_EXPTIMES, (c, exptime, o) => c.cas("k", 1, 1n, { ...o, exptime })),
  ...withEach(
    "setRaw exptime",
    BAD_EXPTIMES,
    (c, exptime, o) => c.setRaw("k", new Uint8Array(1), { ...o, exptime }),
  ),
  ...withEach(
    "setMulti exptime",
    BAD_EXPTIMES,
    (c, exptime, o) => c.setMulti({ k: 1 }, { ...o, exptime }),
  ),

  ...withEach(
    "setRaw flags",
    BAD_FLAGS,
    (c, flags, o) => c.setRaw("k", new Uint8Array(1), { ...o, flags }),
  ),
  ...withEach("cas cas", BAD_CAS, (c, cas, o) => c.cas("k", 1, cas, o)),
  ...withEach("incr delta", BAD_DELTAS, (c, delta, o) => c.incr("k", delta, o)),
  ...withEach("decr delta", BAD_DELTAS, (c, delta, o) => c.decr("k", delta, o)),
  ...withEach("append data", BAD_DATA, (c, data, o) => c.append("k", data, o)),
  ...withEach("prepend data", BAD_DATA, (c, data, o) => c.prepend("k", data, o)),
  ...withEach("appendMulti data", BAD_DATA, (c, data, o) => c.appendMulti(["k"], data, o)),
  ...withEach("prependMulti data", BAD_DATA, (c, data, o) => c.prependMulti(["k"], data, o)),
  ...withEach("setRaw data", BAD_RAW, (c, data, o) => c.setRaw("k", data, o)),
  ...withEach("set value", BAD_VALUES, (c, value, o) => c.set("k", value, o)),
  ...withEach("add value", BAD_VALUES, (c, value, o) => c.add("k", value, o)),
  ...withEach("replace value", BAD_VALUES, (c, value, o) => c.replace("k", value, o)),
  ...withEach("cas value", BAD_VALUES, (c, value, o) => c.cas("k", value, 1n, o)),
  ...withEach("setMulti value", BAD_VALUES, (c, value, o) => c.setMulti({ good: 1, k: value }, o)),

  ...withEach("getMulti keys", BAD_KEY_LISTS, (c, keys, o) => c.getMulti(keys, o)),
  ...withEach("getsMulti keys", BAD_KEY_LISTS, (c, keys, o) => c.getsMulti(keys, o)),
  ...withEach("getList keys", BAD_KEY_LISTS, (c, keys, o) => c.getList(keys, o)),
  ...withEach("gatMulti keys", BAD_KEY_LISTS, (c, keys, o) => c.gatMulti(keys, 1, o)),
  ...withEach("deleteMulti keys", BAD_KEY_LISTS, (c, keys, o) => c.deleteMulti(keys, o)),
  ...withEach("appendMulti keys", BAD_KEY_LISTS, (c, keys, o) => c.appendMulti(keys, "x", o)),
  ...withEach("prependMulti keys", BAD_KEY_LISTS, (c, keys, o) => c.prependMulti(keys, "x", o)),
  ...withEach("setMulti items", BAD_ITEMS, (c, items, o) => c.setMulti(items, o)),

  ...withEach("stats name", [
    ["a b", TypeError, /"a b"/],
    ["items\r\nflush_all", TypeError, /stats name/],
    ["cachedump", TypeError, /"cachedump"/],
    ["detail", TypeError, /"detail"/],
    ["x".repeat(65), TypeError, /stats name/],
    [5, TypeError, /stats name "?5"?/],
    [null, TypeError, /stats name "?null"?/],
  ], (c, name, o) => c.stats(name, o)),
  ...withEach("verbosity", [
    [-1, RangeError, /level .* from 0 to 4294967295: current value is -1/],
    [0.5, RangeError, /current value is 0\.5/],
    [2 ** 32, RangeError, /current value is 4294967296/],
    ["1", TypeError, /current type is string/],
    [undefined, TypeError, /current type is undefined/],
  ], (c, level, o) => c.verbosity(level, o)),
  ...withEach("flushAll delay", [
    [-1, RangeError, /delay .* from 0 to 2147483647: current value is -1/],
    [0.5, RangeError, /current value is 0\.5/],
    [2 ** 31, RangeError, /current value is 2147483648/],
    ["1", TypeError, /current type is string/],
  ], (c, delay, o) => c.flushAll({ ...o, delay })),

  ...withEach("get signal", BAD_SIGNALS, (c, signal, o) => c.get("k", { ...o, signal })),
  ...withEach("set signal", BAD_SIGNALS, (c, signal, o) => c.set("k", 1, { ...o, signal })),
  ...withEach(
    "getMulti signal",
    BAD_SIGNALS,
    (c, signal, o) => c.getMulti(["k"], { ...o, signal }),
  ),
  ...withEach("version signal", BAD_SIGNALS, (c, signal, o) => c.version({ ...o, signal })),
];

/** The values are of types that the method does not take, so that only here they are passed for any. */
function withEach(
  method: string,
  values: readonly Bad[],
  // The type `never` is assignable to every parameter: that stands for what untyped callers do.
  call: (client: Client, value: never, options: Options) => Promise<unknown>,
): RefusedCall[] {
  return values.map(([value, error, message]) => ({
    name: `${method} of ${describe(value)}`,
    error,
    message,
    call: (client, options) => call(client, value as never, options),
  }));
}

function describe(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : Deno.inspect(value);
  return `${typeof value} ${text.slice(0, 40)}`;
}

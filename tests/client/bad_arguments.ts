/** Arguments that the verbs must refuse, with what the error must say: the value found, and the one allowed. */

import type { Client } from "@libmc/libmc";
import { ALL_VERBS, type Arguments, type VerbOptions } from "../support/verbs.ts";

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

const BAD_ROUTES: readonly Bad[] = [
  ["", TypeError, /option "routeBy" as it must be a text that is not empty/],
  [5, TypeError, /must be a string: current type is number/],
  [null, TypeError, /current type is null/],
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

/** For either kind of delta. */
const BAD_INITIALS: readonly Bad[] = [
  ["1", TypeError, /option "initial" .* current type is string/],
  [null, TypeError, /current type is null/],
  [{}, TypeError, /current type is object/],
];

const BAD_DATA: readonly Bad[] = [
  [5, TypeError, /string nor a Uint8Array: current type is number/],
  [undefined, TypeError, /current type is undefined/],
  [null, TypeError, /string nor a Uint8Array/],
  [new ArrayBuffer(3), TypeError, /current type is object/],
  ["\ud800", TypeError, /surrogate/],
  ["x".repeat(2 ** 20 + 1), RangeError, /<= 1048516 bytes: current size is at least 1048577/],
  ["é".repeat(2 ** 19 + 1), RangeError, /<= 10485\d\d bytes: current size is 1048578/],
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

const BAD_STATS_NAMES: readonly Bad[] = [
  ["a b", TypeError, /"a b"/],
  ["items\r\nflush_all", TypeError, /stats name/],
  ["cachedump", TypeError, /"cachedump"/],
  ["detail", TypeError, /"detail"/],
  ["x".repeat(65), TypeError, /stats name/],
  [5, TypeError, /stats name "?5"?/],
  [null, TypeError, /stats name "?null"?/],
];

const BAD_LEVELS: readonly Bad[] = [
  [-1, RangeError, /level .* from 0 to 4294967295: current value is -1/],
  [0.5, RangeError, /current value is 0\.5/],
  [2 ** 32, RangeError, /current value is 4294967296/],
  ["1", TypeError, /current type is string/],
  [undefined, TypeError, /current type is undefined/],
];

const BAD_DELAYS: readonly Bad[] = [
  [-1, RangeError, /delay .* from 0 to 2147483647: current value is -1/],
  [0.5, RangeError, /current value is 0\.5/],
  [2 ** 31, RangeError, /current value is 2147483648/],
  ["1", TypeError, /current type is string/],
];

const BAD_SWITCHES: readonly Bad[] = [
  [null, TypeError, /boolean: current type is null/],
  [0, TypeError, /boolean: current type is number/],
  ["no", TypeError, /boolean: current type is string/],
];

const BAD_STREAMS: readonly Bad[] = [
  [undefined, TypeError, /ReadableStream: current type is undefined/],
  [new Uint8Array(3), TypeError, /current type is object/],
  ["text", TypeError, /current type is string/],
  [[new Uint8Array(3)], TypeError, /current type is object/],
];

/** For every argument that a verb may take, those that it must refuse. */
const BAD_ARGUMENTS: Readonly<Record<keyof Arguments, readonly Bad[]>> = {
  key: BAD_KEYS,
  keys: [...within(BAD_KEYS, (key) => ["good", key]), ...BAD_KEY_LISTS],
  value: BAD_VALUES,
  items: [
    ...within(BAD_KEYS, (key) => [["good", 1], [key, 1]]),
    ...within(BAD_VALUES, (value) => ({ good: 1, k: value })),
    ...BAD_ITEMS,
  ],
  data: BAD_DATA,
  raw: BAD_RAW,
  stream: BAD_STREAMS,
  exptime: BAD_EXPTIMES,
  cas: BAD_CAS,
  delta: BAD_DELTAS,
  statsName: BAD_STATS_NAMES,
  level: BAD_LEVELS,
};

/** The same for every option; `strict` is what the calls are made with. */
const BAD_OPTIONS: Readonly<Record<Exclude<keyof VerbOptions, "strict">, readonly Bad[]>> = {
  signal: BAD_SIGNALS,
  exptime: BAD_EXPTIMES,
  compress: BAD_SWITCHES,
  flags: BAD_FLAGS,
  delay: BAD_DELAYS,
  initial: BAD_INITIALS,
  routeBy: BAD_ROUTES,
};

/** Every refused argument and option of every verb. */
export const REFUSED_CALLS: readonly RefusedCall[] = ALL_VERBS.flatMap((verb) => [
  ...verb.parameters.flatMap((name) =>
    refusals(`${verb.name} ${name}`, BAD_ARGUMENTS[name], (client, value, options) => {
      return verb.call(client, options, { [name]: value });
    })
  ),
  ...(verb.kind === "client" ? [] : ["signal", ...verb.options] as const).flatMap((name) =>
    refusals(
      `${verb.name} option ${name}`,
      BAD_OPTIONS[name as "signal"],
      (client, value, options) => {
        return verb.call(client, { ...options, [name]: value });
      },
    )
  ),
]);

function refusals(
  what: string,
  values: readonly Bad[],
  call: (client: Client, value: unknown, options: Options) => Promise<unknown>,
): RefusedCall[] {
  return values.map(([value, error, message]) => ({
    name: `${what} of ${describe(value)}`,
    error,
    message,
    call: (client, options) => call(client, value, options),
  }));
}

/** Bad things in what contains them: their error stays the same. */
function within(values: readonly Bad[], wrap: (value: unknown) => unknown): Bad[] {
  return values.map(([value, error, message]) => [wrap(value), error, message]);
}

function describe(value: unknown): string {
  const text = typeof value === "string" ? JSON.stringify(value) : Deno.inspect(value);
  return `${typeof value} ${text.slice(0, 40)}`;
}

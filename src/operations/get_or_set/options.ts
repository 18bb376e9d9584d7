/** The options of `getOrSet()`, and what its loader is told. */

import { wireExptime } from "../../checks/arguments.ts";
import { aBoolean, aFunction, type Check, integerFrom, MILLISECONDS } from "../../checks/check.ts";
import { ANY_VALUE, aSchema, type SchemaInput, type StandardSchema } from "../../checks/schema.ts";
import { type CallChecks, KEY_OPTIONS, type KeyOptions } from "../../engine/call_options.ts";

/**
 * What a loader of `getOrSet()` is told.
 *
 * @example A loader that stops when nobody waits for it
 * ```ts
 * import { Client, type LoadContext } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * function load({ key, signal }: LoadContext<string>): string {
 *   signal.throwIfAborted();
 *   return `made for ${key}`;
 * }
 * assertEquals(await client.getOrSet("page", load, { ttl: 60 }), "made for page");
 * ```
 */
export interface LoadContext<T = unknown> {
  /** The key, without the client's prefix. */
  readonly key: string;
  /** Is aborted when nobody waits for the load any more, after `loadTimeout`, or when the client closes. */
  readonly signal: AbortSignal;
  /** The value that is to be renewed, if there is one. */
  readonly stale?: T;
  /** True if the caller has had the stale value already. */
  readonly background: boolean;
}

/**
 * Loads the value of a key. `undefined` is given to the callers and not stored. The stale value has a type of its own: that
 * of the value where it is named, as in `getOrSet<User>(…)`, and unknown where it follows from what is loaded.
 *
 * @example A user that may not exist
 * ```ts
 * import { Client, type Load } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const users = new Map([["user:1", "Ada"]]);
 * const load: Load<string | undefined> = ({ key }) => users.get(key);
 * assertEquals(await client.getOrSet("user:1", load, { ttl: 60 }), "Ada");
 * assertEquals(await client.getOrSet("user:2", load, { ttl: 60 }), undefined);
 * ```
 */
export type Load<T, Stale = T> = (context: LoadContext<Stale>) => T | Promise<T>;

/**
 * What a loader of `getOrSetMulti()` is told beside its keys.
 *
 * @example A loader that stops when nobody waits for it
 * ```ts
 * import { Client, type LoadManyContext } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * function load(keys: readonly string[], { signal }: LoadManyContext<number>): [string, number][] {
 *   signal.throwIfAborted();
 *   return keys.map((key) => [key, key.length]);
 * }
 * const lengths = await client.getOrSetMulti(["a", "bb"], load, { ttl: 60 });
 * assertEquals([...lengths.values()], [1, 2]);
 * ```
 */
export interface LoadManyContext<T = unknown> {
  /** Is aborted when nobody waits for any of the keys any more, after `loadTimeout`, or when the client closes. */
  readonly signal: AbortSignal;
  /** The values that are to be renewed, by their keys. */
  readonly stale: ReadonlyMap<string, T>;
  /** True if the callers have had all values already, which are stale. */
  readonly background: boolean;
}

/**
 * Loads the values of many keys: a Map, an object, or any iterable of pairs. A key that is left out has no value, and
 * nothing is stored for it; an Error in place of a value is the failure of that key alone.
 *
 * @example One query for all of them
 * ```ts
 * import { Client, type LoadMany } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const table = new Map([["user:1", "Ada"], ["user:2", "Grace"]]);
 * const load: LoadMany<string> = (keys) => [...table].filter(([key]) => keys.includes(key));
 * const users = await client.getOrSetMulti(["user:1", "user:3"], load, { ttl: 60 });
 * assertEquals(users, new Map([["user:1", "Ada"]]));
 * ```
 */
export type LoadMany<T, Stale = T> = (
  keys: readonly string[],
  context: LoadManyContext<Stale>,
) => LoadedItems<T> | Promise<LoadedItems<T>>;

/**
 * What a loader of many gives: the values, or an Error in the place of one, by their keys.
 *
 * @example An object
 * ```ts
 * import type { LoadedItems } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const loaded: LoadedItems<number> = { a: 1, b: new Error("It is locked") };
 * assertEquals(loaded.a, 1);
 * ```
 */
export type LoadedItems<T> =
  | Readonly<Record<string, T | Error>>
  | Iterable<readonly [string, T | Error]>;

/**
 * Options of `getOrSet()`. Each process that asks for a key should give the same windows.
 *
 * @example A value that is fresh for a minute, and good enough for an hour
 * ```ts
 * import { Client, type GetOrSetOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: GetOrSetOptions<string> = { ttl: 60, staleIfError: 3600 };
 * await client.getOrSet("rates", () => "of noon", options);
 * server.advance(120);
 * const broken = () => Promise.reject(new Error("The source is down"));
 * assertEquals(await client.getOrSet("rates", broken, options), "of noon");
 * ```
 */
export interface GetOrSetOptions<T = unknown> extends KeyOptions {
  /** Seconds for which the value is fresh, an integer from 1; or a function that gives them for a loaded value. */
  ttl: number | ((value: T) => number);
  /**
   * Seconds after `ttl`, up to 2,592,000, in which a stale value is given at once while one holder loads in the background.
   *
   * @default {0}
   */
  staleWhileRevalidate?: number;
  /**
   * Seconds after `ttl`, up to 2,592,000, in which the stale value is given if loading a new one fails. If one has just
   * failed, and `staleWhileRevalidate` is set too, it is given at once, while the next one is tried.
   *
   * @default {0}
   */
  staleIfError?: number;
  /**
   * Seconds that one holder of the lease may take before another one may load, 1 to 2,592,000. `false`: no lease, so that
   * each process loads for itself.
   *
   * @default {10}
   */
  lease?: number | false;
  /**
   * Milliseconds that a call waits for a load of another process before it loads itself: twice the lease unless given,
   * which is enough for a holder that dies and the one after it.
   */
  waitTimeout?: number;
  /**
   * Milliseconds after which a load has failed, with a TimeoutError, and its signal is aborted. 0: no limit.
   *
   * @default {0}
   */
  loadTimeout?: number;
  /**
   * Seconds for which this process remembers that a load has failed: it throws the same error again, and loads nothing.
   *
   * @default {0}
   */
  cacheErrors?: number;
  /**
   * Loads and stores without reading the value.
   *
   * @default {false}
   */
  forceFresh?: boolean;
  /** Is given the promise of each load in the background, which never rejects: for platforms that end a program early. */
  waitUntil?: (promise: Promise<void>) => void;
}

/**
 * Options of `getOrSet()` with a schema.
 *
 * @example Values of an older program are loaded anew
 * ```ts
 * import { Client, type GetOrSetSchemaOptions, type StandardSchema } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * type Day = StandardSchema<string, Date>;
 * const schema: Day = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "calendar",
 *     validate(value) {
 *       const date = new Date(String(value));
 *       return isNaN(+date) ? { issues: [{ message: "It is no date" }] } : { value: date };
 *     },
 *   },
 * };
 * const options: GetOrSetSchemaOptions<Day> = { ttl: 60, schema };
 * await client.set("opening", "tomorrow");
 * const opening: Date = await client.getOrSet("opening", () => "2026-01-01", options);
 * assertEquals(opening.getUTCFullYear(), 2026);
 * assertEquals(await client.get("opening"), "2026-01-01");
 * ```
 */
export interface GetOrSetSchemaOptions<S extends StandardSchema>
  extends GetOrSetOptions<SchemaInput<S>> {
  /**
   * Looks at every value, stored or loaded, and gives what callers get. A stored value that does not pass counts as a miss;
   * a loaded one is a failed load. What was loaded is stored, not what the schema makes of it. Callers share a load only
   * if they give the same schema, so make it once.
   */
  schema: S;
}

/** In seconds. */
export const DEFAULT_LEASE = 10;

/** The options, read once. */
export interface Plan<T> {
  readonly ttl: number | ((value: T) => number);
  readonly staleWhileRevalidate: number;
  readonly staleIfError: number;
  /** The larger of the two windows: how long an item stays after `ttl`. */
  readonly window: number;
  readonly lease: number | undefined;
  readonly waitTimeout: number;
  readonly loadTimeout: number;
  readonly cacheErrors: number;
  readonly forceFresh: boolean;
  readonly waitUntil: ((promise: Promise<void>) => void) | undefined;
  readonly schema: StandardSchema | undefined;
}

/**
 * Reads options that were checked by {@linkcode GET_OR_SET_OPTIONS}.
 *
 * @param ofClient The schema where they have none.
 */
export function planOf<T>(
  options: GetOrSetOptions<T> & { schema?: StandardSchema },
  ofClient: StandardSchema | undefined,
): Plan<T> {
  if (options?.ttl === undefined) {
    throw new TypeError(
      'Cannot use options without "ttl": say for how many seconds a value is fresh',
    );
  }
  const {
    ttl,
    staleWhileRevalidate = 0,
    staleIfError = 0,
    lease = DEFAULT_LEASE,
    waitUntil,
    schema: own = ofClient,
  } = options;
  const { loadTimeout = 0, cacheErrors = 0, forceFresh = false } = options;
  const schema = own === ANY_VALUE ? undefined : own;
  const seconds = lease === false ? undefined : lease;
  return {
    ...{ ttl, staleWhileRevalidate, staleIfError, lease: seconds },
    window: Math.max(staleWhileRevalidate, staleIfError),
    waitTimeout: options.waitTimeout ?? 2000 * (seconds ?? 0),
    ...{ loadTimeout, cacheErrors, forceFresh, waitUntil, schema },
  };
}

/**
 * Reads options that hold nothing but a few numbers, as most do: a quarter of a microsecond faster than to check each of all
 * that there are.
 *
 * @returns `undefined` if there is more in them, or something is wrong: then they are to be checked.
 */
export function plainPlanOf<T>(options: GetOrSetOptions<T>): Plan<T> | undefined {
  if (typeof options !== "object" || options === null) return undefined;
  try {
    return plainPlan(options);
  } catch {
    // A getter of the caller's. The call reads the options anew, and rejects.
    return undefined;
  }
}

function plainPlan<T>(options: GetOrSetOptions<T>): Plan<T> | undefined {
  for (const name in options) if (!PLAIN.has(name)) return undefined;
  const { ttl, staleWhileRevalidate = 0, staleIfError = 0, lease = DEFAULT_LEASE } = options;
  const seconds = lease === false ? undefined : lease;
  if (!isUpTo(ttl, 1, MOST_TTL) || seconds !== undefined && !isUpTo(seconds, 1, MOST_SECONDS)) {
    return undefined;
  }
  if (!isUpTo(staleWhileRevalidate, 0, MOST_SECONDS) || !isUpTo(staleIfError, 0, MOST_SECONDS)) {
    return undefined;
  }
  return {
    ttl: ttl as number,
    staleWhileRevalidate,
    staleIfError,
    lease: seconds,
    window: staleWhileRevalidate > staleIfError ? staleWhileRevalidate : staleIfError,
    waitTimeout: 2000 * (seconds ?? 0),
    loadTimeout: 0,
    cacheErrors: 0,
    forceFresh: false,
    waitUntil: undefined,
    schema: undefined,
  };
}

function isUpTo(value: unknown, least: number, most: number): boolean {
  return Number.isInteger(value) && (value as number) >= least && (value as number) <= most;
}

const PLAIN: ReadonlySet<string> = new Set([
  "ttl",
  "staleWhileRevalidate",
  "staleIfError",
  "lease",
]);

/**
 * Gives seconds as they are sent: as a date where the server would take the number for one. A server knows no later date
 * than one of 2038; a value that is to last longer is kept until then.
 */
export function exptimeOf(seconds: number): number {
  if (seconds <= MOST_SECONDS) return seconds;
  return wireExptime(new Date(Math.min(Date.now() + seconds * 1000, LAST_DATE)));
}

const LAST_DATE = (2 ** 31 - 1) * 1000;

const MOST_TTL = 2 ** 31 - 1;
/** Checks for the seconds that a value is fresh. */
export const TTL: Check = integerFrom(1, MOST_TTL);

function aTtl(name: string, value: unknown): void {
  if (typeof value !== "function") TTL(name, value);
}

function aLease(name: string, value: unknown): void {
  if (value !== false) LEASE(name, value);
}

/** The server takes more for a date. */
const MOST_SECONDS = 2_592_000;
const LEASE = integerFrom(1, MOST_SECONDS);
const WINDOW = integerFrom(0, MOST_SECONDS);

export const GET_OR_SET_OPTIONS: CallChecks = {
  ...KEY_OPTIONS,
  ttl: aTtl,
  staleWhileRevalidate: WINDOW,
  staleIfError: WINDOW,
  lease: aLease,
  waitTimeout: MILLISECONDS,
  loadTimeout: MILLISECONDS,
  cacheErrors: WINDOW,
  forceFresh: aBoolean,
  waitUntil: aFunction,
  schema: aSchema,
};

/** Keys with the types of their values: `typed()`. These are types alone; at run time there is nothing of them. */

import type { Exptime } from "../checks/arguments.ts";
import type {
  CountOptions,
  KeyOptions,
  RawOptions,
  ReadOptions,
  StoreOptions,
  StreamOptions,
} from "../engine/call_options.ts";
import type { CasValue, RawItem } from "../engine/item_decoders.ts";
import type { MultiResult } from "../operations/batch_fan_out.ts";
import type { StandardSchema } from "../checks/schema.ts";
import type { InvalidateOptions } from "../operations/get_or_set/invalidate.ts";
import type {
  GetOrSetOptions,
  LoadContext,
  LoadedItems,
  LoadManyContext,
} from "../operations/get_or_set/options.ts";
import type { Lock, LockOptions } from "../operations/lock.ts";
import type { UpdateOptions } from "../operations/update.ts";

/**
 * A client, or a namespace, whose keys have types: what `typed()` gives. The methods for keys take the keys of the map alone,
 * and the values that belong to them; everything else is as it was.
 *
 * @example A function that needs two kinds of keys
 * ```ts
 * import { Client, type Typed } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * interface Shop {
 *   "user:${string}": { name: string };
 *   visits: number;
 * }
 * async function greet(cache: Typed<Client, Shop>, id: string): Promise<string> {
 *   const user = await cache.get(`user:${id}`);
 *   return `Hello ${user?.name ?? "stranger"}, you are number ${await cache.incr("visits")}`;
 * }
 * const cache = client.typed<Shop>();
 * await cache.setMulti({ "user:1": { name: "Ada" }, visits: 7 });
 * assertEquals(await greet(cache, "1"), "Hello Ada, you are number 8");
 * ```
 */
export type Typed<C, M extends object> = TypedVerbs<M> & Omit<C, keyof TypedVerbs<M>>;

/**
 * The keys of a map of keys. In the name of a property, `${string}`, `${number}` and `${bigint}` stand for any text or
 * number, as in `"user:${string}"`; a map may also have TypeScript's own pattern, ``[key: `user:${string}`]``.
 *
 * @example The keys of users
 * ```ts
 * import type { TypedKey } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const key: TypedKey<{ "user:${string}": string }> = "user:1";
 * assertEquals(key.length, 6);
 * ```
 */
export type TypedKey<M extends object> = KeyPattern<keyof M & string>;

/**
 * The pattern that the name of a property of a map of keys stands for.
 *
 * @example A page of a user
 * ```ts
 * import type { KeyPattern } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const key: KeyPattern<"user:${string}:page:${number}"> = "user:ada:page:7";
 * assertEquals(key.split(":").length, 4);
 * ```
 */
export type KeyPattern<P extends string> = P extends
  `${infer Before}\${${infer Kind extends "string" | "number" | "bigint"}}${infer After}`
  ? `${Before}${{ string: string; number: number; bigint: bigint }[Kind]}${KeyPattern<After>}`
  : P;

/**
 * The type of the value of a key. Of several properties that fit a key the narrowest counts: `"user:me"` before
 * `"user:${string}"`.
 *
 * @example The value of a user
 * ```ts
 * import type { TypedValue } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const name: TypedValue<{ "user:${string}": string }, "user:1"> = "Ada";
 * assertEquals(name, "Ada");
 * ```
 */
export type TypedValue<M extends object, K> = K extends unknown ? {
    [P in keyof M & string]: K extends KeyPattern<P>
      // The properties that fit as well, and lie inside this one.
      ? [
        {
          [Q in Exclude<keyof M & string, P>]: K extends KeyPattern<Q>
            ? KeyPattern<Q> extends KeyPattern<P> ? Q : never
            : never;
        }[Exclude<keyof M & string, P>],
      ] extends [never] ? M[P] : never
      : never;
  }[keyof M & string]
  : never;

/**
 * Keys and values to store, of a map of keys: an object, a Map, or any iterable of pairs.
 *
 * @example Pairs
 * ```ts
 * import type { TypedItems } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const items: TypedItems<{ "user:${string}": string; visits: number }> = [
 *   [`user:${1}`, "Ada"],
 *   ["visits", 7],
 * ];
 * assertEquals([...items as Iterable<unknown>].length, 2);
 * ```
 */
export type TypedItems<M extends object> =
  | { readonly [K in TypedKey<M>]?: TypedValue<M, K> }
  | Iterable<{ [P in keyof M & string]: readonly [KeyPattern<P>, M[P]] }[keyof M & string]>;

/**
 * What a call for many keys gives: a Map that knows which value belongs to which key.
 *
 * @example Two kinds of values
 * ```ts
 * import { Client, type TypedMap } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * interface Shop {
 *   name: string;
 *   visits: number;
 * }
 * await client.setMulti({ name: "Books", visits: 7 });
 * const found: TypedMap<Shop, keyof Shop> = await client.typed<Shop>().getMulti(["name", "visits"]);
 * assertEquals([found.get("name")?.length, found.get("visits")?.toFixed(1)], [5, "7.0"]);
 * ```
 */
export interface TypedMap<M extends object, K extends string> extends Map<K, TypedValue<M, K>> {
  /** Gives the value of a key, or `undefined` on a miss. */
  get<Q extends K>(key: Q): TypedValue<M, Q> | undefined;
}

// Functions are looked up by the key, `{ [P in K]: … }[K]`: only so does the compiler know the value's type before it reads
// the function, and takes { kind: "open" } for one of several kinds, and not for an object with any text.
/**
 * The methods for keys, for a map of keys: see {@linkcode Typed}. Each does what the method of the client does.
 *
 * @example A read-only view
 * ```ts
 * import { Client, type TypedVerbs } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * interface Counts {
 *   visits: number;
 * }
 * const counts: Pick<TypedVerbs<Counts>, "get"> = client.typed<Counts>();
 * await client.set("visits", 7);
 * assertEquals(await counts.get("visits"), 7);
 * ```
 */
export interface TypedVerbs<M extends object> {
  /** Reads a value. */
  get<K extends TypedKey<M>>(
    key: K,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<TypedValue<M, K> | undefined>;
  /** Reads a value together with its cas. */
  gets<K extends TypedKey<M>>(
    key: K,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<CasValue<TypedValue<M, K>> | undefined>;
  /** Reads the values of many keys. */
  getMulti<const K extends TypedKey<M>>(
    keys: Iterable<K> & object,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<TypedMap<M, K>>;
  /** Reads the values of many keys together with their cas. */
  getsMulti<const K extends TypedKey<M>>(
    keys: Iterable<K> & object,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<Map<K, CasValue<TypedValue<M, K>>>>;
  /** Reads the values of many keys, in their order. */
  getList<const K extends readonly TypedKey<M>[]>(
    keys: K,
    options?: ReadOptions<TypedValue<M, K[number]>>,
  ): Promise<{ -readonly [I in keyof K]: TypedValue<M, K[I]> | undefined }>;
  /** Reads the values of keys of any iterable, in their order. */
  getList<K extends TypedKey<M>>(
    keys: Iterable<K> & object,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<(TypedValue<M, K> | undefined)[]>;
  /** Reads a value and touches it. */
  gat<K extends TypedKey<M>>(
    key: K,
    exptime: Exptime,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<TypedValue<M, K> | undefined>;
  /** Reads a value together with its cas and touches it. */
  gats<K extends TypedKey<M>>(
    key: K,
    exptime: Exptime,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<CasValue<TypedValue<M, K>> | undefined>;
  /** Reads the values of many keys and touches them. */
  gatMulti<const K extends TypedKey<M>>(
    keys: Iterable<K> & object,
    exptime: Exptime,
    options?: ReadOptions<TypedValue<M, K>>,
  ): Promise<TypedMap<M, K>>;
  /** Reads a value, or loads and stores it. */
  getOrSet<K extends TypedKey<M>>(
    key: K,
    load: {
      [P in K]: (
        context: LoadContext<TypedValue<M, P>>,
      ) => TypedValue<M, P> | Promise<TypedValue<M, P>>;
    }[K],
    options: TypedGetOrSetOptions<TypedValue<M, K>>,
  ): Promise<TypedValue<M, K>>;
  /** Reads a value, or loads and stores it. What is loaded may be `undefined`: then nothing is stored. */
  getOrSet<K extends TypedKey<M>>(
    key: K,
    load: {
      [P in K]: (
        context: LoadContext<TypedValue<M, P>>,
      ) => TypedValue<M, P> | undefined | Promise<TypedValue<M, P> | undefined>;
    }[K],
    options: TypedGetOrSetOptions<TypedValue<M, K>>,
  ): Promise<TypedValue<M, K> | undefined>;
  /** Reads the values of many keys, or loads and stores them. */
  getOrSetMulti<const K extends TypedKey<M>>(
    keys: Iterable<K> & object,
    loadMany: Record<
      K,
      (
        keys: readonly K[],
        context: LoadManyContext<TypedValue<M, K>>,
      ) => LoadedItems<TypedValue<M, K>> | Promise<LoadedItems<TypedValue<M, K>>>
    >[K],
    options: TypedGetOrSetOptions<TypedValue<M, K>>,
  ): Promise<TypedMap<M, K>>;
  /** Reads a value, changes it, and stores it unless somebody else was faster. */
  update<K extends TypedKey<M>>(
    key: K,
    change: {
      [P in K]: (
        value: TypedValue<M, P> | undefined,
      ) => TypedValue<M, P> | undefined | Promise<TypedValue<M, P> | undefined>;
    }[K],
    options?: UpdateOptions<TypedValue<M, K>>,
  ): Promise<TypedValue<M, K> | undefined>;
  /** Stores a value. */
  set<K extends TypedKey<M>>(
    key: K,
    value: TypedValue<M, K>,
    options?: StoreOptions,
  ): Promise<boolean>;
  /** Stores a value if the key is not there. */
  add<K extends TypedKey<M>>(
    key: K,
    value: TypedValue<M, K>,
    options?: StoreOptions,
  ): Promise<boolean>;
  /** Stores a value if the key is there. */
  replace<K extends TypedKey<M>>(
    key: K,
    value: TypedValue<M, K>,
    options?: StoreOptions,
  ): Promise<boolean>;
  /** Stores a value if the item has not changed. */
  cas<K extends TypedKey<M>>(
    key: K,
    value: TypedValue<M, K>,
    cas: bigint,
    options?: StoreOptions,
  ): Promise<boolean>;
  /** Stores many values. */
  setMulti(items: TypedItems<M>, options?: StoreOptions): Promise<MultiResult>;
  /** Adds to a counter. */
  incr(
    key: TypedKey<M>,
    delta?: number,
    options?: CountOptions<number>,
  ): Promise<number | undefined>;
  /** Adds to a counter of 64 bits. */
  incr(
    key: TypedKey<M>,
    delta: bigint,
    options?: CountOptions<bigint>,
  ): Promise<bigint | undefined>;
  /** Subtracts from a counter; stops at 0. */
  decr(
    key: TypedKey<M>,
    delta?: number,
    options?: CountOptions<number>,
  ): Promise<number | undefined>;
  /** Subtracts from a counter of 64 bits; stops at 0. */
  decr(
    key: TypedKey<M>,
    delta: bigint,
    options?: CountOptions<bigint>,
  ): Promise<bigint | undefined>;
  /** Reads the bytes and flags of an item. */
  getRaw(key: TypedKey<M>, options?: KeyOptions): Promise<RawItem | undefined>;
  /** Reads the bytes of a value as a stream. */
  getStream(
    key: TypedKey<M>,
    options?: KeyOptions,
  ): Promise<ReadableStream<Uint8Array> | undefined>;
  /** Stores bytes and flags. */
  setRaw(key: TypedKey<M>, data: Uint8Array, options?: RawOptions): Promise<boolean>;
  /** Stores the bytes of a stream. */
  setStream(
    key: TypedKey<M>,
    stream: ReadableStream<Uint8Array>,
    options?: StreamOptions,
  ): Promise<boolean>;
  /** Adds data behind that of an item. */
  append(
    key: TypedKey<M>,
    data: Uint8Array | string,
    options?: KeyOptions,
  ): Promise<boolean>;
  /** Adds data before that of an item. */
  prepend(
    key: TypedKey<M>,
    data: Uint8Array | string,
    options?: KeyOptions,
  ): Promise<boolean>;
  /** Adds data behind that of many items. */
  appendMulti(
    keys: Iterable<TypedKey<M>> & object,
    data: Uint8Array | string,
    options?: KeyOptions,
  ): Promise<MultiResult>;
  /** Adds data before that of many items. */
  prependMulti(
    keys: Iterable<TypedKey<M>> & object,
    data: Uint8Array | string,
    options?: KeyOptions,
  ): Promise<MultiResult>;
  /** Deletes an item. */
  delete(key: TypedKey<M>, options?: KeyOptions): Promise<boolean>;
  /** Deletes many items. */
  deleteMulti(
    keys: Iterable<TypedKey<M>> & object,
    options?: KeyOptions,
  ): Promise<MultiResult>;
  /** Marks a value as stale. */
  invalidate(key: TypedKey<M>, options: InvalidateOptions): Promise<boolean>;
  /** Gives an item another exptime. */
  touch(key: TypedKey<M>, exptime: Exptime, options?: KeyOptions): Promise<boolean>;
  /** Has an item expire at once. */
  expire(key: TypedKey<M>, options?: KeyOptions): Promise<boolean>;
  /** Takes a lock. */
  lock(key: TypedKey<M>, options: LockOptions): Promise<Lock | undefined>;
}

/**
 * Options of `getOrSet()` for a map of keys. A schema checks and does not convert.
 *
 * @example A value that is fresh for a minute
 * ```ts
 * import { Client, type TypedGetOrSetOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: TypedGetOrSetOptions<number> = { ttl: 60 };
 * const cache = client.typed<{ visits: number }>();
 * assertEquals(await cache.getOrSet("visits", () => 7, options), 7);
 * ```
 */
export interface TypedGetOrSetOptions<T> extends GetOrSetOptions<T> {
  /** Looks at every value, stored or loaded: see {@linkcode GetOrSetSchemaOptions}. */
  schema?: StandardSchema<T>;
}

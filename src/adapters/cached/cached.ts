/** A function whose results are kept in memcached. */

import type {
  CallOptions,
  Client,
  GetOrSetOptions,
  Namespace,
  SchemaInput,
  SchemaOutput,
  StandardSchema,
} from "../../../mod.ts";
import { aFunction, objectOf } from "../../checks/check.ts";

/**
 * Options of {@linkcode cached}: those of `getOrSet()`, and where to keep what.
 *
 * @example A value that is fresh for a minute, and good enough for an hour while the source is down
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { cached, type CachedOptions } from "@libmc/libmc/cached";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: CachedOptions<[city: string], number> = {
 *   client,
 *   key: (city) => `weather:${city}`,
 *   ttl: 60,
 *   staleIfError: 3600,
 * };
 * const temperature = cached((_city: string) => Promise.resolve(21), options);
 * assertEquals(await temperature("Oslo"), 21);
 * ```
 */
export interface CachedOptions<A extends readonly unknown[], T>
  extends Omit<GetOrSetOptions<T>, "signal" | "forceFresh"> {
  /** Where the results are kept. With a namespace all of them can be dropped by its `clear()`. */
  client: Client | Namespace;
  /**
   * Gives the key for the arguments, 1 to 250 bytes with the client's prefix. Arguments of which the result depends belong
   * into it, and so does a version of what the result means.
   */
  key: (...args: A) => string;
}

/**
 * A function whose results are kept in memcached: {@linkcode cached} makes it.
 *
 * @example Renew a result when its source has changed
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { cached, type CachedFunction } from "@libmc/libmc/cached";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const users = new Map([[1, "Ada"]]);
 * const user: CachedFunction<[id: number], string | undefined> = cached(
 *   (id: number) => users.get(id),
 *   { client, key: (id) => `user:${id}`, ttl: 3600 },
 * );
 * assertEquals(await user(1), "Ada");
 * users.set(1, "Ada Lovelace");
 * await user.delete(1);
 * assertEquals(await user(1), "Ada Lovelace");
 * ```
 */
export interface CachedFunction<A extends readonly unknown[], T> {
  /**
   * Gives the stored result, or calls the function and stores its result. `undefined` is not stored.
   *
   * @param args Those of the function.
   * @returns The result.
   * @throws Whatever the function throws.
   */
  (...args: A): Promise<T>;
  /**
   * Tells the key of a result, as for `client.invalidate()`.
   *
   * @param args Those of the function.
   * @returns The key, without the client's prefix.
   */
  keyOf(...args: A): string;
  /**
   * Deletes a result: the next call calls the function. What a call that runs meanwhile brings is not stored.
   *
   * @param args Those of the function.
   * @returns True if no result is stored any more.
   */
  delete(...args: A): Promise<boolean>;
  /**
   * Calls the function, whatever is stored, and stores its result.
   *
   * @param args Those of the function.
   * @returns The result.
   * @throws Whatever the function throws.
   */
  refresh(...args: A): Promise<T>;
}

/**
 * Makes a function whose results are kept in memcached and checked by a schema.
 *
 * @param fn The function. It is called without `this`.
 * @param options Where to keep the results, for how long, and their schema.
 * @returns A function with the same arguments.
 * @throws {TypeError} If the client, the key or the function is missing. What is wrong with another option rejects the calls.
 *
 * @example What an older program has stored is not taken
 * ```ts
 * import { Client, type StandardSchema } from "@libmc/libmc";
 * import { cached } from "@libmc/libmc/cached";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const schema: StandardSchema<number> = {
 *   "~standard": {
 *     version: 1,
 *     vendor: "example",
 *     validate: (value) =>
 *       typeof value === "number" ? { value } : { issues: [{ message: "It is no number" }] },
 *   },
 * };
 * const price = cached((_item: string) => 10, { client, key: (item) => item, ttl: 60, schema });
 * await client.set("tea", "cheap");
 * assertEquals(await price("tea"), 10);
 * ```
 */
export function cached<A extends readonly unknown[], S extends StandardSchema>(
  fn: (...args: A) => SchemaInput<S> | Promise<SchemaInput<S>>,
  options: CachedOptions<A, SchemaInput<S>> & { schema: S },
): CachedFunction<A, SchemaOutput<S>>;
/**
 * Makes a function whose results are kept in memcached: `getOrSet()` with the function's arguments. However many callers
 * ask for the same result at once, in however many processes, the function is called once.
 *
 * @param fn The function. It is called without `this`, and its arguments may be those of any caller with the same key.
 * @param options Where to keep the results, and for how long.
 * @returns A function with the same arguments.
 * @throws {TypeError} If the client, the key or the function is missing. What is wrong with another option rejects the calls.
 *
 * @example One query for many callers
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { cached } from "@libmc/libmc/cached";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * let queries = 0;
 * const article = cached((id: number) => ({ id, query: ++queries }), {
 *   client,
 *   key: (id) => `article:${id}`,
 *   ttl: 60,
 * });
 * await Promise.all(Array.from({ length: 200 }, () => article(7)));
 * assertEquals(queries, 1);
 * assertEquals(await article.refresh(7), { id: 7, query: 2 });
 * ```
 */
export function cached<A extends readonly unknown[], T>(
  fn: (...args: A) => T | Promise<T>,
  options: CachedOptions<A, T>,
): CachedFunction<A, T>;
export function cached<A extends readonly unknown[], T>(
  fn: (...args: A) => T | Promise<T>,
  { client, key, ...options }: CachedOptions<A, T>,
): CachedFunction<A, T> {
  aFunction("the first argument of cached()", fn);
  objectOf('option "client" of cached()', client);
  aFunction('option "key" of cached()', key);
  const { routeBy, strict } = options;
  const places: CallOptions = { ...options.routeBy && { routeBy }, ...strict && { strict } };
  const load = (args: A, more?: { forceFresh: true }) =>
    client.getOrSet<T>(key(...args), () => fn(...args), { ...options, ...more });

  return Object.assign(async (...args: A) => await load(args), {
    keyOf: key,
    delete: async (...args: A) => await client.delete(key(...args), places),
    refresh: async (...args: A) => await load(args, { forceFresh: true }),
  });
}

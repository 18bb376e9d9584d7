/**
 * What callers may store, as the compiler checks it: a mistake is found where it is made. What a codec can store is its own
 * affair, and is checked when it is stored.
 */

/**
 * A value that can be stored: anything but `undefined`, a function, a symbol or a promise. So the compiler finds a
 * forgotten `await`, and a value that may be missing.
 *
 * A value of type `unknown` may be `undefined`: say what it is, or check it first. A function of your own that passes
 * values on takes a `T extends Storable`.
 *
 * @example A function of your own
 * ```ts
 * import { Client, type Storable } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * async function remember<T extends Storable>(key: string, value: T): Promise<T> {
 *   await client.set(key, value, { exptime: 60 });
 *   return value;
 * }
 * const { name } = await remember("user:1", { name: "Ada" });
 * assertEquals([name, await client.get("user:1")], ["Ada", { name: "Ada" }]);
 * ```
 */
export type Storable =
  | (string | number | bigint | boolean | null)
  | (object & StorableObject)
  // The same once more, for literals: their properties are known here.
  | (StorableObject & { readonly [name: string]: unknown });

/**
 * An object that can be stored: it is neither a function nor a promise.
 *
 * @example Any object of data is one
 * ```ts
 * import type { StorableObject } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const user: StorableObject & { readonly name: string } = { name: "Ada" };
 * assertEquals(user.then, undefined);
 * ```
 */
export interface StorableObject {
  /** Only functions have this one. */
  readonly [Symbol.hasInstance]?: undefined;
  /** That of a promise is a function. */
  readonly then?: Storable | symbol | undefined;
}

/** A view of the client, whose keys can all be dropped by one call. `operations/namespaces.ts` has the code. */

import type { Exptime } from "../checks/arguments.ts";
import type { CallOptions, CountOptions, StoreOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { CasValue } from "../engine/item_decoders.ts";
import type { MultiResult } from "../operations/batch_fan_out.ts";
import * as change from "../operations/change.ts";
import { entriesOf, type Items } from "../operations/items.ts";
import { Generations } from "../operations/namespaces.ts";
import * as retrieve from "../operations/retrieve.ts";
import * as store from "../operations/store.ts";

/**
 * A view of a client whose keys can all be dropped by one {@linkcode Namespace.clear}: `client.namespace(name)`.
 *
 * Its keys carry a number of its own, which memcached has under `libmc:namespace:<name>`; to clear it is to count that
 * number up. What is of an older number is never read again, and goes as other items do that nobody reads. The number is
 * learned with the first call, kept for a second, and then asked for again in the same trip as the next call: so a
 * `clear()` by another client is seen after a second at the latest, and one of this client at once. A number that was
 * evicted gives way to one that was never used, as it begins with the time: then the namespace is empty.
 *
 * If the server that has the number does not answer, no call of the namespace does: each fails as if its own server had
 * not answered. A call may take up to three trips; `timeout` bounds each of them by itself, and one that is
 * between two of them when the client is closed rejects with a ClosedError. Keys are at most 250 bytes
 * with the client's prefix, the name, the number and two colons.
 *
 * @example Drop all that was cached of one shop
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const shop = client.namespace("shop:7");
 * await shop.setMulti({ "page:1": "one", "page:2": "two" });
 * assertEquals(await shop.getList(["page:1", "page:2"]), ["one", "two"]);
 * await shop.clear();
 * assertEquals(await shop.getList(["page:1", "page:2"]), [undefined, undefined]);
 * ```
 */
export class Namespace {
  /** Its name. */
  readonly name: string;
  readonly #generations: Generations;

  /** Made by the client. */
  constructor(engine: Engine, name: string) {
    this.#generations = new Generations(engine, name);
    this.name = name;
  }

  /**
   * Drops all keys of the namespace. Calls of this client that are made after it find none of them; those of others, a
   * second later at the latest.
   *
   * @returns `true` if they are gone; `false` if the call failed and is not strict: they may be gone.
   * @throws {TypeError} If an option cannot be used.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example All pages at once
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const pages = client.namespace("pages");
   * await pages.set("/", "hello");
   * assertEquals(await pages.clear(), true);
   * assertEquals(await pages.get("/"), undefined);
   * ```
   */
  clear(options?: CallOptions): Promise<boolean> {
    return this.#generations.clear(options);
  }

  /**
   * Reads a value: see {@linkcode Client.get}.
   *
   * @param key The key within the namespace.
   * @returns The value, or `undefined` on a miss. Its type is the caller's word and is not checked.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example A value of the namespace is none of the client
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("a", 1);
   * assertEquals([await space.get("a"), await client.get("a")], [1, undefined]);
   * ```
   */
  get<T = unknown>(key: string, options?: CallOptions): Promise<T | undefined> {
    return this.#generations.run<T | undefined>(
      options,
      nothing,
      (engine) => retrieve.get<T>(engine, key, options),
    );
  }

  /**
   * Reads a value together with its cas: see {@linkcode Client.gets}.
   *
   * @param key The key within the namespace.
   * @returns The value and its cas, or `undefined` on a miss.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Store what nobody has changed
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("a", 1);
   * const seen = await space.gets<number>("a");
   * assertEquals(await space.cas("a", 2, seen?.cas ?? 0n), true);
   * ```
   */
  gets<T = unknown>(key: string, options?: CallOptions): Promise<CasValue<T> | undefined> {
    return this.#generations.run<CasValue<T> | undefined>(
      options,
      nothing,
      (engine) => retrieve.gets<T>(engine, key, options),
    );
  }

  /**
   * Reads many values: see {@linkcode Client.getMulti}.
   *
   * @param keys Any number of keys within the namespace.
   * @returns The hits by the keys as they were given, in their order.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set: a MultiError, which carries the rest, if a part fails.
   *
   * @example What is there
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("a", 1);
   * assertEquals([...await space.getMulti(["a", "b"])], [["a", 1]]);
   * ```
   */
  async getMulti<T = unknown>(
    keys: Iterable<string>,
    options?: CallOptions,
  ): Promise<Map<string, T>> {
    const asked = listOf(keys);
    return await this.#generations.run<Map<string, T>>(
      options,
      noHits,
      (engine) => retrieve.getMulti<T>(engine, asked, options),
    );
  }

  /**
   * Reads many values into an array: see {@linkcode Client.getList}.
   *
   * @param keys Any number of keys within the namespace.
   * @returns As many elements as there are keys; `undefined` for a miss.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set: a MultiError, which carries the rest, if a part fails.
   *
   * @example Keep the order
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("b", 2);
   * assertEquals(await space.getList(["a", "b"]), [undefined, 2]);
   * ```
   */
  async getList<T = unknown>(
    keys: Iterable<string>,
    options?: CallOptions,
  ): Promise<(T | undefined)[]> {
    const asked = listOf(keys);
    return await this.#generations.run<(T | undefined)[]>(
      options,
      () => missesOf(asked),
      (engine) => retrieve.getList<T>(engine, asked, options),
    );
  }

  /**
   * Stores a value: see {@linkcode Client.set}.
   *
   * @param key The key within the namespace.
   * @param value Anything that the client's codec stores without loss.
   * @returns `true` if it was stored.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example For ten minutes
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * assertEquals(await space.set("a", 1, { exptime: 600 }), true);
   * ```
   */
  set(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return this.#generations.run(
      options,
      notDone,
      (engine) => store.store(engine, "set", key, value, options),
    );
  }

  /**
   * Stores a value if the key is not there: see {@linkcode Client.add}.
   *
   * @param key The key within the namespace.
   * @param value Anything that the client's codec stores without loss.
   * @returns `true` if it was stored.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Once in each generation
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * assertEquals([await space.add("a", 1), await space.add("a", 2)], [true, false]);
   * await space.clear();
   * assertEquals(await space.add("a", 3), true);
   * ```
   */
  add(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return this.#generations.run(
      options,
      notDone,
      (engine) => store.store(engine, "add", key, value, options),
    );
  }

  /**
   * Stores a value if the key is there: see {@linkcode Client.replace}.
   *
   * @param key The key within the namespace.
   * @param value Anything that the client's codec stores without loss.
   * @returns `true` if it was stored.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Nothing is there
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * assertEquals(await space.replace("a", 1), false);
   * ```
   */
  replace(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return this.#generations.run(
      options,
      notDone,
      (engine) => store.store(engine, "replace", key, value, options),
    );
  }

  /**
   * Stores a value if the item has not changed: see {@linkcode Client.cas}.
   *
   * @param key The key within the namespace.
   * @param value Anything that the client's codec stores without loss.
   * @param cas The cas that came with the value.
   * @returns `true` if it was stored, `false` if the item has changed or is gone, with its generation or alone.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example What was cleared is gone
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("a", 1);
   * const seen = await space.gets("a");
   * await space.clear();
   * assertEquals(await space.cas("a", 2, seen?.cas ?? 0n), false);
   * ```
   */
  cas(key: string, value: unknown, cas: bigint, options?: StoreOptions): Promise<boolean> {
    return this.#generations.run(
      options,
      notDone,
      (engine) => store.store(engine, "cas", key, value, options, cas),
    );
  }

  /**
   * Stores many values: see {@linkcode Client.setMulti}.
   *
   * @param items An object, a Map, or any iterable of pairs of key and value.
   * @returns Whether all were stored, and the keys of those that were not.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set: a MultiError, which carries the rest, if a part fails.
   *
   * @example From an object
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * assertEquals(await space.setMulti({ a: 1, b: 2 }), { ok: true, failed: [] });
   * ```
   */
  async setMulti(items: Items, options?: StoreOptions): Promise<MultiResult> {
    const given = pairsOf(items);
    return await this.#generations.run(
      options,
      () => failedOf(keysOf(given)),
      (engine) => store.setMulti(engine, given, options),
    );
  }

  /**
   * Deletes an item: see {@linkcode Client.delete}.
   *
   * @param key The key within the namespace.
   * @returns `true` if the key is gone, whether or not it was there.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example One key of many
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("a", 1);
   * assertEquals([await space.delete("a"), await space.get("a")], [true, undefined]);
   * ```
   */
  delete(key: string, options?: CallOptions): Promise<boolean> {
    return this.#generations.run(
      options,
      notDone,
      (engine) => change.deleteOne(engine, key, options),
    );
  }

  /**
   * Deletes many items: see {@linkcode Client.deleteMulti}.
   *
   * @param keys Any number of keys within the namespace.
   * @returns Whether all keys are gone, and those that may still be there.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set: a MultiError, which carries the rest, if a part fails.
   *
   * @example Some keys of many
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * assertEquals(await space.deleteMulti(["a", "b"]), { ok: true, failed: [] });
   * ```
   */
  async deleteMulti(keys: Iterable<string>, options?: CallOptions): Promise<MultiResult> {
    const asked = listOf(keys);
    return await this.#generations.run(
      options,
      () => failedOf(asked),
      (engine) => change.deleteMulti(engine, asked, options),
    );
  }

  /**
   * Gives an item another exptime: see {@linkcode Client.touch}.
   *
   * @param key The key within the namespace.
   * @param exptime When it is to expire from now on: see {@linkcode Exptime}.
   * @returns `true` if it was touched, `false` if the key is not there.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Nothing is there
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * assertEquals(await space.touch("a", 60), false);
   * ```
   */
  touch(key: string, exptime: Exptime, options?: CallOptions): Promise<boolean> {
    return this.#generations.run(
      options,
      notDone,
      (engine) => change.touch(engine, key, exptime, options),
    );
  }

  /**
   * Adds to a counter: see {@linkcode Client.incr}.
   *
   * @param key The key within the namespace.
   * @param delta An integer from 0 to 2^53 - 1.
   * @returns The new value; `undefined` if the key is not there and no counter begins, or with `noreply`.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Visits since the last clear
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.incr("n", 1, { initial: 1 });
   * assertEquals(await space.incr("n", 1, { initial: 1 }), 2);
   * await space.clear();
   * assertEquals(await space.incr("n", 1, { initial: 1 }), 1);
   * ```
   */
  incr(key: string, delta = 1, options?: CountOptions<number>): Promise<number | undefined> {
    return this.#generations.run<number | undefined>(
      options,
      nothing,
      (engine) => change.count(engine, "incr", key, delta, options),
    );
  }

  /**
   * Subtracts from a counter: see {@linkcode Client.decr}.
   *
   * @param key The key within the namespace.
   * @param delta An integer from 0 to 2^53 - 1.
   * @returns The new value; `undefined` if the key is not there and no counter begins, or with `noreply`.
   * @throws {TypeError} If an argument or an option cannot be used.
   * @throws {RangeError} If a key is too long, or an argument is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Down to zero
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const space = client.namespace("n");
   * await space.set("n", 1);
   * assertEquals([await space.decr("n"), await space.decr("n")], [0, 0]);
   * ```
   */
  decr(key: string, delta = 1, options?: CountOptions<number>): Promise<number | undefined> {
    return this.#generations.run<number | undefined>(
      options,
      nothing,
      (engine) => change.count(engine, "decr", key, delta, options),
    );
  }
}

const nothing = () => undefined;
const notDone = () => false;
const noHits = () => new Map<string, never>();

/** Gives keys as an array, as they may be read twice. What is no iterable is for the call to refuse. */
function listOf(keys: Iterable<string>): string[] {
  return isIterable(keys) ? Array.from(keys) : keys as string[];
}

/** Gives pairs as an array, as they may be read twice. What is neither is for the call to refuse. */
function pairsOf(items: Items): Items {
  return isIterable(items) ? Array.from(items as Iterable<readonly [string, unknown]>) : items;
}

function isIterable(value: unknown): boolean {
  return typeof value === "object" && value !== null && Symbol.iterator in value;
}

function missesOf(keys: readonly string[]): undefined[] {
  return Array.from(keys, () => undefined);
}

function failedOf(keys: readonly string[]): MultiResult {
  return { ok: false, failed: Array.from(keys) };
}

function keysOf(items: Items): string[] {
  return Array.from(entriesOf(items), ([key]) => key);
}

/** The meta commands as users see them: `client.meta`. `operations/meta/` has the code. */

import type { Storable } from "../checks/storable.ts";
import type { MetaDebug } from "../commands/meta/debug.ts";
import type { MetaDeleted } from "../commands/meta/delete.ts";
import type { MetaItem } from "../commands/meta/get.ts";
import type { MetaStored } from "../commands/meta/set.ts";
import type { CallOptions, KeyOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { routed } from "../engine/view.ts";
import * as counting from "../operations/meta/arithmetic.ts";
import * as deletion from "../operations/meta/delete.ts";
import * as retrieval from "../operations/meta/get.ts";
import type {
  MetaArithmeticOptions,
  MetaDeleteOptions,
  MetaGetOptions,
  MetaKey,
  MetaSetOptions,
} from "../operations/meta/options.ts";
import * as servers from "../operations/meta/servers.ts";
import * as storage from "../operations/meta/set.ts";

/**
 * memcached's meta commands, with a word for every flag: `client.meta`.
 *
 * They do what no classic command can: tell how long an item lasts, let one caller of many renew a value, mark a value as
 * stale, make a counter that begins by itself. They need memcached 1.6.10 or later, and no proxy that does not know them;
 * some options need a later version, which their descriptions name. Each server is asked for that before its first meta
 * command, on a connection of its own. If it cannot do what is asked, the call rejects with an UnsupportedError, strict or
 * not, and nothing is sent.
 *
 * **Keys** may also hold spaces and be bytes: see {@linkcode MetaKey}. The client's `prefix` goes in front.
 *
 * **Results** are plain objects with what was asked for. Without `strict`, a failed call gives `undefined`, and one for many
 * keys leaves out the keys of which it is not known what was done. The option `noreply` has no effect here.
 *
 * **Values** are encoded as everywhere. A value that `set()` has split is read as a whole; `meta.set()` stores one item and
 * splits nothing.
 *
 * **Sent twice** after a lost connection are only those whose answer is the same then: a get that lets nobody win and does
 * not ask whether the item was read before; and, with `maxRetries`, a plain set and the removal of a value.
 *
 * @example A value that one caller renews before it is gone
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * let loads = 0;
 * async function page(): Promise<string | undefined> {
 *   const item = await client.meta.get<string>("page", { vivify: 30, recache: 10 });
 *   if (item?.won !== true) return item?.value;
 *   const value = `version ${++loads}`;
 *   await client.meta.set("page", value, { exptime: 60 });
 *   return value;
 * }
 * assertEquals([await page(), await page()], ["version 1", "version 1"]);
 * server.advance(55);
 * assertEquals([await page(), await page()], ["version 2", "version 2"]);
 * ```
 */
export class Meta {
  readonly #engine: Engine;

  /** Made by the client. */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Reads an item: its value, and what else is asked for.
   *
   * @param key Text or bytes: see {@linkcode MetaKey}.
   * @param options What to ask for, and what to do with the item. Without any, the value alone is asked for.
   * @returns The item, or `undefined` on a miss. The type of its value is the caller's word and is not checked.
   * @throws {TypeError} If the key or an option cannot be used, or two options do not go together.
   * @throws {RangeError} If the key is too long, or a number is out of range.
   * @throws {UnsupportedError} If the server cannot do what is asked.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example How long a value lasts, without reading it
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assert, assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("session", { user: 7 }, { exptime: 600 });
   * const item = await client.meta.get("session", { value: false, ttl: true, noBump: true });
   * assert(item?.ttl !== undefined && item.ttl > 590);
   * assertEquals(await client.meta.get("other"), undefined);
   * ```
   */
  get<T = unknown>(key: MetaKey, options?: MetaGetOptions): Promise<MetaItem<T> | undefined> {
    return retrieval.get<T>(routed(this.#engine, options), key, options);
  }

  /**
   * Reads many items, all servers at the same time, each in pipelines in which misses say nothing.
   *
   * @param keys Any number of keys, text or bytes.
   * @param options As for {@linkcode Meta.get}, without `ifNotCas`.
   * @returns The hits by the keys as they were given, in their order. Without `strict`, keys of a server that failed are
   * missing.
   * @throws {TypeError} If `keys` is not an iterable of keys, a key or an option cannot be used, or two options do not go
   * together.
   * @throws {RangeError} If a key is too long, or a number is out of range.
   * @throws {UnsupportedError} If the only server cannot do what is asked.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set, or a server cannot do what is asked: a
   * MultiError, which carries the hits.
   *
   * @example The values that are about to expire
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("a", 1, { exptime: 5 });
   * await client.set("b", 2, { exptime: 500 });
   * const items = await client.meta.getMulti(["a", "b", "c"], { value: false, ttl: true });
   * const soon = [...items].filter(([_key, item]) => item.ttl !== undefined && item.ttl < 60);
   * assertEquals(soon.map(([key]) => key), ["a"]);
   * ```
   */
  getMulti<T = unknown, K extends MetaKey = MetaKey>(
    keys: Iterable<K> & object,
    options?: Omit<MetaGetOptions, "ifNotCas">,
  ): Promise<Map<K, MetaItem<T>>> {
    return retrieval.getMulti<T, K>(routed(this.#engine, options), keys, options);
  }

  /**
   * Stores a value in one item, or adds data to an item.
   *
   * @param key Text or bytes: see {@linkcode MetaKey}.
   * @param value Any value that the codec can encode; text or bytes for `append` and `prepend`.
   * @param options The exptime, the mode, the condition, and what to ask for.
   * @returns What became of it; `undefined` if the call failed and is not strict.
   * @throws {TypeError} If the key, the value or an option cannot be used, or two options do not go together.
   * @throws {RangeError} If the key is too long, a number is out of range, or the value does not fit into one item.
   * @throws {UnsupportedError} If the server cannot do what is asked.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Store only what nobody has changed
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const stored = await client.meta.set("stock", 5, { exptime: 3600, returnCas: true });
   * const cas = stored?.cas ?? 0n;
   * assertEquals(await client.meta.set("stock", 4, { cas }), { status: "stored" });
   * assertEquals(await client.meta.set("stock", 4, { cas }), { status: "exists" });
   * ```
   */
  set(key: MetaKey, value: Storable, options?: MetaSetOptions): Promise<MetaStored | undefined> {
    return storage.set(routed(this.#engine, options), key, value, options);
  }

  /**
   * Stores many values, in pipelines in which what was stored says nothing, unless its cas or size is asked for.
   *
   * @param items Keys and values: an object, a Map or any iterable of pairs.
   * @param options As for {@linkcode Meta.set}, without `cas`; the mode is `set`, `add` or `replace`.
   * @returns What became of each item, by its key, which is a string unless the caller says otherwise. Without `strict`, the
   * keys of which that is not known are missing: those of a server that failed, and all that an error line may be for.
   * @throws {TypeError} If the items, a key, a value or an option cannot be used.
   * @throws {RangeError} If a key is too long, a number is out of range, or a value does not fit into one item.
   * @throws {UnsupportedError} If the only server cannot do what is asked.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set, or a server cannot do what is asked: a
   * MultiError, which carries the rest.
   *
   * @example Store what is not there yet
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("a", 1);
   * const stored = await client.meta.setMulti({ a: 10, b: 20 }, { mode: "add" });
   * assertEquals([...stored].map(([key, { status }]) => `${key} ${status}`), ["a notStored", "b stored"]);
   * ```
   */
  setMulti<K extends MetaKey = string>(
    items: storage.MetaItems,
    options?: Omit<MetaSetOptions, "cas">,
  ): Promise<Map<K, MetaStored>> {
    return storage.setMulti<K>(routed(this.#engine, options), items, options);
  }

  /**
   * Deletes an item, marks it as stale, or takes its value away.
   *
   * @param key Text or bytes: see {@linkcode MetaKey}.
   * @param options The condition, and what is to stay of the item.
   * @returns What became of it; `undefined` if the call failed and is not strict.
   * @throws {TypeError} If the key or an option cannot be used, or two options do not go together: a value is taken away
   * only with an `exptime` for what stays.
   * @throws {RangeError} If the key is too long, or a number is out of range.
   * @throws {UnsupportedError} If the server cannot do what is asked.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Mark a value as stale for a minute
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("page", "old");
   * assertEquals(await client.meta.delete("page", { stale: true, exptime: 60 }), { status: "deleted" });
   * assertEquals((await client.meta.get("page"))?.stale, true);
   * assertEquals(await client.meta.delete("other"), { status: "notFound" });
   * ```
   */
  delete(key: MetaKey, options?: MetaDeleteOptions): Promise<MetaDeleted | undefined> {
    return deletion.deleteOne(routed(this.#engine, options), key, options);
  }

  /**
   * Deletes many items, or marks them as stale, in pipelines in which what was deleted says nothing.
   *
   * @param keys Any number of keys, text or bytes.
   * @param options As for {@linkcode Meta.delete}, without `cas`.
   * @returns What became of each item, by its key. Without `strict`, the keys of which that is not known are missing.
   * @throws {TypeError} If `keys` is not an iterable of keys, or a key or an option cannot be used.
   * @throws {RangeError} If a key is too long, or a number is out of range.
   * @throws {UnsupportedError} If the only server cannot do what is asked.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set, or a server cannot do what is asked: a
   * MultiError, which carries the rest.
   *
   * @example Which of them were there
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("a", 1);
   * const deleted = await client.meta.deleteMulti(["a", "b"]);
   * assertEquals([...deleted.values()], [{ status: "deleted" }, { status: "notFound" }]);
   * ```
   */
  deleteMulti<K extends MetaKey>(
    keys: Iterable<K> & object,
    options?: Omit<MetaDeleteOptions, "cas">,
  ): Promise<Map<K, MetaDeleted>> {
    return deletion.deleteMulti<K>(routed(this.#engine, options), keys, options);
  }

  /**
   * Adds to a counter or subtracts from it, in unsigned numbers of 64 bits.
   *
   * @param key Text or bytes: see {@linkcode MetaKey}.
   * @param options How much, which way, and what to do if there is no counter. Without any, 1 is added.
   * @returns What became of it; `undefined` if the call failed and is not strict. The new number has the type of `delta`.
   * @throws {TypeError} If the key or an option cannot be used, or two options do not go together.
   * @throws {RangeError} If the key is too long, a number is out of range, or the counter is too big for a number.
   * @throws {UnsupportedError} If the server cannot do what is asked.
   * @throws {MemcachedError} If the call fails and `strict` is set, as on an item that is no counter.
   *
   * @example Stock that begins with ten
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const take = () =>
   *   client.meta.arithmetic("stock", { mode: "decr", delta: 3n, initial: 10n, vivify: 3600 });
   * assertEquals((await take())?.value, 10n);
   * assertEquals((await take())?.value, 7n);
   * assertEquals(await client.meta.arithmetic("other"), { status: "notFound" });
   * ```
   */
  arithmetic<N extends number | bigint = number>(
    key: MetaKey,
    options?: MetaArithmeticOptions<N>,
  ): Promise<counting.MetaCounted<N> | undefined> {
    return counting.arithmetic<N>(routed(this.#engine, options), key, options);
  }

  /**
   * Adds to many counters or subtracts from them, in pipelines in which what was counted says nothing, unless more is asked
   * for. Each key must be that of a counter: a value that `set()` has split looks like one, and is not looked for here.
   *
   * @param keys Any number of keys, text or bytes.
   * @param options As for {@linkcode Meta.arithmetic}, without `cas`; `value` is false unless given.
   * @returns What became of each counter, by its key. Without `strict`, the keys of which that is not known are missing.
   * @throws {TypeError} If `keys` is not an iterable of keys, or a key or an option cannot be used.
   * @throws {RangeError} If a key is too long, a number is out of range, or a counter is too big for a number.
   * @throws {UnsupportedError} If the only server cannot do what is asked.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set, or a server cannot do what is asked: a
   * MultiError, which carries the rest.
   *
   * @example Count a visit in several counters
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const keys = ["visits", "visits:de", "visits:today"];
   * await client.meta.arithmeticMulti(keys, { initial: 1, vivify: 86_400 });
   * const counted = await client.meta.arithmeticMulti(keys, { value: true });
   * assertEquals([...counted.values()].map(({ value }) => value), [2, 2, 2]);
   * ```
   */
  arithmeticMulti<N extends number | bigint = number, K extends MetaKey = MetaKey>(
    keys: Iterable<K> & object,
    options?: Omit<MetaArithmeticOptions<N>, "cas">,
  ): Promise<Map<K, counting.MetaCounted<N>>> {
    return counting.arithmeticMulti<N, K>(routed(this.#engine, options), keys, options);
  }

  /**
   * Asks every server for an answer to `mn`, which comes behind the answers to all that was sent to it before.
   *
   * @returns True if all servers have answered.
   * @throws {TypeError} If an option cannot be used.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError. If a server does not speak meta
   * commands, strict or not.
   *
   * @example Find out whether meta commands can be used
   * ```ts
   * import { Client, MultiError, UnsupportedError } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * async function speaksMeta(): Promise<boolean> {
   *   try {
   *     return await client.meta.noop({ strict: true });
   *   } catch (error) {
   *     const errors = error instanceof MultiError ? error.errors : [error];
   *     if (errors.some((error) => error instanceof UnsupportedError)) return false;
   *     throw error;
   *   }
   * }
   * assertEquals(await speaksMeta(), true);
   * ```
   */
  noop(options?: CallOptions): Promise<boolean> {
    return servers.noop(this.#engine, options);
  }

  /**
   * Tells what a server knows of an item, without touching it: no reader is counted, and nobody wins.
   *
   * @param key Text or bytes without a line end. One that must be sent in base64 is not found by memcached 1.6.40 to 1.6.45.
   * @returns What is known, or `undefined` on a miss.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key is too long.
   * @throws {UnsupportedError} If the server cannot do what is asked.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Has anybody read it?
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("letter", "Dear Ada");
   * assertEquals((await client.meta.debug("letter"))?.fetched, false);
   * await client.get("letter");
   * assertEquals((await client.meta.debug("letter"))?.fetched, true);
   * ```
   */
  debug(key: MetaKey, options?: KeyOptions): Promise<MetaDebug | undefined> {
    return servers.debug(routed(this.#engine, options), key, options);
  }
}

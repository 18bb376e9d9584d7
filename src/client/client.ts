/** The client that users see. Every verb is one line here; `operations/` has the code. */

import type { Exptime, Keys } from "../checks/arguments.ts";
import type { ServerCounters } from "../cluster/counters.ts";
import type { Storable } from "../checks/storable.ts";
import type { ServerStats } from "../commands/server_commands.ts";
import type {
  CallOptions,
  CountOptions,
  FlushOptions,
  KeyOptions,
  RawOptions,
  ReadOptions,
  StoreOptions,
  StreamOptions,
} from "../engine/call_options.ts";
import { Engine } from "../engine/engine.ts";
import { zoneOf } from "../engine/copies.ts";
import type { SetServersOptions } from "../engine/copies_options.ts";
import type { CasValue, RawItem } from "../engine/item_decoders.ts";
import type { MigrationOptions, MigrationSource } from "../engine/migration_options.ts";
import { anObserver, type ClientOptions, type LiveOptions } from "../engine/options.ts";
import type { Servers, WeightedServer } from "../engine/server_list.ts";
import type { ServerSource } from "../engine/server_source.ts";
import { refusingAtEnd, routed } from "../engine/view.ts";
import type { MemcachedError } from "../errors.ts";
import type { GroupCounters } from "../observe/group_counts.ts";
import type { VerbCounters } from "../observe/verb_counts.ts";
import { countersOf } from "../operations/counts.ts";
import type { ClientEventName, ServerEventListener } from "../observe/events.ts";
import type { Observer } from "../observe/observer.ts";
import type { MultiResult } from "../operations/batch_fan_out.ts";
import { type Lock, lock, type LockOptions } from "../operations/lock.ts";
import * as change from "../operations/change.ts";
import { explain, type Explanation } from "../operations/explain.ts";
import { Loads } from "../operations/get_or_set/get_or_set.ts";
import { invalidate, type InvalidateOptions } from "../operations/get_or_set/invalidate.ts";
import { schemaOf } from "../operations/fitting.ts";
import { type ClientHealth, health, type HealthOptions } from "../operations/health.ts";
import type {
  GetOrSetOptions,
  GetOrSetSchemaOptions,
  Load,
  LoadMany,
} from "../operations/get_or_set/options.ts";
import type { SchemaInput, SchemaOutput, StandardSchema } from "../checks/schema.ts";
import { CopiedCalls } from "../operations/copies/copied_calls.ts";
import type { Items } from "../operations/items.ts";
import { NamespacesInUse } from "../operations/namespaces.ts";
import type { Migration } from "../operations/migration/migration.ts";
import * as retrieve from "../operations/retrieve.ts";
import * as servers from "../operations/servers.ts";
import * as store from "../operations/store.ts";
import * as streams from "../operations/streams.ts";
import { update, type UpdateOptions } from "../operations/update.ts";
import { Admin } from "./admin.ts";
import { Copying, copyingVerbs } from "./copying.ts";
import { fittingVerbs } from "./fitting_verbs.ts";
import { Meta } from "./meta.ts";
import { type Move, moveBetween, movingVerbs } from "./moving.ts";
import { namespaceOf } from "./namespace.ts";
import type { Typed } from "./typed.ts";

/**
 * A client of one memcached server or of many, for any number of concurrent callers.
 *
 * **Keys** are strings of 1 to 250 bytes in UTF-8, the client's `prefix` included. They contain no space, CR, LF or
 * NUL, which libmc rejects as well, and no lone surrogate, which UTF-8 cannot hold.
 *
 * **Results.** A miss is `undefined`. By default, a failure of the network or of a server does not throw: a failed get
 * looks like a miss, and a failed store gives `false`. Every failure fires a `failure` event, is counted in
 * {@linkcode Client.counters} and becomes {@linkcode Client.lastError}. With the option `strict`, of the client or of
 * one call, the same failures reject with a {@linkcode MemcachedError}.
 *
 * **Rejections.** These reject whether or not `strict` is set, fire no event and are not counted:
 *
 * - wrong use: a TypeError or a RangeError, before a byte is sent;
 * - an aborted `signal`: the signal's reason;
 * - a call after {@linkcode Client.close}: a ClosedError.
 *
 * **Time.** Every call settles exactly once. The option `timeout` bounds it, each chunk of a stream by itself.
 *
 * **Events.** Each is a {@linkcode ServerEvent} with the display name of the server:
 *
 * | event | fires when | `error` |
 * | --- | --- | --- |
 * | `failure` | a call, or part of a call, failed; `verb` names the method | always set |
 * | `connect` | a connection was made | not set |
 * | `disconnect` | a connection ended | set unless it was closed on purpose, or by the server while no reply was due |
 * | `dead` | a server could not be reached, was full, or was silent too often, and is left alone for `retryTimeout` | always set |
 * | `alive` | a dial succeeded after a server was dead, and it has answered if it was silent | not set |
 * | `servers` | the list of servers has changed; `change` says how | not set |
 *
 * @example Store a value and read it back
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("user:1", { name: "Ada" }, { exptime: 3600 });
 * assertEquals(await client.get("user:1"), { name: "Ada" });
 * assertEquals(await client.get("user:2"), undefined);
 * ```
 *
 * @example Hear of failures without catching any
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const failures: string[] = [];
 * client.addEventListener("failure", ({ verb, error }) => failures.push(`${verb}: ${error?.name}`));
 *
 * await server.stop();
 * assertEquals(await client.get("user:1"), undefined);
 * assertEquals(failures, ["get: ConnectionError"]);
 * ```
 */
export class Client<V = unknown> extends EventTarget implements AsyncDisposable {
  readonly #engine: Engine;
  #admin: Admin | undefined;
  #meta: Meta | undefined;
  #loads: Loads | undefined;
  #move: Move | undefined;
  #copying: Copying | undefined;
  /** The verbs of a client that moves from other servers, or whose keys have copies. */
  #moving: MovingVerbs | undefined;
  #namespaces: NamespacesInUse | undefined;
  /** The verbs that read, with a schema. */
  #fitting: MovingVerbs | undefined;

  /**
   * Makes a client. It dials a server when a call first needs it.
   *
   * @param servers One server string or several: `host[:port][ alias]`, `[v6][:port][ alias]` or
   * `/path/to.sock[ alias]`. The port is 11211 unless given. The alias is the name by which libmc's ring places the
   * server.
   * @param options See {@linkcode ClientOptions}.
   * @throws {TypeError} If a server string or an option cannot be used, or two servers have the same name.
   * @throws {RangeError} If there is no server, or a number is out of range.
   *
   * @example Two servers, the second with an alias
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client(["10.0.0.1", "10.0.0.2:11212 blue"], {
   *   prefix: "shop:",
   *   timeout: 1000,
   * });
   * assertEquals(client.servers.length, 2);
   * assertEquals(client.counters().has("blue"), true);
   * ```
   */
  constructor(servers: Servers | ServerSource, options: ClientOptions<V> = {}) {
    super();
    const engine = this.#engine = new Engine(servers, options, this);
    if (options.migrateFrom !== undefined) this.#moveFrom(options.migrateFrom, options.migration);
    if (engine.copies !== undefined) {
      this.#copying = new Copying(engine, new CopiedCalls(engine));
      this.#moving = copyingVerbs<MovingVerbs>(this.#copying);
    }
    if (this.#moving !== undefined) this.#engine = refusingAtEnd(engine);
  }

  /**
   * memcached's meta commands: see {@linkcode Meta}.
   *
   * @example A value, and how long it lasts
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assert, assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("page", "hello", { exptime: 60 });
   * const item = await client.meta.get("page", { ttl: true });
   * assertEquals(item?.value, "hello");
   * assert(item?.ttl !== undefined && item.ttl > 50);
   * ```
   */
  get meta(): Meta {
    return this.#moving?.meta ?? (this.#meta ??= new Meta(this.#engine));
  }

  // Retrieval

  /**
   * Reads a value.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns The value, or `undefined` on a miss. Its type is the caller's word and is not checked.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   * A value that cannot be decoded is such a failure, a CodecError.
   *
   * @example Read a value of a known type
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("user:1", { name: "Ada", visits: 3 });
   * const user = await client.get<{ name: string; visits: number }>("user:1");
   * assertEquals(user?.visits, 3);
   * ```
   */
  get<T = V>(key: string, options?: ReadOptions<T>): Promise<T | undefined> {
    return this.#reading(options)?.get<T>(key, options) ??
      retrieve.get<T>(routed(this.#engine, options), key, options);
  }

  /**
   * Reads a value together with its cas, which {@linkcode Client.cas} takes.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns The value and its cas, or `undefined` on a miss.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example The cas changes with every store
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assert, assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("stock", 5);
   * const before = await client.gets<number>("stock");
   * await client.set("stock", 4);
   * const after = await client.gets<number>("stock");
   * assertEquals([before?.value, after?.value], [5, 4]);
   * assert(before?.cas !== after?.cas);
   * ```
   */
  gets<T = V>(key: string, options?: ReadOptions<T>): Promise<CasValue<T> | undefined> {
    return this.#reading(options)?.gets<T>(key, options) ??
      retrieve.gets<T>(routed(this.#engine, options), key, options);
  }

  /**
   * Reads a value, or loads and stores it, as without a schema: see below. The schema looks at every value and gives what
   * callers get: see {@linkcode GetOrSetSchemaOptions}. A stored value that does not pass is loaded anew, by one caller of
   * all processes.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param load Loads the value: what the schema takes.
   * @param options `ttl`, `schema`, and the rest of {@linkcode GetOrSetOptions}.
   * @returns What the schema makes of the value.
   * @throws {SchemaError} If the loaded value does not pass.
   *
   * @example A value of an older program
   * ```ts
   * import { Client, type StandardSchema } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * type User = { name: string };
   * // Zod, Valibot, ArkType and others make such schemas.
   * const schema: StandardSchema<User> = {
   *   "~standard": {
   *     version: 1,
   *     vendor: "shop",
   *     validate: (value) =>
   *       typeof (value as User).name === "string"
   *         ? { value: value as User }
   *         : { issues: [{ message: "It has no name" }] },
   *   },
   * };
   * await client.set("user:1", { first: "Ada" });
   * const user = await client.getOrSet("user:1", () => ({ name: "Ada" }), { ttl: 60, schema });
   * assertEquals(user, { name: "Ada" });
   * ```
   */
  getOrSet<S extends StandardSchema>(
    key: string,
    load: Load<SchemaInput<S>>,
    options: GetOrSetSchemaOptions<S>,
  ): Promise<SchemaOutput<S>>;

  /**
   * Reads a value, or loads and stores it, with one load for all who ask at the same time: in this process, and by a lease
   * in memcached in all of them.
   *
   * A loaded value is stored only if nobody has stored, deleted or marked the item since the lease was won. A holder that
   * dies is replaced after `lease`. Without `strict`, a memcached that fails is told by a `failure` event, and the value is
   * loaded, at most `maxLoads` at once. Callers of one process who wait for the same load get the same object; the options
   * of the first of them count. A value must fit into one item.
   *
   * A lease needs meta commands (memcached 1.6.10 or later) and a codec that knows placeholders, as {@linkcode jsCodec}
   * does. Without them a lock takes its place, an item beside the value (`key:lease`): on older servers, through proxies
   * that do not know meta commands, and with {@linkcode libmcCodec}. With such a codec, that somebody has deleted a key
   * which had no value is seen only if he did so by `delete()`, `deleteMulti()` or `invalidate()` of a client that uses
   * `getOrSet()`, too.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param load Loads the value. It may be asynchronous. What it throws rejects the call and is not stored; `undefined` is
   * given and not stored; `null` is stored.
   * @param options `ttl`, and the rest of {@linkcode GetOrSetOptions}.
   * @returns The value. That a stored value is a `T` is the caller's word.
   * @throws {TypeError} If the key, the loader, an option or the loaded value cannot be used.
   * @throws {RangeError} If the key or the value is too long, or a number is out of range.
   * @throws {TimeoutError} If the load takes longer than `loadTimeout`, or memcached is away and `maxLoads` other loads run
   * for longer than `timeout`.
   * @throws {MemcachedError} If memcached cannot be read and `strict` is set.
   *
   * @example Ten callers, one load
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * let loads = 0;
   * const load = () => Promise.resolve(`version ${++loads}`);
   * const pages = await Promise.all(
   *   Array.from({ length: 10 }, () => client.getOrSet("page", load, { ttl: 60 })),
   * );
   * assertEquals([loads, ...new Set(pages)], [1, "version 1"]);
   * assertEquals(await client.get("page"), "version 1");
   * ```
   */
  getOrSet<T, S = T>(key: string, load: Load<T, S>, options: GetOrSetOptions<T>): Promise<T>;
  getOrSet<T>(key: string, load: Load<T>, options: GetOrSetOptions<T>): Promise<T> {
    const { schema } = this.#engine.settings;
    return this.#moving?.getOrSet(key, load, options) ??
      this.#allLoads().getOrSet(routed(this.#engine, options), key, load, options, schema);
  }

  /**
   * Reads the values of many keys, or loads and stores them, as {@linkcode Client.getOrSetMulti} does without a schema: see
   * below. The schema looks at every value and gives what callers get: see {@linkcode GetOrSetSchemaOptions}.
   *
   * @param keys The keys, each 1 to 250 bytes with the prefix.
   * @param loadMany Loads the values: what the schema takes.
   * @param options `ttl`, `schema`, and the rest of {@linkcode GetOrSetOptions}.
   * @returns What the schema makes of the values.
   * @throws {MultiError} If a value that was loaded does not pass.
   *
   * @example Prices as texts
   * ```ts
   * import { Client, type StandardSchema } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const schema: StandardSchema<number, string> = {
   *   "~standard": { version: 1, vendor: "shop", validate: (value) => ({ value: `${value} €` }) },
   * };
   * const load = (keys: readonly string[]) => keys.map((key) => [key, key.length] as const);
   * const prices = await client.getOrSetMulti(["a", "bb"], load, { ttl: 60, schema });
   * assertEquals(prices, new Map([["a", "1 €"], ["bb", "2 €"]]));
   * ```
   */
  getOrSetMulti<S extends StandardSchema>(
    keys: Keys,
    loadMany: LoadMany<SchemaInput<S>>,
    options: GetOrSetSchemaOptions<S>,
  ): Promise<Map<string, SchemaOutput<S>>>;
  /**
   * Reads the values of many keys, or loads and stores them. Each key is treated as by {@linkcode Client.getOrSet}, with
   * which it shares loads and leases: those that this process is to load are loaded by one call of `loadMany`, the others
   * are waited for, or given stale. The first question is one pipeline for each server.
   *
   * @param keys The keys, each 1 to 250 bytes with the prefix. One that is there twice is asked for once.
   * @param loadMany Loads the values of some of the keys, up to 16,384 at a time: see {@linkcode LoadMany}. A key that it
   * leaves out has no value.
   * @param options `ttl`, and the rest of {@linkcode GetOrSetOptions}, for each of the keys.
   * @returns The values, in the order of the keys; keys without a value are left out. That a stored value is a `T` is the
   * caller's word.
   * @throws {TypeError} If a key, the loader or an option cannot be used.
   * @throws {RangeError} If a key is too long, or a number is out of range.
   * @throws {MultiError} If a key could not be loaded, or its value not be stored: the `errors` have a {@linkcode LoadError}
   * for each such key, and `partial` has the values of all others. With `strict` also if memcached cannot be read.
   *
   * @example One query for what is missing
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const queries: (readonly string[])[] = [];
   * function query(keys: readonly string[]): Promise<Map<string, string>> {
   *   queries.push(keys);
   *   return Promise.resolve(new Map(keys.map((key) => [key, `row of ${key}`])));
   * }
   * await client.set("b", "cached");
   * const rows = await client.getOrSetMulti(["a", "b", "c"], query, { ttl: 60 });
   * assertEquals(queries, [["a", "c"]]);
   * assertEquals([...rows], [["a", "row of a"], ["b", "cached"], ["c", "row of c"]]);
   * ```
   */
  getOrSetMulti<T, S = T>(
    keys: Keys,
    loadMany: LoadMany<T, S>,
    options: GetOrSetOptions<T>,
  ): Promise<Map<string, T>>;
  getOrSetMulti<T>(
    keys: Keys,
    load: LoadMany<T>,
    options: GetOrSetOptions<T>,
  ): Promise<Map<string, T>> {
    const { schema } = this.#engine.settings;
    return this.#moving?.getOrSetMulti(keys, load, options) ??
      this.#allLoads().getOrSetMulti(routed(this.#engine, options), keys, load, options, schema);
  }

  /**
   * Marks a value as stale: {@linkcode Client.getOrSet} takes it for fresh no more, and one caller of all processes loads
   * it anew. Until that is done, others are given the stale value if they allow it by `staleWhileRevalidate` or
   * `staleIfError`, for `staleFor` seconds at most. A value whose load was under way when it was marked is not stored.
   *
   * `get()` and all other methods that read give the stale value until it is renewed or `staleFor` is over: to have it gone
   * at once, call {@linkcode Client.delete}. On a server or proxy without meta commands, and with a codec that does not
   * know placeholders, it is deleted.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param options `staleFor`: see {@linkcode InvalidateOptions}.
   * @returns `true`: there is no fresh value of before any more (it was marked, or deleted, or was not there).
   * @throws {TypeError} If the key or an option cannot be used, or there is no `staleFor`.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included, or `staleFor` is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example The old page until the new one is there
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * let version = 1;
   * const loading: Promise<void>[] = [];
   * const options = {
   *   ttl: 3600,
   *   staleWhileRevalidate: 60,
   *   waitUntil: (promise: Promise<void>) => void loading.push(promise),
   * };
   * const page = () => client.getOrSet("page", () => `version ${version}`, options);
   *
   * assertEquals(await page(), "version 1");
   * version = 2;
   * await client.invalidate("page", { staleFor: 60 });
   * assertEquals(await page(), "version 1");
   * await Promise.all(loading);
   * assertEquals(await page(), "version 2");
   * ```
   */
  invalidate(key: string, options: InvalidateOptions): Promise<boolean> {
    return this.#moving?.invalidate(key, options) ??
      invalidate(routed(this.#engine, options), this.#allLoads(), key, options);
  }

  /**
   * Reads the bytes and flags of an item as they are stored, neither decoded nor inflated.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns The item, or `undefined` on a miss. A split value comes joined and without the flag for splitting, as in
   * libmc; without `doSplit` it is the manifest, as it is stored.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example See how a number is stored
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("answer", 42);
   * const item = await client.getRaw("answer");
   * assertEquals(new TextDecoder().decode(item?.data), "42");
   * assertEquals(item?.flags, 4);
   * ```
   */
  getRaw(key: string, options?: KeyOptions): Promise<RawItem | undefined> {
    return this.#moving?.getRaw(key, options) ??
      retrieve.getRaw(routed(this.#engine, options), key, options);
  }

  /**
   * Reads the bytes of a value as a stream: its data block, inflated but not decoded.
   *
   * One chunk of 1,000,000 bytes is in memory at a time. The stream fails with a CodecError if a chunk is gone when its
   * turn comes, or if the data does not inflate, or inflates to more bytes than `inflateBudget` allows.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns The stream, or `undefined` on a miss.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Answer a request with a cached page
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("page:/", "<h1>Hello</h1>");
   * const body = await client.getStream("page:/");
   * const response = new Response(body ?? null, { status: body === undefined ? 404 : 200 });
   * assertEquals(await response.text(), "<h1>Hello</h1>");
   * ```
   */
  getStream(key: string, options?: KeyOptions): Promise<ReadableStream<Uint8Array> | undefined> {
    return this.#moving?.getStream(key, options) ??
      streams.getStream(routed(this.#engine, options), key, options);
  }

  /**
   * Reads many values, all servers at the same time, with one line for every 1,000 keys to each server.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix. A key that comes twice is asked twice.
   * @returns The hits, in the order of the keys. Without `strict`, keys of a server that failed are missing.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key or an option cannot be used.
   * @throws {RangeError} If a key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the hits.
   *
   * @example Read what is there
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("page:1", "one");
   * await client.set("page:3", "three");
   * const pages = await client.getMulti<string>(["page:1", "page:2", "page:3"]);
   * assertEquals([...pages.keys()], ["page:1", "page:3"]);
   * assertEquals(pages.get("page:3"), "three");
   * ```
   */
  getMulti<T = V>(keys: Keys, options?: ReadOptions<T>): Promise<Map<string, T>> {
    return this.#reading(options)?.getMulti<T>(keys, options) ??
      retrieve.getMulti<T>(routed(this.#engine, options), keys, options);
  }

  /**
   * Reads many values together with their cas.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix.
   * @returns The hits, in the order of the keys. Without `strict`, keys of a server that failed are missing.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key or an option cannot be used.
   * @throws {RangeError} If a key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the hits.
   *
   * @example Double values that nobody else changes meanwhile
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ a: 1, b: 2 });
   * for (const [key, { value, cas }] of await client.getsMulti<number>(["a", "b"])) {
   *   await client.cas(key, value * 2, cas);
   * }
   * assertEquals(await client.getList(["a", "b"]), [2, 4]);
   * ```
   */
  getsMulti<T = V>(
    keys: Keys,
    options?: ReadOptions<T>,
  ): Promise<Map<string, CasValue<T>>> {
    return this.#reading(options)?.getsMulti<T>(keys, options) ??
      retrieve.getsMulti<T>(routed(this.#engine, options), keys, options);
  }

  /**
   * Reads many values into an array with one place for each key.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix.
   * @returns As many elements as there are keys, in their order; `undefined` for a miss and, without `strict`, for
   * a key whose server failed.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key or an option cannot be used.
   * @throws {RangeError} If a key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the array.
   *
   * @example Keep the order of the keys
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ en: "hello", de: "hallo" });
   * const [de, fr, en] = await client.getList<string>(["de", "fr", "en"]);
   * assertEquals([de, fr, en], ["hallo", undefined, "hello"]);
   * ```
   */
  getList<T = V>(keys: Keys, options?: ReadOptions<T>): Promise<(T | undefined)[]> {
    return this.#reading(options)?.getList<T>(keys, options) ??
      retrieve.getList<T>(routed(this.#engine, options), keys, options);
  }

  /**
   * Reads a value and gives its item another exptime, in one command.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param exptime When the item is to expire from now on: see {@linkcode Exptime}.
   * @returns The value, or `undefined` on a miss.
   * @throws {TypeError} If key, exptime or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included, or exptime is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example A session that lives on while it is used
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("session", "ada", { exptime: 60 });
   * assertEquals(await client.gat("session", 1800), "ada");
   * server.advance(600); // ten minutes later
   * assertEquals(await client.get("session"), "ada");
   * ```
   */
  gat<T = V>(key: string, exptime: Exptime, options?: ReadOptions<T>): Promise<T | undefined> {
    return this.#reading(options)?.gat<T>(key, exptime, options) ??
      retrieve.gat<T>(routed(this.#engine, options), key, exptime, options);
  }

  /**
   * Reads a value together with its cas, and gives its item another exptime, in one command.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param exptime When the item is to expire from now on: see {@linkcode Exptime}.
   * @returns The value and its cas, or `undefined` on a miss.
   * @throws {TypeError} If key, exptime or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included, or exptime is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Touching an item does not take its cas away
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assert, assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("cart", ["apple"], { exptime: 60 });
   * const cart = await client.gats<string[]>("cart", 1800);
   * assert(cart !== undefined);
   * assertEquals(await client.cas("cart", [...cart.value, "pear"], cart.cas), true);
   * ```
   */
  gats<T = V>(
    key: string,
    exptime: Exptime,
    options?: ReadOptions<T>,
  ): Promise<CasValue<T> | undefined> {
    return this.#reading(options)?.gats<T>(key, exptime, options) ??
      retrieve.gats<T>(routed(this.#engine, options), key, exptime, options);
  }

  /**
   * Reads many values and gives their items another exptime.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix.
   * @param exptime When the items are to expire from now on: see {@linkcode Exptime}.
   * @returns The hits, in the order of the keys. Without `strict`, keys of a server that failed are missing.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key, exptime or an option cannot be used.
   * @throws {RangeError} If a key has more than 250 bytes, prefix included, or exptime is out of range.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the hits.
   *
   * @example Renew all parts of a page at once
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ head: "<h1>", foot: "</h1>" }, { exptime: 10 });
   * const parts = await client.gatMulti(["head", "foot"], 300);
   * server.advance(60);
   * assertEquals(await client.getMulti(["head", "foot"]), parts);
   * ```
   */
  gatMulti<T = V>(
    keys: Keys,
    exptime: Exptime,
    options?: ReadOptions<T>,
  ): Promise<Map<string, T>> {
    return this.#reading(options)?.gatMulti<T>(keys, exptime, options) ??
      retrieve.gatMulti<T>(routed(this.#engine, options), keys, exptime, options);
  }

  // Storage

  /**
   * Stores a value, whether or not the key is there.
   *
   * Bytes are not copied, here and wherever bytes are stored. Do not change them before the call has settled, and never
   * if it was aborted or timed out: they may still be on their way.
   *
   * Before a value is split over several items, what the key had is deleted. So readers get the new value or a miss, and
   * never parts of both, even if the call fails.
   *
   * @param key The key, 1 to 250 bytes with the prefix; at most 200 if the value is split.
   * @param value Anything that the client's codec stores without loss. Encoded, it has at most 10,000,000 bytes, or
   * what fits in an item of `itemSizeLimit` bytes without `doSplit`.
   * @returns `true` if it was stored.
   * @throws {TypeError} If key or option cannot be used, or storing the value would lose something.
   * @throws {RangeError} If key, exptime or value are out of bounds; the message names the value and the bound.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Store for ten minutes
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.set("token", "s3cret", { exptime: 600 }), true);
   * server.advance(599);
   * assertEquals(await client.get("token"), "s3cret");
   * server.advance(1);
   * assertEquals(await client.get("token"), undefined);
   * ```
   */
  set(key: string, value: Storable, options?: StoreOptions): Promise<boolean> {
    return this.#moving?.set(key, value, options) ??
      store.store(routed(this.#engine, options), "set", key, value, options);
  }

  /**
   * Stores a value if the key is not there.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param value As for {@linkcode Client.set}, but never split: encoded, it fits in an item of `itemSizeLimit`
   * bytes.
   * @returns `true` if it was stored, `false` if the key is there.
   * @throws {TypeError} If key or option cannot be used, or storing the value would lose something.
   * @throws {RangeError} If key, exptime or value are out of bounds.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Let one of several workers do a job
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const attempts = [1, 2, 3].map((worker) => client.add("job:7", worker, { exptime: 30 }));
   * assertEquals(await Promise.all(attempts), [true, false, false]);
   * ```
   */
  add(key: string, value: Storable, options?: StoreOptions): Promise<boolean> {
    return this.#moving?.add(key, value, options) ??
      store.store(routed(this.#engine, options), "add", key, value, options);
  }

  /**
   * Stores a value if the key is there.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param value As for {@linkcode Client.set}, but never split: encoded, it fits in an item of `itemSizeLimit`
   * bytes.
   * @returns `true` if it was stored, `false` if the key is not there.
   * @throws {TypeError} If key or option cannot be used, or storing the value would lose something.
   * @throws {RangeError} If key, exptime or value are out of bounds.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Refresh only what somebody has read before
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.replace("weather:Oslo", "snow"), false);
   * await client.set("weather:Oslo", "rain");
   * assertEquals(await client.replace("weather:Oslo", "snow"), true);
   * ```
   */
  replace(key: string, value: Storable, options?: StoreOptions): Promise<boolean> {
    return this.#moving?.replace(key, value, options) ??
      store.store(routed(this.#engine, options), "replace", key, value, options);
  }

  /**
   * Stores a value if the item has not changed since {@linkcode Client.gets} read it.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param value As for {@linkcode Client.set}, but never split: encoded, it fits in an item of `itemSizeLimit`
   * bytes.
   * @param cas The cas that came with the value, an unsigned number of 64 bits.
   * @returns `true` if it was stored, `false` if the item has changed or is gone.
   * @throws {TypeError} If key, cas or option cannot be used, or storing the value would lose something.
   * @throws {RangeError} If key, cas, exptime or value are out of bounds.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Of two writers, the second has to read again
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assert, assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("queue", ["a"]);
   * const seen = await client.gets<string[]>("queue");
   * assert(seen !== undefined);
   * assertEquals(await client.cas("queue", [...seen.value, "b"], seen.cas), true);
   * assertEquals(await client.cas("queue", [...seen.value, "c"], seen.cas), false);
   * ```
   */
  cas(key: string, value: Storable, cas: bigint, options?: StoreOptions): Promise<boolean> {
    return this.#moving?.cas(key, value, cas, options) ??
      store.store(routed(this.#engine, options), "cas", key, value, options, cas);
  }

  /**
   * Changes a value as it is then: reads it, calls `change`, and stores the result if nobody else has changed the item
   * meanwhile. Else it waits a moment and begins anew.
   *
   * `timeout` bounds all of it, `change` included. A store whose outcome is not known is not repeated. Other calls for the
   * key that are made meanwhile do not wait for it.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param change Is given the value, `undefined` if the key is not there, and gives the new one, or a promise of it;
   * `undefined` leaves the item as it is. It may be called several times.
   * @param options The exptime of what is stored, the number of attempts and so on: see {@linkcode UpdateOptions}.
   * @returns The value that was stored; `undefined` if `change` gave that.
   * @throws {TypeError} If key, change or an option cannot be used, or storing the value would lose something.
   * @throws {RangeError} If key, exptime or value are out of bounds: the value must fit in one item.
   * @throws {MemcachedError} If the call fails and `strict` is set, also because others were faster each time.
   * @throws What `change` throws, strict or not. Then nothing is stored.
   *
   * @example Ten callers add to one list, and none is lost
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const add = (id: number) => client.update<number[]>("ids", (ids = []) => [...ids, id]);
   * await Promise.all([0, 1, 2, 3, 4, 5, 6, 7, 8, 9].map(add));
   * const ids = await client.get<number[]>("ids");
   * assertEquals(ids?.toSorted(), [0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
   * ```
   */
  update<T = V>(
    key: string,
    change: (value: T | undefined) => T | undefined | Promise<T | undefined>,
    options?: UpdateOptions<T>,
  ): Promise<T | undefined> {
    return this.#reading(options)?.update<T>(key, change, options) ??
      update(routed(this.#engine, options), key, change, options);
  }

  /**
   * Takes a lock, unless somebody holds it. It does not wait for another holder.
   *
   * A lock in a cache is a promise that can be broken: the server may restart or drop the item, with `failover` or a
   * `gutter` another server may stand in, whose lock nobody sees any more once the owner is back, and whose tokens are its
   * own; and a holder may be slower than its `ttl`. Let what it protects check the `token`, or do with it what may be done
   * twice.
   *
   * @param key The key of the lock's item, 1 to 250 bytes with the prefix. It must hold nothing else.
   * @param options `ttl`, how many seconds it lasts at most: see {@linkcode LockOptions}.
   * @returns The lock, or `undefined` if somebody holds it.
   * @throws {TypeError} If the key or an option cannot be used, or there is no `ttl`.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included, or `ttl` is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set. With `sent` `"maybe"`, and after
   * an abort, the lock may be taken until its `ttl` is over.
   *
   * @example One worker does the job
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const done: string[] = [];
   * async function work(worker: string): Promise<void> {
   *   await using lock = await client.lock("job:report", { ttl: 60 });
   *   if (lock === undefined) return;
   *   done.push(worker);
   *   await client.set("report", `by ${worker}, ${lock.token}`);
   * }
   * await Promise.all([work("a"), work("b"), work("c")]);
   * assertEquals(done, ["a"]);
   * ```
   */
  lock(key: string, options: LockOptions): Promise<Lock | undefined> {
    return this.#moving?.lock(key, options) ?? lock(routed(this.#engine, options), key, options);
  }

  /**
   * Stores bytes and flags as they are, without the codec and without compression. {@linkcode Client.getRaw} gives both
   * back.
   *
   * @param key The key, 1 to 250 bytes with the prefix; at most 200 if the data is split.
   * @param data At most 10,000,000 bytes, or what fits in an item without `doSplit`. Not copied: see
   * {@linkcode Client.set}.
   * @returns `true` if it was stored.
   * @throws {TypeError} If key, data or an option cannot be used.
   * @throws {RangeError} If key, data, flags or exptime are out of bounds, or flag 4096 would make the data the manifest of
   * a split value: see {@linkcode RawOptions}.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Write an item for a program with flags of its own
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const data = new TextEncoder().encode('{"id":7}');
   * await client.setRaw("user:7", data, { flags: 0x10000, exptime: 60 });
   * assertEquals(await client.getRaw("user:7"), { data, flags: 0x10000 });
   * ```
   */
  setRaw(key: string, data: Uint8Array, options?: RawOptions): Promise<boolean> {
    return this.#moving?.setRaw(key, data, options) ??
      store.setRaw(routed(this.#engine, options), key, data, options);
  }

  /**
   * Stores the bytes that a stream gives.
   *
   * {@linkcode Client.getStream} reads them back as a stream, `get()` as a Uint8Array. One chunk of 1,000,000 bytes is
   * in memory at a time, and `timeout` bounds each chunk by itself.
   *
   * A stream that is not stored whole is cancelled. The key then keeps the value it had, unless that value was in
   * chunks too: then it is gone. It is not stored either if servers change before its end. Wrong use, and a signal
   * aborted before the call, leave the stream alone.
   *
   * Calls for the key that are made meanwhile wait for the end of the stream, but no longer than their `timeout`. With
   * `timeout: 0` they wait for as long as the stream takes, and a stream that awaits a call for its own key waits for
   * ever, unless that call has a `signal` or the client is closed.
   *
   * @param key The key, 1 to 250 bytes with the prefix; at most 200 for more than 1,000,000 bytes.
   * @param stream At most 10,000,000 bytes, or 1,000,000 without `doSplit`.
   * @returns `true` if all of it was stored.
   * @throws {TypeError} If key, stream or an option cannot be used, or the stream gives anything but Uint8Array.
   * @throws {RangeError} If key or exptime are out of bounds, or the stream gives too much.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   * @throws The stream's own error, if it fails. A MemcachedError from the stream is a failure like others.
   *
   * @example Keep the body of a response
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const response = new Response("body { margin: 0 }");
   * assertEquals(await client.setStream("style.css", response.body!, { exptime: 600 }), true);
   * const bytes = await client.get<Uint8Array>("style.css");
   * assertEquals(new TextDecoder().decode(bytes), "body { margin: 0 }");
   * ```
   */
  setStream(
    key: string,
    stream: ReadableStream<Uint8Array>,
    options?: StreamOptions,
  ): Promise<boolean> {
    return this.#moving?.setStream(key, stream, options) ??
      streams.setStream(routed(this.#engine, options), key, stream, options);
  }

  /**
   * Adds raw bytes, or the UTF-8 of a text, to the end of an item.
   *
   * Flags and exptime of the item stay. Do not append to compressed values: as with libmc, readers stop where the
   * compressed data ends. A split value is left as it is: the call fails with a
   * CodecError.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param data At most what fits in an item of `itemSizeLimit` bytes.
   * @returns `true` if it was stored, `false` if the key is not there.
   * @throws {TypeError} If key, data or an option cannot be used.
   * @throws {RangeError} If key or data are too long.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Write a log line by line
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("log", "start\n");
   * await client.append("log", "stop\n");
   * assertEquals(await client.get("log"), "start\nstop\n");
   * ```
   */
  append(key: string, data: Uint8Array | string, options?: KeyOptions): Promise<boolean> {
    return this.#moving?.append(key, data, options) ??
      store.attach(routed(this.#engine, options), "append", key, data, options);
  }

  /**
   * Adds raw bytes, or the UTF-8 of a text, to the beginning of an item.
   *
   * Flags and exptime of the item stay. Prepending to compressed values does not work, and a split value is
   * left as it is: the call fails with a CodecError.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param data At most what fits in an item of `itemSizeLimit` bytes.
   * @returns `true` if it was stored, `false` if the key is not there.
   * @throws {TypeError} If key, data or an option cannot be used.
   * @throws {RangeError} If key or data are too long.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Show the latest news first
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.prepend("news", "third, "), false);
   * await client.set("news", "second, first");
   * assertEquals(await client.prepend("news", "third, "), true);
   * assertEquals(await client.get("news"), "third, second, first");
   * ```
   */
  prepend(key: string, data: Uint8Array | string, options?: KeyOptions): Promise<boolean> {
    return this.#moving?.prepend(key, data, options) ??
      store.attach(routed(this.#engine, options), "prepend", key, data, options);
  }

  /**
   * Stores many values, all servers at the same time. All of them are encoded before the first is sent.
   *
   * @param items Pairs of key and value, as in a Map. Of a key that comes twice, the last value stays.
   * @returns Whether all were stored, and the keys of those that were not.
   * @throws {TypeError} If a pair, a key, a value or an option cannot be used; the message names the key.
   * @throws {RangeError} If a key, exptime or a value are out of bounds.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the result.
   *
   * @example Store the entries of a Map
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const prices = new Map([["apple", 120], ["pear", 95]]);
   * assertEquals(await client.setMulti(prices, { exptime: 60 }), { ok: true, failed: [] });
   * assertEquals(await client.get("pear"), 95);
   * ```
   */
  setMulti(
    items: Iterable<readonly [string, Storable]>,
    options?: StoreOptions,
  ): Promise<MultiResult>;
  /**
   * Stores many values, given as an object.
   *
   * @param items An object whose property names are the keys.
   * @returns Whether all were stored, and the keys of those that were not.
   * @throws {TypeError} If a key, a value or an option cannot be used; the message names the key.
   * @throws {RangeError} If a key, exptime or a value are out of bounds.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the result.
   *
   * @example Store the properties of an object
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const { ok, failed } = await client.setMulti({ "page:1": "one", "page:2": "two" });
   * assertEquals([ok, failed], [true, []]);
   * assertEquals(server.items, 2);
   * ```
   */
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult>;
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult> {
    return this.#moving?.setMulti(items, options) ??
      store.setMulti(routed(this.#engine, options), items, options);
  }

  /**
   * Adds the same bytes to the end of many items. See {@linkcode Client.append}.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix.
   * @param data At most what fits in an item of `itemSizeLimit` bytes.
   * @returns Whether all were stored, and the keys of those that were not: they are not there, or their server failed.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key, data or an option cannot be used.
   * @throws {RangeError} If a key or data are too long.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the result.
   *
   * @example Keys that are not there count as failed
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("log:web", "up;");
   * const result = await client.appendMulti(["log:web", "log:mail"], "down;");
   * assertEquals(result, { ok: false, failed: ["log:mail"] });
   * assertEquals(await client.get("log:web"), "up;down;");
   * ```
   */
  appendMulti(
    keys: Keys,
    data: Uint8Array | string,
    options?: KeyOptions,
  ): Promise<MultiResult> {
    return this.#moving?.appendMulti(keys, data, options) ??
      store.attachMulti(routed(this.#engine, options), "append", keys, data, options);
  }

  /**
   * Adds the same bytes to the beginning of many items. See {@linkcode Client.prepend}.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix.
   * @param data At most what fits in an item of `itemSizeLimit` bytes.
   * @returns Whether all were stored, and the keys of those that were not: they are not there, or their server failed.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key, data or an option cannot be used.
   * @throws {RangeError} If a key or data are too long.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the result.
   *
   * @example Put one headline on two pages
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ "page:a": "A", "page:b": "B" });
   * const { ok } = await client.prependMulti(["page:a", "page:b"], "Sale! ");
   * assertEquals(ok, true);
   * assertEquals(await client.getList(["page:a", "page:b"]), ["Sale! A", "Sale! B"]);
   * ```
   */
  prependMulti(
    keys: Keys,
    data: Uint8Array | string,
    options?: KeyOptions,
  ): Promise<MultiResult> {
    return this.#moving?.prependMulti(keys, data, options) ??
      store.attachMulti(routed(this.#engine, options), "prepend", keys, data, options);
  }

  // Change

  /**
   * Deletes an item.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns `true` if the key is gone, whether or not it was there.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Delete what is outdated
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("user:1", "Ada");
   * assertEquals(await client.delete("user:1"), true);
   * assertEquals(await client.get("user:1"), undefined);
   * assertEquals(await client.delete("user:1"), true);
   * ```
   */
  delete(key: string, options?: KeyOptions): Promise<boolean> {
    return this.#moving?.delete(key, options) ??
      change.deleteOne(routed(this.#engine, options), key, options);
  }

  /**
   * Deletes many items.
   *
   * @param keys Any number of keys, each of 1 to 250 bytes with the prefix.
   * @returns Whether all keys are gone, and those that may still be there. Keys that were not there do not count as
   * failed.
   * @throws {TypeError} If `keys` is not an iterable of strings, or a key or an option cannot be used.
   * @throws {RangeError} If a key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If a part of the call fails and `strict` is set: a MultiError, which carries the result.
   *
   * @example Delete all that was cached for a user
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ "ada:name": "Ada", "ada:cart": [] });
   * const gone = await client.deleteMulti(["ada:name", "ada:cart", "ada:visits"]);
   * assertEquals(gone, { ok: true, failed: [] });
   * assertEquals(server.items, 0);
   * ```
   */
  deleteMulti(keys: Keys, options?: KeyOptions): Promise<MultiResult> {
    return this.#moving?.deleteMulti(keys, options) ??
      change.deleteMulti(routed(this.#engine, options), keys, options);
  }

  /**
   * Gives an item another exptime, without reading its value; and all items of a value that is split.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param exptime When the item is to expire from now on: see {@linkcode Exptime}.
   * @returns `true` if it was touched, `false` if the key is not there.
   * @throws {TypeError} If key, exptime or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included, or exptime is out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Make an item stay for another hour
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("draft", "Dear", { exptime: 60 });
   * assertEquals(await client.touch("draft", 3600), true);
   * server.advance(3599);
   * assertEquals(await client.get("draft"), "Dear");
   * ```
   */
  touch(key: string, exptime: Exptime, options?: KeyOptions): Promise<boolean> {
    return this.#moving?.touch(key, exptime, options) ??
      change.touch(routed(this.#engine, options), key, exptime, options);
  }

  /**
   * Makes an item expire at once: the same as `touch()` with -1, as in libmc.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns `true` if it was there, `false` if it was not.
   * @throws {TypeError} If the key or an option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Learn whether there was something to drop
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("cart", ["apple"]);
   * assertEquals(await client.expire("cart"), true);
   * assertEquals(await client.expire("cart"), false);
   * ```
   */
  expire(key: string, options?: KeyOptions): Promise<boolean> {
    return this.#moving?.expire(key, options) ??
      change.expire(routed(this.#engine, options), key, options);
  }

  /**
   * Adds to a counter, an item whose data is a decimal number. Wraps to 0 at 2^64 (memcached's `doc/protocol.txt`).
   *
   * With the option `initial` a counter that is not there begins with that number, and the call always waits for the
   * answer. A server with meta commands does so in one step. On any other, `add` and `incr` take turns: no count is
   * lost there either, but if the counter is deleted meanwhile, it may begin twice. `get()` reads a counter that began so
   * as a text, or as bytes with `libmcCodec`, since memcached gives it no flags; a delta of 0 reads it as a number.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param delta An integer from 0 to 2^53 - 1.
   * @param options `initial` and `exptime` of a counter that begins: see {@linkcode CountOptions}.
   * @returns The new value; `undefined` if the key is not there and no counter begins, or with `noreply`.
   * @throws {TypeError} If key, delta or an option cannot be used.
   * @throws {RangeError} If the key is too long or delta out of range; or if the counter is above 2^53 - 1, where a
   * number would lose digits: it has been added to then, and a bigint delta reads it.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   * An item that is not a number is such a failure, a ReplyError.
   *
   * @example Count visits
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.incr("visits"), undefined);
   * await client.set("visits", 0);
   * assertEquals(await client.incr("visits"), 1);
   * assertEquals(await client.incr("visits", 10), 11);
   * ```
   *
   * @example Begin by itself, and last an hour
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const calls = await Promise.all(
   *   [1, 2, 3].map(() => client.incr("visits", 1, { initial: 1, exptime: 3600 })),
   * );
   * assertEquals(calls, [1, 2, 3]);
   * ```
   */
  incr(key: string, delta?: number, options?: CountOptions<number>): Promise<number | undefined>;
  /**
   * Adds to a counter, for all of its 64 bits.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param delta From 0 to 2^64 - 1.
   * @param options `initial`, a bigint, and `exptime` of a counter that begins: see {@linkcode CountOptions}.
   * @returns The new value as a bigint; `undefined` if the key is not there and no counter begins, or with `noreply`.
   * @throws {TypeError} If key, delta or an option cannot be used.
   * @throws {RangeError} If the key is too long or delta out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Count beyond what a number can hold
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("bytes", 2n ** 63n);
   * assertEquals(await client.incr("bytes", 1n), 9223372036854775809n);
   * ```
   */
  incr(key: string, delta: bigint, options?: CountOptions<bigint>): Promise<bigint | undefined>;
  incr(key: string, delta: number | bigint = 1, options?: CountOptions): Counted {
    return this.#moving?.incr(key, delta as number, options as CountOptions<number>) ??
      change.count(routed(this.#engine, options), "incr", key, delta, options);
  }

  /**
   * Subtracts from a counter. Stops at 0 (memcached's `doc/protocol.txt`).
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param delta An integer from 0 to 2^53 - 1.
   * @param options `initial` and `exptime` of a counter that begins, as for {@linkcode Client.incr}.
   * @returns The new value; `undefined` if the key is not there and no counter begins, or with `noreply`.
   * @throws {TypeError} If key, delta or an option cannot be used.
   * @throws {RangeError} As for {@linkcode Client.incr}.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Take from a stock that cannot go below zero
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("stock", 3);
   * assertEquals(await client.decr("stock", 2), 1);
   * assertEquals(await client.decr("stock", 2), 0);
   * ```
   */
  decr(key: string, delta?: number, options?: CountOptions<number>): Promise<number | undefined>;
  /**
   * Subtracts from a counter, for all of its 64 bits.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param delta From 0 to 2^64 - 1.
   * @param options `initial`, a bigint, and `exptime` of a counter that begins, as for {@linkcode Client.incr}.
   * @returns The new value as a bigint; `undefined` if the key is not there and no counter begins, or with `noreply`.
   * @throws {TypeError} If key, delta or an option cannot be used.
   * @throws {RangeError} If the key is too long or delta out of range.
   * @throws {MemcachedError} If the call fails and `strict` is set.
   *
   * @example Count down from the largest counter
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("left", 2n ** 64n - 1n);
   * assertEquals(await client.decr("left", 5n), 18446744073709551610n);
   * ```
   */
  decr(key: string, delta: bigint, options?: CountOptions<bigint>): Promise<bigint | undefined>;
  decr(key: string, delta: number | bigint = 1, options?: CountOptions): Counted {
    return this.#moving?.decr(key, delta as number, options as CountOptions<number>) ??
      change.count(routed(this.#engine, options), "decr", key, delta, options);
  }

  // Servers

  /**
   * Asks every server for its version.
   *
   * @returns Display name of the server → its version, in the order of the servers. Without `strict`, servers that
   * failed are missing.
   * @throws {TypeError} If an option cannot be used.
   * @throws {MemcachedError} If a server fails and `strict` is set: a MultiError, which carries the others' answers.
   *
   * @example Check that all servers answer
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const versions = await client.version();
   * assertEquals(versions.get(server.address), "1.6.18");
   * ```
   */
  version(options?: CallOptions): Promise<Map<string, string>> {
    return servers.version(this.#engine, options);
  }

  /**
   * Asks every server for statistics. Texts that look like a number, and lose nothing by it, become one.
   *
   * @param name Which statistics (memcached's `doc/protocol.txt`): the general ones unless given; or `"settings"`,
   * `"items"`, `"slabs"`, `"sizes"` or another name of at most 64 letters, digits and `_`. `"reset"` clears the counts.
   * @returns Display name of the server → its statistics, in the order of the servers. Without `strict`, servers that
   * failed are missing.
   * @throws {TypeError} If the name or an option cannot be used.
   * @throws {MemcachedError} If a server fails and `strict` is set: a MultiError, which carries the others' answers.
   *
   * @example How many items a server holds
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("key", "value");
   * const stats = await client.stats();
   * assertEquals(stats.get(server.address)?.curr_items, 1);
   * ```
   */
  stats(name = "", options?: CallOptions): Promise<Map<string, ServerStats>> {
    return servers.stats(this.#engine, name, options);
  }

  /**
   * Empties every server, at once or in `delay` seconds.
   *
   * @returns Display names of the servers that answered OK, in the order of the servers.
   * @throws {TypeError} Unless the option `allowFlushAll` or {@linkcode Client.toggleFlushAllFeature} allows it; or if
   * an option cannot be used.
   * @throws {RangeError} If `delay` is out of range.
   * @throws {MemcachedError} If a server fails and `strict` is set: a MultiError, which carries the other names.
   *
   * @example Begin a test with empty servers
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address, { allowFlushAll: true });
   *
   * await client.set("key", "left over");
   * assertEquals(await client.flushAll(), [server.address]);
   * assertEquals(await client.get("key"), undefined);
   * ```
   */
  flushAll(options?: FlushOptions): Promise<string[]> {
    const several = this.#move ?? this.#copying;
    return several?.flushAll(options) ?? servers.flushAll(this.#engine, options);
  }

  /**
   * Allows or forbids {@linkcode Client.flushAll}, in place of the option `allowFlushAll`.
   *
   * @example Allow it for a moment
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * client.toggleFlushAllFeature(true);
   * assertEquals(await client.flushAll(), [server.address]);
   * client.toggleFlushAllFeature(false);
   * await assertRejects(() => client.flushAll(), TypeError, "not allowed");
   * ```
   */
  toggleFlushAllFeature(allowed: boolean): void {
    this.#engine.settings.allowFlushAll = allowed;
  }

  /**
   * Sets how much every server logs.
   *
   * @param level 0 for nothing, 1 and 2 for more; memcached takes anything above for 2. At most 2^32 - 1.
   * @returns Display names of the servers that answered OK, in the order of the servers.
   * @throws {TypeError} If level or an option cannot be used.
   * @throws {RangeError} If level is out of range.
   * @throws {MemcachedError} If a server fails and `strict` is set: a MultiError, which carries the other names.
   *
   * @example Let every server log more
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.verbosity(1), [server.address]);
   * assertEquals(server.commands.get("verbosity"), 1);
   * ```
   */
  verbosity(level: number, options?: CallOptions): Promise<string[]> {
    return servers.verbosity(this.#engine, level, options);
  }

  /**
   * The server strings in use, as they were given.
   *
   * @example The servers of a client
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client("cache1:11211 blue");
   * assertEquals(client.servers, ["cache1:11211 blue"]);
   * ```
   */
  get servers(): readonly string[] {
    return this.#engine.roster.strings;
  }

  /**
   * Tells how the server of a key is found: its hash, its point, its owner, and who stands in. It asks nobody.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @param options `routeBy`, if calls for the key have it.
   * @returns What decides, and who is alive as far as is known.
   * @throws {TypeError} If the key or the option cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   *
   * @example Why is this key there?
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client(["10.0.0.1", "10.0.0.2"], { hashTag: "{}", failover: true });
   * assertEquals(client.explain("user:{1}:name"), {
   *   wireKey: "user:{1}:name",
   *   placedBy: "1",
   *   hash: 943901380,
   *   point: 999414351,
   *   server: "10.0.0.2:11211",
   *   alive: true,
   *   standIns: [{ server: "10.0.0.1:11211", alive: true }],
   *   goesTo: "10.0.0.2:11211",
   * });
   * ```
   */
  explain(key: string, options?: Pick<KeyOptions, "routeBy">): Explanation {
    return explain(this.#engine, key, options);
  }

  /**
   * Finds the display name of the server that owns a key. It asks nobody: the server may be dead.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns The server's alias, else the path of its socket, else `host:port`.
   * @throws {TypeError} If the key cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   *
   * @example Where libmc puts a key
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client(["10.0.0.1", "10.0.0.2", "10.0.0.3"]);
   * assertEquals(client.getHostByKey("user:1"), "10.0.0.2:11211");
   * assertEquals(client.getHostByKey("user:2"), "10.0.0.3:11211");
   * ```
   */
  getHostByKey(key: string): string {
    return this.#engine.ownerOf(key);
  }

  /**
   * Finds the display name of the server that a call with this key would go to now. It dials that server if need be.
   *
   * @param key The key, 1 to 250 bytes with the prefix.
   * @returns The name, or `undefined` if no server can be used.
   * @throws {TypeError} If the key cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   * @throws {ClosedError} If the client is closed.
   *
   * @example With failover another server takes over
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using spare = await MemcachedServer.start();
   * await using client = new Client([server.address, `${spare.address} spare`], { failover: true });
   *
   * await server.stop();
   * assertEquals(await client.getRealtimeHostByKey("user:1"), "spare");
   * ```
   */
  getRealtimeHostByKey(key: string): Promise<string | undefined> {
    return this.#copying?.realtimeHost(key) ?? servers.realtimeHost(this.#engine, key);
  }

  /**
   * Moves servers to other addresses. Their points on the ring stay, so that no key changes its server.
   *
   * The rules are libmc's: the number of servers must stay the same, and a server that has an alias must keep it; so must
   * one that has a weight.
   *
   * @param servers As many server strings as the client has, in the same order.
   * @returns `true` if the servers have moved; `false` if the rules forbid it, and nothing has changed.
   * @throws {TypeError} If a server string cannot be used, or two servers would have the same name.
   * @throws {RangeError} If a port is out of range, or a host or an alias too long.
   *
   * @example Move a server to another address
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client("10.0.0.1:11211 blue");
   *
   * assertEquals(client.updateServers([`${server.address} green`]), false);
   * assertEquals(client.updateServers([`${server.address} blue`]), true);
   * assertEquals(await client.set("key", "value"), true);
   * ```
   */
  updateServers(servers: readonly (string | WeightedServer)[]): boolean {
    return this.#engine.roster.move(servers);
  }

  /**
   * Replaces the list of servers, while calls go on.
   *
   * Servers are told apart by their display names: the alias, else `host:port`. One that stays keeps its connections, its
   * counters and its keys, as far as the distribution leaves them; one whose alias stays may move. A new one is dialled
   * when it is needed. One that leaves finishes what was sent to it; what was not sent goes to the servers that have the
   * keys now. If anything changes, the event `servers` fires. A value that lies on another server now is not found there,
   * and one on a server that comes back may be as old as its leave.
   *
   * @param servers Server strings, and servers with weights.
   * @param options Whose list it is, if the client has `zones`.
   * @throws {TypeError} If a server string cannot be used, or two servers would have the same name, or there is no such zone.
   * Nothing has changed.
   * @throws {RangeError} If there is no server, a port is out of range, or a host or an alias too long.
   *
   * @example One server more
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using one = await MemcachedServer.start();
   * await using two = await MemcachedServer.start();
   * await using client = new Client(one.address);
   *
   * const added: string[] = [];
   * client.addEventListener("servers", ({ change }) => added.push(...change?.added ?? []));
   *
   * await client.set("key", "value");
   * client.setServers([one.address, `${two.address} two`]);
   * assertEquals((await client.version()).size, 2);
   * assertEquals(added, ["two"]);
   * assertEquals(client.counters().get(one.address)?.connects, 1);
   * ```
   */
  setServers(servers: Servers, options?: SetServersOptions): void {
    this.#engine.roster.replace(servers, zoneOf(this.#engine.copies, options));
  }

  /**
   * The move from other servers, with its stages and counters; `undefined` without the option `migrateFrom`.
   *
   * @example A move in three steps
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using before = await MemcachedServer.start();
   * await using after = await MemcachedServer.start();
   * const old = new Client(before.address);
   * await old.set("key", "value");
   *
   * await using client = new Client(after.address, { migrateFrom: old });
   * if (client.migration) client.migration.stage = "read_new";
   * assertEquals(await client.get("key"), "value");
   * if (client.migration) client.migration.stage = "done";
   * await old.close();
   * assertEquals(await client.get("key"), "value");
   * ```
   */
  get migration(): Migration | undefined {
    return this.#move?.moves.migration;
  }

  /**
   * Looks into the servers and changes how they work: see {@linkcode Admin}.
   *
   * @returns The methods of administration.
   *
   * @example The keys of all servers
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("key", "value");
   * const keys: string[] = [];
   * for await (const { key } of client.admin.keys()) keys.push(key);
   * assertEquals(keys, ["key"]);
   * ```
   */
  get admin(): Admin {
    return this.#admin ??= new Admin(this.#engine);
  }

  /**
   * Gives a view of the client whose keys can all be dropped by one call: see {@linkcode Namespace}.
   *
   * Views of one name have the same keys, and share what they know of its number, so that each sees a `clear()` of the
   * others at once.
   *
   * @param name Its name, part of each key.
   * @returns The namespace. Nothing is sent yet.
   * @throws {TypeError} If the name is empty or cannot be part of a key.
   * @throws {RangeError} If the name is too long.
   *
   * @example All that was cached for a user
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const ada = client.namespace("user:ada");
   * await ada.set("cart", ["apple"]);
   * await ada.set("name", "Ada");
   * await ada.clear();
   * assertEquals(await ada.getMulti(["cart", "name"]), new Map());
   * ```
   */
  namespace(name: string): Namespace<V> {
    (this.#move ?? this.#copying)?.refuseNamespace();
    this.#namespaces ??= new NamespacesInUse();
    const generations = this.#namespaces.generationsOf(this.#engine, name);
    return namespaceOf<Namespace<V>>(generations, name, () => this.#allLoads());
  }

  /**
   * Gives the same client with types for its keys: each key has the type of its value, and a key that the map does not have
   * is refused by the compiler. Nothing happens at run time, and nothing is checked there: for that there are schemas.
   *
   * @returns This client.
   *
   * @example Users and a counter
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * interface User {
   *   name: string;
   * }
   * const cache = client.typed<{ "user:${string}": User; visits: number }>();
   * await cache.set("user:1", { name: "Ada" });
   * await cache.set("visits", 7);
   * const user = await cache.get("user:1");
   * assertEquals([user?.name, await cache.incr("visits")], ["Ada", 8]);
   * ```
   */
  typed<M extends object>(): Typed<Client<V>, M> {
    return this as unknown as Typed<Client<V>, M>;
  }

  // The client itself

  /**
   * The most recent failure, `undefined` if there was none. Its `code` and `strerror` are libmc's.
   *
   * @example Ask why a store has failed
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await server.stop();
   * assertEquals(await client.set("key", "value"), false);
   * assertEquals(client.lastError?.name, "ConnectionError");
   * assertEquals(client.lastError?.strerror, "server_error");
   * ```
   */
  get lastError(): MemcachedError | undefined {
    return this.#engine.lastError;
  }

  /**
   * Asks every server whether it is up. It takes bounded time, and what fails is a part of the answer.
   *
   * Each server is asked for a key that nobody stores, on the connection that calls share, and dialled if there is none: so
   * a server that is dead for its `retryTimeout` is not up, even if it has come back meanwhile. It is asked for its version,
   * too, once as long as it keeps its connection, on a connection of its own.
   *
   * @param options `timeout`: for all servers together; `minServers`: how many must be up for `healthy`; `signal`.
   * @returns `healthy`, and how each server is: a plain object for `JSON.stringify()`.
   * @throws {ClosedError} If the client is closed.
   *
   * @example An endpoint for those who watch a service
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * async function healthz(): Promise<Response> {
   *   const health = await client.health({ timeout: 5000 });
   *   return Response.json(health, { status: health.healthy ? 200 : 503 });
   * }
   * const response = await healthz();
   * assertEquals(response.status, 200);
   * assertEquals((await response.json()).servers[0].up, true);
   * ```
   */
  health(options?: HealthOptions): Promise<ClientHealth> {
    return health(this.#engine, options, this.#move?.old);
  }

  /**
   * Gives what has happened to each server so far.
   *
   * @param by `"servers"`, as if nothing were given.
   * @returns Display name of the server → a copy of its counters.
   *
   * @example Compute the hit rate of a server
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assert, assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("a", 1);
   * await client.getMulti(["a", "b", "c", "d"]);
   * const counters = client.counters().get(server.address);
   * assert(counters !== undefined);
   * assertEquals(counters.hits / (counters.hits + counters.misses), 0.25);
   * ```
   */
  counters(by?: "servers"): Map<string, ServerCounters>;
  /**
   * Gives what has come of the calls of each method so far.
   *
   * @param by `"verbs"`: by method.
   * @returns Name of the method, as in `"getMulti"` → a copy of its counters.
   *
   * @example Which methods fail, and how
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * await using client = new Client("127.0.0.1:1", { warn: false });
   * await client.get("key");
   * assertEquals(client.counters("verbs").get("get")?.failuresByKind, { ConnectionError: 1 });
   * ```
   */
  counters(by: "verbs"): Map<string, VerbCounters>;
  /**
   * Gives what has come of the keys of each group so far: see the option `group`. Without it there are none.
   *
   * @param by `"groups"`: by group of keys.
   * @returns Name of the group → a copy of its counters.
   *
   * @example The hit rate of each kind of key
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address, { group: (key) => key.split(":")[0] });
   *
   * await client.setMulti({ "user:1": "Ada", "page:1": "<br>" });
   * await client.getMulti(["user:1", "user:2", "page:1"]);
   * const hitRates = Array.from(
   *   client.counters("groups"),
   *   ([group, { hits, misses }]) => [group, hits / (hits + misses)],
   * );
   * assertEquals(hitRates, [["user", 0.5], ["page", 1]]);
   * ```
   */
  counters(by: "groups"): Map<string, GroupCounters>;
  counters(
    by: "servers" | "verbs" | "groups" = "servers",
  ): Map<string, ServerCounters | VerbCounters | GroupCounters> {
    return countersOf(this.#engine, by);
  }

  /**
   * Changes timeouts, retries, failover or the hash of keys.
   *
   * They count from now on, in the pause of a dead server, in the silence of one that owes a reply, and for a command
   * whose connection is lost. `timeout` and `connectTimeout` are limits of a whole call and of a whole dial: those that
   * have begun keep theirs.
   *
   * @param options The options to change. The others stay.
   * @throws {TypeError} If an option is unknown, has the wrong type, or cannot be changed.
   * @throws {RangeError} If a number is out of range.
   *
   * @example Be patient with a slow server
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals, assertThrows } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * client.config({ pollTimeout: 2000, timeout: 10_000 });
   * assertEquals(await client.set("key", "value"), true);
   * assertThrows(() => client.config({ timeout: -1 }), RangeError);
   * ```
   */
  config(options: LiveOptions): void {
    this.#engine.config(options);
  }

  /**
   * Waits for the calls on their way, says `quit` to every connected server and closes the connections.
   *
   * The next call connects again, as with libmc. To end the client for ever, use {@linkcode Client.close}.
   *
   * @example Hang up, and go on later
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("key", "value");
   * await client.quit();
   * assertEquals(client.counters().get(server.address)?.disconnects, 1);
   * assertEquals(await client.get("key"), "value");
   * ```
   */
  quit(): Promise<void> {
    return servers.quit(this.#engine);
  }

  /**
   * Lets the program end although the client is not closed, as soon as no call is on its way.
   *
   * A client that is neither closed nor unreferenced keeps the program running once it has connected. The same holds under
   * `deno serve`: the server stays after Ctrl-C and SIGTERM until it is killed, unless its client is unreferenced.
   *
   * @example A script that does not care to close
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * client.unref();
   * assertEquals(await client.set("last-run", "today"), true);
   * ```
   */
  unref(): void {
    this.#engine.unref();
  }

  /**
   * Ends the client: waits for the calls on their way, then closes all connections. Harmless when repeated.
   *
   * Later calls reject with a ClosedError. It takes as long as the calls on their way: for ever if a server stalls and
   * both `timeout` and `pollTimeout` are 0. A load of `getOrSet()` and the change of `update()` are given up after
   * `timeout`, if that is not 0. A stream that is stored is cancelled, and ends with the chunk on its way.
   *
   * @example Calls that have begun are finished
   * ```ts
   * import { Client, ClosedError } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const begun = client.set("key", "value");
   * await client.close();
   * assertEquals(await begun, true);
   * await assertRejects(() => client.get("key"), ClosedError);
   * ```
   */
  close(): Promise<void> {
    const several = this.#move ?? this.#copying;
    return several?.close().then(() => this.#engine.close()) ?? this.#engine.close();
  }

  /**
   * Ends the client: the same as {@linkcode Client.close}, for `await using`.
   *
   * @example A client for one block
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   *
   * {
   *   await using client = new Client(server.address);
   *   await client.set("key", "value");
   *   assertEquals(server.connections, 1);
   * }
   * assertEquals(server.items, 1);
   * ```
   */
  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  /**
   * Adds an observer to a client that lives. It is told what the option `observer` would be told from then on: of calls that
   * begin later, and of the commands on connections that are made later.
   *
   * @param observer See {@linkcode Observer}.
   * @returns A function that takes it away again.
   * @throws {TypeError} If it cannot be an observer.
   *
   * @example Watch a client that somebody else has made
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const calls: string[] = [];
   * const stop = client.observe({ begin: (verb) => calls.push(verb) });
   * await client.set("key", 1);
   * stop();
   * await client.get("key");
   * assertEquals(calls, ["set"]);
   * ```
   */
  observe(observer: Observer): () => void {
    anObserver("observer", observer);
    return this.#engine.observe(observer);
  }

  #moveFrom(source: MigrationSource, options: MigrationOptions = {}): void {
    if (!(#engine in source) || !(source instanceof Client)) {
      throw new TypeError('Cannot use option "migrateFrom" as it is not a client of this package');
    }
    const engines = { old: source.#engine, new: this.#engine };
    this.#move = moveBetween(engines, options);
    this.#moving = movingVerbs<MovingVerbs>(this.#move);
  }

  /** The verbs that read, if a schema is to look at what they give, or they go other ways. */
  #reading(options: object | undefined): MovingVerbs | undefined {
    if (schemaOf(this.#engine, options) === undefined) return this.#moving;
    return this.#fitting ??= fittingVerbs<MovingVerbs>(this.#engine, this.#moving);
  }

  #allLoads(): Loads {
    return this.#loads ??= new Loads(this.#engine);
  }

  /**
   * Listens to an event. The class describes them all.
   *
   * @param name Name of the event.
   * @param listener Called with a {@linkcode ServerEvent} each time it fires.
   * @param options As for every EventTarget: `once`, `signal` and so on.
   *
   * @example See servers come and go
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const log: string[] = [];
   * client.addEventListener("connect", ({ type, server }) => log.push(`${type} ${server}`));
   *
   * await client.set("key", "value");
   * assertEquals(log, [`connect ${server.address}`]);
   * ```
   */
  override addEventListener(
    name: ClientEventName,
    listener: ServerEventListener | null,
    options?: Parameters<EventTarget["addEventListener"]>[2],
  ): void {
    super.addEventListener(name, listener as EventListener, options);
    if (name === "failure" || name === "dead") this.#engine.stopWarnings();
  }

  /**
   * Stops listening to an event.
   *
   * @param name Name of the event.
   * @param listener The function or object that {@linkcode Client.addEventListener} was given.
   * @param options As for every EventTarget: `capture` counts.
   *
   * @example Listen for a while
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * let connects = 0;
   * const count = () => connects++;
   * client.addEventListener("connect", count);
   * await client.version();
   * client.removeEventListener("connect", count);
   * await client.quit();
   * await client.version();
   * assertEquals(connects, 1);
   * ```
   */
  override removeEventListener(
    name: ClientEventName,
    listener: ServerEventListener | null,
    options?: boolean | { capture?: boolean },
  ): void {
    super.removeEventListener(name, listener as EventListener, options);
  }
}

type Counted = Promise<number | bigint | undefined>;

/** What a client that moves from other servers does in another way. */
type MovingVerbs = Omit<Namespace, "name" | "clear" | "typed" | "meta" | "getRealtimeHostByKey"> & {
  readonly meta: Meta;
};

/**
 * A view of a client whose keys can all be dropped by one {@linkcode Namespace.clear}: `client.namespace(name)`.
 *
 * It has every method of the client that takes keys, with the same arguments and results, but for `getHostByKey()`; and
 * those of `client.meta` under `meta`.
 *
 * Its keys carry a number of its own, which memcached has under `libmc:namespace:<name>`; to clear it is to count that
 * number up. What is of an older number is never read again, and goes as other items do that nobody reads. The number is
 * learned with the first call, kept for a second, and then asked for again in the same trip as the next call: so a
 * `clear()` by another client is seen after a second at the latest, and one of this client at once. A number that was
 * evicted gives way to one that was never used, as it begins with the time: then the namespace is empty.
 *
 * If the server that has the number does not answer, no call of the namespace does: each fails as if its own server had
 * not answered, and {@linkcode Client.getOrSet} loads. A call may take up to three trips; `timeout` bounds each of them by
 * itself, and one that is between two of them when the client is closed rejects with a ClosedError. Values and keys must
 * not be changed before the call has settled, as they may be read after the first trip. Calls that must not be made twice
 * wait for the number once a second: `getOrSet()`, `getOrSetMulti()`, `update()` and the streams. Keys are at most 250 bytes with the client's
 * prefix, the name, the number and two colons.
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
export interface Namespace<V = unknown> extends
  Pick<
    Client<V>,
    | ("get" | "gets" | "getRaw" | "getStream" | "getMulti" | "getsMulti" | "getList")
    | ("gat" | "gats" | "gatMulti" | "getOrSet" | "getOrSetMulti" | "invalidate")
    | ("set" | "add" | "replace" | "cas" | "setRaw" | "setStream" | "setMulti")
    | ("append" | "prepend" | "appendMulti" | "prependMulti" | "update" | "lock")
    | ("delete" | "deleteMulti" | "touch" | "expire" | "incr" | "decr" | "getRealtimeHostByKey")
  > {
  /** Its name. */
  readonly name: string;
  /** The meta commands for keys of the namespace: see {@linkcode Meta}. */
  readonly meta: Omit<Meta, "noop">;
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
  clear(options?: CallOptions): Promise<boolean>;
  /** Gives the same namespace with types for its keys: see {@linkcode Client.typed}. */
  typed<M extends object>(): Typed<Namespace<V>, M>;
}

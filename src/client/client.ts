/** The client that users see: every verb in one line. What a verb does is in `operations/`. */

import type { Exptime } from "../checks/arguments.ts";
import type { ServerCounters } from "../cluster/counters.ts";
import type { ServerStats } from "../commands/server_commands.ts";
import type {
  CallOptions,
  FlushOptions,
  RawOptions,
  StoreOptions,
  StreamOptions,
} from "../engine/call_options.ts";
import { Engine } from "../engine/engine.ts";
import type { CasValue, RawItem } from "../engine/item_decoders.ts";
import type { ClientOptions, LiveOptions } from "../engine/options.ts";
import type { MemcachedError } from "../errors.ts";
import type { ClientEventName, ServerEvent } from "../observe/events.ts";
import type { MultiResult } from "../operations/batch_fan_out.ts";
import * as change from "../operations/change.ts";
import type { Items } from "../operations/items.ts";
import * as retrieve from "../operations/retrieve.ts";
import * as servers from "../operations/servers.ts";
import * as store from "../operations/store.ts";
import * as streams from "../operations/streams.ts";

/**
 * A client of one memcached or of many, for any number of callers.
 *
 * A miss is `undefined`. A failure of the network or a server never throws unless `strict` is set: a failed get is a
 * miss, a failed store is `false`; every failure fires a `failure` event, is counted, and is the client's `lastError`.
 * Wrong use always rejects, with a TypeError or a RangeError, before a byte is sent.
 *
 * Events, each a {@linkcode ServerEvent}: `failure`, `connect`, `disconnect`, `dead`, `alive`.
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
 */
export class Client extends EventTarget implements AsyncDisposable {
  readonly #engine: Engine;

  /**
   * Makes a client. Nothing is dialled before the first call.
   *
   * @param servers One server string or several: `host[:port][ alias]`, `[v6]:port`, `/path/to.sock[ alias]`.
   * @param options See {@linkcode ClientOptions}.
   * @throws {TypeError} If a server string or an option cannot be used.
   * @throws {RangeError} If there is no server, or a number is out of range.
   */
  constructor(servers: string | readonly string[], options: ClientOptions = {}) {
    super();
    this.#engine = new Engine(servers, options, this);
  }

  // Retrieval

  /**
   * Asks for a value.
   *
   * @returns The value, or `undefined` on a miss.
   * @throws {TypeError} If the key cannot be used.
   * @throws {RangeError} If the key has more than 250 bytes, prefix included.
   */
  get<T = unknown>(key: string, options?: CallOptions): Promise<T | undefined> {
    return retrieve.get<T>(this.#engine, key, options);
  }

  /** Asks for a value together with its cas. */
  gets<T = unknown>(key: string, options?: CallOptions): Promise<CasValue<T> | undefined> {
    return retrieve.gets<T>(this.#engine, key, options);
  }

  /** Asks for an item as it is stored: neither decoded nor inflated. */
  getRaw(key: string, options?: CallOptions): Promise<RawItem | undefined> {
    return retrieve.getRaw(this.#engine, key, options);
  }

  /**
   * Asks for the bytes of a value as a stream, with one chunk of 1,000,000 in memory at a time: its data block, inflated
   * but not decoded. A chunk that is gone when its turn comes errors the stream with a CodecError, as does a value that
   * does not inflate, or inflates to more than `inflateLimit`.
   *
   * @returns The stream, or `undefined` on a miss.
   */
  getStream(key: string, options?: CallOptions): Promise<ReadableStream<Uint8Array> | undefined> {
    return streams.getStream(this.#engine, key, options);
  }

  /**
   * Asks for many values, with a line for every 1,000 keys to each server.
   *
   * @param keys In any number; one that comes twice is asked twice.
   * @returns The hits, in the order asked.
   */
  getMulti<T = unknown>(keys: Iterable<string>, options?: CallOptions): Promise<Map<string, T>> {
    return retrieve.getMulti<T>(this.#engine, keys, options);
  }

  /** Asks for many values together with their cas. */
  getsMulti<T = unknown>(
    keys: Iterable<string>,
    options?: CallOptions,
  ): Promise<Map<string, CasValue<T>>> {
    return retrieve.getsMulti<T>(this.#engine, keys, options);
  }

  /**
   * Asks for many values.
   *
   * @returns As many as there are keys, in their order, `undefined` for each miss.
   */
  getList<T = unknown>(keys: Iterable<string>, options?: CallOptions): Promise<(T | undefined)[]> {
    return retrieve.getList<T>(this.#engine, keys, options);
  }

  /** Asks for a value and gives its item another exptime. */
  gat<T = unknown>(key: string, exptime: Exptime, options?: CallOptions): Promise<T | undefined> {
    return retrieve.gat<T>(this.#engine, key, exptime, options);
  }

  /** Asks for a value together with its cas, and gives its item another exptime. */
  gats<T = unknown>(
    key: string,
    exptime: Exptime,
    options?: CallOptions,
  ): Promise<CasValue<T> | undefined> {
    return retrieve.gats<T>(this.#engine, key, exptime, options);
  }

  /** Asks for many values, and gives their items another exptime. */
  gatMulti<T = unknown>(
    keys: Iterable<string>,
    exptime: Exptime,
    options?: CallOptions,
  ): Promise<Map<string, T>> {
    return retrieve.gatMulti<T>(this.#engine, keys, exptime, options);
  }

  // Storage

  /**
   * Stores a value, whether or not the key is there. Bytes are not copied: leave them alone until the call has settled,
   * here and wherever bytes are stored, and for good where it was aborted or timed out, as they may be on their way.
   *
   * @returns `true`: stored.
   * @throws {TypeError} If the key cannot be used, or the value cannot be stored without losing something.
   * @throws {RangeError} If key, exptime or value are out of bounds; the message names value and bound.
   */
  set(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return store.store(this.#engine, "set", key, value, options);
  }

  /** Stores a value if the key is not there. Returns `false` if it is. */
  add(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return store.store(this.#engine, "add", key, value, options);
  }

  /** Stores a value if the key is there. Returns `false` if it is not. */
  replace(key: string, value: unknown, options?: StoreOptions): Promise<boolean> {
    return store.store(this.#engine, "replace", key, value, options);
  }

  /**
   * Stores a value if the item is the one that `gets()` saw.
   *
   * @param cas What `gets()` gave with the value.
   * @returns `true` stored, `false` changed or gone since.
   */
  cas(key: string, value: unknown, cas: bigint, options?: StoreOptions): Promise<boolean> {
    return store.store(this.#engine, "cas", key, value, options, cas);
  }

  /**
   * Stores bytes and flags as they are given.
   *
   * @returns `true`: stored.
   */
  setRaw(key: string, data: Uint8Array, options?: RawOptions): Promise<boolean> {
    return store.setRaw(this.#engine, key, data, options);
  }

  /**
   * Stores the bytes that a stream gives, up to 10,000,000, with one chunk of 1,000,000 in memory at a time. They are
   * read back by {@linkcode Client.getStream}, or by `get()` as a Uint8Array. The timeout counts for each chunk.
   *
   * A stream that is not stored whole, for whatever reason, is cancelled, and the key keeps what it had, unless that was
   * in chunks, too: then it is gone. Only wrong use, and a signal aborted before, leave the stream alone.
   *
   * @returns `true`: all of it was stored.
   * @throws {RangeError} If the stream gives too much.
   * @throws What the stream errors with; a MemcachedError of its own is a failure like others.
   */
  setStream(
    key: string,
    stream: ReadableStream<Uint8Array>,
    options?: StreamOptions,
  ): Promise<boolean> {
    return streams.setStream(this.#engine, key, stream, options);
  }

  /**
   * Adds raw bytes, or the UTF-8 of a text, at an item's end. Its flags and exptime stay. What is added to a compressed
   * value is lost, as it is with libmc: readers stop where the compressed data ends. Nor does it work for values in
   * chunks.
   *
   * @returns `true` stored, `false` if the key is not there.
   */
  append(key: string, data: Uint8Array | string, options?: CallOptions): Promise<boolean> {
    return store.attach(this.#engine, "append", key, data, options);
  }

  /** Adds raw bytes, or the UTF-8 of a text, at an item's beginning. Its flags and exptime stay. */
  prepend(key: string, data: Uint8Array | string, options?: CallOptions): Promise<boolean> {
    return store.attach(this.#engine, "prepend", key, data, options);
  }

  /**
   * Stores many values, in one stream to each server. All of them are encoded before the first is sent.
   *
   * @returns Whether all were stored, and the keys of those that were not.
   */
  setMulti(
    items: Iterable<readonly [string, unknown]>,
    options?: StoreOptions,
  ): Promise<MultiResult>;
  /** Stores many values: the same for a Record. */
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult>;
  setMulti(items: Items, options?: StoreOptions): Promise<MultiResult> {
    return store.setMulti(this.#engine, items, options);
  }

  /** Adds the same bytes at the end of many items. Keys that are not there count as failed. */
  appendMulti(
    keys: Iterable<string>,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<MultiResult> {
    return store.attachMulti(this.#engine, "append", keys, data, options);
  }

  /** Adds the same bytes at the beginning of many items. Keys that are not there count as failed. */
  prependMulti(
    keys: Iterable<string>,
    data: Uint8Array | string,
    options?: CallOptions,
  ): Promise<MultiResult> {
    return store.attachMulti(this.#engine, "prepend", keys, data, options);
  }

  // Change

  /**
   * Deletes an item.
   *
   * @returns `true`: the key is gone, whether or not it was there.
   */
  delete(key: string, options?: CallOptions): Promise<boolean> {
    return change.deleteOne(this.#engine, key, options);
  }

  /** Deletes many items. Keys that were not there do not count as failed. */
  deleteMulti(keys: Iterable<string>, options?: CallOptions): Promise<MultiResult> {
    return change.deleteMulti(this.#engine, keys, options);
  }

  /**
   * Gives an item another exptime.
   *
   * @returns `true` touched, `false` if the key is not there.
   */
  touch(key: string, exptime: Exptime, options?: CallOptions): Promise<boolean> {
    return change.touch(this.#engine, key, exptime, options);
  }

  /** Makes an item expire at once: `touch()` with -1. */
  expire(key: string, options?: CallOptions): Promise<boolean> {
    return change.expire(this.#engine, key, options);
  }

  /**
   * Adds to a counter, an item whose data is a decimal number. Wraps to 0 at 2^64.
   *
   * @param delta A bigint makes the answer one. A counter above 2^53 - 1 rejects a number delta with a RangeError, after
   * it was added: no digit is ever rounded away.
   * @returns The new value; `undefined` if the key is not there.
   */
  incr(key: string, delta?: number, options?: CallOptions): Promise<number | undefined>;
  /** The same with a bigint, for all 64 bits. */
  incr(key: string, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  incr(
    key: string,
    delta: number | bigint = 1,
    options?: CallOptions,
  ): Promise<number | bigint | undefined> {
    return change.count(this.#engine, "incr", key, delta, options);
  }

  /** Subtracts from a counter; stops at 0. Otherwise as {@linkcode Client.incr}. */
  decr(key: string, delta?: number, options?: CallOptions): Promise<number | undefined>;
  /** The same with a bigint, for all 64 bits. */
  decr(key: string, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  decr(
    key: string,
    delta: number | bigint = 1,
    options?: CallOptions,
  ): Promise<number | bigint | undefined> {
    return change.count(this.#engine, "decr", key, delta, options);
  }

  // Servers

  /** Asks every server for its version. Gives those of the servers that answered, by display name. */
  version(options?: CallOptions): Promise<Map<string, string>> {
    return servers.version(this.#engine, options);
  }

  /**
   * Asks every server for statistics. Gives those of the servers that answered, by display name; what looks like a
   * number is one.
   *
   * @param name None for the general ones, or such as `"settings"`, `"items"`, `"slabs"`; `"reset"` clears them.
   */
  stats(name = "", options?: CallOptions): Promise<Map<string, ServerStats>> {
    return servers.stats(this.#engine, name, options);
  }

  /**
   * Empties every server, at once or in `delay` seconds.
   *
   * @returns Display names of the servers that answered OK.
   * @throws {TypeError} Unless `allowFlushAll` is set, or {@linkcode Client.toggleFlushAllFeature} allowed it.
   */
  flushAll(options?: FlushOptions): Promise<string[]> {
    return servers.flushAll(this.#engine, options);
  }

  /** Allows or forbids {@linkcode Client.flushAll}. */
  toggleFlushAllFeature(allowed: boolean): void {
    this.#engine.settings.allowFlushAll = allowed;
  }

  /** Sets how much every server logs, 0 to 2. Gives the display names of those that answered OK. */
  verbosity(level: number, options?: CallOptions): Promise<string[]> {
    return servers.verbosity(this.#engine, level, options);
  }

  /** The server strings in use. */
  get servers(): readonly string[] {
    return this.#engine.servers;
  }

  /**
   * Display name of the server that owns a key. Pure: it may be dead.
   *
   * @throws {TypeError} If the key cannot be used.
   */
  getHostByKey(key: string): string {
    return this.#engine.ownerOf(key);
  }

  /**
   * Display name of the server that a call with this key would go to now, which may dial it; `undefined` if it would go
   * nowhere.
   */
  getRealtimeHostByKey(key: string): Promise<string | undefined> {
    return servers.realtimeHost(this.#engine, key);
  }

  /**
   * Moves servers to other addresses while their points on the ring stay, so that no key changes its server. As in
   * libmc: the number of servers must be the same, and a server that has an alias must keep it.
   *
   * @returns False if it was refused, and nothing has changed.
   * @throws {TypeError} If a server string cannot be used.
   */
  updateServers(servers: readonly string[]): boolean {
    return this.#engine.updateServers(servers);
  }

  // The client itself

  /** The most recent failure; `undefined` if there was none. Its `code` and `strerror` are libmc's. */
  get lastError(): MemcachedError | undefined {
    return this.#engine.lastError;
  }

  /** What has happened so far, by display name of the server. A copy. */
  counters(): Map<string, ServerCounters> {
    return this.#engine.counters();
  }

  /**
   * Changes timeouts, retries, failover or hash from the next call on.
   *
   * @throws {TypeError} If an option is unknown, of the wrong type, or fixed at the beginning.
   * @throws {RangeError} If a number is out of range.
   */
  config(options: LiveOptions): void {
    this.#engine.config(options);
  }

  /**
   * Lets everything on the way finish, says `quit` to every connected server and closes the connections. The next call
   * connects anew, as with libmc; to end for good, use {@linkcode Client.close}.
   */
  quit(): Promise<void> {
    return servers.quit(this.#engine);
  }

  /**
   * Lets the program end although the client is not closed, as soon as no call is on the way. A client that is neither
   * closed nor unreferenced keeps the program running once it has connected.
   */
  unref(): void {
    this.#engine.unref();
  }

  /**
   * Ends the client: lets the calls on the way finish, then closes. Later calls reject with a ClosedError. It takes as
   * long as those calls may: for ever, if a server stalls and neither `timeout` nor `pollTimeout` is set. A stream ends
   * with its chunk under way.
   */
  close(): Promise<void> {
    return this.#engine.close();
  }

  /** The same as {@linkcode Client.close}, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.#engine.close();
  }

  /** Listens to an event: see {@linkcode ServerEvent}. */
  override addEventListener(
    name: ClientEventName,
    listener: ((event: ServerEvent) => void) | { handleEvent(event: ServerEvent): void } | null,
    options?: boolean | {
      capture?: boolean;
      once?: boolean;
      passive?: boolean;
      signal?: AbortSignal;
    },
  ): void {
    super.addEventListener(name, listener as EventListener, options);
  }

  /** Stops listening. */
  override removeEventListener(
    name: ClientEventName,
    listener: ((event: ServerEvent) => void) | { handleEvent(event: ServerEvent): void } | null,
    options?: boolean | { capture?: boolean },
  ): void {
    super.removeEventListener(name, listener as EventListener, options);
  }
}

/** Administration, as users see it: the field `admin` of a client. `operations/` has the code. */

import type { KeyInfo } from "../commands/admin/key_info.ts";
import type { StatsFamilies } from "../commands/admin/stats_families.ts";
import type { WatchKind } from "../commands/admin/watch_event.ts";
import type { CallOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import type { AdminOptions } from "../operations/admin_call.ts";
import { keys, type KeysOptions } from "../operations/admin_keys.ts";
import * as servers from "../operations/admin_servers.ts";
import type { LruTuning } from "../operations/admin_servers.ts";
import type { AdminIterator } from "../operations/admin_stream.ts";
import { watch, type Watcher, type WatchOptions } from "../operations/admin_watch.ts";

/**
 * Looks into servers and changes how they work: `client.admin`.
 *
 * Each command goes out on a connection of its own, dialled as all others are. So a proxy that closes the connection over
 * it, or a server that is slow to list its keys, is felt by no other call. Such connections count neither in
 * {@linkcode Client.counters} nor for the health of a server, and fire no `connect` and `disconnect`.
 *
 * **Failures.** Unlike the other methods of a client, these reject on failure unless the option `strict` says `false`: a
 * list that is empty because a server is down would mislead. A server that cannot do what is asked, as a proxy or one
 * that was started without it, makes them reject with an {@linkcode UnsupportedError} that says what can be done. A server
 * that declines it for now makes them reject with a {@linkcode ReplyError}, whose `kind` is the word that it gave, as in
 * `"BUSY"`. A method that asks several servers puts the errors of all into a {@linkcode MultiError}.
 *
 * @example Look into a server
 * ```ts
 * import { type Admin, Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { prefix: "shop:" });
 *
 * await client.set("cart:7", ["book"], { exptime: 3600 });
 * const admin: Admin = client.admin;
 * for await (const { server: name, key } of admin.keys({ prefix: "cart:" })) {
 *   assertEquals([name, key], [server.address, "cart:7"]);
 * }
 * assertEquals((await admin.stats()).get(server.address)?.curr_items, 1);
 * ```
 */
export class Admin {
  readonly #engine: Engine;
  /** The slab classes of the servers: how memory is divided among items of different size. */
  readonly slabs: SlabAdmin;
  /** The lists by which the servers find the items that were not used for longest. */
  readonly lru: LruAdmin;

  /** @internal */
  constructor(engine: Engine) {
    this.#engine = engine;
    this.slabs = new SlabAdmin(engine);
    this.lru = new LruAdmin(engine);
  }

  /**
   * Lists the items of the servers, one server after the other, by `lru_crawler metadump`.
   *
   * Keys are those that this client can use: those with its `prefix`, without it; a client without a prefix lists all. The
   * chunks of split values are items of their own, under keys that begin with `~`. The list is no snapshot: an item that
   * is stored, read or dropped meanwhile may be missing.
   *
   * Any number of items takes a few hundred kilobytes here: while the loop over them is busy, nothing is read, and the
   * server waits. So it should not be busy for long: until the list is complete, the server looks after expired and old
   * items less, and answers others who ask for a list with `BUSY`. This method itself asks a busy server again, for as long
   * as a call may take (`timeout`). That is also the longest silence in the middle of a list.
   *
   * @param options Which keys, and of which servers.
   * @returns An iterator over the items. It rejects with a ClosedError if the client is closed before the list is complete.
   * @throws {TypeError} If an option cannot be used, or the client has no such server.
   *
   * @example The items that take most memory
   * ```ts
   * import { Client, type KeyInfo } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ small: "x", big: "x".repeat(5000), middle: "x".repeat(500) });
   * let largest: KeyInfo[] = [];
   * for await (const item of client.admin.keys()) {
   *   largest = [...largest, item].sort((a, b) => (b.size ?? 0) - (a.size ?? 0)).slice(0, 2);
   * }
   * assertEquals(largest.map(({ key }) => key), ["big", "middle"]);
   * ```
   *
   * @example Delete what begins with a prefix
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.setMulti({ "page:1": "one", "page:2": "two", "user:1": "Ada" });
   * const pages: string[] = [];
   * for await (const { key } of client.admin.keys({ prefix: "page:" })) pages.push(key);
   * await client.deleteMulti(pages);
   * assertEquals(await client.getList(["page:1", "user:1"]), [undefined, "Ada"]);
   * ```
   */
  keys(options?: KeysOptions): AdminIterator<KeyInfo> {
    return keys(this.#engine, options);
  }

  /**
   * Watches what happens on the servers, all of them at the same time.
   *
   * A client with a `prefix` gets only events of its own keys, without the prefix, and those that concern no key. While the
   * loop over the events is busy, nothing is read; a server then keeps 256 KiB of events and skips more, and the next event
   * tells how many ({@linkcode WatchEvent.skipped}). A server takes up to 20 watchers. One that hangs looks like one that has
   * nothing to tell.
   *
   * @param kinds One kind of events or several.
   * @param options Which servers.
   * @returns An iterator over the events. It ends when the client is closed, and rejects when a server closes the
   * connection. Nothing is dialled before it is asked for an event, or to be ready.
   * @throws {TypeError} If a kind or an option cannot be used, or the client has no such server.
   * @throws {RangeError} If there is no kind.
   *
   * @example Which keys are missed most
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const misses = new Map<string, number>();
   * await using events = client.admin.watch("fetchers");
   * await events.ready();
   * await client.getMulti(["a", "b"]);
   * await client.getMulti(["b", "c"]);
   * for await (const { key = "", status } of events) {
   *   if (status === "not_found") misses.set(key, (misses.get(key) ?? 0) + 1);
   *   if (misses.size === 3) break;
   * }
   * assertEquals(misses.get("b"), 2);
   * ```
   */
  watch(kinds: WatchKind | readonly WatchKind[], options?: WatchOptions): Watcher {
    return watch(this.#engine, kinds, options);
  }

  /**
   * Reads the figures of a family of statistics, with the right types. {@linkcode Client.stats} has all others.
   *
   * @param family Which figures: the general ones unless given. `sizes` needs memcached's `-o track_sizes`.
   * @returns The figures of each server, by its display name.
   * @throws {TypeError} If there is no such family, or an option cannot be used, or the client has no such server.
   * @throws {MemcachedError} If that fails.
   *
   * @example How full the servers are
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * await client.set("key", "x".repeat(100));
   * for (const [, { curr_items, bytes = 0, evictions }] of await client.admin.stats()) {
   *   assertEquals([curr_items, bytes > 100, evictions], [1, true, 0]);
   * }
   * ```
   */
  stats<F extends keyof StatsFamilies = "general">(
    family: F = "general" as F,
    options?: AdminOptions,
  ): Promise<Map<string, StatsFamilies[F]>> {
    return servers.stats(this.#engine, family, options);
  }

  /**
   * Gives the servers another limit of memory.
   *
   * @param megabytes An integer from 8 to 1,000,000,000. A server that has more in use gives it back by and by.
   * @returns The display names of the servers that did it.
   * @throws {TypeError} If an argument or an option cannot be used, or the client has no such server.
   * @throws {RangeError} If the limit is out of range.
   * @throws {MemcachedError} If that fails.
   *
   * @example Half a gigabyte for each server
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.admin.cacheMemlimit(512), [server.address]);
   * ```
   */
  cacheMemlimit(megabytes: number, options?: AdminOptions): Promise<string[]> {
    return servers.cacheMemlimit(this.#engine, megabytes, options);
  }

  /**
   * Sends a command line as it is, for what has no method, and gives the lines of the reply.
   *
   * A reply is one line, or a list up to `END`. An error line rejects; any other answer is given as it is, also one that
   * declines the command.
   *
   * @param server The display name of the server.
   * @param line The command line, without its end.
   * @returns The lines of the reply, without their ends.
   * @throws {TypeError} If the client has no such server, or the line cannot be sent: it is empty, is more than one line,
   * has a method of its own, carries data, or has no reply.
   * @throws {RangeError} If the line has more than 2,000 bytes.
   * @throws {MemcachedError} If that fails.
   *
   * @example Slow the crawler down
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.admin.raw(server.address, "lru_crawler sleep 1000"), ["OK"]);
   * await assertRejects(() => client.admin.raw(server.address, "set a 0 0 1"), TypeError);
   * ```
   */
  raw(server: string, line: string, options?: CallOptions): Promise<string[]> {
    return servers.raw(this.#engine, server, line, options);
  }
}

/**
 * Moves memory between the slab classes of servers: `client.admin.slabs`.
 *
 * @example Let the servers move pages by themselves
 * ```ts
 * import { Client, type SlabAdmin } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const slabs: SlabAdmin = client.admin.slabs;
 * assertEquals(await slabs.automove(1), [server.address]);
 * ```
 */
export class SlabAdmin {
  readonly #engine: Engine;

  /** @internal */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Moves a page from one slab class to another, by and by.
   *
   * @param from The class that gives a page: an integer from -1 to 255; -1 for any, 0 for the pages of none.
   * @param to The class that gets it: an integer from 0 to 255.
   * @returns The display names of the servers that have begun.
   * @throws {TypeError} If an argument or an option cannot be used, or the client has no such server.
   * @throws {RangeError} If a number is out of range.
   * @throws {MemcachedError} If that fails, a ReplyError if a server declines it: its kind is `BUSY`, `BADCLASS`, `NOSPARE`
   * or `SAME`.
   *
   * @example A class without a page to spare
   * ```ts
   * import { Client, MultiError, ReplyError } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals, assertRejects } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const { errors } = await assertRejects(() => client.admin.slabs.reassign(1, 2), MultiError);
   * const [error] = errors;
   * assertEquals(error instanceof ReplyError && error.kind, "NOSPARE");
   * ```
   */
  reassign(from: number, to: number, options?: AdminOptions): Promise<string[]> {
    return servers.reassign(this.#engine, from, to, options);
  }

  /**
   * Lets the servers move pages by themselves, or not.
   *
   * @param level 0: never; 1: when a class has much free memory, as memcached does unless it is told otherwise; 2: at
   * every eviction, which is for experiments.
   * @returns The display names of the servers that did it.
   * @throws {TypeError} If an argument or an option cannot be used, or the client has no such server.
   * @throws {RangeError} If the level is none.
   * @throws {MemcachedError} If that fails.
   *
   * @example Hold pages where they are
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.admin.slabs.automove(0), [server.address]);
   * ```
   */
  automove(level: 0 | 1 | 2, options?: AdminOptions): Promise<string[]> {
    return servers.automove(this.#engine, level, options);
  }
}

/**
 * Tunes the lists by which servers find the items that were not used for longest: `client.admin.lru`.
 *
 * @example Three lists by age
 * ```ts
 * import { Client, type LruAdmin } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const lru: LruAdmin = client.admin.lru;
 * assertEquals(await lru.mode("segmented"), [server.address]);
 * ```
 */
export class LruAdmin {
  readonly #engine: Engine;

  /** @internal */
  constructor(engine: Engine) {
    this.#engine = engine;
  }

  /**
   * Divides the memory among items of different age.
   *
   * @param tuning The shares and ages.
   * @returns The display names of the servers that did it.
   * @throws {TypeError} If a number is missing, or an argument or an option cannot be used, or the client has no such
   * server.
   * @throws {RangeError} If a number is out of range.
   * @throws {MemcachedError} If that fails.
   *
   * @example More room for items that are read again
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * const tuning = { hotPercent: 10, warmPercent: 60, hotFactor: 0.2, warmFactor: 2 };
   * assertEquals(await client.admin.lru.tune(tuning), [server.address]);
   * ```
   */
  tune(tuning: LruTuning, options?: AdminOptions): Promise<string[]> {
    return servers.tune(this.#engine, tuning, options);
  }

  /**
   * Chooses between one list of items a slab class, and several by age.
   *
   * @param mode `"flat"`: one; `"segmented"`: several, as memcached has them unless it is told otherwise.
   * @returns The display names of the servers that did it.
   * @throws {TypeError} If an argument or an option cannot be used, or the client has no such server.
   * @throws {MemcachedError} If that fails.
   *
   * @example One list a slab class
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.admin.lru.mode("flat"), [server.address]);
   * ```
   */
  mode(mode: "flat" | "segmented", options?: AdminOptions): Promise<string[]> {
    return servers.mode(this.#engine, mode, options);
  }

  /**
   * Keeps items that expire soon in a list of their own, from which none moves to another.
   *
   * @param seconds Up to which time to live; -1: no such list.
   * @returns The display names of the servers that did it.
   * @throws {TypeError} If an argument or an option cannot be used, or the client has no such server.
   * @throws {RangeError} If the number is out of range.
   * @throws {MemcachedError} If that fails.
   *
   * @example A list for what lives a minute
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   *
   * assertEquals(await client.admin.lru.tempTtl(61), [server.address]);
   * ```
   */
  tempTtl(seconds: number, options?: AdminOptions): Promise<string[]> {
    return servers.tempTtl(this.#engine, seconds, options);
  }
}

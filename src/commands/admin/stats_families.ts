/** The families of statistics, each read into its own type. The fields keep memcached's names (`doc/protocol.txt`). */

/**
 * One figure of a server: a number, a bigint where a number could not hold it exactly, `true` for `yes` and `on` and
 * `false` for `no` and `off` among the settings, or else the text.
 *
 * @example Print any figure
 * ```ts
 * import type { StatValue } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const values: StatValue[] = [12, 2n ** 60n, true, "1.6.18"];
 * assertEquals(values.map(String), ["12", "1152921504606846976", "true", "1.6.18"]);
 * ```
 */
export type StatValue = number | bigint | boolean | string;

/**
 * Figures by memcached's names, also those that have no type here. Versions differ in which they have.
 *
 * @example Ask by name
 * ```ts
 * import type { Figures } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const figures: Figures = { threads: 4 };
 * assertEquals([figures.threads, figures.threats], [4, undefined]);
 * ```
 */
export interface Figures {
  /** A figure by its name. */
  readonly [name: string]: StatValue | undefined;
}

/**
 * The general figures of a server: `stats` without a name.
 *
 * @example How many gets are hits
 * ```ts
 * import { Client, type GeneralStats } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const hitRate = ({ get_hits = 0, cmd_get = 0 }: GeneralStats) => get_hits / cmd_get;
 * await client.set("key", "value");
 * await client.getMulti(["key", "other"]);
 * for (const stats of (await client.admin.stats()).values()) assertEquals(hitRate(stats), 0.5);
 * ```
 */
export interface GeneralStats extends Figures {
  /** The number of its process. */
  readonly pid?: number;
  /** Seconds since the server started. */
  readonly uptime?: number;
  /** Its clock, as Unix time in seconds. */
  readonly time?: number;
  /** Its version. */
  readonly version?: string;
  /** Open connections. */
  readonly curr_connections?: number;
  /** Connections since the start. */
  readonly total_connections?: number;
  /** Connections that it refused because it was full. */
  readonly rejected_connections?: number;
  /** Keys that were asked for. */
  readonly cmd_get?: number;
  /** Stores. */
  readonly cmd_set?: number;
  /** Touches. */
  readonly cmd_touch?: number;
  /** Calls of `flush_all`. */
  readonly cmd_flush?: number;
  /** Keys that were found. */
  readonly get_hits?: number;
  /** Keys that were not found. */
  readonly get_misses?: number;
  /** Keys whose item had expired. */
  readonly get_expired?: number;
  /** Bytes that it received. */
  readonly bytes_read?: bigint;
  /** Bytes that it sent. */
  readonly bytes_written?: bigint;
  /** Most bytes for items. */
  readonly limit_maxbytes?: number;
  /** Threads that serve connections. */
  readonly threads?: number;
  /** Bytes of all items. */
  readonly bytes?: number;
  /** Items that it has. */
  readonly curr_items?: number;
  /** Items that were stored since the start. */
  readonly total_items?: number;
  /** Items that gave way to others. */
  readonly evictions?: number;
  /** Stores that took the place of an expired item. */
  readonly reclaimed?: number;
  /** Items that expired and were never read. */
  readonly expired_unfetched?: number;
  /** Items that gave way and were never read. */
  readonly evicted_unfetched?: number;
  /** Watchers. */
  readonly log_watchers?: number;
  /** Events that were not sent to watchers that were too slow. */
  readonly log_watcher_skipped?: number;
}

/**
 * The settings of a server: `stats settings`. One that is not set is missing.
 *
 * @example The size of the largest item
 * ```ts
 * import { Client, type SettingsStats } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const settings: SettingsStats | undefined = (await client.admin.stats("settings"))
 *   .get(server.address);
 * assertEquals([settings?.item_size_max, settings?.cas_enabled], [1048576, true]);
 * ```
 */
export interface SettingsStats extends Figures {
  /** Most bytes for items (`-m`). */
  readonly maxbytes?: number;
  /** Most connections (`-c`). */
  readonly maxconns?: number;
  /** The port (`-p`). */
  readonly tcpport?: number;
  /** The address that it listens on (`-l`). */
  readonly inter?: string;
  /** The path of its Unix socket (`-s`). */
  readonly domain_socket?: string;
  /** Who may use the Unix socket: an octal number (`-a`). */
  readonly umask?: string;
  /** Whether items give way to others when memory is full (`-M` turns that off). */
  readonly evictions?: boolean;
  /** How much larger each slab class is than the one before (`-f`). */
  readonly growth_factor?: number;
  /** Bytes of a chunk: of the smallest one, among the settings. */
  readonly chunk_size?: number;
  /** Threads that serve connections (`-t`). */
  readonly num_threads?: number;
  /** What ends the prefix of a key for `stats detail` (`-D`). */
  readonly stat_key_prefix?: string;
  /** Whether it counts by prefix. */
  readonly detail_enabled?: boolean;
  /** Whether items have a cas. */
  readonly cas_enabled?: boolean;
  /** Whether it asks for user and password (`-Y`). */
  readonly auth_enabled_ascii?: boolean;
  /** Bytes of the largest item (`-I`). */
  readonly item_size_max?: number;
  /** The hash of its table. */
  readonly hash_algorithm?: string;
  /** Whether pages can move between slab classes. */
  readonly slab_reassign?: boolean;
  /** How readily pages move by themselves. */
  readonly slab_automove?: number;
  /** Whether the crawler runs. */
  readonly lru_crawler?: boolean;
  /** Whether a thread keeps the lists of items by age. */
  readonly lru_maintainer_thread?: boolean;
  /** Whether there are several such lists. */
  readonly lru_segmented?: boolean;
  /** Most of the memory for new items, in percent. */
  readonly hot_lru_pct?: number;
  /** Most of the memory for items that are read again, in percent. */
  readonly warm_lru_pct?: number;
  /** How old a hot item may be, in parts of the age of the oldest cold one. */
  readonly hot_max_factor?: number;
  /** How old a warm item may be, in parts of the age of the oldest cold one. */
  readonly warm_max_factor?: number;
  /** Whether items that expire soon have a list of their own. */
  readonly temp_lru?: boolean;
  /** Up to which time to live items are in that list, in seconds. */
  readonly temporary_ttl?: number;
  /** Whether `flush_all` is allowed (`-F`). */
  readonly flush_enabled?: boolean;
  /** Whether keys may be listed (`-X`). */
  readonly dump_enabled?: boolean;
  /** Seconds after which an idle connection is closed; 0: never. */
  readonly idle_timeout?: number;
  /** Whether it counts items by size. */
  readonly track_sizes?: boolean;
  /** Whether it speaks TLS (`-Z`). */
  readonly ssl_enabled?: boolean;
}

/**
 * The items of one slab class: a part of `stats items`.
 *
 * @example Classes that evict
 * ```ts
 * import type { ItemClassStats } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const classes = new Map<number, ItemClassStats>([[1, { evicted: 0 }], [2, { evicted: 9 }]]);
 * const evicting = [...classes].filter(([, { evicted = 0 }]) => evicted > 0);
 * assertEquals(evicting.map(([id]) => id), [2]);
 * ```
 */
export interface ItemClassStats extends Figures {
  /** Items. */
  readonly number?: number;
  /** New items. */
  readonly number_hot?: number;
  /** Items that were read again. */
  readonly number_warm?: number;
  /** Items that were not read for long. */
  readonly number_cold?: number;
  /** Seconds since the oldest item was used. */
  readonly age?: number;
  /** Bytes that the items take. */
  readonly mem_requested?: number;
  /** Items that gave way to others. */
  readonly evicted?: number;
  /** Those among them that had an exptime. */
  readonly evicted_nonzero?: number;
  /** Seconds since the last of them had been read. */
  readonly evicted_time?: number;
  /** Stores that failed for lack of memory. */
  readonly outofmemory?: number;
  /** Stores that took the place of an expired item. */
  readonly reclaimed?: number;
  /** Items that expired and were never read. */
  readonly expired_unfetched?: number;
  /** Items that gave way and were never read. */
  readonly evicted_unfetched?: number;
}

/**
 * The memory of one slab class: a part of `stats slabs`.
 *
 * @example How full a class is
 * ```ts
 * import type { SlabClassStats } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const fill = ({ used_chunks = 0, total_chunks = 0 }: SlabClassStats) => used_chunks / total_chunks;
 * assertEquals(fill({ used_chunks: 5, total_chunks: 10 }), 0.5);
 * ```
 */
export interface SlabClassStats extends Figures {
  /** Bytes of a chunk: of the smallest one, among the settings. */
  readonly chunk_size?: number;
  /** Chunks of a page. */
  readonly chunks_per_page?: number;
  /** Pages. */
  readonly total_pages?: number;
  /** Chunks of all pages. */
  readonly total_chunks?: number;
  /** Chunks that have an item. */
  readonly used_chunks?: number;
  /** Chunks that have none. */
  readonly free_chunks?: number;
  /** Keys that were found. */
  readonly get_hits?: number;
  /** Stores. */
  readonly cmd_set?: number;
}

/**
 * The memory of a server: `stats slabs`.
 *
 * @example Which classes there are
 * ```ts
 * import { Client, type SlabsStats } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("key", "value");
 * const slabs: SlabsStats | undefined = (await client.admin.stats("slabs")).get(server.address);
 * assertEquals(slabs?.totals.active_slabs, 1);
 * assertEquals(slabs?.classes.get(1)?.used_chunks, 1);
 * ```
 */
export interface SlabsStats {
  /** By the number of the class. */
  readonly classes: ReadonlyMap<number, SlabClassStats>;
  /** The figures of all classes together. */
  readonly totals: Figures & {
    /** Slab classes that have pages. */
    readonly active_slabs?: number;
    /** Bytes of all pages. */
    readonly total_malloced?: number;
  };
}

/**
 * One connection of a server: a part of `stats conns`.
 *
 * @example Who is connected
 * ```ts
 * import { Client, type ConnectionStats } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const connections = (await client.admin.stats("conns")).get(server.address) ?? new Map();
 * const [one]: ConnectionStats[] = [...connections.values()];
 * assertEquals(one.listen_addr, `tcp:${server.address}`);
 * ```
 */
export interface ConnectionStats extends Figures {
  /** The client's address, or that of a socket that listens. */
  readonly addr?: string;
  /** The address at which it was accepted. */
  readonly listen_addr?: string;
  /** What it does, in memcached's words. */
  readonly state?: string;
  /** Seconds since it sent something. */
  readonly secs_since_last_cmd?: number;
}

/**
 * What `client.admin.stats()` gives of each server, by the name of the family.
 *
 * @example A function that takes any family
 * ```ts
 * import { Client, type StatsFamilies } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * async function first<F extends keyof StatsFamilies>(family: F): Promise<StatsFamilies[F]> {
 *   const [stats] = (await client.admin.stats(family)).values();
 *   return stats;
 * }
 * assertEquals((await first("settings")).flush_enabled, true);
 * assertEquals((await first("items")).size, 0);
 * ```
 */
export interface StatsFamilies {
  /** `stats`. */
  readonly general: GeneralStats;
  /** `stats settings`. */
  readonly settings: SettingsStats;
  /** `stats items`, by the number of the slab class. */
  readonly items: ReadonlyMap<number, ItemClassStats>;
  /** `stats slabs`. */
  readonly slabs: SlabsStats;
  /** `stats sizes`: how many items are of up to so many bytes. Only with memcached's `-o track_sizes`. */
  readonly sizes: ReadonlyMap<number, number>;
  /** `stats conns`, by the number of the connection. */
  readonly conns: ReadonlyMap<number, ConnectionStats>;
}

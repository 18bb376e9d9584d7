/** The options of a client, their defaults and their bounds. */

import { DEFAULT_BUDGET, type InflateBudget } from "../codec/budget.ts";
import type { Codec } from "../codec/codec.ts";
import { type CompressionOptions, DEFAULT_COMPRESSION } from "../codec/compression.ts";
import { hasZstd } from "../codec/zstd.ts";
import { jsCodec } from "../codec/js_codec.ts";
import { type Clock, systemClock } from "../clock.ts";
import type { Observer } from "../observe/observer.ts";
import type { Credentials } from "../commands/authentication.ts";
import { readTls, type TlsOptions } from "../checks/tls.ts";
import type { Connect } from "../transports/transport.ts";
import type { DistributionFactory } from "../placement/distribution.ts";
import { type DistributionName, DISTRIBUTIONS } from "../placement/distributions.ts";
import {
  MIGRATION_CHECKS,
  type MigrationOptions,
  type MigrationSource,
} from "./migration_options.ts";
import {
  type ReplicaOptions,
  replicasOption,
  type ZoneOptions,
  zonesOption,
} from "./copies_options.ts";
import { aSchema, type StandardSchema } from "../checks/schema.ts";
import { aServerList, type Servers } from "./server_list.ts";
import { HASHES, type HashFn, type HashName, KEY_HASHES } from "../placement/hashes/key_hash.ts";
import {
  aBoolean,
  aFunction,
  aText,
  type Check,
  type Checks,
  integerFrom,
  MILLISECONDS,
  numberFrom,
  objectOf,
  objectWith,
  oneOf,
  readOptions,
  unknownOption,
  wrongValue,
} from "../checks/check.ts";

/**
 * Options of a client that can be changed while it lives, by `config()`.
 *
 * Times are in milliseconds, integers from 0 to 2,147,483,647. Time during which the event loop was blocked does not
 * count.
 *
 * @example Repeat what was lost on its way
 * ```ts
 * import { Client, type LiveOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: LiveOptions = { maxRetries: 1 };
 * client.config(options);
 * await client.set("key", "value");
 * server.fault({ kind: "missingReply", commands: ["get"], then: "close", times: 1 });
 * assertEquals(await client.get("key"), "value");
 * ```
 */
export interface LiveOptions {
  /**
   * Longest silence of a server while a reply is due. Then the connection is closed. 0: no limit.
   *
   * Time in which the program could hear nothing, as it was blocked or got no processor, does not count, up to half as
   * much again. A reply that still goes on so long after the time of its call was over, and nobody waits for it, ends the
   * connection as well, however many bytes trickle in.
   *
   * @default {300}
   */
  pollTimeout?: number;
  /**
   * Longest time for a dial, name look-up and TLS included; authentication may take as long again. 0: only `timeout`
   * applies. Raise it for servers in another zone, for TLS, and for names with several addresses.
   *
   * @default {100}
   */
  connectTimeout?: number;
  /**
   * Longest pause after a failed dial, or after silences (`deadAfter`), during which calls to that server fail at once.
   * It is up to a fifth shorter, by chance, so that the clients of a fleet do not all try again at one moment.
   *
   * @default {5000}
   */
  retryTimeout?: number;
  /**
   * So many silences in a row, without any reply in between, make a server dead for `retryTimeout`: calls to it fail at
   * once, and `failover` applies. A silence is a connection that was closed after `pollTimeout`; several at the same time
   * are one. After the pause the server is asked for its version, and is alive once it answers. 0: never, as in libmc.
   *
   * @default {3}
   */
  deadAfter?: number;
  /**
   * How often a command is sent again after its connection was lost, 0 to 100 times. Only commands that may be carried
   * out twice are sent again: the retrievals, set, touch and delete; after a silence only the retrievals, as the server
   * may still carry out the others.
   *
   * @default {0}
   */
  maxRetries?: number;
  /**
   * Longest time for a whole call, however many servers and chunks it needs. 0: no limit; only `pollTimeout` applies.
   *
   * @default {5000}
   */
  timeout?: number;
  /**
   * Sends the keys of a dead server to the next server on the ring. Without it, these keys miss.
   *
   * @default {false}
   */
  failover?: boolean;
  /**
   * Longest time in seconds, 1 to 2,592,000, for which something lasts that a server stores or touches while it stands in
   * for another. It is not told of changes that go to the owner later, so when it stands in again it gives what it has
   * from the last time, unless `replayInvalidations` has deleted it. Locks last as long as their `ttl` says. 0: as long as
   * the call says, as in libmc.
   *
   * @default {0, with a gutter 60}
   */
  failoverExptime?: number;
  /**
   * The hash of keys, which decides their server, in libmc's distribution; the others have {@linkcode ClientOptions.hash}.
   * All clients of a cluster must use the same one.
   *
   * @default {"md5"}
   */
  hashFn?: HashFn;
}

/**
 * Options of a client. Each has a default.
 *
 * @example Compress long values, and fail aloud
 * ```ts
 * import { Client, type ClientOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const options: ClientOptions = { compThreshold: 1000, strict: true };
 * await using client = new Client(server.address, options);
 *
 * await client.set("page", "<br>".repeat(10_000));
 * const item = await client.getRaw("page");
 * assert(item !== undefined && item.data.length < 1000);
 * ```
 */
export interface ClientOptions<V = unknown> extends LiveOptions {
  /**
   * Servers that stand in for dead ones, and have no keys of their own: so an outage fills no other server with keys that
   * are not its own. The keys of a dead server are spread over them as over servers, by the same distribution. If all of
   * them are dead, too, it is as without a gutter: with `failover` the next server on the ring stands in, without it these
   * keys miss. None may be one of the servers.
   *
   * What is stored there lasts no longer than `failoverExptime`, which is 60 with a gutter unless given. With
   * `replayInvalidations` it is deleted there as soon as the server is back for which it stood in.
   *
   * @default {undefined}
   */
  gutter?: Servers;
  /**
   * How many servers have each key, 1 to 16, so that the reads of a hot key are spread over them, and go on when one is
   * dead: a number, or {@linkcode ReplicaOptions} to have it for some keys. Such a key has a first server, whose item
   * counts, and the others have what they have copied from it: see
   * [Several servers for a key](../../docs/several_servers.md). It turns `replayInvalidations` on, and cannot be used with
   * `failover`, `gutter`, `noreply`, `zones` or `migrateFrom`.
   *
   * @default {1}
   */
  replicas?: number | ReplicaOptions;
  /**
   * Zones that have all keys, each on servers of its own: reads go to the own zone, whose servers are those of the client,
   * and changes to all. See {@linkcode ZoneOptions}. It turns `replayInvalidations` on, and cannot be used with `failover`,
   * `gutter`, `noreply`, `replicas` or `migrateFrom`.
   *
   * @default {undefined}
   */
  zones?: ZoneOptions;
  /**
   * Remembers the keys of changes that a server has missed, or may have missed, and deletes them before it serves again:
   * sets, deletes and other changes that failed as it could not be reached or did not answer, and, with `failover` or a
   * `gutter`, those that another server has carried out in its place. Once they are deleted, they are deleted on that one,
   * too, which would give them the next time that it stands in. A server that cannot carry out the deletes stays dead. Up to 65,536
   * keys a server; then the oldest are forgotten. `counters()` counts them as `owed`, `replayed` and `forgotten`.
   *
   * What a server has answered is not remembered, an error line included, nor what an abort kept from being sent; and
   * what this client does not know of, such as the changes of others. Cannot be used with `noreply`, where nobody hears of what failed.
   *
   * @default {false, with replicas or zones true}
   */
  replayInvalidations?: boolean;
  /**
   * What decides whose a key is: that of libmc, or of other clients that share the cluster, or a function that makes one
   * of your own. All clients of a cluster must use the same one. {@linkcode presets} has whole set-ups.
   *
   * @default {"libmc"}
   */
  distribution?: DistributionName | DistributionFactory;
  /**
   * The hash of keys, for distributions that leave a choice: see {@linkcode DistributionName}, which also says what it is
   * unless given.
   *
   * @default {undefined}
   */
  hash?: HashName;
  /**
   * Lets the prefix take part in what decides the server of a key. libmc does so; libmemcached and php-memcached leave
   * their prefix out unless told otherwise, and pymemcache always does.
   *
   * @default {true}
   */
  hashPrefix?: boolean;
  /**
   * Two characters, as `"{}"`. If a key has something between them, that alone decides its server, so that `user:{1}:name`
   * and `user:{1}:mail` live together. twemproxy's `hash_tag`.
   *
   * @default {""}
   */
  hashTag?: string;
  /**
   * Stores values of more than 1,000,000 bytes in chunks, as libmc does, and reads such values. Without it, reading one
   * is a CodecError. It needs a codec with `libmcFlags`, which the codecs of this package have: with any other codec each
   * value is one item.
   *
   * @default {true}
   */
  doSplit?: boolean;
  /**
   * Compresses encoded values of more than this many bytes (`compression`). 0: never. Anything else is rejected together with a
   * codec without `libmcFlags`.
   *
   * @default {0}
   */
  compThreshold?: number;
  /**
   * How values above `compThreshold` are compressed: see {@linkcode CompressionOptions}. Values are read whichever way they
   * are compressed.
   *
   * @default {{ algorithm: "zlib", level: 6 }}
   */
  compression?: CompressionOptions;
  /**
   * Sends commands that change something without asking for a reply: faster, but failures on the server go unnoticed.
   * Such a call succeeds once its bytes are written; `incr()` and `decr()` give `undefined`.
   *
   * @default {false}
   */
  noreply?: boolean;
  /**
   * Text that is put before every key. In a key that begins with `?` it is put after that mark, as in libmc.
   *
   * @default {""}
   */
  prefix?: string;
  /**
   * What becomes of a key of more than 250 bytes, prefix included. `"refuse"`: a RangeError. `"hash"`: it is sent as its
   * first 110 bytes, its length, and the SHA-256 of the rest; `explain()` shows it. The prefix stays whole, and must be <=
   * 106 bytes, that of a namespace included. All clients of a cluster must agree; those of other packages find such items only by
   * that key. A hash tag counts only within the bytes that stay, and `admin.keys()` gives the key as it is sent.
   *
   * @default {"refuse"}
   */
  longKeys?: "refuse" | "hash";
  /**
   * Most connections to one server, 1 to 1000. One serves any number of callers; more keep small replies from waiting
   * behind big ones. Connections are opened one by one while calls wait for each other. One that is idle for ten
   * seconds is closed, unless it is the last. Calls for one key are carried out in the order in which they were made,
   * however many there are.
   *
   * @default {1}
   */
  connections?: number;
  /**
   * Makes calls that fail reject. Without it, a failed get looks like a miss, and a failed store gives `false`.
   *
   * @default {false}
   */
  strict?: boolean;
  /**
   * The codec that turns values into bytes and flags, and back.
   *
   * @default {jsCodec}
   */
  codec?: Codec;
  /**
   * Function that dials in place of `Deno.connect`, or of `node:net` on Node and Bun. Cannot be combined with `tls`.
   *
   * @default {undefined}
   */
  connect?: Connect;
  /**
   * Dials with TLS and never without: `true`, or the certificates to trust and to show. Unix sockets have no TLS.
   *
   * @default {false}
   */
  tls?: boolean | TlsOptions;
  /**
   * User and password for servers that ask for them (memcached's ASCII authentication, `-Y`). They are sent once on
   * each connection, and not to other servers. Without `tls` everybody on the way can read them.
   *
   * @default {undefined}
   */
  auth?: Credentials;
  /**
   * Allows `flushAll()`.
   *
   * @default {false}
   */
  allowFlushAll?: boolean;
  /**
   * Most commands in flight per server, at least 1. Beyond that, calls fail at once. Gets of one tick count as one, and
   * so does the part of a call for many keys that is written together; each 16 KiB of data counts as one more. So the
   * commands hold at most this many times 16 KiB of data, for each server. What a server announces and does not send takes
   * no memory: a value takes at most twice the bytes that have come, or 2 MiB.
   *
   * @default {100_000}
   */
  maxPending?: number;
  /**
   * Most loads of `getOrSet()` that run at once while memcached cannot be reached. The others wait, up to `timeout`.
   *
   * @default {16}
   */
  maxLoads?: number;
  /**
   * Joins the gets of one tick to one server into one line of up to 100 keys and 16,000 bytes. Those for the same key ask
   * for it once, and count as one hit; each caller still has an object of its own.
   *
   * @default {true}
   */
  mergeGets?: boolean;
  /**
   * Largest item that the servers take, 1,024 to 1,073,741,824 bytes: memcached's `-I`. memcached counts the key and 59
   * to 63 bytes more than the data, and so does the client. A larger item is rejected with a RangeError before it is sent.
   * With `doSplit` and less than 1,000,272 bytes, values are split into smaller chunks.
   *
   * @default {1_048_576}
   */
  itemSizeLimit?: number;
  /**
   * What one value may become when it is read: bytes that it inflates to, memory for its parts. A value that would become
   * more is a CodecError. The default lets one value take about two seconds and 512 MiB at most.
   *
   * @default {{ bytes: 134_217_728, ratio: 100, memory: 536_870_912 }}
   */
  inflateBudget?: InflateBudget;
  /**
   * Watches calls, commands and servers: see {@linkcode Observer}. A call without one pays nothing for it.
   *
   * @default {undefined}
   */
  observer?: Observer;
  /**
   * Says on `console.warn`, once for each server, that calls to it fail and none has succeeded yet, and what to check.
   * Nothing is said to a program that sees failures: as errors, by a listener to `failure` or `dead`, or by an observer
   * that has `happened`. Says also, once for each list of servers, that the process has made 100 clients of it and closed
   * none.
   *
   * @default {true}
   */
  warn?: boolean;
  /**
   * Looks at every value that the client reads, and gives its type: a schema of any library that has the
   * {@linkcode StandardSchema} interface. It checks and does not convert, so that what is read can be stored again; a schema
   * that converts is given to a call. A value that does not pass counts as a miss: see {@linkcode ReadOptions.schema}.
   * `getOrSet()` and `update()` also have it look at new values: one that does not pass rejects with a SchemaError.
   * `getRaw()`, `getStream()` and `client.meta` give what is stored. Unless given, values are not looked at.
   */
  schema?: StandardSchema<V>;
  /**
   * Fires the event `slow` for a call that takes longer than so many milliseconds: see {@linkcode SlowCall}. 0: never.
   *
   * @default {0}
   */
  slow?: number;
  /**
   * Counts how long commands and calls take, for `counters()`. It costs each of them a look at the clock or two.
   *
   * @default {false}
   */
  latencies?: boolean;
  /**
   * Gives the group of a key, as in `(key) => key.split(":")[0]`, so that `counters("groups")` counts by it. It is called
   * for each key of each call, so it should be quick. The first 1,000 groups have counts of their own; the keys of others, and
   * those for which it throws or gives anything but a text, count as `other`, which the console is told once.
   *
   * @default {undefined}
   */
  group?: (key: string) => string;
  /**
   * Keeps values in this process, so that `get()`, `getMulti()` and `getList()` need not ask for them again: see
   * {@linkcode NearCacheOptions}.
   *
   * @default {undefined}
   */
  nearCache?: NearCacheOptions;
  /**
   * The client of the servers that this one takes over from. What is missing on the new servers is carried over from the
   * old ones, writes and deletes reach both, and `client.migration` turns the stages: see
   * [Moving house](../../docs/migration.md). The old client stays its owner's: close it when the move is done.
   *
   * @default {undefined}
   */
  migrateFrom?: MigrationSource;
  /** How the move begins: see {@linkcode MigrationOptions}. Needs `migrateFrom`. */
  migration?: MigrationOptions;
  /** Time and timers, for tests: the platform's unless given. */
  clock?: Clock;
}

/**
 * How values are kept near: the option `nearCache`.
 *
 * A value that `get()`, `getMulti()` or `getList()` has read is given again without asking a server, to a caller who gets
 * an object of its own, until it is `maxAge` old. What other processes and other clients change meanwhile is not seen
 * until then. A change by this client is seen at once: each of its methods that may change an item drops the value when it
 * begins and when it ends. All values of a server are dropped when a connection to it is lost, and all values when servers
 * change. A miss is not kept. All other methods, and calls with `routeBy`, ask the servers.
 *
 * @example The settings of a site, which each request reads
 * ```ts
 * import { Client, type NearCacheOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const nearCache: NearCacheOptions = { maxBytes: 10_000_000, maxAge: 2000 };
 * await using client = new Client(server.address, { nearCache });
 *
 * await client.set("settings", { theme: "dark" });
 * for (let i = 0; i < 100; i++) assertEquals(await client.get("settings"), { theme: "dark" });
 * assertEquals(client.counters().get(server.address)?.nearHits, 99);
 * ```
 */
export interface NearCacheOptions {
  /**
   * Most bytes of all values, with their keys and what the program needs to keep them: 200 bytes for a text, number or
   * boolean, 400 for anything else, which is kept as its data. The least recently used go first. A value that takes more
   * by itself is not kept.
   */
  maxBytes: number;
  /** Milliseconds for which a value may be given, counted from before the server was asked. */
  maxAge: number;
}

/**
 * All options with their defaults filled in, without the secret ones. Printing a client shows everything that it holds;
 * so it holds neither password nor key.
 */
export type Settings =
  & Required<
    Omit<
      ClientOptions,
      | "auth"
      | "compression"
      | "connect"
      | "group"
      | "gutter"
      | "replicas"
      | "zones"
      | "hash"
      | "inflateBudget"
      | "nearCache"
      | "observer"
      | "schema"
      | "tls"
      | "migrateFrom"
      | "migration"
    >
  >
  & { compression: Required<CompressionOptions>; hash: HashName | undefined }
  & { inflateBudget: Required<InflateBudget>; tls: boolean }
  & { nearCache?: NearCacheOptions; group?: (key: string) => string }
  & { schema?: StandardSchema };

/**
 * Fills in the defaults.
 *
 * @param options Read by {@linkcode readClientOptions}.
 * @throws {TypeError} If two options do not go together.
 */
export function settingsOf(options: ClientOptions): Settings {
  const { auth: _secret, compression, connect, inflateBudget, ...rest } = options;
  const { observer: _watching, tls = false, migrateFrom, migration, gutter, ...copied } = rest;
  const { replicas, zones, ...others } = copied;
  if (migration !== undefined && migrateFrom === undefined) {
    throw new TypeError('Cannot use option "migration" without "migrateFrom"');
  }
  if (tls !== false && connect !== undefined) {
    throw new TypeError(
      'Cannot use options "tls" and "connect" together: a custom dialler decides on TLS itself',
    );
  }
  const settings = {
    ...DEFAULTS,
    ...(gutter === undefined ? {} : { failoverExptime: GUTTER_EXPTIME }),
    ...(replicas === undefined && zones === undefined ? {} : { replayInvalidations: true }),
    ...others,
    compression: compressionOf(compression),
    inflateBudget: inflateBudget === undefined
      ? DEFAULT_BUDGET
      : { ...DEFAULT_BUDGET, ...inflateBudget },
    tls: tls !== false,
  };
  if (settings.replayInvalidations && settings.noreply) {
    throw new TypeError(
      'Cannot use options "replayInvalidations" and "noreply" together: without replies nobody knows what failed',
    );
  }
  return settings.codec.libmcFlags === true ? settings : withoutLibmcFlags(settings);
}

function compressionOf(given: CompressionOptions | undefined): Required<CompressionOptions> {
  if (given === undefined) return DEFAULT_COMPRESSION;
  const { algorithm = "zlib", level = algorithm === "zlib" ? DEFAULT_COMPRESSION.level : 3 } =
    given;
  if (algorithm === "zlib" || hasZstd()) return { algorithm, level };
  throw new TypeError(
    'Cannot use option "compression" with algorithm "zstd" as this runtime has none: Node has it from 22.15 on',
  );
}

/** Turns off what would use flags that belong to the codec. */
function withoutLibmcFlags(settings: Settings): Settings {
  if (settings.compThreshold > 0) {
    throw new TypeError(
      'Cannot use option "compThreshold" with a codec that keeps all flags to itself: it must have libmcFlags',
    );
  }
  return { ...settings, doSplit: false };
}

/**
 * Reads and checks the options that are given.
 *
 * @returns A plain object, whatever the class of `options`.
 * @throws {TypeError} If an option has the wrong type.
 * @throws {RangeError} If a number is out of range; the message names option, value and bounds.
 */
export function readClientOptions(options: ClientOptions): ClientOptions {
  return readOptions(undefined, options, CHECKS);
}

/**
 * Reads and checks the options that a living client is given.
 *
 * @throws {TypeError} If one is unknown, of the wrong type, or fixed at construction.
 * @throws {RangeError} If a number is out of range.
 */
export function readLiveOptions(options: LiveOptions): LiveOptions {
  const read = readClientOptions(options);
  for (const name of Object.keys(read)) {
    if (OPTIONS[name as keyof ClientOptions]?.isLive) continue;
    throw new TypeError(`Cannot change option "${name}" of a living client`);
  }
  return read;
}

/** The facts of an option that the code needs. */
interface Option<T> {
  readonly check: Check;
  readonly fallback: T;
  /** True if it can be changed while the client lives. */
  readonly isLive?: boolean;
}

/** All options of a client. A new one is written here and in {@linkcode ClientOptions}. */
const OPTIONS: {
  readonly [K in keyof Required<ClientOptions>]: Option<Required<ClientOptions>[K] | undefined>;
} = {
  pollTimeout: { check: MILLISECONDS, fallback: 300, isLive: true },
  connectTimeout: { check: MILLISECONDS, fallback: 100, isLive: true },
  retryTimeout: { check: MILLISECONDS, fallback: 5000, isLive: true },
  deadAfter: { check: integerFrom(0, Number.MAX_SAFE_INTEGER), fallback: 3, isLive: true },
  maxRetries: { check: integerFrom(0, 100), fallback: 0, isLive: true },
  timeout: { check: MILLISECONDS, fallback: 5000, isLive: true },
  failover: { check: aBoolean, fallback: false, isLive: true },
  failoverExptime: { check: integerFrom(0, 2_592_000), fallback: 0, isLive: true },
  hashFn: { check: oneOf(...Object.keys(KEY_HASHES)), fallback: "md5", isLive: true },
  distribution: { check: aDistribution, fallback: "libmc" },
  hash: { check: oneOf(...Object.keys(HASHES)), fallback: undefined },
  hashPrefix: { check: aBoolean, fallback: true },
  hashTag: { check: aHashTag, fallback: "" },
  gutter: { check: aServerList, fallback: undefined },
  replicas: { check: replicasOption, fallback: undefined },
  zones: { check: zonesOption, fallback: undefined },
  replayInvalidations: { check: aBoolean, fallback: false },
  doSplit: { check: aBoolean, fallback: true },
  compThreshold: { check: integerFrom(0, Number.MAX_SAFE_INTEGER), fallback: 0 },
  compression: { check: aCompression, fallback: DEFAULT_COMPRESSION },
  noreply: { check: aBoolean, fallback: false },
  prefix: { check: aText, fallback: "" },
  longKeys: { check: oneOf("refuse", "hash"), fallback: "refuse" },
  connections: { check: integerFrom(1, 1000), fallback: 1 },
  strict: { check: aBoolean, fallback: false },
  codec: { check: objectWith("encode", "decode"), fallback: jsCodec },
  connect: { check: aFunction, fallback: undefined },
  tls: { check: (_name, value) => readTls(value), fallback: false },
  auth: { check: aCredential, fallback: undefined },
  allowFlushAll: { check: aBoolean, fallback: false },
  maxPending: { check: integerFrom(1, Number.MAX_SAFE_INTEGER), fallback: 100_000 },
  maxLoads: { check: integerFrom(1, Number.MAX_SAFE_INTEGER), fallback: 16 },
  mergeGets: { check: aBoolean, fallback: true },
  itemSizeLimit: { check: integerFrom(1024, 2 ** 30), fallback: 1024 * 1024 },
  inflateBudget: { check: anInflateBudget, fallback: DEFAULT_BUDGET },
  observer: { check: anObserver, fallback: undefined },
  warn: { check: aBoolean, fallback: true },
  schema: { check: aSchema, fallback: undefined },
  slow: { check: MILLISECONDS, fallback: 0 },
  latencies: { check: aBoolean, fallback: false },
  group: { check: aFunction, fallback: undefined },
  nearCache: { check: aNearCache, fallback: undefined },
  migrateFrom: { check: objectWith("get", "close"), fallback: undefined },
  migration: {
    check: (name, value) => readOptions(name, value, MIGRATION_CHECKS),
    fallback: undefined,
  },
  clock: { check: objectWith("now", "after"), fallback: systemClock },
};

const CHECKS: Readonly<Record<string, Check>> = Object.fromEntries(
  Object.entries(OPTIONS).map(([name, { check }]) => [name, check]),
);

const { auth: _none, connect: _runtime, nearCache: _off, observer: _unseen, ...others } = OPTIONS;
const {
  migrateFrom: _nowhere,
  migration: _still,
  gutter: _nobody,
  group: _all,
  schema: _any,
  ...ofCopies
} = others;
const { replicas: _single, zones: _one, ...fallbacks } = ofCopies;
const DEFAULTS = Object.fromEntries(
  Object.entries(fallbacks).map(([name, { fallback }]) => [name, fallback]),
) as Settings;

function aDistribution(name: string, value: unknown): void {
  if (typeof value !== "function") A_DISTRIBUTION_NAME(name, value);
}

/** Seconds. What stands in must not keep anything for long, as it hears of no later change. */
const GUTTER_EXPTIME = 60;

const A_DISTRIBUTION_NAME = oneOf(...Object.keys(DISTRIBUTIONS));

function aHashTag(name: string, value: unknown): void {
  aText(name, value);
  if (value === "" || /^[\x21-\x7e]{2}$/.test(value as string)) return;
  throw wrongValue(name, "two characters of ASCII", value);
}

/** Checks for an observer. */
export function anObserver(name: string, value: unknown): void {
  const observer = objectOf(name, value);
  for (const method of OBSERVER_METHODS) {
    if (observer[method] !== undefined) aFunction(`method ${method} of ${name}`, observer[method]);
  }
}

const OBSERVER_METHODS = [
  "isIdle",
  "begin",
  "end",
  "within",
  "keepContext",
  "attempt",
  "happened",
] as const satisfies readonly (keyof Observer)[];

function aCompression(name: string, value: unknown): unknown {
  const read = readOptions(name, value as CompressionOptions, COMPRESSION_CHECKS);
  // zlib has fewer levels.
  if (read.algorithm !== "zstd") integerFrom(1, 9)(`option "level" of ${name}`, read.level ?? 1);
  return read;
}

const COMPRESSION_CHECKS: Checks<CompressionOptions> = {
  algorithm: oneOf("zlib", "zstd"),
  level: integerFrom(1, 22),
};

function anInflateBudget(name: string, value: unknown): unknown {
  return readOptions(name, value, INFLATE_BUDGET_CHECKS);
}

const INFLATE_BUDGET_CHECKS: Checks<InflateBudget> = {
  bytes: integerFrom(1, 2 ** 30),
  ratio: numberFrom(1, 1100),
  memory: integerFrom(1, 2 ** 40),
};

function aNearCache(name: string, value: unknown): unknown {
  return readOptions(name, value, NEAR_CACHE_CHECKS, ["maxBytes", "maxAge"]);
}

const NEAR_CACHE_CHECKS: Checks<NearCacheOptions> = {
  maxBytes: integerFrom(1, Number.MAX_SAFE_INTEGER),
  maxAge: integerFrom(1, 2 ** 31 - 1),
};

function aCredential(name: string, value: unknown): Credentials {
  const { username, password, ...others } = objectOf(name, value);
  const [other] = Object.keys(others).filter((key) => others[key] !== undefined);
  if (other !== undefined) {
    throw unknownOption(other, ["username", "password"], { inside: "auth." });
  }
  // No message shows the password.
  if (typeof username !== "string" || !/^[^\s:\0]+$/.test(username)) {
    throw new TypeError(
      'Cannot use option "auth.username" as it must be text without spaces and colons',
    );
  }
  // memcached ends the password at a space, and so never finds one that contains a space in its file.
  if (typeof password !== "string" || !/^[^ \r\n\0]+$/.test(password)) {
    throw new TypeError(
      'Cannot use option "auth.password" as it must be text without spaces, CR, LF and NUL',
    );
  }
  return { username, password };
}

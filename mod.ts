/**
 * A memcached client: libmc, the C++/Python client, rebuilt for Deno. It chooses the same servers for the same keys, and
 * writes the same bytes and flags for the same values.
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
 * await client.set("greeting", "hello");
 * assertEquals(await client.get("greeting"), "hello");
 * ```
 *
 * @module
 */

import { usePlatform } from "./src/engine/platform.ts";
import { platformOf } from "./src/transports/platform.ts";

usePlatform(platformOf(globalThis));

export * from "./src/errors.ts";
export { ServerEvent } from "./src/observe/events.ts";
export type { ClientEventName, ServerEventListener } from "./src/observe/events.ts";
export type {
  CallEnd,
  Happening,
  HappeningCounts,
  HappeningName,
  ObservedCall,
  ObservedServer,
  Observer,
  ServersChange,
} from "./src/observe/observer.ts";
export { Client } from "./src/client/client.ts";
export type { Namespace } from "./src/client/client.ts";
export type { Admin, LruAdmin, SlabAdmin } from "./src/client/admin.ts";
export type { AdminOptions } from "./src/operations/admin_call.ts";
export type { KeysOptions } from "./src/operations/admin_keys.ts";
export type { LruTuning } from "./src/operations/admin_servers.ts";
export type { AdminIterator } from "./src/operations/admin_stream.ts";
export type { Watcher, WatchOptions } from "./src/operations/admin_watch.ts";
export type { KeyInfo } from "./src/commands/admin/key_info.ts";
export type { WatchEvent, WatchKind } from "./src/commands/admin/watch_event.ts";
export type {
  ConnectionStats,
  Figures,
  GeneralStats,
  ItemClassStats,
  SettingsStats,
  SlabClassStats,
  SlabsStats,
  StatsFamilies,
  StatValue,
} from "./src/commands/admin/stats_families.ts";
export type { Meta } from "./src/client/meta.ts";
export type {
  KeyPattern,
  Typed,
  TypedGetOrSetOptions,
  TypedItems,
  TypedKey,
  TypedMap,
  TypedValue,
  TypedVerbs,
} from "./src/client/typed.ts";
export type { MetaDebug } from "./src/commands/meta/debug.ts";
export type { MetaDeleted } from "./src/commands/meta/delete.ts";
export type { MetaItem } from "./src/commands/meta/get.ts";
export type { MetaStored } from "./src/commands/meta/set.ts";
export type { MetaStatus } from "./src/commands/meta/status.ts";
export type { MetaCounted } from "./src/operations/meta/arithmetic.ts";
export type {
  MetaArithmeticOptions,
  MetaDeleteOptions,
  MetaGetOptions,
  MetaKey,
  MetaSetOptions,
} from "./src/operations/meta/options.ts";
export type { MetaItems } from "./src/operations/meta/set.ts";
export type { Lock, LockOptions } from "./src/operations/lock.ts";
export type { UpdateOptions } from "./src/operations/update.ts";
export type { InvalidateOptions } from "./src/operations/get_or_set/invalidate.ts";
export type {
  GetOrSetOptions,
  GetOrSetSchemaOptions,
  Load,
  LoadContext,
  LoadedItems,
  LoadMany,
  LoadManyContext,
} from "./src/operations/get_or_set/options.ts";
export type {
  SchemaInput,
  SchemaOutput,
  SchemaResult,
  StandardSchema,
} from "./src/checks/schema.ts";
export type {
  ClientHealth,
  HealthError,
  HealthOptions,
  ServerHealth,
} from "./src/operations/health.ts";
export type { Items } from "./src/operations/items.ts";
export type { CasValue, RawItem } from "./src/engine/item_decoders.ts";
export type { MultiResult } from "./src/operations/batch_fan_out.ts";
export type { SlowCall } from "./src/observe/slow_call.ts";
export type { Latencies } from "./src/observe/histogram.ts";
export type { VerbCounters } from "./src/observe/verb_counts.ts";
export type { GroupCounters } from "./src/observe/group_counts.ts";
export type { ServerCounters } from "./src/cluster/counters.ts";
export type { ServerStats } from "./src/commands/server_commands.ts";
export type { Traffic } from "./src/connection/contract.ts";
export type {
  ReplicaOptions,
  SetServersOptions,
  ZoneOptions,
} from "./src/engine/copies_options.ts";
export type { ClientOptions, LiveOptions, NearCacheOptions } from "./src/engine/options.ts";
export type {
  MigrationOptions,
  MigrationSource,
  MigrationStage,
} from "./src/engine/migration_options.ts";
export type { Migration, MigrationCounters } from "./src/operations/migration/migration.ts";
export type {
  CallOptions,
  CountOptions,
  FlushOptions,
  KeyOptions,
  RawOptions,
  ReadOptions,
  StoreOptions,
  StreamOptions,
} from "./src/engine/call_options.ts";
export type { Exptime, Keys } from "./src/checks/arguments.ts";
export type { Clock } from "./src/clock.ts";
export { transportFromStreams } from "./src/transports/streams.ts";
export type { TlsOptions } from "./src/checks/tls.ts";
export type { Credentials } from "./src/commands/authentication.ts";
export type {
  Connect,
  DnsAnswer,
  DnsType,
  Endpoint,
  PeerAddress,
  Resolve,
  ResolveOptions,
  Transport,
} from "./src/transports/transport.ts";
export type { ServersContext, ServersFunction, ServerSource } from "./src/engine/server_source.ts";
export { dnsServers, type DnsServersOptions } from "./src/discovery/dns_servers.ts";
export {
  elastiCacheServers,
  type ElastiCacheServersOptions,
} from "./src/discovery/elasticache_servers.ts";
export type { Servers, WeightedServer } from "./src/engine/server_list.ts";
export { compareDistributions } from "./src/engine/compare_distributions.ts";
export type { DistributionComparison, PlacementSetUp } from "./src/engine/compare_distributions.ts";
export { type Preset, type PresetName, presets } from "./src/engine/presets.ts";
export type { Explanation } from "./src/operations/explain.ts";
export type { Address } from "./src/placement/address.ts";
export type {
  Distribution,
  DistributionFactory,
  DistributionOptions,
  PlacedServer,
  Reckoning,
} from "./src/placement/distribution.ts";
export type { DistributionName } from "./src/placement/distributions.ts";
export type { HashFn, HashName, KeyHash } from "./src/placement/hashes/key_hash.ts";
export type { CompressionOptions } from "./src/codec/compression.ts";
export type { InflateBudget } from "./src/codec/budget.ts";
export type { Storable, StorableObject } from "./src/checks/storable.ts";
export type { Codec, Encoded } from "./src/codec/codec.ts";
export { jsCodec } from "./src/codec/js_codec.ts";
export { libmcCodec } from "./src/codec/libmc_codec.ts";
export { jsonCodec } from "./src/codec/json_codec.ts";
export { pylibmcCodec } from "./src/codec/clients/pylibmc_codec.ts";
export { pymemcacheCodec } from "./src/codec/clients/pymemcache_codec.ts";
export { phpCodec } from "./src/codec/clients/php_codec.ts";
export { nodeMemcachedCodec } from "./src/codec/clients/node_memcached_codec.ts";
export { memjsCodec } from "./src/codec/clients/memjs_codec.ts";
export { dalliCodec } from "./src/codec/clients/dalli_codec.ts";

/**
 * The replies to `stats`, `stats settings` and `stats conns`, by memcached's names: the figures that the embedded server
 * knows. It makes up none of those that it has not.
 */

import process from "node:process";
import type { ServerState } from "./server_state.ts";
import { totalSize } from "./store.ts";

type Stat = readonly [string, string | number];

/** The figures of `stats`. */
export function generalStats(state: ServerState): Stat[] {
  const { store, statistics, clock } = state;
  const now = Math.floor(clock.now());
  const { user, system } = process.cpuUsage();
  const items = store.size;
  let bytes = 0;
  for (const [key, item] of store.entries()) bytes += totalSize(key, item.flags, item.data.length);
  return [
    ["pid", process.pid],
    ["uptime", now - state.started],
    ["time", now],
    ["version", state.version],
    ["rusage_user", (user / 1e6).toFixed(6)],
    ["rusage_system", (system / 1e6).toFixed(6)],
    ["curr_connections", state.connections.size],
    ["total_connections", state.accepted],
    ...COUNTED.map((name): Stat => [name, statistics.of(name)]),
    ["threads", 1],
    ["bytes", bytes],
    ["curr_items", items],
    ["total_items", store.stored],
    ["evictions", 0],
  ];
}

/** The figures of `stats settings`. */
export function settingsStats(state: ServerState): Stat[] {
  const { port, hostname, path } = state.listening;
  return [
    ["tcpport", port],
    ["udpport", 0],
    ["inter", path === undefined ? hostname : "NULL"],
    ["evictions", "off"],
    ["domain_socket", path ?? "NULL"],
    ["num_threads", 1],
    ["stat_key_prefix", ":"],
    ["detail_enabled", state.prefixCounts.isOn ? "yes" : "no"],
    ["cas_enabled", "yes"],
    ["auth_enabled_ascii", "no"],
    ["item_size_max", state.itemSizeLimit],
    ["lru_crawler", state.isCrawlerOn ? "yes" : "no"],
    ["flush_enabled", "yes"],
    ["dump_enabled", "yes"],
    ["ssl_enabled", "no"],
  ];
}

/** The figures of `stats conns`. While they are told, the server carries out the command of one of the connections. */
export function connectionStats(state: ServerState): Stat[] {
  const now = state.clock.now();
  const { port, hostname, path } = state.listening;
  const here = path === undefined ? `tcp:${hostname}:${port}` : `unix:${path}`;
  return Array.from(state.connections).flatMap(({ id, peer, lastHeard }): Stat[] => [
    [`${id}:addr`, path === undefined ? `tcp:${peer}` : here],
    [`${id}:listen_addr`, here],
    [`${id}:state`, "conn_read"],
    [`${id}:secs_since_last_cmd`, Math.floor(now - lastHeard)],
  ]);
}

/** The counters that `stats reset` clears. */
const COUNTED = [
  "cmd_get",
  "cmd_set",
  "cmd_flush",
  "cmd_touch",
  "cmd_meta",
  "get_hits",
  "get_misses",
  "get_expired",
  "get_flushed",
  "delete_misses",
  "delete_hits",
  "incr_misses",
  "incr_hits",
  "decr_misses",
  "decr_hits",
  "cas_misses",
  "cas_hits",
  "cas_badval",
  "touch_hits",
  "touch_misses",
  "store_too_large",
  "store_no_memory",
];

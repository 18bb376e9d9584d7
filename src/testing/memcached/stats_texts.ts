/**
 * The replies to `stats` and `stats settings`, with all names of memcached 1.6. A figure that the embedded server knows
 * has its true value, every other one that of a daemon which has just started with its default settings.
 */

import process from "node:process";
import type { ServerState } from "./server_state.ts";
import { totalSize } from "./store.ts";

type Stat = readonly [string, string | number];

/** The figures of `stats`. */
export function generalStats(state: ServerState): Stat[] {
  const { store, statistics, clock } = state;
  const now = Math.floor(clock.now());
  const items = store.size;
  let bytes = 0;
  for (const [key, item] of store.entries()) bytes += totalSize(key, item.flags, item.data.length);
  const known = new Map<string, string | number>([
    ["pid", process.pid],
    ["uptime", now - state.started],
    ["time", now],
    ["version", state.version],
    ["curr_connections", state.connections],
    ["total_connections", state.accepted],
    ["bytes", bytes],
    ["curr_items", items],
    ["total_items", store.stored],
  ]);
  for (const name of statistics.names()) known.set(name, statistics.of(name));
  return filled(GENERAL, known);
}

/** The figures of `stats settings`. */
export function settingsStats(state: ServerState): Stat[] {
  const { port, hostname, path } = state.listening;
  return filled(
    SETTINGS,
    new Map<string, string | number>([
      ["tcpport", port],
      ["inter", path === undefined ? hostname : "NULL"],
      ["domain_socket", path ?? "NULL"],
      ["item_size_max", state.itemSizeLimit],
    ]),
  );
}

function filled(texts: string, known: ReadonlyMap<string, string | number>): Stat[] {
  return texts.trim().split(/\s*\n\s*/).map((text): Stat => {
    const space = text.indexOf(" ");
    const name = text.slice(0, space);
    return [name, known.get(name) ?? text.slice(space + 1)];
  });
}

const GENERAL = `
  pid 1
  uptime 0
  time 0
  version -
  libevent 2.1.12-stable
  pointer_size 64
  rusage_user 0.000000
  rusage_system 0.000000
  max_connections 1024
  curr_connections 0
  total_connections 0
  rejected_connections 0
  connection_structures 3
  response_obj_oom 0
  response_obj_count 0
  response_obj_bytes 0
  read_buf_count 8
  read_buf_bytes 131072
  read_buf_bytes_free 49152
  read_buf_oom 0
  reserved_fds 20
  cmd_get 0
  cmd_set 0
  cmd_flush 0
  cmd_touch 0
  cmd_meta 0
  get_hits 0
  get_misses 0
  get_expired 0
  get_flushed 0
  delete_misses 0
  delete_hits 0
  incr_misses 0
  incr_hits 0
  decr_misses 0
  decr_hits 0
  cas_misses 0
  cas_hits 0
  cas_badval 0
  touch_hits 0
  touch_misses 0
  store_too_large 0
  store_no_memory 0
  auth_cmds 0
  auth_errors 0
  bytes_read 0
  bytes_written 0
  limit_maxbytes 67108864
  accepting_conns 1
  listen_disabled_num 0
  time_in_listen_disabled_us 0
  threads 4
  conn_yields 0
  hash_power_level 16
  hash_bytes 524288
  hash_is_expanding 0
  slab_reassign_rescues 0
  slab_reassign_chunk_rescues 0
  slab_reassign_evictions_nomem 0
  slab_reassign_inline_reclaim 0
  slab_reassign_busy_items 0
  slab_reassign_busy_deletes 0
  slab_reassign_running 0
  slabs_moved 0
  lru_crawler_running 0
  lru_crawler_starts 0
  lru_maintainer_juggles 0
  malloc_fails 0
  log_worker_dropped 0
  log_worker_written 0
  log_watcher_skipped 0
  log_watcher_sent 0
  log_watchers 0
  unexpected_napi_ids 0
  round_robin_fallback 0
  bytes 0
  curr_items 0
  total_items 0
  slab_global_page_pool 0
  expired_unfetched 0
  evicted_unfetched 0
  evicted_active 0
  evictions 0
  reclaimed 0
  crawler_reclaimed 0
  crawler_items_checked 0
  lrutail_reflocked 0
  moves_to_cold 0
  moves_to_warm 0
  moves_within_lru 0
  direct_reclaims 0
  lru_bumps_dropped 0
`;

const SETTINGS = `
  maxbytes 67108864
  maxconns 1024
  tcpport 22997
  udpport 0
  inter 127.0.0.1
  verbosity 0
  oldest 69
  evictions on
  domain_socket NULL
  umask 700
  shutdown_command no
  growth_factor 1.25
  chunk_size 48
  num_threads 4
  num_threads_per_udp 4
  stat_key_prefix :
  detail_enabled no
  reqs_per_event 20
  cas_enabled yes
  tcp_backlog 1024
  binding_protocol auto-negotiate
  auth_enabled_sasl no
  auth_enabled_ascii no
  item_size_max 1048576
  maxconns_fast yes
  hashpower_init 0
  slab_reassign yes
  slab_automove 1
  slab_automove_ratio 0.80
  slab_automove_window 30
  slab_chunk_max 524288
  lru_crawler yes
  lru_crawler_sleep 100
  lru_crawler_tocrawl 0
  tail_repair_time 0
  flush_enabled yes
  dump_enabled yes
  hash_algorithm murmur3
  lru_maintainer_thread yes
  lru_segmented yes
  hot_lru_pct 20
  warm_lru_pct 40
  hot_max_factor 0.20
  warm_max_factor 2.00
  temp_lru no
  temporary_ttl 61
  idle_timeout 0
  watcher_logbuf_size 262144
  worker_logbuf_size 65536
  read_buf_mem_limit 0
  track_sizes no
  inline_ascii_response no
  ext_item_size 512
  ext_item_age 4294967295
  ext_low_ttl 0
  ext_recache_rate 2000
  ext_wbuf_size 4194304
  ext_compact_under 0
  ext_drop_under 0
  ext_max_sleep 1000000
  ext_max_frag 0.80
  slab_automove_freeratio 0.010
  ext_drop_unread no
  ssl_enabled no
  ssl_chain_cert (null)
  ssl_key (null)
  ssl_verify_mode 0
  ssl_keyformat 1
  ssl_ciphers NULL
  ssl_ca_cert NULL
  ssl_wbuf_size 16384
  ssl_session_cache no
  ssl_kernel_tls no
  ssl_min_version tlsv1.2
  num_napi_ids (null)
  memory_file (null)
`;

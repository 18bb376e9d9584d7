/** The replies to `stats items` and `stats slabs`, with the slab classes of memcached's default settings. */

import type { ServerState } from "./server_state.ts";
import { totalSize } from "./store.ts";

type Stat = readonly [string, string | number];

/** Gives the figures of both groups. */
export function slabStats(state: ServerState): { items: Stat[]; slabs: Stat[] } {
  const { store, clock } = state;
  const now = clock.now();
  const classes = new Map<number, { used: number; requested: number; oldest: number }>();
  let used = 0;
  if (store.size > 0) {
    for (const [key, item] of store.entries()) {
      const size = totalSize(key, item.flags, item.data.length);
      const id = classOf(size);
      const found = classes.get(id) ?? { used: 0, requested: 0, oldest: now };
      found.used++;
      found.requested += size;
      found.oldest = Math.min(found.oldest, item.time);
      classes.set(id, found);
    }
  }
  const items: Stat[] = [];
  const slabs: Stat[] = [];
  for (const [id, found] of [...classes].sort(([a], [b]) => a - b)) {
    used++;
    const age = Math.floor(now - found.oldest);
    for (const name of ITEM_NAMES) items.push([`items:${id}:${name}`, 0]);
    set(items, `items:${id}:number`, found.used);
    set(items, `items:${id}:number_hot`, found.used);
    set(items, `items:${id}:age_hot`, age);
    set(items, `items:${id}:mem_requested`, found.requested);
    const size = CHUNK_SIZES[id - 1];
    const perPage = Math.floor(PAGE / size);
    const pages = Math.ceil(found.used / perPage);
    for (const name of SLAB_NAMES) slabs.push([`${id}:${name}`, 0]);
    set(slabs, `${id}:chunk_size`, size);
    set(slabs, `${id}:chunks_per_page`, perPage);
    set(slabs, `${id}:total_pages`, pages);
    set(slabs, `${id}:total_chunks`, pages * perPage);
    set(slabs, `${id}:used_chunks`, found.used);
    set(slabs, `${id}:free_chunks`, pages * perPage - found.used);
  }
  slabs.push(["active_slabs", used], ["total_malloced", used * PAGE]);
  return { items, slabs };
}

function set(stats: Stat[], name: string, value: number): void {
  stats[stats.findLastIndex(([key]) => key === name)] = [name, value];
}

function classOf(size: number): number {
  const index = CHUNK_SIZES.findIndex((chunk) => size <= chunk);
  return index < 0 ? CHUNK_SIZES.length : index + 1;
}

const PAGE = 1024 * 1024;

/** Each class is a quarter larger than the one before, in steps of 8 bytes. The last one holds half a page. */
const CHUNK_SIZES: readonly number[] = (() => {
  const sizes: number[] = [];
  const largest = PAGE / 2;
  for (let size = 96; size < largest / 1.25; size = Math.ceil(Math.floor(size * 1.25) / 8) * 8) {
    sizes.push(size);
  }
  return [...sizes, largest];
})();

const ITEM_NAMES = [
  "number",
  "number_hot",
  "number_warm",
  "number_cold",
  "age_hot",
  "age_warm",
  "age",
  "mem_requested",
  "evicted",
  "evicted_nonzero",
  "evicted_time",
  "outofmemory",
  "tailrepairs",
  "reclaimed",
  "expired_unfetched",
  "evicted_unfetched",
  "evicted_active",
  "crawler_reclaimed",
  "crawler_items_checked",
  "lrutail_reflocked",
  "moves_to_cold",
  "moves_to_warm",
  "moves_within_lru",
  "direct_reclaims",
  "hits_to_hot",
  "hits_to_warm",
  "hits_to_cold",
  "hits_to_temp",
];

const SLAB_NAMES = [
  "chunk_size",
  "chunks_per_page",
  "total_pages",
  "total_chunks",
  "used_chunks",
  "free_chunks",
  "free_chunks_end",
  "get_hits",
  "cmd_set",
  "delete_hits",
  "incr_hits",
  "decr_hits",
  "cas_hits",
  "cas_badval",
  "touch_hits",
];

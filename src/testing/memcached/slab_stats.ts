/** The replies to `stats items` and `stats slabs`: the figures that follow from the items, by memcached's names. */

import type { ServerState } from "./server_state.ts";
import { CHUNK_SIZES, PAGE, slabClassOf } from "./slab_classes.ts";
import { totalSize } from "./store.ts";

type Stat = readonly [string, string | number];

/** The figures of `stats items`. */
export function itemStats(state: ServerState): Stat[] {
  const now = state.clock.now();
  return classesOf(state).flatMap(([id, { used, requested, oldest }]): Stat[] => [
    [`items:${id}:number`, used],
    [`items:${id}:age`, Math.floor(now - oldest)],
    [`items:${id}:mem_requested`, requested],
    [`items:${id}:evicted`, 0],
  ]);
}

/** The figures of `stats slabs`. */
export function slabStats(state: ServerState): Stat[] {
  const classes = classesOf(state);
  let allPages = 0;
  const stats = classes.flatMap(([id, { used }]): Stat[] => {
    const size = CHUNK_SIZES[id - 1];
    const perPage = Math.floor(PAGE / size);
    const pages = Math.ceil(used / perPage);
    allPages += pages;
    return [
      [`${id}:chunk_size`, size],
      [`${id}:chunks_per_page`, perPage],
      [`${id}:total_pages`, pages],
      [`${id}:total_chunks`, pages * perPage],
      [`${id}:used_chunks`, used],
      [`${id}:free_chunks`, pages * perPage - used],
    ];
  });
  return [...stats, ["active_slabs", classes.length], ["total_malloced", allPages * PAGE]];
}

/** What is summed up of the items of one class. */
interface ClassFigures {
  used: number;
  requested: number;
  oldest: number;
}

function classesOf({ store, clock }: ServerState): [number, ClassFigures][] {
  store.dropGone();
  const classes = new Map<number, ClassFigures>();
  for (const [key, item] of store.entries()) {
    const size = totalSize(key, item.flags, item.data.length);
    const id = slabClassOf(size);
    const found = classes.get(id) ?? { used: 0, requested: 0, oldest: clock.now() };
    found.used++;
    found.requested += size;
    found.oldest = Math.min(found.oldest, item.time);
    classes.set(id, found);
  }
  return [...classes].sort(([a], [b]) => a - b);
}

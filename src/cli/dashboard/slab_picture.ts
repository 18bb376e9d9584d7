/** The memory of servers by the size of their items. */

import type { Probe, ServerSlab } from "./probe.ts";
import type { SlabClass, SlabPicture } from "./wire.ts";

/** Asks servers for their slab classes, and joins those whose chunks have the same size. */
export async function slabPicture(probes: readonly Probe[]): Promise<SlabPicture> {
  const missing: string[] = [];
  const bySize = new Map<number, SlabClass>();
  await Promise.all(probes.map(async (probe) => {
    try {
      for (const slab of (await probe.slabs()).values()) add(bySize, slab);
    } catch {
      missing.push(probe.name);
    }
  }));
  const classes = [...bySize.values()].sort((a, b) => a.size - b.size);
  return { classes, missing: missing.sort() };
}

function add(bySize: Map<number, SlabClass>, slab: ServerSlab): void {
  const { chunk_size: size = 0, chunks_per_page = 0, total_pages = 0, used_chunks = 0 } = slab;
  if (total_pages === 0) return;
  const sum = bySize.get(size) ?? NONE;
  bySize.set(size, {
    size,
    memory: sum.memory + size * chunks_per_page * total_pages,
    used: sum.used + size * used_chunks,
    asked: sum.asked + slab.asked,
    items: sum.items + used_chunks,
    evicted: sum.evicted + slab.evicted,
    age: Math.max(sum.age, slab.age),
  });
}

const NONE: SlabClass = { size: 0, memory: 0, used: 0, asked: 0, items: 0, evicted: 0, age: 0 };

/** The memory of servers by the size of their items. */

import type { Probe, ServerSlab } from "./probe.ts";
import type { Recorder } from "./recorder.ts";
import type { SlabClass, SlabPicture } from "./wire.ts";

/**
 * Takes pictures of slab classes for all pages that show the same servers. They change slowly, and take a server longer to
 * tell: it is asked every tenth tick, while a page is there. Nobody waits for a server that hangs.
 */
export class SlabCamera {
  readonly #recorder: Recorder;
  /** By the server that is shown; all of them without one. */
  readonly #films = new Map<string | undefined, Film>();

  constructor(recorder: Recorder) {
    this.#recorder = recorder;
  }

  /** Gives the newest picture, if there is one, and sees to it that there will be another. */
  newest(view: string | undefined): SlabPicture | undefined {
    const film = this.#film(view);
    const { ticks } = this.#recorder;
    if (film.taking === undefined && !(ticks < film.dueAt)) {
      film.dueAt = ticks + EVERY;
      film.taking = this.#take(film, view);
    }
    return film.picture;
  }

  /** Resolves when the picture that is being taken is there; `undefined` if none is. */
  developed(view: string | undefined): Promise<void> | undefined {
    return this.#film(view).taking;
  }

  async #take(film: Film, view: string | undefined): Promise<void> {
    film.picture = await slabPicture(this.#recorder.probes(view));
    film.taking = undefined;
  }

  #film(view: string | undefined): Film {
    let film = this.#films.get(view);
    if (film === undefined) {
      // Names come from pages: those that are not there are no reason to keep anything.
      film = { dueAt: 0 };
      if (view === undefined || this.#recorder.history(view) !== undefined) {
        this.#films.set(view, film);
      }
    }
    return film;
  }
}

interface Film {
  picture?: SlabPicture;
  taking?: Promise<void> | undefined;
  dueAt: number;
}

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
/** Ticks. */
const EVERY = 10;

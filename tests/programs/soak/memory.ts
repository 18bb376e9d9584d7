/** Looks at the memory of the process now and then, and says whether it grows. */

/** Bytes in use at one moment. */
export interface MemorySample {
  readonly heap: number;
  readonly rss: number;
}

/** The samples of a run, in order. */
export class Memory {
  readonly #samples: MemorySample[] = [];

  /** Takes a sample; of the heap, what is left after a collection where one can be asked for. */
  sample(): MemorySample {
    const { gc } = globalThis as { gc?: () => void };
    gc?.();
    const { heapUsed, rss } = Deno.memoryUsage();
    const sample = { heap: heapUsed, rss };
    this.#samples.push(sample);
    return sample;
  }

  get first(): MemorySample {
    return this.#samples[0];
  }

  get last(): MemorySample {
    return this.#samples[this.#samples.length - 1];
  }

  /** The most of each at any moment. */
  get most(): MemorySample {
    return {
      heap: Math.max(...this.#samples.map(({ heap }) => heap)),
      rss: Math.max(...this.#samples.map(({ rss }) => rss)),
    };
  }

  /**
   * How much more the last quarter of the run needs than the second: 0.1 is a tenth more. Of the heap, the least of each
   * is compared, which is there whatever is on the way at the moment; of the process, the middle. `undefined` where
   * nothing can be said: of a short run, or of a heap that nobody has collected.
   */
  get growth(): Growth {
    if (this.#samples.length < LEAST_SAMPLES) return { heap: undefined, rss: undefined };
    const heap = growthOf(this.#samples.map(({ heap }) => heap), least);
    const rss = growthOf(this.#samples.map(({ rss }) => rss), median);
    return { heap: "gc" in globalThis ? heap : undefined, rss };
  }
}

/** How much memory a run needs more at its end. */
export interface Growth {
  readonly heap: number | undefined;
  readonly rss: number | undefined;
}

const LEAST_SAMPLES = 20;

/** How much a figure of the last quarter is above that of the second; 0 for too few samples. */
export function growthOf(
  samples: readonly number[],
  figureOf: (samples: readonly number[]) => number,
): number {
  const quarter = samples.length >> 2;
  if (quarter === 0) return 0;
  return figureOf(samples.slice(-quarter)) / figureOf(samples.slice(quarter, 2 * quarter)) - 1;
}

/** The smallest of some. */
export function least(samples: readonly number[]): number {
  return samples.reduce((least, sample) => Math.min(least, sample));
}

/** The one in the middle. */
export function median(samples: readonly number[]): number {
  const sorted = samples.toSorted((a, b) => a - b);
  return sorted[sorted.length >> 1];
}

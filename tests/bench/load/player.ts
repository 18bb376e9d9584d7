import type { Player } from "../../../bench/load/measure.ts";

/** A participant of so many calls in each round of one second. */
export function player(name: string, calls: readonly number[], digest = "same"): Player {
  let round = -1;
  return {
    name,
    prepare: () => Promise.resolve({ digest, values: 100 }),
    run: () => {
      const found = calls[round++] ?? 1;
      if (Number.isNaN(found)) return Promise.reject(new Error("The client gave up"));
      return Promise.resolve({ calls: found, milliseconds: 1000, cpuMicroseconds: 100 * found });
    },
    quantiles: () => Promise.resolve({ p50: 1, p99: 2, p999: 3 }),
  };
}

/** Short closed loops that take turns, for figures that are a ratio of two things measured alike. */
import process from "node:process";

/** One side of a comparison. */
export interface Contestant {
  readonly name: string;
  /** One call. */
  run(at: number): Promise<unknown>;
  /** How many things one call does: keys, gets, bytes. */
  readonly things: number;
}

/** What one side took, as the median of its rounds. */
export interface Outcome {
  readonly name: string;
  readonly perSecond: number;
  /** Microseconds on the clock for one thing. */
  readonly micros: number;
  /** Microseconds of CPU of this process for one thing, over all rounds. */
  readonly cpuMicros: number;
}

/** How long to measure. */
export interface ContestTimes {
  readonly rounds: number;
  readonly milliseconds: number;
}

/** Lets them take turns, each first warmed for one round. */
export async function contest(
  contestants: readonly Contestant[],
  times: ContestTimes,
): Promise<Outcome[]> {
  const found = contestants.map(() => ({
    rates: [] as number[],
    things: 0,
    cpu: 0,
  }));
  for (let round = -1; round < times.rounds; round++) {
    for (const [i, contestant] of contestants.entries()) {
      const cpu = process.cpuUsage();
      const begin = performance.now();
      const end = begin + times.milliseconds;
      let calls = 0;
      do await contestant.run(calls++); while (performance.now() < end);
      const elapsed = performance.now() - begin;
      const used = process.cpuUsage(cpu);
      if (round < 0) continue;
      found[i].rates.push(calls * contestant.things / elapsed * 1000);
      found[i].things += calls * contestant.things;
      found[i].cpu += used.user + used.system;
    }
  }
  return found.map(({ rates, things, cpu }, i) => {
    const perSecond = rates.sort((a, b) => a - b)[Math.floor(rates.length / 2)];
    return {
      name: contestants[i].name,
      perSecond,
      micros: 1e6 / perSecond,
      cpuMicros: cpu / things,
    };
  });
}

/** Whether this run only shows that the probe works. */
export const SMOKE: boolean = Deno.args.includes("--smoke");

/** Times for a probe; none to speak of in a smoke run. */
export const TIMES: ContestTimes = SMOKE
  ? { rounds: 1, milliseconds: 1 }
  : { rounds: 7, milliseconds: 150 };

/** Two participants against each other on one work, in pairs of rounds: what changes from minute to minute changes for both. */
import { requireSameAnswers } from "./answers.ts";
import type { Player, Times } from "./measure.ts";
import type { Round } from "./orders.ts";
import { keysPerCall, nameOf, type Work } from "./work.ts";

/** What one work showed. */
export interface Pairs {
  readonly work: Work;
  readonly before: Side;
  readonly after: Side;
  /** Calls per second after, as a part of those before: above 1 is faster. */
  readonly rate: Ratio;
  /** CPU time after, as a part of that before: below 1 is cheaper. */
  readonly cpu: Ratio;
}

/** Medians of the rounds of one side. */
export interface Side {
  readonly callsPerSecond: number;
  readonly cpuMicrosPerKey: number;
}

/** The median of the pairs' ratios, and the quarter and the three quarter mark. */
export interface Ratio {
  readonly median: number;
  readonly quarter: number;
  readonly threeQuarters: number;
}

/** Measures one work; the two take turns in who goes first. `onStep` is told before each round. */
export async function measurePairs(
  work: Work,
  before: Player,
  after: Player,
  times: Times,
  onStep: (what: string) => void,
): Promise<Pairs> {
  const digests = new Map<string, string>();
  for (const player of [before, after]) {
    onStep(`${nameOf(work)}: warming ${player.name}`);
    digests.set(player.name, (await player.prepare(work)).digest);
    await player.run(times.warmUp, false);
  }
  requireSameAnswers(work, digests);
  const rounds: { before: Round; after: Round }[] = [];
  for (let round = 0; round < times.rounds; round++) {
    onStep(`${nameOf(work)}: pair ${round + 1} of ${times.rounds}`);
    const run = (player: Player) => player.run(times.milliseconds, false);
    if (round % 2 === 0) {
      rounds.push({ before: await run(before), after: await run(after) });
    } else {
      const first = await run(after);
      rounds.push({ before: await run(before), after: first });
    }
  }
  const keys = keysPerCall(work.operation);
  return {
    work,
    before: sideOf(rounds.map(({ before }) => before), keys),
    after: sideOf(rounds.map(({ after }) => after), keys),
    rate: ratioOf(rounds.map(({ before, after }) => rateOf(after) / rateOf(before))),
    cpu: ratioOf(rounds.map(({ before, after }) => cpuOf(after) / cpuOf(before))),
  };
}

function sideOf(rounds: readonly Round[], keys: number): Side {
  return {
    callsPerSecond: at(rounds.map(rateOf), 0.5),
    cpuMicrosPerKey: at(rounds.map(cpuOf), 0.5) / keys,
  };
}

function rateOf({ calls, milliseconds }: Round): number {
  return calls / milliseconds * 1000;
}

function cpuOf({ calls, cpuMicroseconds }: Round): number {
  return cpuMicroseconds / calls;
}

function ratioOf(ratios: readonly number[]): Ratio {
  return { median: at(ratios, 0.5), quarter: at(ratios, 0.25), threeQuarters: at(ratios, 0.75) };
}

/** The value below which such a part of them lies. */
function at(values: readonly number[], part: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))];
}

/** One work, all participants in turn: answers compared first, then warmed, then rounds in rotated order. */
import { LIBMC_PYTHON, PEERS, RAW_SOCKET } from "../participants/names.ts";
import { requireSameAnswers } from "./answers.ts";
import { type CoresName, coresText } from "./cores.ts";
import type { Prepared, Quantiles, Round } from "./orders.ts";
import type { Failure, Result } from "./report.ts";
import { keysPerCall, nameOf, type Work } from "./work.ts";

/** Whoever can be asked to take part: a process, or a test's stand-in. */
export interface Player {
  readonly name: string;
  prepare(work: Work): Promise<Prepared>;
  run(milliseconds: number, timed: boolean): Promise<Round>;
  quantiles(): Promise<Quantiles>;
}

/** One way to run, and how everyone is put there. */
export interface Place {
  readonly cores: CoresName;
  enter(): Promise<void>;
}

/** How long a work is measured in each place, and warmed before the first. */
export interface Times {
  readonly rounds: number;
  readonly milliseconds: number;
  readonly warmUp: number;
}

/** Measures one work in one place after the other; `onStep` is told before each round. */
export async function measure(
  work: Work,
  players: readonly Player[],
  places: readonly Place[],
  times: Times,
  onStep: (what: string) => void,
): Promise<{ results: Result[]; failures: Failure[] }> {
  const results: Result[] = [];
  const failures: Failure[] = [];
  const fit = new Set(players);
  const digests = new Map<string, string>();
  for (const [i, { cores, enter }] of places.entries()) {
    const attempt = async (player: Player, step: () => Promise<void>) => {
      if (!fit.has(player)) return;
      try {
        await step();
      } catch (error) {
        fit.delete(player);
        failures.push({
          participant: player.name,
          work: nameOf(work),
          cores,
          error: String(error),
        });
      }
    };
    await enter();
    for (const player of i === 0 ? players : []) {
      onStep(`${nameOf(work)}: checking ${player.name}`);
      await attempt(player, async () => {
        digests.set(player.name, (await player.prepare(work)).digest);
      });
    }
    requireSameAnswers(work, digests);
    for (const player of players) {
      onStep(`${nameOf(work)}: warming ${player.name}`);
      // What is warm has only to settle on its new cores.
      const warmUp = i === 0 ? times.warmUp : Math.min(times.warmUp, times.milliseconds);
      await attempt(player, async () => void await player.run(warmUp, false));
    }
    const rounds = new Map<Player, Round[]>(players.map((player) => [player, []]));
    for (let round = 0; round < times.rounds; round++) {
      onStep(`${nameOf(work)}, ${coresText(cores)}: round ${round + 1} of ${times.rounds}`);
      for (let turn = 0; turn < players.length; turn++) {
        const player = players[(round + turn) % players.length];
        await attempt(player, async () => {
          rounds.get(player)?.push(await player.run(times.milliseconds, true));
        });
      }
    }
    const quantiles = new Map<Player, Quantiles>();
    for (const player of players) {
      await attempt(player, async () => void quantiles.set(player, await player.quantiles()));
    }
    const whole = [...rounds].filter(([player]) => fit.has(player));
    results.push(...makeResults(work, cores, times, whole, quantiles));
  }
  return { results, failures };
}

function makeResults(
  work: Work,
  cores: CoresName,
  times: Times,
  rounds: readonly (readonly [Player, Round[]])[],
  quantiles: ReadonlyMap<Player, Quantiles>,
): Result[] {
  const keys = keysPerCall(work.operation);
  const rates = rounds.map(([player, own]) => {
    const perSecond = own.map(({ calls, milliseconds }) => calls / milliseconds * 1000)
      .sort((a, b) => a - b);
    return {
      player,
      own,
      perSecond,
      median: perSecond[Math.floor(perSecond.length / 2)],
    };
  });
  const raw = rates.find(({ player }) => player.name === RAW_SOCKET)?.median;
  const python = rates.find(({ player }) => player.name === LIBMC_PYTHON)?.median;
  const peers = rates.filter(({ player }) => PEERS.includes(player.name));
  const bestPeer = peers.length > 0 ? Math.max(...peers.map(({ median }) => median)) : undefined;
  return rates.map(({ player, own, perSecond, median }) => {
    const calls = own.reduce((sum, round) => sum + round.calls, 0);
    const cpu = own.reduce((sum, round) => sum + round.cpuMicroseconds, 0) /
      calls;
    return {
      ...work,
      participant: player.name,
      cores,
      rounds: times.rounds,
      milliseconds: times.milliseconds,
      callsPerSecond: median,
      keysPerSecond: median * keys,
      spread: [perSecond[0] / median, perSecond[perSecond.length - 1] / median],
      latency: quantiles.get(player) ?? { p50: NaN, p99: NaN, p999: NaN },
      cpuMicrosPerCall: cpu,
      cpuMicrosPerKey: cpu / keys,
      ofRaw: raw === undefined ? undefined : median / raw,
      ofBestPeer: bestPeer === undefined ? undefined : median / bestPeer,
      ofLibmcPython: python === undefined ? undefined : median / python,
    };
  });
}

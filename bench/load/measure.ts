/** One work, all participants in turn: answers compared first, then warmed, then rounds in rotated order. */
import { OURS, RAW_SOCKET } from "../participants/names.ts";
import { requireSameAnswers } from "./answers.ts";
import type { LoadOptions } from "./options.ts";
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

/** Measures one work; `onStep` is told before each round. */
export async function measure(
  work: Work,
  players: readonly Player[],
  times: Pick<LoadOptions, "rounds" | "milliseconds" | "warmUp">,
  onStep: (what: string) => void,
): Promise<{ results: Result[]; failures: Failure[] }> {
  const failures: Failure[] = [];
  const rounds = new Map<Player, Round[]>(
    players.map((player) => [player, []]),
  );
  const attempt = async (player: Player, step: () => Promise<void>) => {
    if (!rounds.has(player)) return;
    try {
      await step();
    } catch (error) {
      rounds.delete(player);
      failures.push({
        participant: player.name,
        work: nameOf(work),
        error: String(error),
      });
    }
  };

  const digests = new Map<string, string>();
  for (const player of players) {
    onStep(`${nameOf(work)}: checking ${player.name}`);
    await attempt(player, async () => {
      const { digest } = await player.prepare(work);
      digests.set(player.name, digest);
    });
  }
  requireSameAnswers(work, digests);
  for (const player of players) {
    onStep(`${nameOf(work)}: warming ${player.name}`);
    await attempt(
      player,
      async () => void await player.run(times.warmUp, false),
    );
  }
  for (let round = 0; round < times.rounds; round++) {
    onStep(`${nameOf(work)}: round ${round + 1} of ${times.rounds}`);
    for (let i = 0; i < players.length; i++) {
      const player = players[(round + i) % players.length];
      await attempt(player, async () => {
        rounds.get(player)?.push(await player.run(times.milliseconds, true));
      });
    }
  }
  const quantiles = new Map<Player, Quantiles>();
  for (const player of players) {
    await attempt(
      player,
      async () => void quantiles.set(player, await player.quantiles()),
    );
  }
  return { results: makeResults(work, rounds, quantiles), failures };
}

function makeResults(
  work: Work,
  rounds: ReadonlyMap<Player, Round[]>,
  quantiles: ReadonlyMap<Player, Quantiles>,
): Result[] {
  const keys = keysPerCall(work.operation);
  const rates = [...rounds].map(([player, own]) => {
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
  const peers = rates.filter(({ player }) => player.name !== RAW_SOCKET && player.name !== OURS);
  const bestPeer = peers.length > 0 ? Math.max(...peers.map(({ median }) => median)) : undefined;
  return rates.map(({ player, own, perSecond, median }) => {
    const calls = own.reduce((sum, round) => sum + round.calls, 0);
    const cpu = own.reduce((sum, round) => sum + round.cpuMicroseconds, 0) /
      calls;
    return {
      ...work,
      participant: player.name,
      callsPerSecond: median,
      keysPerSecond: median * keys,
      spread: [perSecond[0] / median, perSecond[perSecond.length - 1] / median],
      latency: quantiles.get(player) ?? { p50: NaN, p99: NaN, p999: NaN },
      cpuMicrosPerCall: cpu,
      cpuMicrosPerKey: cpu / keys,
      ofRaw: raw === undefined ? undefined : median / raw,
      ofBestPeer: bestPeer === undefined ? undefined : median / bestPeer,
    };
  });
}

/**
 * Callers of three clients, of which one keeps values near, who read, change, load and update the same few keys, in a namespace too, and want the same locks,
 * of a server whose network fails. A history of what others did knows what each of them may be told.
 */

import { Client, type ClientOptions } from "@libmc/libmc";
import { History, HistoryTally } from "../../support/history/history.ts";
import { Holders, wantLock } from "../../support/history/holders.ts";
import { callShared, readInTheEnd, type SharedCaller } from "../../support/history/shared_calls.ts";
import { Random } from "../../support/random.ts";
import type { Stand } from "./stand.ts";
import type { Tally } from "./tally.ts";
import { pause } from "./troublemaker.ts";

const WHOSE = "callers who share keys";
const CALLERS = 6;
/** Milliseconds for which the last client keeps values near. */
const MAX_AGE = 50;
/** How many calls each makes before all begin anew with other keys. */
const CALLS = 60;
const OPTIONS: ClientOptions = {
  strict: true,
  pollTimeout: 150,
  connectTimeout: 150,
  retryTimeout: 50,
  timeout: 1000,
};

/** Lets callers call until the signal is aborted. */
export async function callTogether(
  stand: Stand,
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await using one = new Client(stand.address, { ...OPTIONS, warn: false });
  await using wide = new Client(stand.address, { ...OPTIONS, warn: false, connections: 3 });
  const nearCache = { maxBytes: 1_000_000, maxAge: MAX_AGE };
  await using near = new Client(stand.address, { ...OPTIONS, warn: false, nearCache });
  const failing = failNowAndThen(stand, new Random(random.below(2 ** 32)), signal);
  const rounds = async () => {
    for (let round = 0; !signal.aborted; round++) {
      await playRound([one, wide, near], random, { name: `together:${round}`, tally, signal });
    }
  };
  await Promise.all([failing, rounds()]);
}

/** What a round is about. */
export interface Round {
  /** What its keys begin with. */
  readonly name: string;
  readonly tally: Tally;
  readonly signal: AbortSignal;
}

/** The one that keeps values near, if there are so many clients. */
const KEEPS_NEAR = 2;

/** Plays with new keys until each caller has made its calls, and judges what they were told. */
export async function playRound(
  clients: readonly Client[],
  random: Random,
  { name, tally, signal }: Round,
): Promise<void> {
  const counts = new HistoryTally();
  const history = new History(counts);
  const holders = new Holders();
  let values = 0;
  const callers = Array.from({ length: CALLERS }, (_, i): SharedCaller => {
    const own = new Random(random.below(2 ** 32));
    const client = clients[i % clients.length];
    return {
      ...{ client, history, random: own },
      maxAge: i % clients.length === KEEPS_NEAR ? MAX_AGE : undefined,
      space: client.namespace(`${name}/${i % clients.length}`),
      keys: ["a", "b", "c"].map((key) => `${name}:${key}`),
      value: () => `v${++values}`,
      rest: () => pause(own.below(10), signal),
    };
  });
  const counted = async (call: Promise<void>) => {
    tally.unsettled++;
    const began = tally.now();
    try {
      await call;
    } catch (error) {
      tally.addWrong(WHOSE, `rejected with ${Deno.inspect(error)}`);
    }
    tally.tookSince(began);
    tally.unsettled--;
    tally.operations++;
  };
  await Promise.all(callers.map(async (caller) => {
    const { client, random, rest } = caller;
    for (let i = 0; i < CALLS && !signal.aborted; i++) {
      await counted(
        random.below(6) > 0
          ? callShared(caller)
          : wantLock(client, `${name}:lock`, { ttl: 600, holders, random, rest }),
      );
      await rest();
    }
  }));
  for (const caller of callers.slice(0, clients.length)) await counted(readInTheEnd(caller));
  tally.sharedReads += counts.hits + counts.misses + counts.shared;
  tally.sharedLoads += counts.loads;
  tally.locks += holders.tally.given;
  for (const wrong of [history.wrong, holders.wrong]) {
    if (wrong !== undefined) tally.addWrong(WHOSE, wrong);
  }
}

/** What is lost is lost, and what is late comes in order; the server itself goes on. */
async function failNowAndThen(stand: Stand, random: Random, signal: AbortSignal): Promise<void> {
  const { proxy } = stand;
  while (!signal.aborted) {
    await pause(random.below(400), signal);
    switch (random.below(6)) {
      case 0:
        await proxy.set({ reset: random.pick(["request", "reply"] as const), probability: 0.1 });
        break;
      case 1:
        await proxy.set({ delayMs: random.below(200), probability: 0.3 });
        break;
      case 2:
        await proxy.set({ stall: true });
        break;
      case 3:
        proxy.disconnect();
        break;
      default:
        await proxy.clear();
    }
  }
  await proxy.clear();
}

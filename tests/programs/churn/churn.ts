/**
 * Callers at work while servers are added and removed, round after round. All servers live all the time, so a client with a
 * fixed list would not fail once: neither may this one. What is checked:
 *
 * - No call rejects, gives a soft failure, or fires a `failure`.
 * - A value is always one that was once stored under its key.
 * - What was written is read again if no server came or left from the write to the read. Otherwise the key may have
 *   moved, to where it is missing or older.
 * - A command that was carried out twice, or not at all, would leave the counters of all servers together with another sum.
 */

import { Client } from "../../../mod.ts";
import { Random } from "../../support/random.ts";

/** What a churn needs. */
export interface ChurnOptions {
  readonly rounds: number;
  readonly callers: number;
  readonly seed: number;
  /** Addresses of servers that live all the time. Some of them, at least one, are those of the client at a time. */
  readonly servers: readonly string[];
}

/** What came of it. */
export interface ChurnResult {
  rounds: number;
  calls: number;
  readonly wrong: string[];
  readonly failed: string[];
  /** The increments that were answered, and those that are found in the servers. */
  increments: number;
  counted: number;
  /** Reads that had to find what was written. */
  certain: number;
}

/** Lets callers work while the list of servers changes in each round. */
export async function churn(
  { rounds, callers, seed, servers }: ChurnOptions,
): Promise<ChurnResult> {
  const random = new Random(seed);
  const result: ChurnResult = {
    ...{ rounds: 0, calls: 0, increments: 0, counted: 0, certain: 0 },
    ...{ wrong: [], failed: [] },
  };
  await forEachServer(servers, async (client) => {
    await client.flushAll();
    for (let i = 0; i < callers; i++) await client.set(counterOf(i), 0);
  });
  // No limit that a busy machine could pass: what fails here fails by the change.
  const limits = { pollTimeout: 60_000, timeout: 60_000, connectTimeout: 60_000 };
  await using client = new Client(servers.slice(0, 1), { ...limits, strict: true });
  client.addEventListener("failure", ({ verb, error }) => note(result.failed, `${verb} ${error}`));
  let isOver = false;
  const work = Array.from({ length: callers }, async (_, caller) => {
    for (let n = 0; !isOver; n++) {
      try {
        await callOnce(client, caller, n, result);
      } catch (error) {
        note(result.failed, `caller ${caller}: ${error}`);
      }
    }
  });
  while (result.rounds < rounds) {
    client.setServers(nextList(random, client.servers, servers));
    result.rounds++;
    // As many calls as there are callers, more or less: some are on their way whenever the list changes.
    const until = result.calls + random.below(2 * callers);
    do await new Promise((turned) => setTimeout(turned, 0)); while (result.calls < until);
  }
  isOver = true;
  await Promise.all(work);
  await forEachServer(servers, async (client) => {
    for (let i = 0; i < callers; i++) result.counted += await client.get<number>(counterOf(i)) ?? 0;
  });
  return result;
}

/** One caller's next calls, for keys that are its own. */
async function callOnce(
  client: Client,
  caller: number,
  n: number,
  result: ChurnResult,
): Promise<void> {
  const key = `${caller}:${n % 7}`;
  const { rounds } = result;
  switch (n % 3) {
    case 0: {
      await client.set(key, { key, n });
      const item = await client.get<Item>(key);
      result.calls += 2;
      checkItem(item, key, n, result.rounds === rounds, result);
      return;
    }
    case 1: {
      await client.incr(counterOf(caller));
      result.increments++;
      result.calls++;
      return;
    }
    default: {
      const keys = Array.from({ length: 7 }, (_, i) => `${caller}:${i}`);
      await client.setMulti(keys.map((key) => [key, { key, n }] as const));
      const items = await client.getMulti<Item>(keys);
      result.calls += 2;
      const isSame = result.rounds === rounds;
      for (const key of keys) checkItem(items.get(key), key, n, isSame, result);
    }
  }
}

interface Item {
  readonly key: string;
  readonly n: number;
}

function checkItem(
  item: Item | undefined,
  key: string,
  n: number,
  isCertain: boolean,
  result: ChurnResult,
): void {
  if (isCertain) result.certain++;
  const isRight = isCertain
    ? item?.key === key && item.n === n
    : item === undefined || item.key === key && item.n <= n;
  if (!isRight) note(result.wrong, `${key}, ${n}: ${JSON.stringify(item)}`);
}

/** Adds or removes a server or two, or changes the order. */
function nextList(random: Random, now: readonly string[], all: readonly string[]): string[] {
  const next = new Set(now);
  for (let changes = 1 + random.below(2); changes > 0; changes--) {
    const server = all[random.below(all.length)];
    if (!next.delete(server)) next.add(server);
  }
  if (next.size === 0) next.add(all[random.below(all.length)]);
  const list = Array.from(next);
  return random.below(4) === 0 ? list.reverse() : list;
}

async function forEachServer(
  servers: readonly string[],
  act: (client: Client) => Promise<void>,
): Promise<void> {
  for (const server of servers) {
    await using client = new Client(server, { strict: true, allowFlushAll: true });
    await act(client);
  }
}

function counterOf(caller: number): string {
  return `counter:${caller}`;
}

/** Keeps the first of what went wrong, and counts the rest by its length. */
function note(list: string[], text: string): void {
  list.push(list.length < 20 ? text : "");
}

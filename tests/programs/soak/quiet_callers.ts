/**
 * Callers that ask for no replies, over several connections, of a server that is late but loses nothing. What a caller
 * has called is carried out in that order, waited for or not, so each of its reads is known beforehand.
 */

import { Client } from "@libmc/libmc";
import { Random } from "../../support/random.ts";
import { bigValue } from "./checked_value.ts";
import type { Stand } from "./stand.ts";
import type { Tally } from "./tally.ts";
import { pause } from "./troublemaker.ts";

const CALLERS = 4;
const KEYS = 4;

/** Lets callers call until the signal is aborted. */
export async function callQuietly(
  stand: Stand,
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await using client = new Client(stand.address, {
    noreply: true,
    connections: 3,
    pollTimeout: 10_000,
    timeout: 30_000,
    warn: false,
  });
  // A call that failed leaves nobody knows what.
  let failures = 0;
  client.addEventListener("failure", () => void failures++);
  await Promise.all([
    delay(stand, new Random(random.below(2 ** 32)), signal),
    ...Array.from({ length: CALLERS }, async (_, i) => {
      const own = new Random(random.below(2 ** 32));
      while (!signal.aborted) {
        await callInOrder(client, own, `quiet:${i}`, { tally, failures: () => failures, signal });
      }
    }),
  ]);
}

interface Surroundings {
  readonly tally: Tally;
  readonly failures: () => number;
  readonly signal: AbortSignal;
}

/** Calls with keys of its own, and knows what each of them must have. Ends with the first failure. */
export async function callInOrder(
  client: Client,
  random: Random,
  name: string,
  { tally, failures, signal }: Surroundings,
): Promise<void> {
  const before = failures();
  const known = new Map<string, string | number | undefined>();
  const run = random.below(2 ** 32);
  while (!signal.aborted && failures() === before) {
    const key = `${name}:${run}:${random.below(KEYS)}`;
    const value = known.get(key);
    tally.unsettled++;
    const change = changeOf(random, key, value);
    const changed = change.call(client);
    // Whether it is waited for or not.
    if (random.below(3) > 0) await changed;
    const found = await client.get(key);
    await changed;
    tally.unsettled--;
    tally.operations++;
    if (failures() !== before) return;
    known.set(key, change.value);
    if (found === change.value) tally.readBack++;
    else {
      tally.addWrong(
        "callers without replies",
        `${key} gave ${brief(found)} after ${change.name}, not ${brief(change.value)}`,
      );
      return;
    }
  }
}

interface Change {
  readonly name: string;
  readonly call: (client: Client) => Promise<unknown>;
  /** What the key has afterwards. */
  readonly value: string | number | undefined;
}

function changeOf(random: Random, key: string, value: string | number | undefined): Change {
  const kind = random.below(12);
  const number = random.below(1000);
  const exptime = 3600;
  if (kind === 0) {
    const value = bigValue(random, key);
    return { name: "set, split", value, call: (client) => client.set(key, value, { exptime }) };
  }
  if (kind < 4) {
    return { name: "delete", value: undefined, call: (client) => client.delete(key) };
  }
  if (kind < 6 && typeof value === "number") {
    return { name: "incr", value: value + number, call: (client) => client.incr(key, number) };
  }
  if (kind < 8 && typeof value === "string" && value.length < 10_000) {
    return {
      name: "append",
      value: `${value}+`,
      call: (client) => client.append(key, "+"),
    };
  }
  if (kind === 8) {
    const text = `value ${number}`;
    return {
      name: "setMulti",
      value: text,
      call: (client) => client.setMulti([[key, text], [`${key}:other`, text]], { exptime }),
    };
  }
  const stored = kind < 10 ? number : `value ${number}`;
  return { name: "set", value: stored, call: (client) => client.set(key, stored, { exptime }) };
}

/** Replies that are late, and a daemon that sleeps for a moment: connections are served in any order then. */
async function delay(stand: Stand, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    await pause(random.below(500), signal);
    switch (random.below(3)) {
      case 0:
        stand.pause();
        await pause(random.below(300), signal);
        stand.resume();
        break;
      case 1:
        await stand.proxy.set({ delayMs: random.below(30), probability: 0.3 });
        break;
      default:
        await stand.proxy.clear();
    }
  }
}

function brief(value: unknown): string {
  return Deno.inspect(value).slice(0, 80);
}

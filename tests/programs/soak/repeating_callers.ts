/**
 * Callers of a client that repeats what is safe to repeat, whose connections are reset again and again. They have several
 * changes of one key on their way at once: a repetition must not come behind a later change.
 */

import { Client } from "@libmc/libmc";
import { Random } from "../../support/random.ts";
import type { Stand } from "./stand.ts";
import type { Tally } from "./tally.ts";
import { pause } from "./troublemaker.ts";

const CALLERS = 4;
const AT_ONCE = 4;

/** Lets callers call until the signal is aborted. */
export async function callAndRepeat(
  stand: Stand,
  random: Random,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  await using client = new Client(stand.address, {
    maxRetries: 3,
    connections: 3,
    pollTimeout: 10_000,
    connectTimeout: 10_000,
    timeout: 30_000,
    retryTimeout: 5,
    warn: false,
  });
  await Promise.all([
    resetNowAndThen(stand, new Random(random.below(2 ** 32)), signal),
    ...Array.from({ length: CALLERS }, async (_, i) => {
      const own = new Random(random.below(2 ** 32));
      await changeInOrder(client, own, `repeat:${i}`, tally, signal);
    }),
  ]);
}

/** Changes one key several times at once, again and again, and knows what it may have each time. */
export async function changeInOrder(
  client: Client,
  random: Random,
  key: string,
  tally: Tally,
  signal: AbortSignal,
): Promise<void> {
  let may: readonly unknown[] = [undefined];
  let doubtful: readonly unknown[] = [];
  for (let next = 0; !signal.aborted;) {
    await pause(random.below(20), signal);
    tally.unsettled++;
    const values = Array.from({ length: AT_ONCE }, () => next++);
    const done = await Promise.all(values.map((value) => client.set(key, value)));
    // One that failed may be carried out at any later moment; one that was confirmed has taken the place of all others.
    const failed = values.filter((_, i) => !done[i]);
    const last = done.lastIndexOf(true);
    may = [...last < 0 ? may : [values[last], ...doubtful], ...failed];
    doubtful = failed;
    const found = await client.get(key, { strict: true }).catch(() => FAILED);
    tally.unsettled--;
    tally.operations++;
    if (found === FAILED) continue;
    if (may.includes(found)) tally.inOrder++;
    else {
      tally.addWrong(
        "callers whose calls are repeated",
        `${key} gave ${found} after sets of ${values} that gave ${done}`,
      );
    }
    may = [found, ...failed];
  }
}

/** A request that is lost never arrives, and one that arrives does so before its connection is gone. */
async function resetNowAndThen(stand: Stand, random: Random, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    const reset = random.pick(["request", "reply"] as const);
    await stand.proxy.set({ reset, probability: 0.1 });
    await pause(200, signal);
    await stand.proxy.clear();
    await pause(100, signal);
  }
}

const FAILED = Symbol("failed");

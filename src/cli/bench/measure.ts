/** Does a work for some time, and measures it. */

import type { Clock } from "../../clock.ts";
import { overOrAborted } from "../interrupt.ts";
import { Latencies } from "./latencies.ts";
import type { Work } from "./works.ts";

/** What a work has given. */
export interface Measured {
  readonly name: string;
  /** Keys a second. */
  readonly perSecond: number;
  /** Milliseconds within which half of the calls, and 99 of 100, were over. */
  readonly p50: number | undefined;
  readonly p99: number | undefined;
  readonly failed: number;
  /** The first failure. */
  readonly error: unknown;
}

/**
 * Does a work for some time.
 *
 * @param milliseconds How long.
 * @param tell Is told the keys a second so far, now and then.
 */
export async function measure(
  work: Work,
  milliseconds: number,
  clock: Clock,
  signal: AbortSignal,
  tell: (perSecond: number) => void,
): Promise<Measured> {
  const began = clock.now();
  const end = began + milliseconds;
  const latencies = new Latencies();
  let turn = 0;
  let keys = 0;
  let failed = 0;
  let error: unknown;
  let told = began;
  async function call(): Promise<void> {
    for (let now = clock.now(); now < end && !signal.aborted;) {
      try {
        const done = await work.once(turn++);
        keys += done;
      } catch (reason) {
        failed++;
        error ??= reason;
        // Calls to a dead server fail at once.
        await new Promise<void>((resolve) => clock.after(PAUSE, resolve));
      }
      const then = clock.now();
      latencies.add(then - now);
      now = then;
      if (now - told < TELL_EVERY) continue;
      told = now;
      tell(keys / (now - began) * 1000);
    }
  }
  const callers = Promise.all(Array.from({ length: work.callers }, call));
  // Calls that a server owes an answer are not waited for: a signal for each would be measured as well.
  await overOrAborted(callers, signal);
  const seconds = (clock.now() - began) / 1000;
  return {
    name: work.name,
    perSecond: seconds > 0 ? keys / seconds : 0,
    p50: latencies.within(0.5),
    p99: latencies.within(0.99),
    failed,
    error,
  };
}

// In milliseconds.
const TELL_EVERY = 100;
const PAUSE = 10;

/** A program that works now and then for longer than a call may take, and calls before and after in the same turn. */

import { pause } from "./troublemaker.ts";

/**
 * Works until the signal is aborted.
 *
 * @param call Makes one call, and looks at its answer.
 * @param milliseconds How long it works at a time.
 */
export async function busyProgram(
  call: () => Promise<void>,
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  while (true) {
    await pause(PAUSE, signal);
    if (signal.aborted) return;
    const calls = [call()];
    for (const end = performance.now() + milliseconds; performance.now() < end;);
    for (let i = 0; i < CALLS; i++) calls.push(call());
    await Promise.all(calls);
  }
}

const PAUSE = 20_000;
const CALLS = 10;

/**
 * Waiting without time. Between two inputs of a scripted transport, dialler or clock all that a client does is
 * microtasks, however many: nobody counts them. The event loop turns once none is left.
 */

import { setImmediate } from "node:timers";

/** Waits until all is quiet: whatever could be done has been done, and the next input is the test's. */
export function settle(): Promise<void> {
  return new Promise((resolve) => void setImmediate(resolve));
}

/** Waits for some moment before all is quiet, for tests of what may happen at any of them. */
export async function microtasks(count: number): Promise<void> {
  for (let i = 0; i < count; i++) await Promise.resolve();
}

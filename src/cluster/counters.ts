/** What has happened to a server: plain numbers that only grow. */

import type { Traffic } from "../connection/contract.ts";
import type { HappeningCounts } from "../observe/observer.ts";

/** What has happened to a server so far. */
export interface ServerCounters extends Traffic, HappeningCounts {}

/** Counters of a server to which nothing has happened. */
export function zeroCounters(): ServerCounters {
  return {
    commands: 0,
    hits: 0,
    misses: 0,
    bytesRead: 0,
    bytesWritten: 0,
    writes: 0,
    connects: 0,
    disconnects: 0,
    failedDials: 0,
    desyncs: 0,
    resends: 0,
    failures: 0,
    torn: 0,
  };
}

/** What has happened to a server: plain numbers that only grow. */

import type { Traffic } from "../connection/contract.ts";

/** What has happened to a server so far. */
export interface ServerCounters extends Traffic {
  /** Connections made. */
  connects: number;
  /** Connections lost or closed. */
  disconnects: number;
  /** Dials that failed. */
  failedDials: number;
  /** Connections closed because a reply came that could not be the one due. */
  desyncs: number;
  /** Commands sent again. */
  resends: number;
  /** Calls, or parts of them, that failed. */
  failures: number;
  /** Split values that could not be put together, as a chunk was missing or of the wrong length. */
  torn: number;
}

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

import type { Machine } from "./machine.ts";
import type { Quantiles } from "./orders.ts";
import type { Work } from "./work.ts";

/** Everything one run found; this is what the dated JSON holds. */
export interface Report {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Record<string, string>;
  readonly rounds: number;
  readonly milliseconds: number;
  readonly seconds: number;
  readonly results: readonly Result[];
  readonly failures: readonly Failure[];
}

/** One participant on one work. */
export interface Result extends Work {
  readonly participant: string;
  /** Median of the rounds. */
  readonly callsPerSecond: number;
  readonly keysPerSecond: number;
  /** Slowest and fastest round, as parts of the median. */
  readonly spread: readonly [number, number];
  /** Latencies of calls in microseconds, all rounds together. */
  readonly latency: Quantiles;
  /** CPU time of the client's process, all its threads, over all rounds. */
  readonly cpuMicrosPerCall: number;
  readonly cpuMicrosPerKey: number;
  /** Calls per second against the raw socket's and against the best client's that is not ours. */
  readonly ofRaw: number | undefined;
  readonly ofBestPeer: number | undefined;
}

/** A participant that could not do a work. */
export interface Failure {
  readonly participant: string;
  readonly work: string;
  readonly error: string;
}

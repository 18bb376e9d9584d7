import type { Cores, CoresName } from "./cores.ts";
import type { Machine } from "./machine.ts";
import type { Quantiles } from "./orders.ts";
import type { Work } from "./work.ts";

/** Everything one run found; this is what the dated JSON holds. */
export interface Report {
  readonly date: string;
  readonly command: string;
  readonly machine: Machine;
  readonly versions: Record<string, string>;
  /** The ways in which each work was run, and on which cores that was. */
  readonly cores: readonly Cores[];
  readonly seconds: number;
  readonly results: readonly Result[];
  readonly failures: readonly Failure[];
}

/** One participant on one work. */
export interface Result extends Work {
  readonly participant: string;
  /** Whether the servers and the client shared one core or two. */
  readonly cores: CoresName;
  /** How many rounds there were, and how long each was meant to be. */
  readonly rounds: number;
  readonly milliseconds: number;
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
  /** Calls per second against the raw socket's, the best npm client's, and libmc's on Python. */
  readonly ofRaw: number | undefined;
  readonly ofBestPeer: number | undefined;
  readonly ofLibmcPython: number | undefined;
}

/** A participant that could not do a work. */
export interface Failure {
  readonly participant: string;
  readonly work: string;
  readonly cores: CoresName;
  readonly error: string;
}

/** The command of a run, without the folders of the machine it was on. */
export function commandOf(args: readonly string[]): string {
  const shown = args.map((arg, i) => args[i - 1] === "--libmc" ? "PYTHON" : arg);
  return ["deno task bench:load", ...shown].join(" ");
}

/** The report as JSON with a line for each result, so that two runs can be compared by eye. */
export function formatReport(report: Report): string {
  const { results, ...rest } = report;
  const lines = results.map((result) => "  " + JSON.stringify(result, round));
  const head = JSON.stringify(rest, round, 1).slice(0, -2);
  return `${head},\n "results": [\n${lines.join(",\n")}\n ]\n}\n`;
}

/** Four significant digits are more than any figure here is good for. */
function round(key: string, value: unknown): unknown {
  return typeof value === "number" && key !== "bytes" ? Number(value.toPrecision(4)) : value;
}

/** What the parent says to a participant's process, one JSON line each, and what it hears. */
import type { Work } from "./work.ts";

/** What the parent can ask. */
export type Order =
  | { readonly order: "prepare"; readonly work: Work }
  | {
    readonly order: "run";
    readonly milliseconds: number;
    readonly timed: boolean;
  }
  | { readonly order: "quantiles" };

/** First line of the child: who it is. */
export interface Greeting {
  readonly version: string;
  readonly manyServers: boolean;
  /** Whether several callers can wait for it at once. */
  readonly manyCallers: boolean;
}

/** Answer to `prepare`. */
export interface Prepared {
  /** SHA-256 of the values read back, in order. */
  readonly digest: string;
  readonly values: number;
}

/** Answer to `run`. */
export interface Round {
  readonly calls: number;
  readonly milliseconds: number;
  readonly cpuMicroseconds: number;
}

/** Answer to `quantiles`, in microseconds: of all timed rounds since it was last asked. */
export interface Quantiles {
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
}

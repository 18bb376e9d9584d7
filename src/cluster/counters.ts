/**
 * The counters of a server: plain numbers that only grow. Nothing is counted here: connections count the traffic, and
 * `observe/counters.ts` counts what happens.
 */

import type { Traffic } from "../connection/contract.ts";
import type { Latencies } from "../observe/histogram.ts";
import type { HappeningCounts } from "../observe/observer.ts";

/**
 * Counts of what has happened to a server so far. They only grow.
 *
 * @example Find servers that cause trouble
 * ```ts
 * import { Client, type ServerCounters } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client([server.address, "127.0.0.1:1"]);
 *
 * const isTroubled = ({ failures, failedDials, desyncs }: ServerCounters) =>
 *   failures + failedDials + desyncs > 0;
 * await client.version();
 * const troubled = [...client.counters()].filter(([, counters]) => isTroubled(counters));
 * assertEquals(troubled.map(([name]) => name), ["127.0.0.1:1"]);
 * ```
 */
export interface ServerCounters extends Traffic, HappeningCounts {
  /** Values that were given from those kept near (`nearCache`), which are no hits of the server. */
  nearHits: number;
  /** Keys that were asked for as no value was kept near. */
  nearMisses: number;
  /** Values that were kept near and gave way to others. */
  nearEvictions: number;
  /** Bytes that the values kept near take now: the one that can shrink. */
  nearBytes: number;
  /** How long commands took from the write to the end of the reply. Only with the option `latencies`. */
  readonly latency?: Latencies;
}

/** Copies counters, so that what is counted later does not change the copy. */
export function copyOf(counters: ServerCounters, latency: Latencies | undefined): ServerCounters {
  const { failuresByKind } = counters;
  const copy = { ...counters, failuresByKind: { ...failuresByKind } };
  return latency === undefined ? copy : { ...copy, latency };
}

/** Makes the counters of a server to which nothing has happened. */
export function zeroCounters(): ServerCounters {
  return {
    commands: 0,
    hits: 0,
    misses: 0,
    stores: 0,
    bytesRead: 0,
    bytesWritten: 0,
    writes: 0,
    connects: 0,
    disconnects: 0,
    failedDials: 0,
    desyncs: 0,
    resends: 0,
    failures: 0,
    failuresByKind: {},
    torn: 0,
    nearHits: 0,
    nearMisses: 0,
    nearEvictions: 0,
    nearBytes: 0,
    misfits: 0,
    owed: 0,
    replayed: 0,
    forgotten: 0,
  };
}

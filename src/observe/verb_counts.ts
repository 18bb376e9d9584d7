/** Counts calls by the method that was called. What a call has found and stored is read from its result. */

import { Histogram, type Latencies } from "./histogram.ts";

/** How the result of a verb tells what was found or stored: of one key, or of many. */
export type ResultKind = "value" | "map" | "list" | "stored" | "allStored" | "plain";

/** What is known of a verb. */
export interface CountedVerb {
  readonly name: string;
  readonly gives: ResultKind;
}

/** A call, as it is counted. */
interface CountedCall {
  readonly verb: CountedVerb;
  /** The keys as the caller gave them; `undefined` if it had none. */
  readonly keys: string | readonly string[] | undefined;
  /** How many bytes of items have come for it. */
  readonly itemBytes: number;
}

/**
 * Counts of the calls of one method: {@linkcode Client.counters} with `"verbs"`. Wrong use, aborted calls and calls after
 * `close()` are not counted.
 *
 * @example The hit rate of getMulti()
 * ```ts
 * import { Client, type VerbCounters } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("a", 1);
 * await client.getMulti(["a", "b", "c", "d"]);
 * const counters: VerbCounters | undefined = client.counters("verbs").get("getMulti");
 * assert(counters !== undefined);
 * assertEquals(counters.hits / (counters.hits + counters.misses), 0.25);
 * ```
 */
export interface VerbCounters {
  /** Calls that have ended. */
  readonly calls: number;
  /** Keys for which a retrieval gave a value. */
  readonly hits: number;
  /** Those for which it gave none, and did not fail. Of a key that one call names twice, the second one counts here. */
  readonly misses: number;
  /** Items that were stored. */
  readonly stores: number;
  /** Calls, and parts of them, that failed. */
  readonly failures: number;
  /** Those by the name of their error, as in `TimeoutError`. */
  readonly failuresByKind: Readonly<Record<string, number>>;
  /** Bytes of the items that came for them, as they are stored. An item that several calls share counts once. */
  readonly bytesRead: number;
  /** Bytes of the items that were sent for them, each time that they were. */
  readonly bytesWritten: number;
  /** How often commands of these calls were sent again: see {@linkcode HappeningCounts.resends}. */
  readonly resends: number;
  /** How long the calls took, from the end of the turn in which they began. Only with the option `latencies`. */
  readonly latency?: Latencies;
}

/** The counts of one verb. */
class Row {
  calls = 0;
  hits = 0;
  misses = 0;
  stores = 0;
  failures = 0;
  bytesRead = 0;
  bytesWritten = 0;
  resends = 0;
  /** Made for the first failure. */
  byKind: Record<string, number> | undefined;
  latency: Histogram | undefined;

  snapshot(): VerbCounters {
    const { calls, hits, misses, stores, failures, byKind, latency } = this;
    const { bytesRead, bytesWritten, resends } = this;
    return {
      ...{ calls, hits, misses, stores, failures, failuresByKind: { ...byKind } },
      ...{ bytesRead, bytesWritten, resends },
      ...(latency === undefined ? {} : { latency: latency.snapshot() }),
    };
  }
}

/** Counts of all verbs of one client. */
export class VerbCounts {
  readonly #rows = new Map<string, Row>();
  /** The verb of the last call, and its row: most calls are like the one before them. */
  #verb: CountedVerb | undefined;
  #row: Row | undefined;

  /** Counts a call that gave its result. Every call is: what most of them give is told at once. */
  succeeded(call: CountedCall, value: unknown): void {
    const { verb } = call;
    const row = verb === this.#verb ? this.#row as Row : this.#rowOf(verb);
    row.calls++;
    row.bytesRead += call.itemBytes;
    if (verb.gives === "value") {
      if (value === undefined) row.misses++;
      else row.hits++;
    } else if (verb.gives !== "plain") tally(row, call, value, true);
  }

  /** Counts a call that failed, or of which parts failed; `value` is what the others gave. */
  failed(
    call: CountedCall,
    errors: readonly { readonly name: string }[],
    value: unknown,
  ): void {
    const row = this.#rowOf(call.verb);
    row.calls++;
    row.bytesRead += call.itemBytes;
    row.failures += errors.length;
    const byKind = row.byKind ??= {};
    for (const { name } of errors) byKind[name] = (byKind[name] ?? 0) + 1;
    if (value !== undefined && value !== false) tally(row, call, value, false);
  }

  /** Gives the place where the traffic of calls is counted. */
  usageOf(verb: CountedVerb): Row {
    return verb === this.#verb ? this.#row as Row : this.#rowOf(verb);
  }

  /** Notes how long a call took. */
  took(verb: CountedVerb, milliseconds: number): void {
    (this.#rowOf(verb).latency ??= new Histogram()).record(milliseconds);
  }

  /** Gives what there is at this moment, by name of the verb. */
  snapshot(): Map<string, VerbCounters> {
    return new Map(Array.from(this.#rows, ([name, row]) => [name, row.snapshot()]));
  }

  #rowOf(verb: CountedVerb): Row {
    if (verb === this.#verb) return this.#row as Row;
    let row = this.#rows.get(verb.name);
    if (row === undefined) this.#rows.set(verb.name, row = new Row());
    this.#verb = verb;
    return this.#row = row;
  }
}

/** @param knowsMisses True if all keys have an answer. */
function tally(row: Row, call: CountedCall, value: unknown, knowsMisses: boolean): void {
  const { verb: { gives }, keys } = call;
  const asked = typeof keys === "string" ? 1 : keys?.length ?? 0;
  switch (gives) {
    case "map":
    case "list": {
      const hits = gives === "map"
        ? (value as ReadonlyMap<unknown, unknown>).size
        : foundIn(value as readonly unknown[]);
      row.hits += hits;
      if (knowsMisses) row.misses += asked - hits;
      return;
    }
    case "stored":
      if (value === true) row.stores++;
      return;
    case "allStored":
      row.stores += asked - (value as { readonly failed: readonly string[] }).failed.length;
  }
}

function foundIn(list: readonly unknown[]): number {
  let found = 0;
  for (let i = 0; i < list.length; i++) if (list[i] !== undefined) found++;
  return found;
}

/**
 * Counts how long things took, in buckets that are always the same: four for each power of two of a microsecond. To record
 * one allocates nothing. A value is given as the upper end of its bucket, which is at most a quarter more.
 */

/**
 * How long calls or commands took, in milliseconds: with the option `latencies`.
 *
 * @example The time that all but one of a hundred calls took at most
 * ```ts
 * import { Client, type Latencies } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert, assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { latencies: true });
 *
 * for (let i = 0; i < 10; i++) await client.get("key");
 * const latency: Latencies | undefined = client.counters("verbs").get("get")?.latency;
 * assert(latency !== undefined);
 * assertEquals(latency.count, 10);
 * assert(latency.p50 <= latency.p99 && latency.p99 <= latency.max);
 * ```
 */
export interface Latencies {
  /** How many there are. */
  readonly count: number;
  /** Half of them took no longer: the upper end of a bucket, at most a quarter more than the true value. */
  readonly p50: number;
  /** 99 of 100 took no longer. */
  readonly p99: number;
  /** The longest. */
  readonly max: number;
  /** The buckets that are not empty: upper end → count. */
  readonly buckets: Readonly<Record<string, number>>;
}

/** A histogram of milliseconds. */
export class Histogram {
  /** Of doubles, so that no count ends. */
  readonly #counts = new Float64Array(BUCKETS);
  #count = 0;
  #max = 0;

  record(milliseconds: number): void {
    this.#counts[bucketOf(milliseconds)]++;
    this.#count++;
    if (milliseconds > this.#max) this.#max = milliseconds;
  }

  /** Gives what there is at this moment. */
  snapshot(): Latencies {
    const buckets: Record<string, number> = {};
    this.#counts.forEach((count, i) => {
      if (count > 0) buckets[String(upperEnd(i))] = count;
    });
    return {
      count: this.#count,
      p50: this.#quantile(0.5),
      p99: this.#quantile(0.99),
      max: this.#max,
      buckets,
    };
  }

  #quantile(part: number): number {
    const rank = Math.ceil(part * this.#count);
    let sum = 0;
    for (let i = 0; i < BUCKETS; i++) {
      sum += this.#counts[i];
      if (sum >= rank && sum > 0) return Math.min(upperEnd(i), this.#max);
    }
    return 0;
  }
}

/** Up to 8 µs there is one bucket, and above 2^24 µs (17 s) as well. */
const FIRST_BIT = 3;
const LAST_BIT = 24;
const BUCKETS = 2 + 4 * (LAST_BIT - FIRST_BIT);

/** Finds the bucket by the first three bits of the number of microseconds. A bucket has its upper end, and not its lower one. */
function bucketOf(milliseconds: number): number {
  const microseconds = Math.ceil(milliseconds * 1000) - 1;
  if (microseconds < 1 << FIRST_BIT) return 0;
  if (microseconds >= 1 << LAST_BIT) return BUCKETS - 1;
  const bit = 31 - Math.clz32(microseconds);
  return 1 + 4 * (bit - FIRST_BIT) + (microseconds >> (bit - 2) & 3);
}

/** Gives the upper end of a bucket in milliseconds. */
function upperEnd(bucket: number): number {
  if (bucket === BUCKETS - 1) return Infinity;
  if (bucket === 0) return (1 << FIRST_BIT) / 1000;
  const bit = FIRST_BIT + ((bucket - 1) >> 2);
  return ((1 << bit) + (((bucket - 1) & 3) + 1) * (1 << (bit - 2))) / 1000;
}

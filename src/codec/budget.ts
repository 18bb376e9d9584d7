/**
 * Bounds what one value may become. Whoever can write to a server could otherwise stop a program with a small item: 130 kB
 * that inflate to 128 MB of `[{},{},…` took a minute and 4 GB.
 *
 * Readers count what they are about to make, in bytes of memory, before they make it. A count is an estimate for V8 that is
 * rather too high, and stands for time as well: what takes longer than its memory suggests is counted as more.
 */

import { CodecError } from "../errors.ts";

/**
 * What a value may become when it is read: the option `inflateBudget`. A value that would become more is a CodecError.
 *
 * The defaults let one value take at most about two seconds and 512 MiB, and read all values of up to 10,000,000 bytes,
 * libmc's largest, that are not made of empty containers alone.
 *
 * @example Read bigger reports than the default allows
 * ```ts
 * import { Client, type InflateBudget } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const inflateBudget: InflateBudget = { bytes: 2 ** 28, memory: 2 ** 31 };
 * await using client = new Client(server.address, { inflateBudget, compThreshold: 1000 });
 * await client.set("report", "0".repeat(2000));
 * assertEquals((await client.get<string>("report"))?.length, 2000);
 * ```
 */
export interface InflateBudget {
  /**
   * Most bytes that a compressed value may inflate to, 1 to 1,073,741,824.
   *
   * @default {134_217_728}
   */
  readonly bytes?: number;
  /**
   * How many times its compressed size a value may inflate to, 1 to 1,100. Up to 16 MiB any value may.
   *
   * @default {100}
   */
  readonly ratio?: number;
  /**
   * Most bytes of memory that reading a value may take, by a cautious estimate: its arrays, objects, elements and texts.
   * 1 to 1,099,511,627,776. Text and bytes that are the whole value do not count.
   *
   * @default {536_870_912}
   */
  readonly memory?: number;
}

/** The budget of a client that is given none. */
export const DEFAULT_BUDGET: Required<InflateBudget> = {
  bytes: 128 * 1024 * 1024,
  ratio: 100,
  memory: 512 * 1024 * 1024,
};

/** Gives the most bytes that so many compressed bytes may inflate to. */
export function inflateLimit(
  { bytes, ratio }: Required<InflateBudget>,
  compressed: number,
): number {
  return Math.min(bytes, Math.max(FREE_INFLATION, Math.floor(ratio * compressed)));
}

/** Any value may inflate to so many bytes: a bitmap of zeros shrinks to a thousandth, and does no harm at this size. */
const FREE_INFLATION = 16 * 1024 * 1024;

/** Makes the error for a value that would take too much memory. */
export function overBudget(size: number, memory: number): CodecError {
  return new CodecError(
    `Cannot read a value of ${size} bytes as it would take more than ${memory} bytes of memory: ` +
      'the option "inflateBudget" sets the bound',
  );
}

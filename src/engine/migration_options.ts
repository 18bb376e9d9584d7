/** The options of a client that moves from other servers: what they are, and what they may be. */

import { type Checks, integerFrom, numberFrom, oneOf } from "../checks/check.ts";

/**
 * Where a client is on its way from the old servers to the new ones. Until it is done a write reaches both sides: the side
 * that has the key gets the value, and the other one a delete.
 *
 * - `"read_old"`: all keys are on the old servers. Begin here, until all processes have such a client.
 * - `"read_new"`: {@linkcode MigrationOptions.percent} of the keys are on the new servers. What is missing there is carried
 *   over from the old ones.
 * - `"write_both"`: all keys are on the new servers, and nothing is carried over any more.
 * - `"done"`: the old servers are not asked any more. There is no way back.
 *
 * Processes may be at neighbouring stages at the same time.
 *
 * @example One step after the other
 * ```ts
 * import { Client, type MigrationStage } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using before = await MemcachedServer.start();
 * await using after = await MemcachedServer.start();
 * await using old = new Client(before.address);
 * await using client = new Client(after.address, { migrateFrom: old });
 *
 * await client.set("key", 1);
 * const stages: MigrationStage[] = ["read_old", "read_new", "write_both", "done"];
 * for (const stage of stages) {
 *   if (client.migration) client.migration.stage = stage;
 *   assertEquals(await client.get("key"), 1);
 * }
 * ```
 */
export type MigrationStage = "read_old" | "read_new" | "write_both" | "done";

/**
 * How a client begins that moves from other servers: the option `migration`, beside `migrateFrom`.
 *
 * @example A tenth of the keys first
 * ```ts
 * import { Client, type MigrationOptions } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const migration: MigrationOptions = { stage: "read_new", percent: 10 };
 * await using old = new Client("old1:11211");
 * await using client = new Client("new1:11211", { migrateFrom: old, migration });
 * assertEquals(client.migration?.percent, 10);
 * ```
 */
export interface MigrationOptions {
  /** The stage in which it begins. @default {"read_old"} */
  stage?: MigrationStage;
  /**
   * How many of 100 keys are on the new servers in the stage `"read_new"`. The hash of a key decides: it is on the same side
   * in all processes with the same figure, and a greater figure only adds keys.
   *
   * @default {100}
   */
  percent?: number;
  /**
   * Seconds that an item lasts on the new servers if the old one cannot say how long it has left, as it has no meta
   * commands: 1 to 2,592,000. Any other item keeps the time that it has left.
   *
   * @default {3600}
   */
  exptime?: number;
}

/**
 * The client that another one moves from. It must be a `Client` of this package.
 *
 * @example A client is one
 * ```ts
 * import { Client, type MigrationSource } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * await using old = new Client("old1:11211");
 * const migrateFrom: MigrationSource = old;
 * assertEquals(migrateFrom.servers, ["old1:11211"]);
 * ```
 */
export interface MigrationSource {
  /** Its servers. */
  readonly servers: readonly string[];
  /** Reads a value. */
  get(key: string): Promise<unknown>;
  /** Closes it. */
  close(): Promise<void>;
}

/** What the options of a migration may be. */
export const MIGRATION_CHECKS: Checks<MigrationOptions> = {
  stage: oneOf("read_old", "read_new", "write_both", "done"),
  percent: numberFrom(0, 100),
  exptime: integerFrom(1, 30 * 24 * 60 * 60),
};

/** How far a client has moved: `client.migration`. */

import {
  MIGRATION_CHECKS,
  type MigrationOptions,
  type MigrationStage,
} from "../../engine/migration_options.ts";

/**
 * What has happened on the way to the new servers: see {@linkcode Migration.counters}.
 *
 * @example How much still comes from the old servers
 * ```ts
 * import { Client, type MigrationCounters } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using before = await MemcachedServer.start();
 * await using after = await MemcachedServer.start();
 * await using old = new Client(before.address);
 * await using client = new Client(after.address, {
 *   migrateFrom: old,
 *   migration: { stage: "read_new" },
 * });
 *
 * await old.set("key", 1);
 * await client.getMulti(["key", "none"]);
 * const counters: MigrationCounters | undefined = client.migration?.counters();
 * assertEquals(counters, { carried: 1, fallbackHits: 0, absent: 1, failures: 0, owed: 0 });
 * ```
 */
export interface MigrationCounters {
  /** Items that were carried over to the new servers. */
  readonly carried: number;
  /** Reads that the old servers have answered, although the item could not be carried over. */
  readonly fallbackHits: number;
  /** Items that neither side had. */
  readonly absent: number;
  /** Deletes of the migration that failed, and its questions to the old servers, reads for keys on the new ones included. */
  readonly failures: number;
  /** Deletes that one side has not confirmed yet: until it does, this client does not use what that side has there. */
  readonly owed: number;
}

/**
 * The move of a client to other servers: `client.migration`, if it was made with `migrateFrom`.
 *
 * @example Turn the stages, and end
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using before = await MemcachedServer.start();
 * await using after = await MemcachedServer.start();
 * const old = new Client(before.address);
 * await using client = new Client(after.address, { migrateFrom: old });
 * const { migration } = client;
 * if (migration === undefined) throw new Error("It moves");
 *
 * await old.set("key", 1);
 * migration.stage = "read_new";
 * assertEquals(await client.get("key"), 1);
 * migration.stage = "done";
 * await old.close();
 * assertEquals(await client.get("key"), 1);
 * ```
 */
export class Migration {
  #stage: MigrationStage;
  #percent: number;
  readonly #tally: Tally;

  /** Made by the client. */
  constructor(
    { stage = "read_old", percent = 100 }: MigrationOptions,
    tally: Tally,
  ) {
    this.#stage = stage;
    this.#percent = percent;
    this.#tally = tally;
  }

  /** Where the client is on its way. It can be set at any time, except that nothing comes after `"done"`. */
  get stage(): MigrationStage {
    return this.#stage;
  }

  /**
   * Turns the stage. Calls that have begun end as they began.
   *
   * @throws {TypeError} If there is no such stage, or the move is done: the old servers have missed writes since.
   */
  set stage(stage: MigrationStage) {
    MIGRATION_CHECKS.stage("stage", stage);
    if (this.#stage === "done" && stage !== "done") {
      throw new TypeError(
        `Cannot turn the stage to "${stage}" as it is "done": the old servers may have outdated values by now`,
      );
    }
    this.#stage = stage;
  }

  /** How many of 100 keys are on the new servers in the stage `"read_new"`. */
  get percent(): number {
    return this.#percent;
  }

  /**
   * Turns the share.
   *
   * @throws {TypeError} If it is no number.
   * @throws {RangeError} If it is not from 0 to 100.
   */
  set percent(percent: number) {
    MIGRATION_CHECKS.percent("percent", percent);
    this.#percent = percent;
  }

  /**
   * What has happened so far.
   *
   * @returns The numbers of this moment.
   *
   * @example Nothing yet
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { assertEquals } from "@std/assert";
   *
   * await using old = new Client("old1:11211");
   * await using client = new Client("new1:11211", { migrateFrom: old });
   * assertEquals(client.migration?.counters().carried, 0);
   * ```
   */
  counters(): MigrationCounters {
    const { carried, fallbackHits, absent, failures } = this.#tally;
    return { carried, fallbackHits, absent, failures, owed: this.#tally.owed() };
  }
}

/** The numbers that are counted. */
export interface Tally {
  carried: number;
  fallbackHits: number;
  absent: number;
  failures: number;
  owed(): number;
}

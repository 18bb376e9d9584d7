/** The client: what is left of its verbs, and the class that users see. */

import {
  checkKeys,
  checkStatsName,
  checkUnsigned,
  checkUnsigned64,
  type Exptime,
  MAX_UINT32,
  wireExptime,
} from "../checks/arguments.ts";
import { ranges } from "../commands/plan.ts";
import { BatchGather, type MultiResult, multiResult } from "../operations/batch_fan_out.ts";
import { coreOf } from "./base_client.ts";
import { StorageClient } from "./storage_client.ts";
import { ArithmeticCommand } from "../commands/arithmetic.ts";
import { DeleteBatch, DeleteCommand } from "../commands/deletion.ts";
import {
  OkCommand,
  type ServerStats,
  StatsCommand,
  VersionCommand,
} from "../commands/server_commands.ts";
import { TouchCommand } from "../commands/touch.ts";
import type { MemcachedError } from "../errors.ts";
import {
  type CallChecks,
  type CallOptions,
  FLUSH_OPTIONS,
  type FlushOptions,
} from "../engine/call_options.ts";

/**
 * A client of one memcached or of many, for any number of callers.
 *
 * A miss is `undefined`. What a network or a server does never throws unless `strict` is set: a failed get is a miss, a
 * failed store is `false`; every failure fires a `failure` event, is counted, and is the client's `lastError`. Wrong use
 * always rejects, with a TypeError or a RangeError, before a byte is sent.
 *
 * @example Store a value and read it back
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("user:1", { name: "Ada" }, { exptime: 3600 });
 * assertEquals(await client.get("user:1"), { name: "Ada" });
 * assertEquals(await client.get("user:2"), undefined);
 * ```
 */
export class Client extends StorageClient {
  /**
   * Deletes an item.
   *
   * @returns `true`: the key is gone, whether or not it was there.
   */
  delete(key: string, options?: CallOptions): Promise<boolean> {
    return coreOf(this).call(false, options, (call) => {
      const wire = coreOf(this).key(key);
      coreOf(this).send(call, wire, new DeleteCommand(wire, coreOf(this).settings.noreply, call));
    });
  }

  /** Deletes many items. Keys that were not there do not count as failed. */
  deleteMulti(keys: Iterable<string>, options?: CallOptions): Promise<MultiResult> {
    const core = coreOf(this);
    const { noreply } = core.settings;
    return core.call<MultiResult>({ ok: false, failed: [] }, options, (call) => {
      const asked = checkKeys(keys);
      const wireKeys = core.keys(asked);
      const gather = new BatchGather(call, core, "delete", multiResult(asked));
      core.sendGroups(
        wireKeys,
        gather,
        (group) =>
          Array.from(ranges(group), (range) => new DeleteBatch(group, range, noreply, gather)),
        (places) => gather.fail(places),
      );
    });
  }

  /**
   * Gives an item another exptime.
   *
   * @returns `true` touched, `false` if the key is not there.
   */
  touch(key: string, exptime: Exptime, options?: CallOptions): Promise<boolean> {
    return coreOf(this).call(false, options, (call) => {
      const wire = coreOf(this).key(key);
      coreOf(this).send(
        call,
        wire,
        new TouchCommand(wire, wireExptime(exptime), coreOf(this).settings.noreply, call),
      );
    });
  }

  /** Makes an item expire at once: `touch()` with -1. */
  expire(key: string, options?: CallOptions): Promise<boolean> {
    return this.touch(key, -1, options);
  }

  /**
   * Adds to a counter, an item whose data is a decimal number. Wraps to 0 at 2^64.
   *
   * @param delta A bigint makes the answer one. A counter above 2^53 - 1 rejects a number delta with a RangeError, after
   * it was added: no digit is ever rounded away.
   * @returns The new value; `undefined` if the key is not there.
   */
  incr(key: string, delta?: number, options?: CallOptions): Promise<number | undefined>;
  /** The same with a bigint, for all 64 bits. */
  incr(key: string, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  incr(
    key: string,
    delta: number | bigint = 1,
    options?: CallOptions,
  ): Promise<number | bigint | undefined> {
    return this.#count("incr", key, delta, options);
  }

  /** Takes from a counter. Stops at 0. Otherwise as {@linkcode Client.incr}. */
  decr(key: string, delta?: number, options?: CallOptions): Promise<number | undefined>;
  /** The same with a bigint, for all 64 bits. */
  decr(key: string, delta: bigint, options?: CallOptions): Promise<bigint | undefined>;
  decr(
    key: string,
    delta: number | bigint = 1,
    options?: CallOptions,
  ): Promise<number | bigint | undefined> {
    return this.#count("decr", key, delta, options);
  }

  /** Asks every server for its version. Gives those of the servers that answered, by display name. */
  version(options?: CallOptions): Promise<Map<string, string>> {
    return coreOf(this).broadcast<string, Map<string, string>>(
      "version",
      (outcome) => new VersionCommand(outcome),
      options,
      (versions) => versions,
    );
  }

  /**
   * Asks every server for statistics. Gives those of the servers that answered, by display name; what looks like a
   * number is one.
   *
   * @param name None for the general ones, or such as `"settings"`, `"items"`, `"slabs"`; `"reset"` clears them.
   */
  stats(name = "", options?: CallOptions): Promise<Map<string, ServerStats>> {
    return coreOf(this).broadcast<ServerStats, Map<string, ServerStats>>(
      "stats",
      (outcome) => new StatsCommand(checkStatsName(name), outcome),
      options,
      (stats) => stats,
    );
  }

  /**
   * Empties every server, at once or in `delay` seconds.
   *
   * @returns Display names of the servers that answered OK.
   * @throws {TypeError} Unless `allowFlushAll` is set, or {@linkcode Client.toggleFlushAllFeature} allowed it.
   */
  async flushAll(options?: FlushOptions): Promise<string[]> {
    if (!coreOf(this).settings.allowFlushAll) {
      throw new TypeError(
        "Cannot flush all as it is not allowed: set allowFlushAll, or call toggleFlushAllFeature(true)",
      );
    }
    const delay = options?.delay === undefined
      ? ""
      : `${checkUnsigned("delay", options.delay, 2 ** 31 - 1)}`;
    return await this.#allOk("flush_all", delay, options, FLUSH_OPTIONS);
  }

  /** Allows or forbids {@linkcode Client.flushAll}. */
  toggleFlushAllFeature(allowed: boolean): void {
    coreOf(this).settings.allowFlushAll = allowed;
  }

  /** Sets how much every server logs, 0 to 2. Gives the display names of those that answered OK. */
  async verbosity(level: number, options?: CallOptions): Promise<string[]> {
    return await this.#allOk("verbosity", `${checkUnsigned("level", level, MAX_UINT32)}`, options);
  }

  async #allOk(
    name: "flush_all" | "verbosity",
    argument: string,
    options: CallOptions | undefined,
    allowed?: CallChecks,
  ): Promise<string[]> {
    return await coreOf(this).broadcast<true, string[]>(
      name,
      (outcome) => new OkCommand(name, argument, outcome),
      options,
      (answers) => Array.from(answers.keys()),
      allowed,
    );
  }

  #count(
    name: "incr" | "decr",
    key: string,
    delta: number | bigint,
    options?: CallOptions,
  ): Promise<number | bigint | undefined> {
    return coreOf(this).call<number | bigint | undefined>(undefined, options, (call) => {
      const wire = coreOf(this).key(key);
      if (typeof delta === "bigint") checkUnsigned64("delta", delta);
      else checkUnsigned("delta", delta, Number.MAX_SAFE_INTEGER);
      const outcome = typeof delta === "bigint" ? call : {
        get settled() {
          return call.settled;
        },
        resolve(value: bigint | undefined) {
          if (value === undefined || value <= Number.MAX_SAFE_INTEGER) {
            call.resolve(value === undefined ? undefined : Number(value));
          } else {
            call.refuse(
              new RangeError(
                `Cannot give counter "${key}" as a number without rounding: it is ${value}`,
              ),
            );
          }
        },
        reject: (error: MemcachedError) => call.reject(error),
      };
      coreOf(this).send(
        call,
        wire,
        new ArithmeticCommand(name, wire, delta, coreOf(this).settings.noreply, outcome),
      );
    });
  }
}

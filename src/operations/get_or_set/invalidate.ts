/**
 * invalidate(): marks an item as stale, so that it counts as fresh no more and one caller of `getOrSet()` renews it. The
 * mark changes the cas of the item: what was loaded before is not stored over it. A server or client that does not know
 * such marks would take the item for fresh, so it is deleted there.
 */

import { integerFrom } from "../../checks/check.ts";
import { DeleteCommand } from "../../commands/deletion.ts";
import { metaDelete, type MetaDeleted } from "../../commands/meta/delete.ts";
import { MetaCommand } from "../../commands/meta/meta_command.ts";
import { KEY_OPTIONS, type KeyOptions } from "../../engine/call_options.ts";
import type { Engine } from "../../engine/engine.ts";
import type { Turn } from "../../engine/key_order.ts";
import { sendMetaOrElse } from "../../engine/meta_sending.ts";
import { notDone, verb } from "../../engine/verb.ts";
import { type MemcachedError, UnsupportedError } from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import { deleteLocked } from "../behind_locks.ts";
import { Told } from "../told.ts";

/**
 * Options of `invalidate()`.
 *
 * @example A value that may be given for ten seconds more
 * ```ts
 * import { Client, type InvalidateOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: InvalidateOptions = { staleFor: 10 };
 * await client.set("page", "old", { exptime: 3600 });
 * await client.invalidate("page", options);
 * server.advance(10);
 * assertEquals(await client.get("page"), undefined);
 * ```
 */
export interface InvalidateOptions extends KeyOptions {
  /** Seconds for which the stale value may still be given, 1 to 2,592,000. Then it is gone, unless it was renewed. */
  staleFor: number;
}

/** What `invalidate()` has to know of the loads of its client. */
export interface Loading {
  /** True if the client reads the marks. */
  readonly readsMarks: boolean;
  /** Called when the arguments are valid, before anything is sent. */
  outdate(wireKey: string): void;
}

export function invalidate(
  engine: Engine,
  loading: Loading,
  key: string,
  options: InvalidateOptions,
): Promise<boolean> {
  return engine.call<boolean>(VERB, options, (call) => {
    const wireKey = engine.keys.one(key);
    if (options?.staleFor === undefined) {
      throw new TypeError(
        'Cannot use options without "staleFor": say for how many seconds the stale value may be given, or use delete()',
      );
    }
    engine.began(call, key, wireKey, wireKey);
    loading.outdate(wireKey);
    const deleteIt = (turn?: Turn) => {
      engine.send(call, wireKey, new DeleteCommand(wireKey, false, call), turn);
      turn?.end();
    };
    if (!loading.readsMarks) return deleteLocked(engine, call, wireKey);
    const { deadline } = call;
    const told = new Told<MetaDeleted | undefined>(call, () => call.resolve(true), (error) => {
      // Another server stands there now, or stands in.
      if (error.sent !== "no" || !isSound(error, UnsupportedError)) return call.reject(error);
      const fail = (error: MemcachedError) => call.reject(error);
      engine.inTurn([wireKey], { deadline, command: "delete" }, deleteIt, fail);
    });
    // An item that is marked twice is renewed twice, and no harm is done.
    const how = { isQuiet: false, needs: undefined, mayRepeat: true };
    const kind = metaDelete({ T: options.staleFor, I: true }, how);
    const command = new MetaCommand(kind, wireKey, engine.opaques.next(), told);
    sendMetaOrElse(engine, call, wireKey, command, deleteIt);
  });
}

const VERB = verb("invalidate", notDone, {
  ...KEY_OPTIONS,
  staleFor: integerFrom(1, 2_592_000),
});

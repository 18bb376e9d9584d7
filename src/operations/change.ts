/** The verbs that change items without storing a value: delete, touch, incr, decr. */

import {
  checkKeys,
  checkUnsigned,
  checkUnsigned64,
  type Exptime,
  wireExptime,
} from "../checks/arguments.ts";
import { ArithmeticCommand } from "../commands/arithmetic.ts";
import { DeleteBatch, DeleteCommand } from "../commands/deletion.ts";
import { batchPlan } from "../commands/plan.ts";
import { TouchCommand } from "../commands/touch.ts";
import { COUNT_OPTIONS, type CountOptions, type KeyOptions } from "../engine/call_options.ts";
import type { Engine } from "../engine/engine.ts";
import { missing, notDone, verb } from "../engine/verb.ts";
import { beginningOf, countFrom } from "./counters.ts";
import { countUnlessSplit, maySplit, touchWithChunks } from "./split_items.ts";
import { behindLocks, deleteLocked, endsWithinLoad, sendBehindLock } from "./behind_locks.ts";
import { BatchFanOut, type MultiResult, multiResult, nothingDone } from "./batch_fan_out.ts";

type Options = KeyOptions | undefined;

export function deleteOne(engine: Engine, key: string, options: Options): Promise<boolean> {
  return engine.call<boolean>(VERBS.delete, options, (call) => {
    const wireKey = engine.keys.one(key);
    engine.began(call, key, wireKey, wireKey);
    if (engine.longestLock > 0) return deleteLocked(engine, call, wireKey);
    engine.send(call, wireKey, new DeleteCommand(wireKey, engine.settings.noreply, call));
  });
}

export function deleteMulti(
  engine: Engine,
  keys: Iterable<string>,
  options: Options,
): Promise<MultiResult> {
  return engine.call<MultiResult>(VERBS.deleteMulti, options, (call) => {
    const asked = checkKeys(keys);
    const wireKeys = engine.keys.many(asked);
    engine.began(call, asked, wireKeys, wireKeys);
    const hasLocks = engine.longestLock > 0;
    const sender = hasLocks ? behindLocks(engine) : engine;
    const noreply = engine.settings.noreply && !hasLocks;
    const fanOut = new BatchFanOut(sender, call, "delete", multiResult(asked));
    fanOut.sendBatches(
      wireKeys,
      (group) => batchPlan(group).map((range) => new DeleteBatch(group, range, noreply, fanOut)),
    );
  });
}

export function touch(
  engine: Engine,
  key: string,
  exptime: Exptime,
  options: Options,
): Promise<boolean> {
  return touchAs(engine, "touch", key, exptime, options);
}

export function expire(engine: Engine, key: string, options: Options): Promise<boolean> {
  return touchAs(engine, "expire", key, -1, options);
}

function touchAs(
  engine: Engine,
  name: "touch" | "expire",
  key: string,
  exptime: Exptime,
  options: Options,
): Promise<boolean> {
  return engine.call<boolean>(VERBS[name], options, (call) => {
    const wireKey = engine.keys.one(key);
    const { settings } = engine;
    const seconds = wireExptime(exptime);
    engine.began(call, key, wireKey, wireKey);
    if (endsWithinLoad(engine, seconds)) {
      return sendBehindLock<boolean>(engine, call, wireKey, "touch", (receiver, turn) => {
        engine.send(call, wireKey, new TouchCommand(wireKey, seconds, false, receiver), turn);
        turn.end();
      });
    }
    // Without its manifest a split value is gone, so what ends at once needs no more.
    if (seconds >= 0 && maySplit(settings, wireKey)) {
      touchWithChunks(engine, call, wireKey, seconds);
    } else {
      engine.send(call, wireKey, new TouchCommand(wireKey, seconds, settings.noreply, call));
    }
  });
}

/** Adds to a counter or subtracts from it. The result has the type of the delta. */
export function count<N extends number | bigint>(
  engine: Engine,
  name: "incr" | "decr",
  key: string,
  delta: N,
  options: CountOptions | undefined,
): Promise<N | undefined>;
export function count(
  engine: Engine,
  name: "incr" | "decr",
  key: string,
  delta: number | bigint,
  options: CountOptions | undefined,
): Promise<number | bigint | undefined> {
  return engine.call<number | bigint | undefined>(VERBS[name], options, (call) => {
    const wireKey = engine.keys.one(key);
    if (typeof delta === "bigint") checkUnsigned64("delta", delta);
    else checkUnsigned("delta", delta, Number.MAX_SAFE_INTEGER);
    const receiver = typeof delta === "bigint"
      ? call
      : call.map((value: bigint | undefined) => exactNumber(value, key));
    const { settings } = engine;
    const beginning = options && beginningOf(options, delta);
    engine.began(call, key, wireKey, wireKey);
    if (beginning !== undefined) {
      countFrom(engine, call, { name, key: wireKey, delta }, beginning, receiver);
    } else if (maySplit(settings, wireKey)) {
      countUnlessSplit(engine, call, { name, key: wireKey, delta }, receiver);
    } else {
      const command = new ArithmeticCommand(name, wireKey, delta, settings.noreply, receiver);
      engine.send(call, wireKey, command);
    }
  });
}

/** @throws {RangeError} If the number cannot hold all digits. */
export function exactNumber(value: bigint | undefined, key: string): number | undefined {
  if (value === undefined) return undefined;
  if (value <= Number.MAX_SAFE_INTEGER) return Number(value);
  throw new RangeError(
    `Cannot give counter "${key}" as a number without rounding: it is ${value}`,
  );
}

const VERBS = {
  delete: verb("delete", notDone),
  deleteMulti: verb("deleteMulti", nothingDone),
  touch: verb("touch", notDone),
  expire: verb("expire", notDone),
  incr: verb("incr", missing, COUNT_OPTIONS),
  decr: verb("decr", missing, COUNT_OPTIONS),
};

/** The meta verbs that delete, or mark as stale: for one key and for many. */

import { wireExptime } from "../../checks/arguments.ts";
import { metaDelete, type MetaDeleted } from "../../commands/meta/delete.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import { NEEDS, strictest } from "../../commands/meta/needs.ts";
import type { Engine } from "../../engine/engine.ts";
import { missing, verb } from "../../engine/verb.ts";
import { behindLocks } from "../behind_locks.ts";
import { sendAndEndLoad } from "./behind_lock.ts";
import { metaKeys, shownKey, shownKeys, wireKeysOf } from "./keys.ts";
import { MetaChangeFanOut } from "./meta_fan_out.ts";
import {
  META_DELETE_OPTIONS,
  type MetaDeleteOptions,
  type MetaKey,
  refuse,
  withoutCas,
} from "./options.ts";

type Options = MetaDeleteOptions | undefined;

export function deleteOne(
  engine: Engine,
  key: MetaKey,
  options: Options,
): Promise<MetaDeleted | undefined> {
  return engine.call<MetaDeleted | undefined>(VERBS.delete, options, (call) => {
    const wireKey = engine.keys.any(key);
    const kind = kindOf(options, false);
    engine.began(call, shownKey(key), wireKey, wireKey);
    const endsLoad = engine.longestLock > 0;
    sendAndEndLoad<MetaDeleted | undefined>(engine, call, wireKey, endsLoad, (receiver) => {
      return new MetaCommand(kind, wireKey, engine.opaques.next(), receiver);
    });
  });
}

export function deleteMulti<K extends MetaKey>(
  engine: Engine,
  keys: Iterable<K>,
  options: Options,
): Promise<Map<K, MetaDeleted>> {
  return engine.call<Map<K, MetaDeleted>>(VERBS.deleteMulti, options, (call) => {
    const asked = metaKeys(keys);
    const wireKeys = wireKeysOf(engine, asked);
    const kind = kindOf(options, true);
    const fanOut = new MetaChangeFanOut<MetaDeleted, K, MetaDeleted>(
      engine.longestLock > 0 ? behindLocks(engine) : engine,
      call,
      "md",
      asked,
      (result) => result,
    );
    engine.began(call, shownKeys(asked), wireKeys, wireKeys);
    fanOut.start(kind, wireKeys, true);
  });
}

function kindOf(options: MetaDeleteOptions = {}, isQuiet: boolean): MetaKind<MetaDeleted> {
  const { cas, stale = false, exptime, newCas, removeValue = false } = options;
  const isKept = stale || removeValue;
  refuse(removeValue && exptime === undefined, "removeValue", REMOVE_WITHOUT_EXPTIME);
  refuse(exptime !== undefined && !isKept, "exptime", EXPTIME_ALONE);
  refuse(newCas !== undefined && !isKept, "newCas", NEW_CAS_ALONE);
  return metaDelete(
    {
      ...{ T: exptime === undefined ? undefined : wireExptime(exptime), C: cas, E: newCas },
      ...{ I: stale || undefined, x: removeValue || undefined },
    },
    {
      isQuiet,
      needs: strictest([
        newCas === undefined ? undefined : NEEDS.newCas,
        removeValue ? NEEDS.removeValue : undefined,
      ]),
      // The second time, an item that was deleted is not found, and one that was marked lets one more caller win.
      mayRepeat: cas === undefined && removeValue && !stale,
    },
  );
}

const REMOVE_WITHOUT_EXPTIME =
  'without "exptime" as the item without a value would stay for ever: say how long it is to stay';
const EXPTIME_ALONE =
  'without "stale" or "removeValue" as the item is then deleted at once: to keep it, say which';
const NEW_CAS_ALONE =
  'without "stale" or "removeValue" as an item that is deleted has none: leave it out';

const VERBS = {
  delete: verb("meta.delete", missing, META_DELETE_OPTIONS),
  deleteMulti: verb(
    "meta.deleteMulti",
    () => new Map<never, never>(),
    withoutCas(META_DELETE_OPTIONS),
  ),
};

/** Has a copy delete what it has. */

import { metaDelete } from "../../commands/meta/delete.ts";
import { MetaCommand } from "../../commands/meta/meta_command.ts";
import { Call } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { missing, verb } from "../../engine/verb.ts";
import { MemcachedError, MultiError } from "../../errors.ts";
import { isSound } from "../../thrown.ts";
import type { MultiResult } from "../batch_fan_out.ts";
import { deleteMulti, deleteOne } from "../change.ts";
import type { MetaKey } from "../meta/options.ts";

/**
 * Deletes keys at a copy. All deletes begin at once, so that they share the deadline of the call whose part they are.
 *
 * @param engine That of the copy, strict.
 * @returns The errors of the keys that may still be there, by their positions.
 */
export async function forgetKeys(
  engine: Engine,
  keys: readonly MetaKey[],
): Promise<ReadonlyMap<number, MemcachedError>> {
  const failures = new Map<number, MemcachedError>();
  const texts = keys.filter((key) => typeof key === "string");
  const [errorOf, ...errors] = await Promise.all([
    deleteTexts(engine, texts),
    ...keys.map((key) => typeof key === "string" ? undefined : deleteBytes(engine, key)),
  ]);
  for (const [at, key] of keys.entries()) {
    const error = typeof key === "string" ? errorOf(key) : errors[at];
    if (error !== undefined) failures.set(at, error);
  }
  return failures;
}

async function deleteTexts(
  engine: Engine,
  keys: readonly string[],
): Promise<(key: string) => MemcachedError | undefined> {
  if (keys.length === 0) return () => undefined;
  try {
    if (keys.length === 1) await deleteOne(engine, keys[0], undefined);
    else await deleteMulti(engine, keys, undefined);
    return () => undefined;
  } catch (error) {
    if (!isSound(error, MemcachedError)) throw error;
    const failed = new Set(
      isSound(error, MultiError) ? (error.partial as MultiResult).failed : keys,
    );
    return (key) => failed.has(key) ? error : undefined;
  }
}

/** Keys of bytes are keys of meta commands alone. */
async function deleteBytes(engine: Engine, key: MetaKey): Promise<MemcachedError | undefined> {
  const wireKey = engine.keys.any(key);
  const call = new Call<unknown>(engine, FORGET, undefined);
  try {
    await engine.start(call, (call) => {
      const opaque = engine.opaques.next();
      sendMeta(engine, call, wireKey, new MetaCommand(BY_META, wireKey, opaque, call));
    });
    return undefined;
  } catch (error) {
    if (!isSound(error, MemcachedError)) throw error;
    return error;
  }
}

const FORGET = verb("meta.delete", missing);
const BY_META = metaDelete({}, { isQuiet: false, needs: undefined, mayRepeat: true });

/**
 * Looks for fresh values, without making or taking a lease: at copies of keys whose values are loaded elsewhere. What
 * `getOrSet()` would take for fresh is given, and nothing else.
 */

import { checkKeys } from "../../checks/arguments.ts";
import { metaGet, type MetaItem } from "../../commands/meta/get.ts";
import { MetaCommand, type MetaKind } from "../../commands/meta/meta_command.ts";
import type { ItemDecoder } from "../../commands/item_decoder.ts";
import { Call } from "../../engine/call.ts";
import type { Engine } from "../../engine/engine.ts";
import { sendMeta } from "../../engine/meta_sending.ts";
import { ownerWithin } from "../../engine/step.ts";
import { missing, verb } from "../../engine/verb.ts";
import { schemaOf } from "../fitting.ts";
import { MetaGetCall, MetaGetFanOut } from "../meta/get.ts";
import { GET_OR_SET_OPTIONS, type GetOrSetOptions, type Plan, planOf } from "./options.ts";
import { stateOf } from "./state.ts";

/** True if values that others have may do: neither is a fresh one wanted, nor one that a schema has to pass. */
export function mayPeek(engine: Engine, options: GetOrSetOptions): boolean {
  try {
    return options?.forceFresh !== true && schemaOf(engine, options) === undefined;
  } catch {
    // The call reads its options, too, and rejects.
    return false;
  }
}

/** Gives a value if it is fresh. */
export function peek(
  engine: Engine,
  key: string,
  options: GetOrSetOptions,
): Promise<unknown> {
  return engine.call<unknown>(VERBS.getOrSet, options, (call) => {
    const wireKey = engine.keys.one(key);
    const plan = planOf(options, undefined);
    engine.began(call, key, wireKey);
    const asking = new MetaGetCall<unknown>(engine, undefined, ownerWithin(call));
    asking.wireKey = wireKey;
    sendMeta(
      engine,
      asking,
      wireKey,
      new MetaCommand(kindOf(engine, plan, false), wireKey, engine.opaques.next(), asking),
    );
    asking.promise.then(
      (item) => call.resolve(freshIn(item, plan)),
      (error) => call.reject(error),
    );
  });
}

/** Gives the values that are fresh. */
export function peekMany(
  engine: Engine,
  keys: Iterable<string>,
  options: GetOrSetOptions,
): Promise<Map<string, unknown>> {
  return engine.call<Map<string, unknown>>(VERBS.getOrSetMulti, options, (call) => {
    const asked = checkKeys(keys);
    const wireKeys = asked.map((key) => engine.keys.one(key));
    const plan = planOf(options, undefined);
    engine.began(call, asked, wireKeys);
    const asking = new Call<Map<string, MetaItem<unknown>>>(ownerWithin(call), ITEMS, undefined);
    new MetaGetFanOut<unknown, string>(engine, asking, asked, wireKeys)
      .ask(kindOf(engine, plan, true));
    asking.promise.then((items) => {
      const values = new Map<string, unknown>();
      for (const [key, item] of items) {
        const value = freshIn(item, plan);
        if (value !== undefined) values.set(key, value);
      }
      call.resolve(values);
    }, (error) => call.reject(error));
  });
}

function freshIn(item: MetaItem<unknown> | undefined, plan: Plan<unknown>): unknown {
  const { turn, value } = stateOf(item, plan);
  return turn === "fresh" ? value : undefined;
}

function kindOf(
  { decoders }: Engine,
  { window }: Plan<unknown>,
  isQuiet: boolean,
): MetaKind<MetaItem<unknown>> {
  return metaGet(
    decoders.value() as ItemDecoder<unknown>,
    { ...NOTHING_ASKED, value: true, ttl: window > 0 },
    { q: isQuiet || undefined },
    { needs: undefined, mayRepeat: true },
  );
}

const NOTHING_ASKED = { cas: false, size: false, hit: false, lastAccess: false, unchanged: false };
const VERBS = {
  getOrSet: verb("getOrSet", missing, GET_OR_SET_OPTIONS),
  getOrSetMulti: verb(
    "getOrSetMulti",
    () => new Map<string, unknown>(),
    GET_OR_SET_OPTIONS,
  ),
};
const ITEMS = verb("getOrSetMulti", () => new Map<string, MetaItem<unknown>>());

/** What an item that a meta command has read means to a call of `getOrSet()`. */

import type { MetaItem } from "../../commands/meta/get.ts";
import { NOTHING, type State } from "./claims.ts";
import type { Plan } from "./options.ts";

/** Judges an item by its windows, which a server counts for us: it expires at their end. */
export function stateOf<T>(item: MetaItem<T> | undefined, plan: Plan<T>): State<T> {
  if (item === undefined) return NOTHING;
  const { value, won, taken, stale, ttl = Infinity } = item;
  if (value === undefined) return won || !taken ? NOTHING : TAKEN;
  // One that is marked is stale for as long as it is there, however short that is.
  const age = stale ? 0 : Math.max(0, plan.window - ttl);
  // One that was touched may still be taken.
  if (age === 0 && !stale && !won) return { ...FRESH, value };
  return {
    value,
    turn: taken ? "taken" : "mine",
    isServed: plan.staleWhileRevalidate > 0 && age <= plan.staleWhileRevalidate,
    isSpare: plan.staleIfError > 0 && age <= plan.staleIfError,
  };
}

const TAKEN = { ...NOTHING, turn: "taken" } as const;
const FRESH = { turn: "fresh", isServed: false, isSpare: false } as const;

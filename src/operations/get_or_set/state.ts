/** What an item that was read means to a call of `getOrSet()`. */

import type { MetaItem } from "../../commands/meta/get.ts";
import type { Plan } from "./options.ts";

/** The item's value, how old it is, and who is to renew it. */
export interface State<T> {
  /** The value. Not there for a placeholder, which has none. */
  readonly value: T | undefined;
  /** `fresh`: give it. `mine`: this caller loads. `taken`: another one does. */
  readonly turn: "fresh" | "mine" | "taken";
  /** True if the value may be given before it is renewed. */
  readonly isServed: boolean;
  /** True if the value may be given if loading a new one fails. */
  readonly isSpare: boolean;
}

/** The turn with which a load begins, and ends. */
export interface Hold {
  /** That of the item when it was read; `undefined` if there was none. */
  readonly cas: bigint | undefined;
  /** What is to be given back if nothing is stored: a lease on a placeholder, or on a value. */
  readonly won: "placeholder" | "value" | undefined;
}

/** Judges an item by its windows, which a server counts for us: it expires at their end. */
export function stateOf<T>(item: MetaItem<T> | undefined, plan: Plan<T>): State<T> {
  if (item === undefined) return NOTHING;
  const { value, won, taken, stale, ttl = Infinity } = item;
  if (value === undefined) return won || !taken ? NOTHING : TAKEN;
  const age = Math.max(0, plan.window - ttl);
  // One that was touched may still be taken.
  if (age === 0 && !stale && !won) return { ...FRESH, value };
  return {
    value,
    turn: taken ? "taken" : "mine",
    isServed: plan.staleWhileRevalidate > 0 && age <= plan.staleWhileRevalidate,
    isSpare: plan.staleIfError > 0 && age <= plan.staleIfError,
  };
}

/** Says what a load of this item holds. */
export function holdOf(item: MetaItem | undefined): Hold {
  if (item === undefined) return { cas: undefined, won: undefined };
  const { cas, won, value, stale } = item;
  // An item whose value was not asked for is won only as a new placeholder, or because it is stale.
  const isPlaceholder = value === undefined && !stale;
  return { cas, won: won ? isPlaceholder ? "placeholder" : "value" : undefined };
}

export const NOTHING = { value: undefined, turn: "mine", isServed: false, isSpare: false } as const;
const TAKEN = { ...NOTHING, turn: "taken" } as const;
const FRESH = { turn: "fresh", isServed: false, isSpare: false } as const;

/** What a load has in hand that was chosen by a lock beside the value, and how it stores what it has loaded. */

import type { Encoded } from "../../codec/codec.ts";
import type { BesideItems, Lock } from "./beside.ts";
import type { Hold } from "./claims.ts";
import { exptimeOf, type Plan } from "./options.ts";

/** What was seen and won. */
export interface InHand {
  /** The cas of the item that was there; `undefined` if there was none. */
  readonly cas: bigint | undefined;
  /** The life of the server in which that was read. */
  readonly life: number | undefined;
  readonly lock?: Lock;
  /** True if that item is a placeholder of this load. */
  readonly isPlaceholder?: boolean;
}

/** The hold of one load. */
export class SiblingHold implements Hold {
  readonly isWon: boolean;
  readonly #items: BesideItems;
  readonly #key: string;
  readonly #plan: Plan<never>;
  readonly #inHand: InHand;
  readonly #needsCas: boolean;

  /** @param needsCas True if a load with a lock has a cas as well, unless the item is gone again. */
  constructor(
    items: BesideItems,
    key: string,
    plan: Plan<never>,
    inHand: InHand,
    needsCas: boolean,
  ) {
    this.isWon = inHand.lock !== undefined;
    this.#items = items;
    this.#key = key;
    this.#plan = plan;
    this.#inHand = inHand;
    this.#needsCas = needsCas;
  }

  async store(item: Encoded, ttl: number): Promise<void> {
    const { lock } = this.#inHand;
    try {
      await this.#storeAndMark(item, ttl);
    } finally {
      if (lock !== undefined) await this.#items.release(this.#key, lock);
    }
  }

  async giveBack(): Promise<void> {
    const { cas, isPlaceholder, lock } = this.#inHand;
    if (lock === undefined) return;
    if (isPlaceholder && cas !== undefined) await this.#items.remove(this.#key, cas);
    await this.#items.release(this.#key, lock);
  }

  async #storeAndMark(item: Encoded, ttl: number): Promise<void> {
    const { window } = this.#plan;
    const { cas, life, lock } = this.#inHand;
    const key = this.#key;
    const items = this.#items;
    if (cas === undefined && !await this.#mayAdd()) return;
    if (!await items.store(key, item, exptimeOf(ttl + window), cas, life)) return;
    if (window > 0) await this.#mark(ttl);
    // The cas shows what becomes of the item, but not what becomes of a place without one, or of the marks.
    if (lock === undefined || cas !== undefined && window === 0) return;
    if (await items.isHeld(key, lock).catch(() => false)) return;
    await items.clear(key, "fresh", "stale");
    if (cas === undefined) await items.delete(key);
  }

  /** True if the value may be stored where there was none. */
  async #mayAdd(): Promise<boolean> {
    const { lock } = this.#inHand;
    // Without a lease nobody looks for changes there. One who has waited too long leaves storing to the holder.
    if (lock === undefined) return this.#plan.lease === undefined;
    return !this.#needsCas && await this.#items.isHeld(this.#key, lock);
  }

  async #mark(ttl: number): Promise<void> {
    const { staleWhileRevalidate } = this.#plan;
    const marking = [this.#items.mark(this.#key, "fresh", exptimeOf(ttl))];
    if (hasOwnEnd(this.#plan)) {
      marking.push(this.#items.mark(this.#key, "stale", exptimeOf(ttl + staleWhileRevalidate)));
    }
    await Promise.all(marking);
  }
}

/** True if a value may no longer be served stale, and is kept in case a load fails. */
export function hasOwnEnd({ staleWhileRevalidate, window }: Plan<never>): boolean {
  return staleWhileRevalidate > 0 && staleWhileRevalidate < window;
}

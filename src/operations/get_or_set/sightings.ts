/**
 * Since when items have been taken by the same holder, as this process sees it. A server lets one caller win an item and
 * no other before the item has changed; so if that caller dies, somebody has to notice. No clock but this process's own is
 * needed: the cas tells whether it is still the same holder.
 */

import type { Clock } from "../../clock.ts";
import { BoundedMap } from "../../bounded_map.ts";

/** Remembers when it first saw the holder of each item. */
export class Sightings {
  readonly #clock: Clock;
  readonly #first = new BoundedMap<string, { readonly cas: bigint; readonly at: number }>(MOST);

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Notes that an item is taken. Gives true if it has been so for longer than the lease. */
  isOverdue(key: string, cas: bigint, leaseSeconds: number): boolean {
    const now = this.#clock.now();
    const first = this.#first.get(key);
    if (first?.cas === cas) return now - first.at > leaseSeconds * 1000;
    this.#first.set(key, { cas, at: now });
    return false;
  }
}

const MOST = 1000;

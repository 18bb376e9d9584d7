/** The loads of a client whose keys are in several places: each place has its own. */

import type { Loads } from "../operations/get_or_set/get_or_set.ts";

/** The values on their way to the callers of one client, by the place where they are stored. */
export class PlacedLoads<Where> {
  readonly #byPlace = new Map<Where, Loads>();
  readonly #loadsOf: (where: Where) => Loads;

  /** @param loadsOf Is asked once for each place. */
  constructor(loadsOf: (where: Where) => Loads) {
    this.#loadsOf = loadsOf;
  }

  at(where: Where): Loads {
    let loads = this.#byPlace.get(where);
    if (loads === undefined) this.#byPlace.set(where, loads = this.#loadsOf(where));
    return loads;
  }

  /** Waits for all that is on its way, loads in the background included. No new calls may come. */
  async close(): Promise<void> {
    const all = Array.from(this.#byPlace.values());
    await Promise.all(all.map((loads) => loads.none()));
    // One place may be that of a client that lives on.
    for (const loads of all) loads.leave();
  }
}

/** The loads of a client whose keys are in several places: each place has its own. */

import type { Loads } from "../operations/get_or_set/get_or_set.ts";

/** The values on their way to the callers of one client, by the place where they are stored. */
export class PlacedLoads<Where> {
  readonly #byPlace = new Map<Where, Loads>();
  readonly #loadsOf: (where: Where) => Loads;
  #isClosing = false;

  /** @param loadsOf Is asked once for each place. */
  constructor(loadsOf: (where: Where) => Loads) {
    this.#loadsOf = loadsOf;
  }

  at(where: Where): Loads {
    let loads = this.#byPlace.get(where);
    if (loads === undefined) {
      this.#byPlace.set(where, loads = this.#loadsOf(where));
      // A call that was made before the client was told to close comes to its place only now.
      if (this.#isClosing) void loads.close();
    }
    return loads;
  }

  /**
   * Has all that is on its way end soon, and waits for it.
   *
   * @param calls Waits for the calls under way: they may have to load first.
   */
  async close(calls: () => Promise<void>): Promise<void> {
    this.#isClosing = true;
    const close = () => Promise.all(Array.from(this.#byPlace.values(), (loads) => loads.close()));
    const loaded = close();
    await calls();
    await loaded;
    await close();
  }
}

/** URLs whose responses could not be kept. */

import { BoundedMap } from "../../bounded_map.ts";

/**
 * What could not be kept, for a while: requests for it must not wait for each other, as they would for a load whose value
 * all of them get.
 */
export class PassedUrls {
  /** Until when, in milliseconds since 1970. */
  readonly #until = new BoundedMap<string, number>(MOST);

  /** Notes that what is under a key could not be kept. */
  add(key: string): void {
    this.#until.set(key, Date.now() + LASTS_MS);
  }

  /** True if it was so a short while ago. */
  has(key: string): boolean {
    const until = this.#until.get(key);
    if (until === undefined) return false;
    if (Date.now() < until) return true;
    this.#until.delete(key);
    return false;
  }
}

const LASTS_MS = 10_000;
const MOST = 10_000;

/** The flights of one client that are not over, by wire key. There are several for a key where callers wish different things. */

import type { Flight } from "./flight.ts";

/** Flights that can be found by their keys. */
export class OpenFlights implements Iterable<Flight<unknown>> {
  readonly #byKey = new Map<string, Set<Flight<unknown>>>();

  get isEmpty(): boolean {
    return this.#byKey.size === 0;
  }

  *[Symbol.iterator](): Generator<Flight<unknown>> {
    for (const flights of this.#byKey.values()) yield* flights;
  }

  of(wireKey: string): Iterable<Flight<unknown>> {
    return this.#byKey.get(wireKey) ?? NONE;
  }

  add(flight: Flight<unknown>): void {
    const flights = this.#byKey.get(flight.wireKey);
    if (flights === undefined) this.#byKey.set(flight.wireKey, new Set([flight]));
    else flights.add(flight);
  }

  delete(flight: Flight<unknown>): void {
    const flights = this.#byKey.get(flight.wireKey);
    if (flights?.delete(flight) && flights.size === 0) this.#byKey.delete(flight.wireKey);
  }
}

const NONE: readonly Flight<unknown>[] = [];

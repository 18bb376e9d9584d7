/** What becomes of loads when a client that uses them is told to close: each may take as long as a call, and is given up then. */

import type { End, Ends } from "../../engine/ending.ts";
import { ClosedError } from "../../errors.ts";
import type { Flight } from "./flight.ts";

type Ending = Pick<Flight<unknown>, "hurry" | "end">;

/** The end of the flights of one client, or of one that another client uses as well. */
export class ClosingLoads {
  readonly #open: Iterable<Ending>;
  /** Of the clients that were told to close. */
  readonly #ends: End[] = [];
  readonly #forget: () => void;
  /** Cancels what gives the loads up. */
  #cancels: (() => void)[] | undefined;
  /** True from when they were given up until all are over. */
  #areGivenUp = false;

  /** @param ends When that is so: each client says it for itself. */
  constructor(open: Iterable<Ending>, ends: Ends) {
    this.#open = open;
    this.#forget = ends.onEnd((end) => {
      this.#ends.push(end);
      // Each has a timeout of its own.
      this.#cancel();
      for (const flight of open) this.added(flight);
    });
  }

  /** Notes a new flight. If a client is closing, the flight hurries, and is given up after `timeout`. */
  added(flight: Ending): void {
    if (this.#ends.length === 0) return;
    flight.hurry();
    // Not at once: those who wait for it are about to join.
    if (this.#areGivenUp) queueMicrotask(() => flight.end(tooLate()));
    this.#cancels ??= this.#ends
      .filter(({ timeout }) => timeout > 0)
      .map(({ clock, timeout }) => clock.after(timeout, this.#giveUp));
  }

  /** Called when no flight is left: cancels the timers. */
  allOver(): void {
    this.#cancel();
    this.#areGivenUp = false;
  }

  /** Hears of no more clients. */
  leave(): void {
    this.#forget();
  }

  readonly #giveUp = (): void => {
    this.#areGivenUp = true;
    for (const flight of this.#open) flight.end(tooLate());
  };

  #cancel(): void {
    for (const cancel of this.#cancels ?? []) cancel();
    this.#cancels = undefined;
  }
}

function tooLate(): ClosedError {
  return new ClosedError("Cannot wait for a load as the client is closed");
}

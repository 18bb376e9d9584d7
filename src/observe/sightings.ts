/** Since when each server is up, or is not, as far as its client has seen. One map for all clients, as one each takes 500 bytes. */

import type { Happening, ObservedServer, Observer } from "./observer.ts";

/** What was seen of a server. */
export interface Sighting {
  readonly isUp: boolean;
  /** The time of the day, in milliseconds since 1970. */
  readonly since: number;
}

/** Notes what follows from what has happened. */
export const sighting: Observer = {
  happened({ what, server }: Happening): void {
    if (server === undefined) return;
    // A connection to a server that was not up proves nothing: the kernel takes connections for a process that hangs.
    if (what === "connect" && !SEEN.has(server)) saw(server, true);
    else if (what === "alive") saw(server, true);
    else if (what === "dead") saw(server, false);
  },
};

/** Notes whether a server is up. Gives what was seen, with the time at which that began. */
export function saw(server: ObservedServer, isUp: boolean): Sighting {
  const seen = SEEN.get(server);
  if (seen?.isUp === isUp) return seen;
  const next = { isUp, since: Date.now() };
  SEEN.set(server, next);
  return next;
}

const SEEN = new WeakMap<ObservedServer, Sighting>();

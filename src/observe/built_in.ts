/** The observers that every client has, and the one that it was given. */

import { counting } from "./counters.ts";
import { firing } from "./events.ts";
import type { Observer } from "./observer.ts";
import { Observers } from "./observers.ts";
import { sighting } from "./sightings.ts";
import { type Outbox, posting } from "./outbox.ts";

/** Makes the observers of a client, whose events are fired at a target. */
export function observersOf(
  target: EventTarget,
  outbox: Outbox,
  timing: Observer | undefined,
  given: Observer | undefined,
): Observers {
  return new Observers(
    [counting, sighting, posting(firing(target), outbox), ...(timing ? [timing] : [])],
    given && posting(given, outbox),
  );
}

/** Listeners that call the client of whose events they hear. */

import { type Client, ClosedError } from "@libmc/libmc";
import type { Tally } from "./tally.ts";

/** How many calls of listeners are on their way at most. */
const MOST_CALLS = 16;

/**
 * Gives a client whose events have listeners, each of which calls the client. An event that comes while a method is
 * being called is a wrong answer: the caller did not have its promise then.
 */
export function withListeners(client: Client, tally: Tally): Client {
  let depth = 0;
  let calls = 0;
  const watched = new Proxy(client, {
    get(target, name) {
      const found = Reflect.get(target, name, target) as unknown;
      if (typeof found !== "function") return found;
      return (...given: unknown[]) => {
        depth++;
        try {
          return Reflect.apply(found, target, given);
        } finally {
          depth--;
        }
      };
    },
  });
  for (const name of ["failure", "dead", "alive", "connect", "disconnect"] as const) {
    client.addEventListener(name, async () => {
      tally.heard++;
      if (depth > 0) tally.addWrong("listeners", `${name} was told inside of a call`);
      if (calls >= MOST_CALLS) return;
      calls++;
      // Once the client is closed, there is nothing to be called.
      await watched.get(`heard:${name}`).catch((error) => {
        if (!(error instanceof ClosedError)) tally.addWrong("listeners", String(error));
      });
      calls--;
    });
  }
  return watched;
}

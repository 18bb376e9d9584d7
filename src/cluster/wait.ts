/** Waits for something at a server, no longer than the call that waits may take. */

import { Deadline } from "../clock.ts";
import type { Sweeper } from "../connection/sweeper.ts";
import { type MemcachedError, TimeoutError } from "../errors.ts";
import type { Server } from "./server.ts";

/** Begins something at a server, and calls back when it has ended or the call's time is up. */
export function waitFor(
  server: Server,
  deadline: Deadline,
  sweeper: Sweeper,
  then: (error: MemcachedError | undefined) => void,
  begin: (end: (error: MemcachedError | undefined) => void) => void,
): void {
  let isWaiting = true;
  const end = (error: MemcachedError | undefined) => {
    if (!isWaiting) return;
    isWaiting = false;
    then(error);
  };
  begin(end);
  if (!isWaiting || deadline === Deadline.NEVER) return;
  sweeper.watch({
    sweep(now) {
      if (now >= deadline.at) end(late(server.name));
      return isWaiting;
    },
  });
}

/** The server is the source of servers, while they are not known. */
function late(server: string): TimeoutError {
  return new TimeoutError(
    `Cannot wait for a connection to ${server} as the whole call took longer than its timeout`,
    { server },
  );
}

/**
 * Calls for a key that wait while a server is tried that was dead, as none was ready when they were made. Once another
 * server is ready, calls that are made then for the same key go there: so those that wait choose anew before, in the order
 * in which they began to wait.
 */

import type { MemcachedError } from "../errors.ts";
import type { Server } from "./server.ts";

/** Ends a wait. */
type End = (error: MemcachedError | undefined) => void;

/** The calls of a cluster that wait for servers that were dead. */
export class Trials {
  #waiting: Set<End> | undefined;

  /** Dials a server for a call, and calls back when the dial has ended, or another server is ready. */
  dial(server: Server, end: End): void {
    if (server.deadUntil === undefined) return server.dial(end);
    const waiting = this.#waiting ??= new Set();
    waiting.add(end);
    server.dial((error) => {
      // Nothing is to be done for one that has chosen anew.
      if (waiting.delete(end)) end(error);
    });
  }

  /** Lets all choose anew, as a server is ready, and those that waited for it have been called back. */
  chooseAnew(): void {
    const waiting = this.#waiting;
    this.#waiting = undefined;
    if (waiting === undefined) return;
    for (const end of waiting) {
      waiting.delete(end);
      end(undefined);
    }
  }
}

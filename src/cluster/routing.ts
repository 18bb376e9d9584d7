/** Tries to place a key, and dials the servers that this takes, one after the other. */

import type { MemcachedError } from "../errors.ts";
import { Failed } from "./choice.ts";
import type { Server } from "./server.ts";
import { unplacedError } from "./server_errors.ts";

/** The server that must be dialled before a key can be placed; `undefined` once it is placed. */
export type Unconnected = Server | undefined;

/** What it takes to place one key. */
export interface RoutingSteps {
  /** Dials a server, and calls back when the dial has ended, another server may take its place, or the call's time is up. */
  dial(server: Server, then: (error: MemcachedError | undefined) => void): void;
  /**
   * Places the key, or returns the server that must be dialled first. It is told the error of the dial that has just
   * ended, if it failed.
   */
  attempt(failed: Failed, last: MemcachedError | undefined): Unconnected;
  /**
   * Called if an attempt after a dial throws, as a distribution of the user's may. What the first one throws is the
   * caller's.
   */
  fail(server: Server, error: MemcachedError): void;
}

/** Tries to place a key now. If that needs a server that is not connected, it dials that one and tries again. */
export function route(
  steps: RoutingSteps,
  failed: Failed = new Failed(),
  last?: MemcachedError,
): void {
  const server = steps.attempt(failed, last);
  if (server === undefined) return;
  steps.dial(server, (error) => {
    failed.hasWaited = true;
    if (error !== undefined) failed.set(server, error);
    try {
      route(steps, failed, error);
    } catch (cause) {
      steps.fail(server, unplacedError(server.name, cause));
    }
  });
}

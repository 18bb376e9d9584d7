/** The events of a client. */

import type { MemcachedError } from "../errors.ts";

/** Names of the events of a client. */
export type ClientEventName = "failure" | "connect" | "disconnect" | "dead" | "alive";

/**
 * What happened, and to which server.
 *
 * - `failure`: a call, or part of one, failed; `error` says how.
 * - `connect`, `disconnect`: a connection was made, or is over; `error` is missing where it was closed on purpose, or by
 *   the server while nothing was due.
 * - `dead`, `alive`: a dial failed, and the server is left alone for a while; a later one succeeded.
 */
export class ServerEvent extends Event {
  /** Display name of the server, where one is known. */
  readonly server: string | undefined;
  /** What went wrong, if something did. */
  readonly error: MemcachedError | undefined;
  /** The method of the client that failed, as in `"getMulti"`; only for `failure`. */
  readonly verb: string | undefined;

  /**
   * Makes an event.
   *
   * @param name What happened.
   * @param detail The server and, if something went wrong, the error and the method.
   */
  constructor(
    name: ClientEventName,
    detail: {
      server?: string | undefined;
      error?: MemcachedError | undefined;
      verb?: string | undefined;
    },
  ) {
    super(name);
    this.server = detail.server;
    this.error = detail.error;
    this.verb = detail.verb;
  }
}

/** Servers that have left a cluster, until what was sent to them has ended. */

import type { Server } from "./server.ts";

/** The servers of a cluster that are leaving. */
export class Leaving {
  readonly #ends = new Map<Server, Promise<void>>();

  /** Lets a server leave. */
  add(server: Server): void {
    const end = server.leave().finally(() => this.#ends.delete(server));
    this.#ends.set(server, end);
  }

  /** Those that have not ended. */
  servers(): Iterable<Server> {
    return this.#ends.keys();
  }

  /** Settles when the last server of a name that has left has ended; `undefined` if there is none. */
  endOf(name: string): Promise<void> | undefined {
    let last: Promise<void> | undefined;
    for (const [server, end] of this.#ends) if (server.name === name) last = end;
    return last;
  }
}

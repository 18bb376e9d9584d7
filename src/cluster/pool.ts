/**
 * The connections to one server. Commands go to the one that has the least to do; where several have equally little, to
 * the oldest, so that those which are more than are needed fall idle, and are closed after a while.
 */

import type { Clock } from "../clock.ts";
import type { Connection } from "../connection/connection.ts";

/** Open connections, at least one while the server is in use. */
export class Pool {
  readonly #clock: Clock;
  readonly #connections: Connection[] = [];
  #cancel: (() => void) | undefined;
  #isUnref = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** How many connections are open. */
  get size(): number {
    return this.#connections.length;
  }

  /** The connection that has the least to do. Only while there is one. */
  pick(): Connection {
    const connections = this.#connections;
    let best = connections[0];
    if (connections.length === 1) return best;
    let least = best.waitEstimate;
    for (let i = 1; i < connections.length && least > 0; i++) {
      const estimate = connections[i].waitEstimate;
      if (estimate >= least) continue;
      least = estimate;
      best = connections[i];
    }
    return best;
  }

  /** Adds a connection. */
  add(connection: Connection): void {
    this.#connections.push(connection);
    if (this.#connections.length === 2) this.#watch();
  }

  /** Removes a connection that is over. */
  remove(connection: Connection): void {
    const at = this.#connections.indexOf(connection);
    if (at >= 0) this.#connections.splice(at, 1);
    if (this.#connections.length <= 1) this.#cancel?.();
  }

  /** Lets the program end although connections are open. Those that are not needed stay open from now on. */
  unref(): void {
    this.#isUnref = true;
    this.#cancel?.();
    for (const connection of this.#connections) connection.unref();
  }

  /** Gives up all connections, for whoever closes them. */
  takeAll(): Connection[] {
    this.#cancel?.();
    this.#cancel = undefined;
    return this.#connections.splice(0);
  }

  /** Closes the connections that were not needed lately, all but the oldest, as long as there are any such. */
  #watch(): void {
    this.#cancel?.();
    if (this.#isUnref) return;
    this.#cancel = this.#clock.after(SPARE_MILLISECONDS, () => {
      this.#cancel = undefined;
      const now = this.#clock.now();
      const spare = this.#connections.slice(1).filter((connection) =>
        connection.idleFor(now) >= SPARE_MILLISECONDS
      );
      for (const connection of spare) {
        this.remove(connection);
        void connection.close();
      }
      if (this.#connections.length > 1) this.#watch();
    });
  }
}

/** How long a connection beyond the first may be idle. */
const SPARE_MILLISECONDS = 10_000;

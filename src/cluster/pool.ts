/**
 * The connections to one server. Commands go to the one that has the least to do, and to the oldest of several with
 * equally little. So connections that are not needed become idle and are closed after a while. The server decides when
 * to open another one, and when all of them have too much to do.
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

  /** Number of open connections. */
  get size(): number {
    return this.#connections.length;
  }

  /** Picks the connection that has the least to do. To be called only while there is one. */
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

  /** Removes a connection that has ended. Returns false if it was not there any more. */
  remove(connection: Connection): boolean {
    const at = this.#connections.indexOf(connection);
    if (at >= 0) this.#connections.splice(at, 1);
    if (this.#connections.length <= 1) this.#cancel?.();
    return at >= 0;
  }

  /** Lets the program end although connections are open. From now on idle ones stay open. */
  unref(): void {
    this.#isUnref = true;
    this.#cancel?.();
    for (const connection of this.#connections) connection.unref();
  }

  /** Gives up all connections. The caller closes them. */
  takeAll(): Connection[] {
    this.#cancel?.();
    this.#cancel = undefined;
    return this.#connections.splice(0);
  }

  /** Closes idle connections, except the oldest, as long as there are several. */
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

/** How long connections other than the oldest may be idle. */
const SPARE_MILLISECONDS = 10_000;

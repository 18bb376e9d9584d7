/**
 * The connections to one server. Commands go to the one that has the least to do, and to the oldest of several with
 * equally little. So connections that are not needed become idle and are closed after a while. Those for a key that has
 * commands on their way follow these. The server decides when to open another one, and when all of them have too much to
 * do.
 */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { Divisible } from "../commands/group_command.ts";
import type { Connection } from "../connection/connection.ts";
import { Affinity, isDivisible } from "./affinity.ts";

/** Open connections, at least one while the server is in use. */
export class Pool {
  readonly #clock: Clock;
  /** In the order in which they were opened. Replaced when they change: an array that grows keeps room for 16 more. */
  #connections: readonly Connection[] = NONE;
  /** Kept beside the array, as every call asks for it: with 1,000 servers each look at one more object is 0.1 µs. */
  #only: Connection | undefined;
  /** While there are several. */
  #affinity: Affinity | undefined;
  #cancel: (() => void) | undefined;
  #isUnref: boolean;

  /** @param isUnref True if the program may end although connections are open. */
  constructor(clock: Clock, isUnref: boolean) {
    this.#clock = clock;
    this.#isUnref = isUnref;
  }

  /** Number of open connections. */
  get size(): number {
    return this.#connections.length;
  }

  /** The connection, if there is only one. */
  get only(): Connection | undefined {
    return this.#only;
  }

  /** Picks the connection that has the least to do. To be called only while there is one. */
  #pick(): Connection {
    const connections = this.#connections;
    let best = connections[0];
    let least = best.waitEstimate;
    for (let i = 1; i < connections.length && least > 0; i++) {
      const estimate = connections[i].waitEstimate;
      if (estimate >= least) continue;
      least = estimate;
      best = connections[i];
    }
    return best;
  }

  /** The weight of all commands on all connections. */
  get queuedWeight(): number {
    return this.#connections.reduce((sum, { queuedWeight }) => sum + queuedWeight, 0);
  }

  /**
   * Gives a command to the connection that it has to take, or to the one that has the least to do. A command for many keys
   * is divided if they have to take different ones. To be called only while there are several.
   */
  spread(command: Command, give: (command: Command, connection: Connection) => void): void {
    const affinity = this.#affinity;
    const { keys } = command;
    const due = affinity?.connectionForAll(keys);
    if (due === "several" && isDivisible(command)) {
      for (const part of this.#parts(command)) this.spread(part, give);
      return;
    }
    const connection = due === undefined || due === "several" ? this.#pick() : due;
    give(command, connection);
    affinity?.went(keys, connection);
  }

  /** Adds a connection. */
  add(connection: Connection): void {
    this.#settle([...this.#connections, connection]);
    if (this.#connections.length !== 2) return;
    this.#affinity = new Affinity(this.#connections[0]);
    this.#watch();
  }

  /** Removes a connection that has ended. Returns false if it was not there any more. */
  remove(connection: Connection): boolean {
    const wasThere = this.#connections.includes(connection);
    if (wasThere) this.#settle(this.#connections.filter((other) => other !== connection));
    this.#affinity?.forget(connection);
    if (this.#connections.length <= 1) {
      this.#affinity = undefined;
      this.#cancel?.();
    }
    return wasThere;
  }

  /** Lets the program end although connections are open. From now on idle ones stay open. */
  unref(): void {
    this.#isUnref = true;
    this.#cancel?.();
    for (const connection of this.#connections) connection.unref();
  }

  /** Gives up all connections. The caller closes them. */
  takeAll(): readonly Connection[] {
    this.#cancel?.();
    this.#cancel = undefined;
    this.#affinity = undefined;
    const taken = this.#connections;
    this.#settle(NONE);
    return taken;
  }

  #settle(connections: readonly Connection[]): void {
    this.#connections = connections;
    this.#only = connections.length === 1 ? connections[0] : undefined;
  }

  /** Divides a command for many keys by the connections that they have to take. */
  #parts(command: Divisible): Command[] {
    const groups = new Map<Connection | undefined, { keys: string[]; positions: number[] }>();
    command.keys.forEach((key, position) => {
      const connection = this.#affinity?.connectionFor(key);
      let group = groups.get(connection);
      if (group === undefined) groups.set(connection, group = { keys: [], positions: [] });
      group.keys.push(key);
      group.positions.push(position);
    });
    return command.divide([...groups.values()]);
  }

  /** Closes idle connections, except the oldest, as long as there are several. */
  #watch(): void {
    this.#cancel?.();
    if (this.#isUnref) return;
    this.#cancel = this.#clock.after(SPARE_MILLISECONDS, () => {
      this.#cancel = undefined;
      const now = this.#clock.now();
      const spare = this.#connections.slice(1).filter((connection) =>
        connection.idleFor(now) >= SPARE_MILLISECONDS && !connection.hasDoubts
      );
      for (const connection of spare) {
        this.remove(connection);
        void connection.close();
      }
      if (this.#connections.length > 1) this.#watch();
    });
  }
}

const NONE: readonly Connection[] = [];
/** How long connections other than the oldest may be idle. */
const SPARE_MILLISECONDS = 10_000;

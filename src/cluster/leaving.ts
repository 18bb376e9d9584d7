/**
 * Servers that have left a cluster. What was sent to them ends. And what they have missed is not forgotten: a server that was
 * only out of reach may be named again, with all that it had.
 */

import type { Server } from "./server.ts";

/** The servers of a cluster that have left. */
export class Leaving {
  readonly #ends = new Map<Server, Promise<void>>();
  /** Those that have ended and have missed something, by their names, the one that has left last as the last. */
  #gone: Map<string, Server> | undefined;

  /**
   * Lets a server leave.
   *
   * @param named Gives the server that has a display name now.
   */
  add(server: Server, named: (name: string) => Server | undefined): void {
    const end = server.leave().finally(() => {
      this.#ends.delete(server);
      if (!server.owed?.isDue) return;
      // One of its name that is there by now has waited for this before it was dialled.
      const now = named(server.name);
      if (now === undefined) this.#keep(server);
      else server.owed.handOver(now);
    });
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

  /** Notes a key of which one that has left, by itself or its name, may have missed a change. */
  owe(gone: Server | string, key: string): void {
    const server = typeof gone === "string" ? this.#of(gone) : gone;
    if (server === undefined) return;
    server.owe(key);
    if (!this.#ends.has(server)) this.#keep(server);
  }

  /** Gives a server what those of its name are owed that have left. */
  handOver(server: Server): void {
    const { name } = server;
    const gone = this.#gone?.get(name);
    this.#gone?.delete(name);
    gone?.owed?.handOver(server);
    for (const left of this.#ends.keys()) if (left.name === name) left.owed?.handOver(server);
  }

  /** Gives the last server of a name that has left, as far as it is known. */
  #of(name: string): Server | undefined {
    return Array.from(this.#ends.keys()).findLast((server) => server.name === name) ??
      this.#gone?.get(name);
  }

  #keep(server: Server): void {
    const gone = this.#gone ??= new Map();
    const before = gone.get(server.name);
    gone.delete(server.name);
    gone.set(server.name, server);
    if (before !== server) before?.owed?.handOver(server);
    let keys = 0;
    for (const { owed } of gone.values()) keys += owed?.size ?? 0;
    for (const [name, { owed }] of gone) {
      if (gone.size <= MOST_NAMES && keys <= MOST_KEYS) return;
      keys -= owed?.size ?? 0;
      owed?.forget();
      gone.delete(name);
    }
  }
}

const MOST_NAMES = 1000;
/** Of all of them: with keys of 50 bytes they take 24 MB. */
const MOST_KEYS = 4 * 65_536;

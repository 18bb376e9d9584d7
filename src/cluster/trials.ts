/**
 * Calls that wait while a dead server is tried again, because no server was ready when they were made. As soon as another
 * server connects, calls for the same keys may go there: so those that wait choose anew before, in the order in which they
 * began to wait.
 */

import type { MemcachedError } from "../errors.ts";
import { fullError } from "./server_errors.ts";

/** Ends a wait. */
type End = (error: MemcachedError | undefined) => void;

/** A server, as far as it takes one to wait for it. */
interface TriedServer {
  readonly name: string;
  dial(end: End): void;
}

/** One call, and the server that is dialled for it. */
interface Wait {
  readonly server: TriedServer;
  readonly end: End;
}

/** What decides where calls can go, and how many may wait for one server. */
interface TrialSettings {
  readonly failover: boolean;
  readonly maxPending: number;
}

/** The calls of a cluster that wait for servers that were dead. */
export class Trials {
  readonly #settings: TrialSettings;
  readonly #standsIn: (server: TriedServer) => boolean;
  /** In the order in which they began. */
  readonly #waits = new Set<Wait>();
  /** How many wait for each server that is dialled for them. One dial serves them all. */
  readonly #counts = new Map<TriedServer, number>();

  /** @param standsIn True for a server of the gutter. */
  constructor(settings: TrialSettings, standsIn: (server: TriedServer) => boolean) {
    this.#settings = settings;
    this.#standsIn = standsIn;
  }

  /** Dials a server that was dead for a call, and calls back when the dial has ended, or the call may choose another server. */
  dial(server: TriedServer, end: End): void {
    const count = this.#counts.get(server);
    const { maxPending } = this.#settings;
    if (count !== undefined && count >= maxPending) {
      return end(fullError(server.name, "connect", maxPending));
    }
    this.#waits.add({ server, end });
    this.#counts.set(server, (count ?? 0) + 1);
    if (count === undefined) server.dial((error) => this.#ended(server, error));
  }

  /** Gives how many calls wait for a server beside the one that is called back for all of them. */
  othersAt(server: TriedServer): number {
    return Math.max(0, (this.#counts.get(server) ?? 0) - 1);
  }

  /** Lets those choose anew who may use a server that has just connected. Its own callers are called back afterwards. */
  chooseAnew(connected: TriedServer): void {
    // Without `failover` calls for keys of the list go to their own server or to the gutter.
    const areAllConcerned = this.#settings.failover || this.#standsIn(connected);
    for (const wait of Array.from(this.#waits)) {
      const { server } = wait;
      if (areAllConcerned || server === connected || this.#standsIn(server)) {
        this.#end(wait, undefined);
      }
    }
  }

  #ended(server: TriedServer, error: MemcachedError | undefined): void {
    this.#counts.delete(server);
    for (const wait of Array.from(this.#waits)) {
      if (wait.server === server) this.#end(wait, error);
    }
  }

  #end(wait: Wait, error: MemcachedError | undefined): void {
    if (!this.#waits.delete(wait)) return;
    const count = this.#counts.get(wait.server);
    if (count !== undefined) this.#counts.set(wait.server, count - 1);
    wait.end(error);
  }
}

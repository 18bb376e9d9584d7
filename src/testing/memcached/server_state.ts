import type { ServerClock } from "./clock.ts";
import { Statistics } from "./statistics.ts";
import { Store } from "./store.ts";

/** Where a server listens. */
export interface Listening {
  readonly port: number;
  readonly hostname: string;
  readonly path: string | undefined;
}

/** What a server's connections are given when it starts. */
export interface ServerStateOptions {
  readonly clock: ServerClock;
  readonly version: string;
  readonly itemSizeLimit: number;
  readonly listening: Listening;
}

/** What all connections of one embedded server share. */
export class ServerState {
  readonly clock: ServerClock;
  readonly store: Store;
  readonly statistics: Statistics = new Statistics();
  readonly version: string;
  readonly itemSizeLimit: number;
  /** Name of a command → how often it was carried out. */
  readonly carriedOut: Map<string, number> = new Map();
  /** The second at which the server started. */
  readonly started: number;
  /** Where it listens, as `stats settings` tells it. */
  readonly listening: Listening;
  /** How many connections are open. */
  connections = 0;
  /** How many were ever accepted. */
  accepted = 0;

  constructor({ clock, version, itemSizeLimit, listening }: ServerStateOptions) {
    this.clock = clock;
    this.version = version;
    this.itemSizeLimit = itemSizeLimit;
    this.listening = listening;
    this.started = Math.floor(clock.now());
    this.store = new Store(clock, itemSizeLimit);
  }

  /** Counts a command that was carried out. */
  count(name: string): void {
    this.carriedOut.set(name, (this.carriedOut.get(name) ?? 0) + 1);
  }
}

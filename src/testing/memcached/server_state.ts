import type { ServerClock } from "./clock.ts";
import { Statistics } from "./statistics.ts";
import { Store } from "./store.ts";

/** Where a server listens. */
export interface Listening {
  readonly port: number;
  readonly hostname: string;
  readonly path: string | undefined;
}

/** The parts of a server's state that are fixed when it starts. */
export interface ServerStateOptions {
  readonly clock: ServerClock;
  readonly version: string;
  readonly itemSizeLimit: number;
  readonly listening: Listening;
}

/** The state that all connections of one embedded server share. */
export class ServerState {
  readonly clock: ServerClock;
  readonly store: Store;
  readonly statistics: Statistics = new Statistics();
  readonly version: string;
  readonly itemSizeLimit: number;
  /** How often each command was carried out, by its name. */
  readonly carriedOut: Map<string, number> = new Map();
  /** When the server started, in seconds since 1970. */
  readonly started: number;
  /** Where it listens, as `stats settings` tells it. */
  readonly listening: Listening;
  /** How many connections are open. */
  connections = 0;
  /** How many connections were accepted so far. */
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

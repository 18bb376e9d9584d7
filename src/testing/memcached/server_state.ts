import type { Clock } from "./clock.ts";
import { Statistics } from "./statistics.ts";
import { Store } from "./store.ts";

/** What all connections of one embedded server share. */
export class ServerState {
  readonly clock: Clock;
  readonly store: Store;
  readonly statistics: Statistics = new Statistics();
  readonly version: string;
  readonly itemSizeLimit: number;
  /** Name of a command → how often it was carried out. */
  readonly carriedOut: Map<string, number> = new Map();
  /** The second at which the server started. */
  readonly started: number;
  /** Where it listens, as `stats settings` tells it. */
  listening: { port: number; hostname: string; path: string | undefined } = {
    port: 0,
    hostname: "",
    path: undefined,
  };
  /** How many connections are open. */
  connections = 0;
  /** How many were ever accepted. */
  accepted = 0;

  constructor(clock: Clock, version: string, itemSizeLimit: number) {
    this.clock = clock;
    this.version = version;
    this.itemSizeLimit = itemSizeLimit;
    this.started = Math.floor(clock.now());
    this.store = new Store(clock, itemSizeLimit);
  }

  /** Counts a command that was carried out. */
  count(name: string): void {
    this.carriedOut.set(name, (this.carriedOut.get(name) ?? 0) + 1);
  }
}

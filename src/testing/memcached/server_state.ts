import type { ServerClock } from "./clock.ts";
import { type Dialect, dialectOf } from "./dialect.ts";
import { PrefixCounts } from "./prefix_counts.ts";
import { Statistics } from "./statistics.ts";
import { Store } from "./store.ts";
import { WatchLog } from "./watch_log.ts";

/** Where a server listens. */
export interface Listening {
  readonly port: number;
  readonly hostname: string;
  readonly path: string | undefined;
}

/** What `stats conns` tells of a connection. */
export interface OpenConnection {
  /** Its number, from 1. */
  readonly id: number;
  /** Where the client is: `host:port`, or `""` where it has no address. */
  readonly peer: string;
  /** When the client sent something, in seconds since 1970. */
  lastHeard: number;
}

/** The nodes that a server names. */
export interface ClusterConfiguration {
  readonly version: number;
  /** Each as `host|ip|port`. */
  readonly nodes: readonly string[];
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
  readonly prefixCounts: PrefixCounts = new PrefixCounts();
  readonly version: string;
  /** How a server of this version speaks. */
  readonly dialect: Dialect;
  readonly itemSizeLimit: number;
  /** How often each command was carried out, by its name. */
  readonly carriedOut: Map<string, number> = new Map();
  /** When the server started, in seconds since 1970. */
  readonly started: number;
  /** Where it listens, as `stats settings` tells it. */
  readonly listening: Listening;
  /** The connections that are open. */
  readonly connections: Set<OpenConnection> = new Set();
  /** Tells connections that watch what happens. */
  readonly watchLog: WatchLog;
  /** How many connections were accepted so far. */
  accepted = 0;
  /** The number of the connection whose command is carried out. */
  current = 0;
  /** What `config get cluster` tells; `undefined` where nobody knows that command, as in memcached. */
  cluster: ClusterConfiguration | undefined;
  /** Whether `lru_crawler` may list items. */
  isCrawlerOn = true;

  constructor({ clock, version, itemSizeLimit, listening }: ServerStateOptions) {
    this.clock = clock;
    this.version = version;
    this.dialect = dialectOf(version);
    this.itemSizeLimit = itemSizeLimit;
    this.listening = listening;
    this.started = Math.floor(clock.now());
    this.watchLog = new WatchLog(clock);
    this.store = new Store(clock, itemSizeLimit);
  }

  /** Counts a command that was carried out. */
  count(name: string): void {
    this.carriedOut.set(name, (this.carriedOut.get(name) ?? 0) + 1);
  }
}

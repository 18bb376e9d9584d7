/** What a server shares with the others of its client. */

import type { Clock } from "../clock.ts";
import type { Connection } from "../connection/connection.ts";
import type { Sweeper } from "../connection/sweeper.ts";
import type { Connect } from "../transports/transport.ts";
import type { MemcachedError } from "../errors.ts";

/** What can be changed while the client lives. Milliseconds; 0 for no bound. */
export interface ServerSettings {
  pollTimeout: number;
  connectTimeout: number;
  retryTimeout: number;
  timeout: number;
  maxRetries: number;
  /** Most connections to one server. */
  connections: number;
  /** Most commands on the way to one server. */
  maxPending: number;
}

/** What a server shares with the others of its client. */
export interface ServerContext {
  readonly clock: Clock;
  readonly connect: Connect;
  /** Makes a new connection ready for commands, before the deadline; if it rejects, the dial has failed. */
  readonly prepare: ((connection: Connection, deadline: number) => Promise<void>) | undefined;
  readonly settings: Readonly<ServerSettings>;
  readonly sweeper: Sweeper;
  /** Hears of every change. */
  readonly onChange: (change: ServerChange, server: string, error?: MemcachedError) => void;
}

/** What can happen to a server. */
export type ServerChange = "connect" | "disconnect" | "dead" | "alive";

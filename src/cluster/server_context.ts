/** What a server shares with the others of its client. */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConnectionOptions } from "../connection/contract.ts";
import type { Sweeper } from "../connection/sweeper.ts";
import type { Happening } from "../observe/observer.ts";
import type { Connect } from "../transports/transport.ts";
import type { Server } from "./server.ts";

/** The settings of a server. They may change while the client lives. Milliseconds; 0 for no bound. */
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
  /** Hears of everything that happens to a server. */
  readonly happened: (happening: Happening) => void;
  /** Hears of every command that ends, if somebody watches commands. */
  readonly onAttempt: ConnectionOptions["onAttempt"];
  /** Sends a command again from the start: to the server that has its keys now, or to `from`. */
  readonly resubmit: (command: Command, from: Server) => void;
}

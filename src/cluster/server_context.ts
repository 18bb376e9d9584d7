/** The context that all servers of a client share. */

import type { Clock, Turns } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { Connection } from "../connection/connection.ts";
import type { ConnectionOptions, RequestBuffers } from "../connection/contract.ts";
import type { Sweeper } from "../connection/sweeper.ts";
import type { Happening } from "../observe/observer.ts";
import type { MetaQuestions } from "./meta_support.ts";
import type { WaitingCalls } from "./waiting_calls.ts";
import type { Connect } from "../transports/transport.ts";

/** The settings of a server. They may change while the client lives. Times are in milliseconds; 0 for no limit. */
export interface ServerSettings {
  pollTimeout: number;
  connectTimeout: number;
  retryTimeout: number;
  timeout: number;
  maxRetries: number;
  /** Silences in a row that make a server dead; 0: never. */
  deadAfter: number;
  /** Milliseconds after which a call is told as slow; 0: never. */
  slow: number;
  /** Most connections to one server. */
  connections: number;
  /** Most commands in flight per server. */
  maxPending: number;
}

/** The settings of a cluster. They may change while the client lives. */
export interface ClusterSettings extends ServerSettings {
  /** Lets the other owners stand in for a dead one. */
  failover: boolean;
  /** Longest time in seconds for which something lasts on a server that stands in; 0: as long as its caller wants. */
  failoverExptime: number;
  /** Remembers the keys of changes that a server has missed, and deletes them before it serves again. */
  replayInvalidations: boolean;
}

/** The context that all servers of a client share. */
export interface ServerContext {
  readonly clock: Clock;
  readonly turns: Turns;
  /** Gives a number from 0 to 1, exclusive, by chance. */
  readonly random: () => number;
  /** Gives the Unix time in seconds. */
  readonly unixTime: () => number;
  readonly connect: Connect;
  /** Makes a new connection ready for commands, before the deadline. If it rejects, the dial has failed. */
  readonly prepare:
    | ((connection: Pick<Connection, "submit">, deadline: number) => Promise<void>)
    | undefined;
  /** Waits until the server has answered something on a new connection, before the deadline. */
  readonly probe: (connection: Connection, deadline: number) => Promise<void>;
  /** Deletes keys on a connection, ahead of all that is sent later, before the deadline. */
  readonly deleteAll: (
    connection: Pick<Connection, "submit">,
    keys: readonly string[],
    deadline: number,
  ) => Promise<void>;
  /** What a server is asked before its first meta command. */
  readonly metaQuestions: MetaQuestions;
  /**
   * Makes a command whose reply proves that a connection is in step.
   *
   * @param refused Called if the server does not know it.
   */
  readonly proof?: (refused: () => void) => Command;
  /** Takes secrets out of what a server has said, before it becomes part of an error. */
  readonly censor?: ConnectionOptions["censor"];
  readonly settings: Readonly<ServerSettings>;
  readonly sweeper: Sweeper;
  /** Buffers of requests, for all connections. */
  readonly buffers: RequestBuffers;
  /** Called for everything that happens to a server. */
  readonly happened: (happening: Happening) => void;
  /** The calls that wait for servers. Made for the first one, as clients are counted by the byte. */
  waitingCalls?: WaitingCalls;
  /** Who is told of every command that ends on a new connection, if an observer watches commands. */
  readonly attempts: Pick<ConnectionOptions, "onAttempt">;
}

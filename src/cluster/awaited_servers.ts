/**
 * Servers that are not known yet. Until they are, one server stands for all of them: to dial it is to wait for them. When
 * they come it leaves, and what waited for its dial is routed anew, in order, as with any other server that leaves.
 */

import type { Command } from "../commands/command.ts";
import type { Connect } from "../transports/transport.ts";
import { Server } from "./server.ts";
import type { ServerContext } from "./server_context.ts";

/** Where servers are to come from. */
export interface AwaitedServers {
  /** What errors call them. */
  readonly label: string;
  /** Never connects: rejects if they cannot be found. It is aborted once they are known. */
  readonly awaitServers: Connect;
}

/** Makes the server that stands for all. Whoever waits has a time limit of his own. */
export function standIn(
  { label, awaitServers }: AwaitedServers,
  context: ServerContext,
  resubmit: (server: Server, command: Command) => void,
): Server {
  const address = {
    host: label,
    port: 0,
    path: undefined,
    alias: label,
    name: label,
    ringName: label,
  };
  const settings: ServerContext["settings"] = Object.create(context.settings, {
    connectTimeout: { value: 0 },
    timeout: { value: 0 },
  });
  // It is none of the servers that observers hear of: the calls that fail tell why.
  const own = { ...context, settings, connect: awaitServers, happened: () => {} };
  return new Server(address, own, resubmit);
}

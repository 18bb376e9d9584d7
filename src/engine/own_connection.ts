/** A connection that one call has for itself, for commands that no shared connection can carry. */

import type { Deadline } from "../clock.ts";
import type { MemcachedError } from "../errors.ts";
import type { Engine } from "./engine.ts";

/** Requests out, lines in. Times are in milliseconds; 0: no limit. After a failure every call throws its reason. */
export interface OwnConnection {
  /** Display name of its server. */
  readonly server: string;
  send(parts: readonly Uint8Array[], limit: number): Promise<void>;
  /** Gives the first line of a reply, without its end. */
  firstLine(limit: number): Promise<string>;
  /** Gives the next line, or `null` when the server has closed the connection. `limit` is the longest silence. */
  line(limit: number): Promise<string | null>;
  pause(milliseconds: number): Promise<void>;
  close(reason: unknown): void;
  /** Gives a line as an error shows it. */
  shown(line: string): string;
  /** Makes the error for a connection that ended too early. */
  broken(reason: string): MemcachedError;
}

/**
 * Opens a connection to the server with a display name. The caller must close it.
 *
 * @param command What it is for, for errors.
 * @param signal Ends it, from the dial on, with the signal's reason.
 * @throws {TypeError} If the client has no such server.
 */
export async function openOwn(
  { cluster }: Engine,
  name: string,
  command: string,
  signal: AbortSignal,
): Promise<OwnConnection> {
  const server = cluster.named(name);
  if (server === undefined) throw unknownServer(name, cluster.allServers);
  const stream = await cluster.openOwn(server, command, signal);
  if (signal.aborted) stream.close(signal.reason);
  signal.addEventListener("abort", () => stream.close(signal.reason), { once: true });
  return stream;
}

/**
 * Gives the display names of the servers that a call is for: all, or those that it names.
 *
 * @throws {TypeError} If the client has no server of one of the names.
 */
export function serversOf({ cluster }: Engine, names: readonly string[] | undefined): string[] {
  if (names === undefined) return cluster.allServers.map(({ name }) => name);
  for (const name of names) {
    if (cluster.named(name) === undefined) throw unknownServer(name, cluster.allServers);
  }
  return Array.from(new Set(names));
}

/**
 * As {@linkcode serversOf}, for a stream: the function gives them when they are known.
 *
 * @throws {TypeError} If the servers are known, and none has one of the names.
 */
export function serversLater(
  engine: Engine,
  names: readonly string[] | undefined,
): () => readonly string[] | Promise<readonly string[]> {
  if (!engine.cluster.isAwaiting) {
    const servers = serversOf(engine, names);
    return () => servers;
  }
  return async () => {
    await serversKnown(engine, engine.deadline());
    return serversOf(engine, names);
  };
}

/**
 * Waits until the servers are known.
 *
 * @throws {MemcachedError} If the deadline comes first, or they cannot be found.
 */
export function serversKnown(engine: Engine, deadline: Deadline): Promise<void> {
  return new Promise((resolve, reject) => {
    engine.cluster.known(deadline, (error) => error === undefined ? resolve() : reject(error));
  });
}

function unknownServer(name: unknown, servers: readonly { readonly name: string }[]): TypeError {
  const known = servers.slice(0, MOST_NAMED).map(({ name }) => JSON.stringify(name)).join(", ");
  const more = servers.length > MOST_NAMED ? ", …" : "";
  return new TypeError(
    `Cannot use server ${
      JSON.stringify(String(name))
    } as the client has none of that name: it has ${known}${more}`,
  );
}

/** Most names in a message. */
const MOST_NAMED = 5;

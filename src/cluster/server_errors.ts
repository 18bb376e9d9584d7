/** The errors of a server, each with its name and the command it struck. */

import type { Command } from "../commands/command.ts";
import { sentBefore } from "../connection/contract.ts";
import {
  ClosedError,
  ConnectionError,
  type MemcachedError,
  ServerDeadError,
  TimeoutError,
} from "../errors.ts";

/** The last dial failed, and it is too early for the next. */
export function deadError(server: string, command: string, cause?: MemcachedError): MemcachedError {
  const reason = cause === undefined ? "" : `: ${cause.message}`;
  const message = `Cannot ${command} as ${server} is dead${reason}`;
  return new ServerDeadError(message, { server, command, cause });
}

/** The client was closed, at the line that the cause tells. */
export function closedError(server: string, command: string, cause?: Error): MemcachedError {
  return new ClosedError(`Cannot ${command} as the client was closed`, { server, command, cause });
}

/** A connection was lost under a command, or behind it. */
export function lostError(
  server: string,
  command: Command,
  cause: MemcachedError,
  sent: "no" | "maybe" = sentBefore(command),
): MemcachedError {
  const { name } = command;
  return new ConnectionError(`Cannot ${name} as the connection to ${server} was lost`, {
    server,
    command: name,
    step: "read",
    sent,
    cause,
  });
}

/** A dial failed. */
export function dialError(server: string, cause: unknown): MemcachedError {
  if (cause instanceof ClosedError) return cause;
  const reason = cause instanceof Error ? cause.message : String(cause);
  // Where one knows its server, there was a connection, which did not become ready.
  const message = cause instanceof TimeoutError && cause.server === undefined
    ? reason.replace("connect", `connect to ${server}`)
    : `Cannot connect to ${server}: ${reason}`;
  return new ConnectionError(message, { server, cause });
}

/** The time of a call was up before a command could be sent again. */
export function lateError(server: string, { name }: Command): MemcachedError {
  return new TimeoutError(`Cannot ${name} again as the whole call took longer than its timeout`, {
    server,
    command: name,
  });
}

/** As many commands are on the way as may be. */
export function fullError(server: string, command: string, most: number): MemcachedError {
  return new ConnectionError(
    `Cannot ${command} as the commands on the way to ${server} must be <= ${most}`,
    { server, command },
  );
}

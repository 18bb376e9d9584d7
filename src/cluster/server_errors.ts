/** The errors of a server, each with the server's name and the command that failed. */

import type { Command } from "../commands/command.ts";
import { sentBefore } from "../connection/contract.ts";
import {
  ClosedError,
  ConnectionError,
  MemcachedError,
  ServerDeadError,
  TimeoutError,
} from "../errors.ts";
import { isSound, textOf } from "../thrown.ts";

/** Makes the error for a server whose last dial failed, while it is too early for the next. */
export function deadError(server: string, command: string, cause?: MemcachedError): MemcachedError {
  const reason = cause === undefined ? "" : `: ${cause.message}`;
  const message = `Cannot ${command} as ${server} is dead${reason}`;
  return new ServerDeadError(message, { server, command, cause });
}

/** Makes the error for a client that was closed. The cause shows the line that closed it. */
export function closedError(server: string, command: string, cause?: Error): MemcachedError {
  return new ClosedError(`Cannot ${command} as the client was closed`, { server, command, cause });
}

/** Makes the error for a command whose connection was lost. */
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

/** Makes the error for a failed dial. */
export function dialError(server: string, cause: unknown): MemcachedError {
  const reason = textOf(cause).replace(`Cannot connect to ${server}: `, "");
  // If the error names a server, there was a connection, which did not become ready.
  const message = isSound(cause, TimeoutError) && cause.server === undefined
    ? reason.replace("connect", `connect to ${server}`)
    : `Cannot connect to ${server}: ${reason}`;
  return new ConnectionError(message, { server, cause });
}

/**
 * Makes the error for keys that a distribution of the user's has no server for.
 *
 * @param server The one that they were to go to before, if that is known.
 */
export function unplacedError(server: string | undefined, cause: unknown): MemcachedError {
  const message = `Cannot find the server of a key anew: ${textOf(cause)}`;
  return new MemcachedError(message, { server, cause });
}

/** Makes the error for a call whose time was up before its command could be sent again. */
export function lateError(server: string, { name }: Command): MemcachedError {
  return new TimeoutError(`Cannot ${name} again as the whole call took longer than its timeout`, {
    server,
    command: name,
  });
}

/** Makes the error for one command more than may be in flight. */
export function fullError(server: string, command: string, most: number): MemcachedError {
  return new ConnectionError(
    `Cannot ${command} as the commands on the way to ${server} must be <= ${most}`,
    { server, command, reason: "busy" },
  );
}

/** Makes the error of a dial, or of a question to a server, that the client's end has cut off. */
export function cutOffError(server: string, at: Error | undefined): ClosedError {
  return new ClosedError("Cannot connect as the client was closed", { server, cause: at });
}

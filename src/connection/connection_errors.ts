/** The errors of a connection, each with the server and the command it struck. */

import {
  ConnectionError,
  type MemcachedErrorOptions,
  ProtocolError,
  ReplyError,
  type ReplyErrorKind,
  TimeoutError,
} from "../errors.ts";
import type { ConnectionStep } from "../errors.ts";

/** A reply came, and no command was waiting for one. */
export function unexpectedReply(): ProtocolError {
  return new ProtocolError("Cannot take a reply to which no command is pending");
}

/** The parser and the commands know neither server nor position: adds both. */
export function atServer(error: ProtocolError, server: string, command?: string): ProtocolError {
  return new ProtocolError(error.message, { server, command, sent: "maybe", cause: error });
}

/**
 * The server answered a command with an error line. Where it asks for user and password its own words mislead: it takes
 * every `set` for an authentication, and so finds fault with the value.
 */
export function replyError(
  kind: ReplyErrorKind,
  line: string,
  server: string,
  command: string,
): ReplyError {
  const asks = ASKING.has(line) && command !== "authenticate";
  const reason = asks ? "asks for user and password: it answered" : "answered";
  const message = `Cannot ${command} as the server ${reason} "${line}"`;
  return new ReplyError(message, { kind, server, command, sent: "maybe" });
}

/** The connection ended under a command. */
export function brokenConnection(
  reason: string,
  where: MemcachedErrorOptions & { step: ConnectionStep },
): ConnectionError {
  return new ConnectionError(`Cannot use connection to ${where.server} as ${reason}`, {
    sent: "maybe",
    ...where,
  });
}

/** The server owed a reply and said nothing. */
export function silentConnection(
  milliseconds: number,
  server: string,
  command?: string,
): TimeoutError {
  return new TimeoutError(
    `Cannot use connection to ${server} as it was silent for more than ${milliseconds} ms`,
    { server, command, sent: "maybe" },
  );
}

/** A call took longer than it may. */
export function outOfTime(where: MemcachedErrorOptions): TimeoutError {
  return new TimeoutError(
    `Cannot ${where.command} as the whole call took longer than its timeout`,
    where,
  );
}

/** What memcached says with `-Y`, and never without. */
const ASKING: ReadonlySet<string> = new Set([
  "CLIENT_ERROR unauthenticated",
  "CLIENT_ERROR bad authentication token format",
  "CLIENT_ERROR authentication failure",
]);

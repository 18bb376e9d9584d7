/** The errors of a connection, each with the server and the command that failed. */

import type { Command } from "../commands/command.ts";
import {
  ConnectionError,
  type MemcachedErrorOptions,
  ProtocolError,
  ReplyError,
  type ReplyErrorKind,
  TimeoutError,
} from "../errors.ts";
import type { ConnectionStep } from "../errors.ts";
import { isSound } from "../thrown.ts";
import { type ConnectionOptions, sentBefore } from "./contract.ts";

/** Makes the error for a reply that no command was waiting for. */
export function unexpectedReply(): ProtocolError {
  return new ProtocolError("Cannot take a reply to which no command is pending");
}

/** Adds server and command to an error of the parser or of a command, which know neither. */
export function atServer(
  error: ProtocolError,
  { server, censor }: Pick<ConnectionOptions, "server" | "censor">,
  command?: string,
): ProtocolError {
  const message = censor?.(error.message) ?? error.message;
  // An error that quotes a secret is not kept as the cause either.
  const cause = message === error.message ? error : undefined;
  return new ProtocolError(message, { server, command, sent: "maybe", cause });
}

/** Makes the error for an error line. */
export function replyError(
  kind: ReplyErrorKind,
  line: string,
  server: string,
  command: string,
): ReplyError {
  const message = `Cannot ${command} as the server answered "${line}"`;
  return new ReplyError(message, { kind, server, command, sent: "maybe" });
}

/**
 * Makes the error for a server that asks for user and password. Its own words are misleading: it takes every `set` for an
 * authentication, and so complains about the value.
 *
 * @param isFirst True if nothing else has come on the connection: then the server has carried out nothing.
 */
export function passwordError(
  line: string,
  isFirst: boolean,
  server: string,
  command?: string,
): ReplyError {
  return new ReplyError(
    `Cannot use connection to ${server} as the server asks for user and password: it answered "${line}"`,
    { kind: "CLIENT_ERROR", server, command, sent: isFirst ? "no" : "maybe" },
  );
}

/** Makes the error for a command whose data could not be written down. */
export function unreadableData(command: Command, server: string, cause: unknown): ConnectionError {
  const where = { server, command: command.name, sent: sentBefore(command) };
  return brokenConnection("its data could not be read", { ...where, step: "write", cause });
}

/** Makes the error for an error line that may answer a noreply command, or the head. */
export function doubtfulLine(line: string, server: string, head: string): ProtocolError {
  return new ProtocolError(
    `Cannot tell whether "${line}" answers ${head} or a command without reply`,
    { server, sent: "maybe" },
  );
}

/** Makes the error for a connection that ended while a command was waiting. */
export function brokenConnection(
  reason: string,
  where: MemcachedErrorOptions & { step: ConnectionStep },
): ConnectionError {
  return new ConnectionError(`Cannot use connection to ${where.server} as ${reason}`, {
    sent: "maybe",
    ...where,
  });
}

/** True if a transport says that the server took nothing on the connection, as one that wants a certificate. */
export function isFailedDial(cause: unknown): cause is ConnectionError {
  return isSound(cause, ConnectionError) && cause.step === "dial";
}

/** Makes the error for such a connection. */
export function failedDial(cause: ConnectionError, server: string): ConnectionError {
  const message = `Cannot connect to ${server}: ${cause.message}`;
  return new ConnectionError(message, { server, step: "dial", cause });
}

/** Makes the error for a server that was silent while a reply was due. */
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

/** Makes the error for a server whose reply goes on, or does not come, long after the last caller gave it up. */
export function unwantedReply(
  milliseconds: number,
  server: string,
  command?: string,
): TimeoutError {
  return new TimeoutError(
    `Cannot use connection to ${server} as a reply was not over ${milliseconds} ms after its call`,
    { server, command, sent: "maybe" },
  );
}

/** Makes the error for a call that took too long. */
export function outOfTime(where: MemcachedErrorOptions): TimeoutError {
  return new TimeoutError(
    `Cannot ${where.command} as the whole call took longer than its timeout`,
    where,
  );
}

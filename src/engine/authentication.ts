/** Authenticates a new connection before anything else is sent on it. */

import { AuthenticationCommand, type Credentials } from "../commands/authentication.ts";
import type { Command, Outcome } from "../commands/command.ts";
import { VersionCommand } from "../commands/server_commands.ts";
import type { Connection } from "../connection/connection.ts";
import { type MemcachedError, ReplyError } from "../errors.ts";

/** Makes what authenticates every new connection. */
export function authenticateWith(
  credentials: Credentials,
): (connection: Connection, deadline: number) => Promise<void> {
  return (connection, deadline) => authenticate(connection, credentials, deadline);
}

/**
 * Authenticates a connection if its server asks for it. A server that does not would store the password as a value, so
 * it is asked first, by a command that only an authenticated connection may send.
 *
 * @param deadline When to give up.
 * @throws {ReplyError} If the server refuses the credentials.
 */
async function authenticate(
  connection: Connection,
  credentials: Credentials,
  deadline: number,
): Promise<void> {
  try {
    await ask<string>(connection, deadline, (outcome) => new VersionCommand(outcome));
    return;
  } catch (error) {
    if (!(error instanceof ReplyError) || error.kind !== "CLIENT_ERROR") throw error;
  }
  await ask<void>(
    connection,
    deadline,
    (outcome) => new AuthenticationCommand(credentials, outcome),
  );
}

function ask<T>(
  connection: Connection,
  deadline: number,
  commandFor: (outcome: Outcome<T>) => Command,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const command = commandFor({
    settled: false,
    resolve,
    reject: (error: MemcachedError) => reject(error),
  });
  command.deadline = deadline;
  connection.submit(command);
  return promise;
}

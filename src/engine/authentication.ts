/** Authenticates a new connection before anything else is sent on it. */

import { Receiver } from "../commands/receiver.ts";
import { AuthenticationCommand, type Credentials } from "../commands/authentication.ts";
import type { Command } from "../commands/command.ts";
import { VersionCommand } from "../commands/server_commands.ts";
import { type MemcachedError, ReplyError } from "../errors.ts";

/** A connection that takes no other commands yet. */
interface NewConnection {
  submit(command: Command): void;
}

/** Makes the function that authenticates every new connection. */
export function authenticateWith(
  credentials: Credentials,
): (connection: NewConnection, deadline: number) => Promise<void> {
  return (connection, deadline) => authenticate(connection, credentials, deadline);
}

/**
 * Authenticates a connection if its server asks for it. A server that does not would store the password as a value. So
 * the server is first sent a command that only an authenticated connection may send.
 *
 * @param deadline When to give up.
 * @throws {ReplyError} If the server rejects the credentials.
 */
async function authenticate(
  connection: NewConnection,
  credentials: Credentials,
  deadline: number,
): Promise<void> {
  try {
    await ask<string>(connection, deadline, (receiver) => new VersionCommand(receiver));
    return;
  } catch (error) {
    if (!(error instanceof ReplyError) || error.kind !== "CLIENT_ERROR") throw error;
  }
  await ask<void>(
    connection,
    deadline,
    (receiver) => new AuthenticationCommand(credentials, receiver),
  );
}

function ask<T>(
  connection: NewConnection,
  deadline: number,
  commandFor: (receiver: Receiver<T>) => Command,
): Promise<T> {
  const answer = new Answer<T>();
  const command = commandFor(answer);
  command.deadline = deadline;
  connection.submit(command);
  return answer.promise;
}

/** Receives one answer as a promise. */
class Answer<T> extends Receiver<T> {
  override readonly settled = false;
  readonly #settlers = Promise.withResolvers<T>();

  get promise(): Promise<T> {
    return this.#settlers.promise;
  }

  override resolve(value: T): void {
    this.#settlers.resolve(value);
  }

  override reject(error: MemcachedError): void {
    this.#settlers.reject(error);
  }

  override rejectMisuse(reason: unknown): void {
    this.#settlers.reject(reason);
  }
}

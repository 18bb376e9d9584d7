/** Authenticates a new connection before anything else is sent on it. */

import { AuthenticationCommand, type Credentials } from "../commands/authentication.ts";
import { VersionCommand } from "../commands/server_commands.ts";
import { ReplyError } from "../errors.ts";
import { askFirst, type NewConnection } from "./first_command.ts";

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
    await askFirst<string>(connection, deadline, (receiver) => new VersionCommand(receiver));
    return;
  } catch (error) {
    if (!(error instanceof ReplyError) || error.kind !== "CLIENT_ERROR") throw error;
  }
  await askFirst<void>(
    connection,
    deadline,
    (receiver) => new AuthenticationCommand(credentials, receiver),
  );
}

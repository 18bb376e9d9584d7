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
 * Makes the function that takes the password out of what a server has said: one that stores it as a value, or a proxy,
 * may show it in a reply.
 */
export function censorOf({ password }: Credentials): (text: string) => string {
  const inJson = JSON.stringify(password).slice(1, -1);
  return (text) => {
    let censored = text.replaceAll(password, CENSORED).replaceAll(inJson, CENSORED);
    // A line that is too long is shown in part.
    for (let length = inJson.length - 1; length > 2; length--) {
      censored = censored.replaceAll(`${inJson.slice(0, length)}"`, `${CENSORED}"`);
    }
    return censored;
  };
}

/**
 * Authenticates a connection if its server asks for it. A server that does not would store the password as a value. So
 * the server is first sent a command that only an authenticated connection may send. Only the very words with which
 * memcached refuses it ask for the password: a server that has other objections has not asked.
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
    if (!(error instanceof ReplyError) || error.message !== ASKS) throw error;
  }
  await askFirst<void>(
    connection,
    deadline,
    (receiver) => new AuthenticationCommand(credentials, receiver),
  );
}

/** The message of the error for memcached's question. */
const ASKS = 'Cannot version as the server answered "CLIENT_ERROR unauthenticated"';
const CENSORED = "***";

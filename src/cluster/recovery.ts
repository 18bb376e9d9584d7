/**
 * What becomes of the commands of a lost connection. Those that were not sent are sent now; those that only ask are asked
 * once more; the one at which it failed is sent again up to `maxRetries` times if that is safe; all others fail, and say
 * that they may have been carried out.
 */

import type { Command } from "../commands/command.ts";
import type { ConnectionEnd } from "../connection/contract.ts";
import { ConnectionError, type MemcachedError } from "../errors.ts";
import type { Server } from "./server.ts";
import type { ServerContext } from "./server_context.ts";
import { lostError } from "./server_errors.ts";

/** What recovery needs to know of the client. */
type Context = Pick<ServerContext, "settings" | "resubmit">;

/**
 * Fails the commands of a connection that has ended, or sends them again.
 *
 * @param error Why it ended.
 * @param isFruitless The server takes connections and answers nothing: its commands must not go round for ever.
 */
export function recover(
  server: Server,
  end: ConnectionEnd,
  error: MemcachedError,
  isFruitless: boolean,
  context: Context,
): void {
  const wasStale = end.stale && error instanceof ConnectionError;
  if (end.head !== undefined && !(wasStale && askAgain(end.head, server, context))) {
    failOrResend(end.head, error, server, context);
  }
  for (const command of end.sent) {
    if (askAgain(command, server, context)) continue;
    command.fail(lostError(server.name, command, error, "maybe"));
  }
  for (const command of end.unsent) {
    if (isFruitless) command.fail(lostError(server.name, command, error));
    else context.resubmit(command, server);
  }
}

/** The command at which the connection failed: again only if that is safe, wanted, and the connection was lost. */
function failOrResend(
  command: Command,
  error: MemcachedError,
  server: Server,
  { settings, resubmit }: Context,
): void {
  const wasLost = error instanceof ConnectionError;
  const isSafe = command.traits.resend !== "never";
  if (!wasLost || !isSafe || command.ownResends >= settings.maxRetries) return command.fail(error);
  command.ownResends++;
  resubmit(command, server);
}

/** Asks once more what only asks, and is not to blame. Returns false for others. */
function askAgain(command: Command, server: Server, { resubmit }: Context): boolean {
  if (command.traits.resend !== "always" || command.bystanderResends > 0) return false;
  command.bystanderResends++;
  resubmit(command, server);
  return true;
}

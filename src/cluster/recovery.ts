/**
 * Decides about the commands of a lost connection. Those that were not sent are sent now. Those that only read are sent
 * once more. The one at which the connection failed is sent again up to `maxRetries` times if that is safe. All others
 * fail with `sent: "maybe"`.
 */

import type { Command } from "../commands/command.ts";
import type { ConnectionEnd } from "../connection/contract.ts";
import { ConnectionError, type MemcachedError } from "../errors.ts";
import type { Server } from "./server.ts";
import type { ServerContext } from "./server_context.ts";
import { lostError } from "./server_errors.ts";

/** The part of the client that recovery needs. */
type Context = Pick<ServerContext, "settings" | "resubmit">;

/**
 * Fails the commands of a connection that has ended, or sends them again.
 *
 * @param error The reason why it ended.
 * @param isFruitless True if the server accepts connections and answers nothing: commands must not go round for ever.
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

/** Sends the command at which a lost connection failed again, if that is safe and wanted; else fails it. */
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

/** Sends a command once more that only reads and was not at fault. Returns false for others. */
function askAgain(command: Command, server: Server, { resubmit }: Context): boolean {
  if (command.traits.resend !== "always" || command.bystanderResends > 0) return false;
  command.bystanderResends++;
  resubmit(command, server);
  return true;
}

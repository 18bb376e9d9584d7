/**
 * Decides about the commands of a lost connection. Those that were not sent are sent now. Those that only read are sent
 * once more. The one at which the connection failed is sent again up to `maxRetries` times if that is safe. All others
 * fail with `sent: "maybe"`.
 */

import type { Command } from "../commands/command.ts";
import { type ConnectionEnd, sentBefore } from "../connection/contract.ts";
import { forCommand, inPart } from "../error_copy.ts";
import { ConnectionError, type MemcachedError, TimeoutError } from "../errors.ts";
import { lostError } from "./server_errors.ts";

/** The means of recovery. */
export interface Recovery {
  /** Display name of the server. */
  readonly server: string;
  readonly maxRetries: number;
  /** Sends a command again from the start. */
  readonly resubmit: (command: Command) => void;
}

/**
 * Fails the commands of a connection that has ended, or sends them again.
 *
 * @param error The reason why it ended.
 * @param isFruitless True if the server accepts connections and answers nothing: commands must not go round for ever.
 */
export function recover(
  end: ConnectionEnd,
  error: MemcachedError,
  isFruitless: boolean,
  recovery: Recovery,
): void {
  const { server, resubmit } = recovery;
  if (end.refused) {
    for (const command of [...end.sent, ...end.unsent]) refuse(command, error);
    return;
  }
  const wasStale = end.stale && error instanceof ConnectionError;
  if (end.head !== undefined && !(wasStale && askAgain(end.head, recovery))) {
    failOrResend(end.head, error, recovery);
  }
  for (const command of end.sent) {
    if (askAgain(command, recovery)) continue;
    command.fail(lostError(server, command, error, "maybe"));
  }
  for (const command of end.unsent) {
    if (isFruitless) command.fail(lostError(server, command, error));
    else resubmit(command);
  }
}

/** Fails a command on a connection on which the server has carried out nothing, whatever was sent. */
function refuse(command: Command, error: MemcachedError): void {
  const own = forCommand(error, command.name);
  command.fail(sentBefore(command) === "no" ? own : inPart(own));
}

/**
 * Sends the command at which a connection failed again, if that is safe and wanted; else fails it. A server that was silent
 * may still carry it out, later than all that is sent now: then only what reads is safe.
 */
function failOrResend(
  command: Command,
  error: MemcachedError,
  { maxRetries, resubmit }: Recovery,
): void {
  const { resend } = command.traits;
  const isSafe = error instanceof ConnectionError && resend !== "never" ||
    error instanceof TimeoutError && resend === "always";
  if (!isSafe || command.ownResends >= maxRetries) return command.fail(error);
  command.ownResends++;
  resubmit(command);
}

/** Sends a command once more that only reads and was not at fault. Returns false for others. */
function askAgain(command: Command, { resubmit }: Recovery): boolean {
  if (command.traits.resend !== "always" || command.bystanderResends > 0) return false;
  command.bystanderResends++;
  resubmit(command);
  return true;
}

/** Commands for which nobody waits any more, or whose callers have waited too long. */

import type { Command } from "../commands/command.ts";
import { outOfTime } from "./connection_errors.ts";
import { sentBefore } from "./contract.ts";

/**
 * Fails the commands whose deadline has passed. Those that were sent stay in their queue and swallow their replies.
 *
 * @param areSent True if they may have been sent on this connection.
 */
export function failLate(
  commands: Iterable<Command>,
  now: number,
  server: string,
  areSent: boolean,
): void {
  for (const command of commands) {
    if (command.deadline.at > now || command.abandoned) continue;
    const sent = areSent ? "maybe" : sentBefore(command);
    command.fail(outOfTime({ server, command: command.name, sent }));
  }
}

/** True if no caller waits for any of the commands. */
export function areForsaken(commands: Iterable<Command>): boolean {
  for (const command of commands) if (!command.abandoned) return false;
  return true;
}

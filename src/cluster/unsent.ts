/** Fails commands that go nowhere. */

import { sentBefore } from "../connection/contract.ts";
import type { Command } from "../commands/command.ts";
import { forCommand } from "../error_copy.ts";
import type { MemcachedError } from "../errors.ts";
import type { Orphans } from "./choice.ts";
import type { Server } from "./server.ts";
import { lostError } from "./server_errors.ts";

/**
 * Fails a command that could not be sent now. If it was sent before, it may have been carried out then.
 *
 * @param error The reason why its server cannot be used; `undefined` if that is dead.
 */
export function failUnsent(
  server: Server,
  command: Command,
  error: MemcachedError | undefined,
): void {
  const own = orphanError(server, error, command.name);
  command.fail(sentBefore(command) === "no" ? own : lostError(server.name, command, own));
}

/** Fails a command whose keys go nowhere. */
export function failOrphan(command: Command, { owner, dialError }: Orphans): void {
  failUnsent(owner, command, dialError);
}

/** Makes the error of a command that goes nowhere. */
export function orphanError(
  owner: Server,
  dialError: MemcachedError | undefined,
  command: string,
): MemcachedError {
  return dialError === undefined ? owner.deadError(command) : forCommand(dialError, command);
}

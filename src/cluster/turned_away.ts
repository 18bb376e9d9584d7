/** What a server does not take, although it is connected. */

import type { Command } from "../commands/command.ts";
import { sentBefore } from "../connection/contract.ts";
import type { MemcachedError } from "../errors.ts";
import { lostError } from "./server_errors.ts";

let lives = 0;

/** Gives a number for the life of a server that begins. No two have the same, not those of different servers either. */
export function newLife(): number {
  return ++lives;
}

/** Ends a command that is bound to another life. */
export function hasOutlived(command: Command, life: number): boolean {
  if (command.life === undefined || command.life === life) return false;
  command.outlived();
  return true;
}

/** Fails a command that is not sent, though it may have been before. */
export function turnAway(server: string, command: Command, error: MemcachedError): void {
  command.fail(sentBefore(command) === "no" ? error : lostError(server, command, error));
}

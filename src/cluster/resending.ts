/** Sends a command for many keys again: to the servers that have its keys now, which may be others than before. */

import type { Command } from "../commands/command.ts";
import type { Divisible } from "../commands/group_command.ts";
import type { MemcachedError } from "../errors.ts";
import { isDivisible } from "./affinity.ts";
import { type Assignment, Failed, type ServerGroup } from "./choice.ts";
import type { Server } from "./server.ts";
import { unplacedError } from "./server_errors.ts";
import { failOrphan, failUnsent } from "./unsent.ts";

/** What it takes of the cluster. */
export interface ResendingSteps {
  /** Groups the keys of a command by the server that each would go to now. */
  groupsOf(command: Divisible, failed: Failed): Assignment;
  dial(
    server: Server,
    command: Command,
    then: (error: MemcachedError | undefined) => void,
  ): void;
  /** Gives a command to a connected server. */
  give(command: Command, server: Server, standsIn: boolean): void;
  /** Sends a command for one key. */
  submit(key: string, command: Command): void;
}

/** Sends it as it is if all keys have the same server, else in parts. */
export function resendGroup(
  command: Divisible,
  steps: ResendingSteps,
  failed: Failed = new Failed(),
): void {
  if (command.abandoned) return;
  const { groups, orphans } = steps.groupsOf(command, failed);
  const areMany = groups.length + orphans.length > 1;
  const all = [...groups.map(({ group }) => group), ...orphans];
  const parts = areMany ? command.divide(all) : [command];
  parts.forEach((part, i) => {
    if (i < groups.length) resendPart(part, groups[i], steps, failed);
    else if (i < all.length) failOrphan(part, orphans[i - groups.length]);
  });
}

/** Sends a command for many keys of one server. If that must be dialled, the choice is made again after that. */
function resendPart(
  command: Command,
  { server, standsIn = false }: ServerGroup,
  steps: ResendingSteps,
  failed: Failed,
): void {
  if (server.connected) return steps.give(command, server, standsIn);
  steps.dial(server, command, (error) => {
    failed.hasWaited = true;
    if (error !== undefined) failed.set(server, error);
    try {
      if (isDivisible(command)) resendGroup(command, steps, failed);
      else if (command.key !== undefined) steps.submit(command.route ?? command.key, command);
    } catch (cause) {
      failUnsent(server, command, unplacedError(server.name, cause));
    }
  });
}

/** Sends commands for many keys, each server its own. */

import type { Cluster } from "../cluster/cluster.ts";
import { orphanError } from "../cluster/unsent.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { overwrites } from "./invalidation.ts";
import type { Parts } from "./parts.ts";

/** Who sends. */
export interface GroupSender {
  readonly cluster: Cluster;
  /** Has the keys of a command noted if it fails, with `replayInvalidations`. */
  readonly remember: ((command: Command) => Command) | undefined;
  /** True if servers are to be told of the changes that they miss. */
  readonly owes: boolean;
}

/** What is sent. */
export interface GroupsToSend {
  readonly fanOut: Parts;
  readonly commandsFor: (group: KeyGroup) => Iterable<Command>;
  /** Is told the positions of keys without a server. */
  readonly orphaned: ((positions: readonly number[]) => void) | undefined;
  readonly routing: Pick<Command, "route" | "copy">;
}

/** @param sent Called when all commands are on their way, before the fan-out is told. */
export function sendInGroups(
  { cluster, remember, owes }: GroupSender,
  wireKeys: readonly string[],
  { fanOut, commandsFor, orphaned, routing }: GroupsToSend,
  sent?: () => void,
): void {
  const { deadline } = fanOut;
  const { route, copy } = routing;
  cluster.assign(wireKeys, deadline, ({ groups, orphans }) => {
    if (fanOut.settled) return;
    for (const { server, group, standsIn } of groups) {
      for (const made of commandsFor(group)) {
        const command = remember === undefined ? made : remember(made);
        command.deadline = deadline;
        command.route = route;
        command.copy = copy;
        fanOut.expectParts(1);
        if (standsIn) cluster.lend(command, server);
        server.submit(command);
      }
    }
    const mayOwe = owes && overwrites(fanOut.command);
    for (const { owner, keys, positions, dialError } of orphans) {
      if (mayOwe) cluster.debts.lost(keys, routing);
      fanOut.note(orphanError(owner, dialError, fanOut.command));
      orphaned?.(positions);
    }
  }, () => {
    sent?.();
    fanOut.allSent();
  }, routing);
}

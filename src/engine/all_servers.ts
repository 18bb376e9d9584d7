/** Sends commands to every server, once it is known which there are. */

import type { Command } from "../commands/command.ts";
import { forCommand } from "../error_copy.ts";
import type { Engine } from "./engine.ts";
import type { Parts } from "./parts.ts";

/** Sends a command to every server, those of the gutter included. Each is made for the display name of its server. */
export function sendToAll(
  { cluster }: Engine,
  fanOut: Parts,
  commandFor: (server: string) => Command,
): void {
  const { deadline } = fanOut;
  cluster.known(deadline, (error) => {
    if (error !== undefined) fanOut.note(forCommand(error, fanOut.command));
    for (const server of error === undefined ? cluster.allServers : []) {
      const command = commandFor(server.name);
      command.deadline = deadline;
      fanOut.expectParts(1);
      cluster.submitTo(server, command);
    }
    fanOut.allSent();
  });
}

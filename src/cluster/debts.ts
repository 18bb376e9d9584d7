/** Notes which servers have missed a change, so that the key is deleted there before they serve again. */

import type { Command } from "../commands/command.ts";
import type { Membership } from "./membership.ts";
import type { Server } from "./server.ts";

/** Notes a change that is carried out by a server which stands in: those before it in the order miss it. */
export function oweSkipped(membership: Membership, command: Command, standIn: Server): void {
  if (command.traits.resend === "always") return;
  const { servers, distribution } = membership;
  for (const key of command.keys) {
    for (const index of distribution.order(command.route ?? key)) {
      if (servers[index] === standIn) break;
      servers[index].owe(key);
    }
  }
}

/**
 * Notes a change that was carried out nowhere, or of which that is not known. It may be out of date at the owner, at the
 * server to which it was sent, and at those that would stand in and are dead.
 *
 * @param route The wire key that decides the server, if not the key itself.
 * @param sentTo Display name of the server that failed.
 */
export function oweLost(
  membership: Membership,
  key: string,
  route: string | undefined,
  { failover, sentTo }: { readonly failover: boolean; readonly sentTo: string | undefined },
): void {
  const { servers, only, distribution } = membership;
  try {
    const owner = membership.ownerOf(route ?? key);
    owner.owe(key);
    if (!failover || only !== undefined) return;
    for (const index of distribution.order(route ?? key)) {
      const server = servers[index];
      if (server !== owner && (server.dead || server.name === sentTo)) server.owe(key);
    }
  } catch {
    // A distribution of the user's that fails does not say whose it is: it may be anybody's.
    for (const server of servers) server.owe(key);
  }
}

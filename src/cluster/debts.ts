/** Notes which servers have missed a change, so that the key is deleted there before they serve again. */

import type { Command } from "../commands/command.ts";
import type { Membership } from "./membership.ts";
import type { Server } from "./server.ts";
import { candidates } from "./stand_ins.ts";

/**
 * Notes a change that is carried out by a server which stands in: those before it in the order miss it. What it has is
 * deleted in its turn once they are back, as it will hear no more of the key.
 */
export function oweSkipped(
  membership: Membership,
  command: Command,
  standIn: Server,
  failover: boolean,
): void {
  if (command.traits.resend === "always") return;
  for (const key of command.keys) {
    for (const server of candidates(membership, command.route ?? key, failover)) {
      if (server === standIn) break;
      server.owe(key, standIn);
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
  try {
    const owner = membership.ownerOf(route ?? key);
    for (const server of candidates(membership, route ?? key, failover)) {
      if (server === owner || server.dead || server.name === sentTo) server.owe(key);
    }
  } catch {
    // A distribution of the user's that fails does not say whose it is: it may be anybody's.
    for (const server of membership.servers) server.owe(key);
    for (const server of membership.gutter?.servers ?? []) server.owe(key);
  }
}

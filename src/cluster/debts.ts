/** Notes which servers have missed a change, so that the key is deleted there before they serve again. */

import type { Command } from "../commands/command.ts";
import type { Leaving } from "./leaving.ts";
import type { Membership } from "./membership.ts";
import type { Server } from "./server.ts";
import { candidates } from "./stand_ins.ts";

/** What the notes of one cluster depend on. */
export interface DebtsContext {
  readonly settings: { readonly failover: boolean };
  readonly leaving: Leaving;
  /** Gives the servers of a copy. */
  at(copy: number): Membership;
  /** Gives the server that has a display name now. */
  named(name: string): Server | undefined;
}

/** The notes of one cluster. */
export class Debts {
  readonly #context: DebtsContext;

  constructor(context: DebtsContext) {
    this.#context = context;
  }

  /**
   * Notes that a change of keys was carried out nowhere, or may not have been.
   *
   * @param sentTo Display name of the server that failed.
   */
  lost(
    keys: readonly string[],
    { route, copy }: Pick<Command, "route" | "copy">,
    sentTo?: string,
  ): void {
    const { at, settings: { failover }, leaving } = this.#context;
    for (const key of keys) {
      oweLost(at(copy), key, route, { failover, sentTo });
      if (sentTo !== undefined) leaving.owe(sentTo, key);
    }
  }

  /** Notes that a server, which may have left, may have missed a change of a key. */
  missed(server: Server, key: string): void {
    const { named, leaving } = this.#context;
    const now = named(server.name);
    if (now === undefined) leaving.owe(server, key);
    else now.owe(key);
  }

  /** Notes a change that is carried out by a server which stands in. */
  skipped(command: Command, standIn: Server): void {
    const { at, settings: { failover } } = this.#context;
    oweSkipped(at(command.copy), command, standIn, failover);
  }
}

/**
 * Those before it in the order miss the change. What it has is deleted in its turn once they are back, as it will hear no
 * more of the key.
 */
function oweSkipped(
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
 * It may be out of date at the owner, at the server to which it was sent, and at those that would stand in and are dead.
 *
 * @param route The wire key that decides the server, if not the key itself.
 */
function oweLost(
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

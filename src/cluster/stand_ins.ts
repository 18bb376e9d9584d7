/**
 * Who has a key if its owner cannot be used: first the servers of the gutter, which have no keys of their own, in the order
 * of their own distribution; then, with `failover`, the other servers, in the order of theirs.
 */

import type { Reckoning } from "../placement/distribution.ts";
import type { Membership } from "./membership.ts";
import type { Server } from "./server.ts";

/** The groups of servers that stand in, the first one first. */
export function standInsOf(membership: Membership, failover: boolean): readonly Membership[] {
  const { gutter, only } = membership;
  const ring = failover && only === undefined ? [membership] : [];
  return gutter === undefined ? ring : [gutter, ...ring];
}

/** Names the servers that may have a key, in the order in which they get it: its owner, and all who stand in. */
export function* candidates(
  membership: Membership,
  key: string,
  failover: boolean,
): Generator<Server, void, void> {
  const owner = membership.ownerOf(key);
  yield owner;
  for (const { servers, distribution } of standInsOf(membership, failover)) {
    for (const index of distribution.order(key)) if (servers[index] !== owner) yield servers[index];
  }
}

/** How the server of a key is found. */
export interface Explained {
  readonly reckoning: Reckoning;
  /** All servers, in the order in which they get the key with failover. */
  readonly order: readonly Server[];
  /** The one that gets it now; `undefined` if none does. */
  readonly goesTo: Server | undefined;
}

/** Tells how the owner of a wire key is found, and who stands in. */
export function explained(membership: Membership, key: string, failover: boolean): Explained {
  const order = Array.from(candidates(membership, key, true));
  const now = failover ? order : Array.from(candidates(membership, key, false));
  const ready = now.find((server) => !server.dead && !isDue(server));
  const waits = now.some(isDue)
    ? now.find((server) => isDue(server) || isTried(server))
    : undefined;
  return { reckoning: membership.distribution.reckon(key), order, goesTo: ready ?? waits };
}

/** True for one that was dead, and is to be tried again. */
export function isDue(server: Server): boolean {
  return !server.connected && server.deadUntil !== undefined && !server.dead;
}

/** True for one that was dead, and is tried at the moment. */
export function isTried(server: Server): boolean {
  return server.waiting > 0 && server.dead;
}

/**
 * Chooses the server for a key, and groups many keys by server. It looks at who is connected and who is dead at the moment:
 * to dial, to wait and to choose again is up to the cluster.
 *
 * But a server that was dead is tried again while another one has its keys, and nobody waits for that: a call that did would
 * be overtaken by those made after it, which find the server dead while it is tried.
 *
 * If no server is ready, calls wait for one that is tried: the first in the order of their key, be it tried already or by
 * them, so that they wait one behind the other. If every server that may be tried is being tried already, a new call fails
 * at once.
 */

import type { KeyGroup } from "../commands/key_group.ts";
import type { MemcachedError } from "../errors.ts";
import type { Membership } from "./membership.ts";
import type { Server } from "./server.ts";
import { isDue, isTried, standInsOf } from "./stand_ins.ts";

/** A group of keys, and the server to which it goes. */
export interface ServerGroup {
  readonly server: Server;
  readonly group: KeyGroup;
  /** True if the server stands in for the owners of the keys, and these keys are apart from its own. */
  readonly standsIn?: boolean;
}

/** Keys that go nowhere because their owner cannot be used. */
export interface Orphans {
  readonly owner: Server;
  readonly keys: string[];
  readonly positions: number[];
  /** The error of the call's own dial, if it made one. */
  readonly dialError: MemcachedError | undefined;
}

/** The groups of a call's keys by server, and the keys that go nowhere, by their dead owner. */
export interface Assignment {
  readonly groups: readonly ServerGroup[];
  readonly orphans: readonly Orphans[];
}

/** Servers that a call has dialled without success, with the error. It does not dial them again. */
export class Failed extends Map<Server, MemcachedError> {
  /** True once the call has waited for a server: it does not fail because others wait, too. */
  hasWaited = false;
}

/** What a choice depends on, beside the servers. */
export interface ChoiceRules {
  /** Lets other owners stand in for a server that cannot be used, too, and not only the gutter. */
  readonly failover: boolean;
  readonly failed: Failed | undefined;
}

/**
 * Chooses the server for a key: connected, or to be dialled first. `undefined` if none can be used. One that was dead is
 * chosen only if there is no other; else it is dialled behind, also where a caller only asks, as a call for the key follows.
 */
export function serverFor(
  membership: Membership,
  key: string,
  rules: ChoiceRules,
): Server | undefined {
  const owner = membership.ownerOf(key);
  const isReady = standOf(owner, rules.failed) === "ready";
  return isReady ? owner : standInFor(membership, key, owner, rules);
}

/** Chooses the server for a key whose owner is not ready. */
function standInFor(
  membership: Membership,
  key: string,
  owner: Server,
  { failover, failed }: ChoiceRules,
): Server | undefined {
  const waits = new Waits();
  waits.note(owner, standOf(owner, failed));
  for (const { servers, distribution } of standInsOf(membership, failover)) {
    for (const index of distribution.order(key)) {
      const server = servers[index];
      const stand = standOf(server, failed);
      if (stand === "ready") return passingOver(waits.due, server);
      waits.note(server, stand);
    }
  }
  return waits.serverFor(failed);
}

/** Finds the server for which the calls for a key wait if none is ready. */
class Waits {
  /** The first one that is to be tried. */
  due: Server | undefined;
  #first: Server | undefined;

  /** Notes the next server in the order of the key. */
  note(server: Server, stand: Stand): void {
    if (stand === "due") this.due ??= server;
    else if (stand !== "tried") return;
    this.#first ??= server;
  }

  /** Gives the server; `undefined` if there is none, or nothing is left to be tried by a call that has not waited yet. */
  serverFor(failed: Failed | undefined): Server | undefined {
    return this.due !== undefined || failed?.hasWaited === true ? this.#first : undefined;
  }
}

/** Dials a server that was dead, and lets nobody wait for it. It is one for each choice: a client may have thousands. */
function passingOver(due: Server | undefined, standIn: Server): Server {
  if (due !== undefined && isDue(due)) due.dial(() => {});
  return standIn;
}

/** Finds servers that stand in, of one group of them: the first one that stands as one of some. */
interface Finder {
  readonly ready: (key: string) => Server | undefined;
  readonly usable: (key: string) => Server | undefined;
  readonly tried: (key: string) => Server | undefined;
}

/** Makes a function that chooses as `serverFor()` does, for so many keys at once, while nothing else happens. */
function chooserOf(
  membership: Membership,
  count: number,
  rules: ChoiceRules,
): (key: string, owner: Server) => Server | undefined {
  const { failover, failed } = rules;
  let finders: readonly Finder[] | undefined;
  return (key, owner) => {
    const stand = standOf(owner, failed);
    if (stand === "ready") return owner;
    if (count <= MOST_WALKS) return standInFor(membership, key, owner, rules);
    finders ??= standInsOf(membership, failover).map((group) => finderOf(group, failed));
    const waits = new Waits();
    waits.note(owner, stand);
    for (const { ready, usable, tried } of finders) {
      const server = ready(key);
      for (const first of [tried(key), usable(key)]) {
        if (first !== undefined) waits.note(first, standOf(first, failed));
      }
      if (server !== undefined) return passingOver(waits.due, server);
    }
    return waits.serverFor(failed);
  };
}

function finderOf({ servers, distribution }: Membership, failed: Failed | undefined): Finder {
  const find = (...stands: readonly Stand[]) => {
    const first = distribution.firstUsable((index) =>
      stands.includes(standOf(servers[index], failed))
    );
    return (key: string): Server | undefined => servers[first(key)];
  };
  const ready = find("ready");
  const usable = servers.some(isDue) ? find("ready", "due") : ready;
  const tried = servers.some(isTried) ? find("ready", "due", "tried") : usable;
  return { ready, usable, tried };
}

/**
 * Groups keys all of whose owners are connected; `undefined` if one is not.
 *
 * @param route The wire key that decides the server of all of them, if not each its own.
 */
export function groupsAtOnce(
  { servers, only, distribution, groupNumbers: numbers }: Membership,
  keys: readonly string[],
  route: string | undefined,
): ServerGroup[] | undefined {
  const common = route === undefined || only !== undefined
    ? only
    : servers[distribution.indexFor(route)];
  if (common !== undefined) {
    return common.connected ? [{ server: common, group: { keys } }] : undefined;
  }
  const groups: (ServerGroup & { group: { keys: string[]; positions: number[] } })[] = [];
  // For each server, the number of its group plus one. Kept between calls, as there may be many servers for few keys.
  const used: number[] = [];
  let isComplete = true;
  for (let position = 0; position < keys.length; position++) {
    const key = keys[position];
    const index = distribution.indexFor(key);
    const number = numbers[index];
    if (number > 0) {
      const { group } = groups[number - 1];
      group.keys.push(key);
      group.positions.push(position);
      continue;
    }
    const server = servers[index];
    isComplete = server.connected;
    if (!isComplete) break;
    numbers[index] = groups.push({ server, group: { keys: [key], positions: [position] } });
    used.push(index);
  }
  for (const index of used) numbers[index] = 0;
  return isComplete ? groups : undefined;
}

/** Groups keys by the server that each would go to now, connected or not. */
export function groupsOf(
  membership: Membership,
  { keys, positions }: Pick<KeyGroup, "keys" | "positions">,
  { isLate, isLentApart, route, ...rules }: ChoiceRules & {
    readonly isLate: boolean;
    /** Keeps the keys for which a server stands in apart from its own. */
    readonly isLentApart: boolean;
    /** As in {@linkcode groupsAtOnce}. */
    readonly route: string | undefined;
  },
): Assignment {
  const byOwner = new Map<Server, { keys: string[]; positions: number[] }>();
  const byStandIn = new Map<Server, { keys: string[]; positions: number[] }>();
  const orphans = new Map<Server, Orphans>();
  const choose = chooserOf(membership, keys.length, rules);
  for (let i = 0; i < keys.length; i++) {
    const key = keys[i];
    const position = positions?.[i] ?? i;
    const placed = route ?? key;
    const owner = membership.ownerOf(placed);
    const server = owner.connected ? owner : isLate ? undefined : choose(placed, owner);
    if (server !== undefined) {
      const byServer = isLentApart && server !== owner ? byStandIn : byOwner;
      add(groupOf(byServer, server, () => ({ keys: [], positions: [] })), key, position);
      continue;
    }
    const dialError = rules.failed?.get(owner);
    const make = () => ({ owner, keys: [], positions: [], dialError });
    add(groupOf(orphans, owner, make), key, position);
  }
  const own = Array.from(byOwner, ([server, group]) => ({ server, group, standsIn: false }));
  const lent = Array.from(byStandIn, ([server, group]) => ({ server, group, standsIn: true }));
  return { groups: [...own, ...lent], orphans: Array.from(orphans.values()) };
}

/**
 * How a server stands for a call: `ready` to take it; `due` to be tried again; being `tried`, for others; or `useless`, as
 * it is dead or the call has tried it.
 */
type Stand = "ready" | "due" | "tried" | "useless";

function standOf(server: Server, failed: Failed | undefined): Stand {
  // One that others have reached meanwhile needs no dial.
  if (failed !== undefined && failed.has(server) && !server.connected) return "useless";
  if (server.dead) return isTried(server) ? "tried" : "useless";
  return isDue(server) ? "due" : "ready";
}

/** Gives the positions of the keys of a group in the caller's list. */
export function positionsOf({ keys, positions }: KeyGroup): readonly number[] {
  return positions ?? Array.from(keys.keys());
}

function groupOf<G>(groups: Map<Server, G>, server: Server, make: () => G): G {
  let group = groups.get(server);
  if (group === undefined) groups.set(server, group = make());
  return group;
}

function add(group: { keys: string[]; positions: number[] }, key: string, position: number): void {
  group.keys.push(key);
  group.positions.push(position);
}

/** For more keys the stand-ins of all are found at once: a walk is a step a server at worst, and they are 100 a server. */
const MOST_WALKS = 100;

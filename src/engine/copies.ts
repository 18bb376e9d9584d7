/** The options `replicas` and `zones`: keys that several servers have. */

import { readOptions } from "../checks/check.ts";
import { knowsPlaceholders } from "../codec/placeholder.ts";
import {
  checkApart,
  checkDistinctNames,
  checkDistinctPlaces,
} from "../placement/distinct_names.ts";
import type { PlacedServer } from "../placement/distribution.ts";
import type { ClientOptions, Settings } from "./options.ts";
import { readServers, type ServerList } from "./server_list.ts";
import {
  type ReplicaOptions,
  SET_SERVERS_CHECKS,
  type SetServersOptions,
  type ZoneOptions,
} from "./copies_options.ts";

/** Which copies the keys of a client have. */
export interface CopiesPlan {
  /** How many copies are on the servers of the list. */
  readonly replicas: number;
  /** The servers of the other zones: their copies follow that on the list. */
  readonly zones: readonly (readonly PlacedServer[])[];
  /** The numbers of the copies in the order in which they lead. It is the same one in all clients. */
  readonly leading: readonly number[];
  /** True if reads go to the copy of the own zone, and not to any one. */
  readonly hasZones: boolean;
  /** The names of the zones, by the numbers of their copies. */
  readonly zoneNames: readonly string[];
  /** Says which keys have copies. */
  readonly isCopied: (key: string) => boolean;
}

/**
 * Reads the options of a client.
 *
 * @param list Its servers; `undefined` if they are not known yet.
 * @returns `undefined` if each key has one server.
 * @throws {TypeError} If options do not go together, or a server is in two lists.
 * @throws {RangeError} If there are fewer servers than copies, or none in a zone.
 */
export function copiesOf(
  given: ClientOptions,
  list: ServerList | undefined,
  settings: Settings,
): CopiesPlan | undefined {
  const { replicas, zones } = given;
  if (replicas !== undefined && zones !== undefined) {
    throw new TypeError(
      'Cannot use options "replicas" and "zones" together: each zone has a copy of each key already',
    );
  }
  const plan = zones === undefined ? replicasOf(replicas, list) : zonesOf(zones, list, settings);
  if (plan === undefined) return undefined;
  const name = zones === undefined ? "replicas" : "zones";
  for (
    const [other, isGiven, why] of [
      ["failover", settings.failover, STANDS_IN],
      ["gutter", given.gutter !== undefined, STANDS_IN],
      ["noreply", settings.noreply, "without replies nobody knows which copy is out of date"],
      ["migrateFrom", given.migrateFrom !== undefined, "turn it on when the move is done"],
    ] as const
  ) {
    if (isGiven) {
      throw new TypeError(`Cannot use options "${other}" and "${name}" together: ${why}`);
    }
  }
  if (!settings.replayInvalidations) {
    throw new TypeError(
      `Cannot use option "${name}" with replayInvalidations: false: a copy that has missed a change would stay`,
    );
  }
  if (!knowsPlaceholders(settings.codec, settings.inflateBudget)) {
    throw new TypeError(
      `Cannot use option "${name}" with this codec as it takes an item without flags and bytes for a value, ` +
        "and such an item holds the place of a copy on its way: use jsCodec, or a codec that reads it as undefined",
    );
  }
  return plan;
}

/**
 * Gives the zone that `setServers()` is about; `undefined` if it is the own one.
 *
 * @throws {TypeError} If there is no such zone.
 */
export function zoneOf(
  plan: CopiesPlan | undefined,
  options: SetServersOptions | undefined,
): { readonly name: string; readonly copy: number } | undefined {
  const { zone } = readOptions(undefined, options ?? {}, SET_SERVERS_CHECKS);
  if (zone === undefined) return undefined;
  const copy = plan?.zoneNames.indexOf(zone) ?? -1;
  if (copy >= 0) return copy === 0 ? undefined : { name: zone, copy };
  const names = plan?.hasZones ? plan.zoneNames.map((name) => JSON.stringify(name)) : ["none"];
  throw new TypeError(
    `Cannot set servers of zone ${JSON.stringify(zone)} as the client has no such zone: ` +
      `it has ${names.join(", ")}`,
  );
}

/** @throws {TypeError} If a living client with copies is told to let others stand in. */
export function checkFailover(plan: CopiesPlan | undefined, failover: boolean | undefined): void {
  if (plan === undefined || failover !== true) return;
  const name = plan.hasZones ? "zones" : "replicas";
  throw new TypeError(`Cannot use options "failover" and "${name}" together: ${STANDS_IN}`);
}

function replicasOf(
  given: ClientOptions["replicas"],
  list: ServerList | undefined,
): CopiesPlan | undefined {
  const { count, keys = () => true }: ReplicaOptions = typeof given === "number"
    ? { count: given }
    : given ?? { count: 1 };
  if (count === 1) return undefined;
  if (list !== undefined && list.placed.length < count) {
    throw new RangeError(
      `Cannot use option "replicas" as it must be <= ${list.placed.length}, the number of servers: ` +
        `current value is ${count}`,
    );
  }
  checkDistinctPlaces(list?.placed ?? []);
  const leading = Array.from({ length: count }, (_, i) => i);
  return { replicas: count, zones: [], leading, hasZones: false, zoneNames: [], isCopied: keys };
}

function zonesOf(
  { own, others }: ZoneOptions,
  list: ServerList | undefined,
  settings: Settings,
): CopiesPlan {
  const names = Object.keys(others);
  if (names.length === 0 || names.includes(own)) {
    throw new TypeError(
      `Cannot use option "zones" as "others" must name zones beside ${
        JSON.stringify(own)
      }, the own one, ` +
        "whose servers are those of the client",
    );
  }
  const seen: PlacedServer[] = [...list?.placed ?? []];
  const zones = names.map((name) => {
    const servers = others[name];
    if (servers.length === 0) {
      throw new RangeError(`Cannot use zone ${JSON.stringify(name)} as it has no servers`);
    }
    const { placed } = readServers(servers, settings);
    checkDistinctNames(placed);
    checkApart(seen, placed, "zones");
    seen.push(...placed);
    return placed;
  });
  const all = [own, ...names];
  const leading = all.toSorted((a, b) => a < b ? -1 : 1).map((name) => all.indexOf(name));
  return { replicas: 1, zones, leading, hasZones: true, zoneNames: all, isCopied: () => true };
}

const STANDS_IN = "another server that has the key takes the place of a dead one by itself";

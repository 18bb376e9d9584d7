/** What the options `replicas` and `zones` are, and what they may be. */

import {
  aFunction,
  aText,
  type Checks,
  integerFrom,
  objectOf,
  readOptions,
  wrongType,
} from "../checks/check.ts";
import { aServerList, type Servers } from "./server_list.ts";

/**
 * Keys that several servers have: the option `replicas`. Reads of such a key go to any of them, so that a hot key does not
 * have all its reads on one server. See [Several servers for a key](../../docs/several_servers.md).
 *
 * @example Only what everybody reads
 * ```ts
 * import { Client, type ReplicaOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = await MemcachedServer.start();
 * await using two = await MemcachedServer.start();
 *
 * const replicas: ReplicaOptions = { count: 2, keys: (key) => key.startsWith("front:") };
 * await using client = new Client([one.address, two.address], { replicas });
 *
 * await client.set("front:page", "<h1>");
 * for (let i = 0; i < 10; i++) assertEquals(await client.get("front:page"), "<h1>");
 * assertEquals(client.explain("front:page").copies?.length, 2);
 * assertEquals(client.explain("user:1").copies, undefined);
 * ```
 */
export interface ReplicaOptions {
  /** How many servers have each key, 1 to 16, and no more than there are servers. */
  count: number;
  /**
   * Says of a key, without the client's prefix, whether several servers have it. All clients must say the same of a key,
   * at all times. Unless given, they have all keys.
   */
  keys?: (key: string) => boolean;
}

/**
 * Zones, each of which has all keys: the option `zones`. Reads go to the own zone, changes to all. See
 * [Several servers for a key](../../docs/several_servers.md).
 *
 * @example Read in zone b
 * ```ts
 * import { Client, type ZoneOptions } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using a = await MemcachedServer.start();
 * await using b = await MemcachedServer.start();
 *
 * const zones: ZoneOptions = { own: "b", others: { a: [a.address] } };
 * await using client = new Client([b.address], { zones });
 *
 * await client.set("user:1", "Ada");
 * assertEquals(await client.get("user:1"), "Ada");
 * assertEquals(await client.delete("user:1"), true);
 * assertEquals([a.items, b.items], [0, 0]);
 * ```
 */
export interface ZoneOptions {
  /** The name of the own zone. Its servers are those of the client. */
  own: string;
  /** The servers of the other zones, by their names. All clients must know the same zones by the same names. */
  others: Readonly<Record<string, Servers>>;
}

/**
 * Options of `setServers()`.
 *
 * @example Another zone grows
 * ```ts
 * import { Client, type SetServersOptions } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * await using client = new Client(["a1"], { zones: { own: "a", others: { b: ["b1"] } } });
 * const inB: SetServersOptions = { zone: "b" };
 * client.setServers(["b1", "b2"], inB);
 * assertEquals(client.servers, ["a1"]);
 * assertEquals([...client.counters().keys()], ["a1:11211", "b1:11211", "b2:11211"]);
 * ```
 */
export interface SetServersOptions {
  /** The zone whose servers they are, by its name in the option `zones`. Unless given, it is the own one. */
  zone?: string;
}

/** Checks the option `replicas`. */
export function replicasOption(name: string, value: unknown): unknown {
  if (typeof value === "object") return readOptions(name, value, REPLICA_CHECKS, ["count"]);
  A_COUNT(name, value);
  return value;
}

/** Checks the option `zones`. */
export function zonesOption(name: string, value: unknown): unknown {
  return readOptions(name, value, ZONE_CHECKS, ["own", "others"]);
}

const A_COUNT = integerFrom(1, 16);

const REPLICA_CHECKS: Checks<ReplicaOptions> = { count: A_COUNT, keys: aFunction };

/** Of `setServers()`. */
export const SET_SERVERS_CHECKS: Checks<SetServersOptions> = { zone: aText };

const ZONE_CHECKS: Checks<ZoneOptions> = {
  own: aText,
  others(name, value) {
    if (Array.isArray(value)) throw wrongType(name, "an object of lists of servers", value);
    for (const [zone, servers] of Object.entries(objectOf(name, value))) {
      aServerList(`zone "${zone}" of ${name}`, servers);
    }
  },
};

/** The servers that a client is given, from what callers write to addresses. */

import { integerFrom, readOptions, wrongType } from "../checks/check.ts";
import { parseAddress } from "../placement/address.ts";
import type { DistributionFactory, PlacedServer } from "../placement/distribution.ts";
import { isServerOfOtherForm, notAServer, notServers } from "../placement/not_a_server.ts";
import { spacedListIn } from "../placement/server_mistakes.ts";
import { checkWeights, type DistributionName } from "../placement/distributions.ts";

/**
 * A server with a weight: its share of the keys, compared to the others'. A server string alone has the weight 1.
 *
 * @example Twice the memory, twice the keys
 * ```ts
 * import { Client, type WeightedServer } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const big: WeightedServer = { server: "10.0.0.2:11211", weight: 2 };
 * await using client = new Client(["10.0.0.1", big], { distribution: "ketama_weighted" });
 *
 * let keys = 0;
 * for (let i = 0; i < 3000; i++) {
 *   if (client.getHostByKey(`key:${i}`) === "10.0.0.2:11211") keys++;
 * }
 * assertEquals(Math.round(keys / 1000), 2);
 * ```
 */
export interface WeightedServer {
  /** A server string. */
  readonly server: string;
  /** Its weight, an integer from 1 to 1,048,576. Not every distribution has weights. @default {1} */
  readonly weight?: number;
}

/**
 * The servers of a client: one server string, or a list of server strings and {@linkcode WeightedServer}s.
 *
 * @example A list
 * ```ts
 * import { Client, type Servers } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const servers: Servers = ["10.0.0.1", "10.0.0.2:11212 blue"];
 * await using client = new Client(servers);
 * assertEquals([...client.counters().keys()], ["10.0.0.1:11211", "blue"]);
 * ```
 */
export type Servers = string | readonly (string | WeightedServer)[];

/** The settings that servers must go with. */
export interface ServerSettings {
  readonly distribution: DistributionName | DistributionFactory;
  readonly tls: boolean;
}

/** A list of servers: the strings, and what they say. */
export interface ServerList {
  readonly strings: readonly string[];
  readonly placed: readonly PlacedServer[];
}

/** The list of a client whose servers are not known yet. */
export const NO_SERVERS: ServerList = { strings: [], placed: [] };

/**
 * Reads the servers of a client.
 *
 * @param known What server strings without a weight say, as far as it is known.
 * @throws {TypeError} If one cannot be used, or does not go with the client's options.
 * @throws {RangeError} If there is none, or a number is out of range.
 */
export function readServers(
  servers: Servers,
  { distribution, tls }: ServerSettings,
  known?: ReadonlyMap<string, PlacedServer>,
): ServerList {
  if (typeof servers !== "string" && !Array.isArray(servers)) {
    throw notServers(servers);
  }
  if (typeof servers === "string") {
    const mistake = spacedListIn(servers);
    if (mistake !== undefined) {
      throw new TypeError(`Cannot use server ${JSON.stringify(servers)} as ${mistake}`);
    }
  }
  const entries = (typeof servers === "string" ? [servers] : Array.from(servers)).map(readEntry);
  if (entries.length === 0) {
    throw new RangeError('Cannot use an empty list of servers: write at least one, ["host:port"]');
  }
  const placed = entries.map(({ server, weight }) =>
    weight === 1 ? known?.get(server) ?? parseAddress(server) : { ...parseAddress(server), weight }
  );
  checkWeights(placed, distribution);
  const local = placed.find(({ path }) => path !== undefined);
  if (!tls || local === undefined) return { strings: entries.map(({ server }) => server), placed };
  throw new TypeError(
    `Cannot use server ${JSON.stringify(local.path)} with option "tls" as it is a Unix socket`,
  );
}

function readEntry(entry: string | WeightedServer): Required<WeightedServer> {
  if (typeof entry !== "object" || entry === null) return { server: entry, weight: 1 };
  if (isServerOfOtherForm(entry)) throw notAServer(entry);
  return { weight: 1, ...readOptions("a server", entry, CHECKS, ["server"]) };
}

const CHECKS = {
  // The string is checked as any other.
  server: () => {},
  weight: integerFrom(1, 2 ** 20),
};

/** Checks an option that is a list of servers. What they are is checked when they are read. */
export function aServerList(name: string, value: unknown): void {
  if (typeof value === "string" || Array.isArray(value)) return;
  throw wrongType(name, "a server string or an array of servers", value);
}

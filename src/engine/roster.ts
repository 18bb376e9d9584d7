/** The list of a client's servers: what it was given, how it changes, and what observers are told of a change. */

import type { Cluster } from "../cluster/cluster.ts";
import { ConnectionError, type MemcachedError } from "../errors.ts";
import { textOf } from "../thrown.ts";
import type { Following } from "./following.ts";
import { LIVE_CLIENTS } from "../observe/live_clients.ts";
import type { ServersChange } from "../observe/observer.ts";
import type { Address } from "../placement/address.ts";
import type { PlacedServer } from "../placement/distribution.ts";
import type { Settings } from "./options.ts";
import { readServers, type ServerList, type Servers } from "./server_list.ts";

/** What a list of servers needs of its client. */
export interface RosterOptions {
  /** The servers must go with them. */
  readonly settings: Pick<Settings, "distribution" | "tls" | "warn">;
  /** Where the servers come from, if the list is not fixed. */
  readonly following: Following | undefined;
  /** Called when the source of servers fails. */
  readonly failed: (error: MemcachedError) => void;
  /** Called when the list has changed. */
  readonly changed: (change: ServersChange) => void;
}

/** Another zone. */
export interface Zone {
  readonly name: string;
  readonly copy: number;
}

/** The list of servers of one client. */
export class Roster {
  /** The server strings in use, as they were given. */
  strings: readonly string[];
  /** What its strings say. Of a thousand strings, only the new ones are read again. */
  #known: ReadonlyMap<string, PlacedServer>;
  readonly #cluster: Cluster;
  readonly #options: RosterOptions;
  /** Says that the client is none of those that are alive. */
  #leave: (() => void) | undefined;

  constructor(list: ServerList, cluster: Cluster, options: RosterOptions) {
    this.strings = list.strings;
    this.#known = knownOf(list);
    this.#cluster = cluster;
    this.#options = options;
    this.#noteAlive();
    options.following?.tell({
      took: (servers) => this.#replace(servers),
      failed: (cause) => {
        const { label } = options.following as Following;
        const reason = `Cannot look again for ${label}: ${textOf(cause)}`;
        options.failed(new ConnectionError(reason, { cause }));
      },
    });
  }

  /** @throws {ConnectionError} If the servers are not known yet. */
  mustKnow(what: string): void {
    if (!this.#cluster.isAwaiting) return;
    throw new ConnectionError(`Cannot ${what} before the servers are known: await a call first`);
  }

  /** Moves servers to other addresses, by libmc's rules; the ring stays. Returns false if they forbid it. */
  move(servers: Servers): boolean {
    const list = this.#read(servers);
    return !this.#cluster.isAwaiting && this.#change(list, () => this.#cluster.move(list.placed));
  }

  /**
   * Replaces the list, for good. Servers that keep their name stay.
   *
   * @param zone That whose list it is, and the number of its copy, if it is not the own one.
   */
  replace(servers: Servers, zone?: Zone): void {
    if (zone !== undefined) return this.#replaceZone(servers, zone);
    this.#replace(servers);
    this.#options.following?.stop();
  }

  /** Looks for servers only when the client dials again. */
  pause(): void {
    this.#options.following?.pause();
  }

  /** Looks for servers no more: the client is closed. */
  close(): void {
    this.#leave?.();
    // So that a list that comes later does not note the client again.
    this.#leave = () => {};
    this.#options.following?.stop();
  }

  #replace(servers: Servers): void {
    const list = this.#read(servers);
    this.#change(list, () => {
      this.#cluster.update(list.placed);
      return true;
    });
  }

  #replaceZone(servers: Servers, { name, copy }: Zone): void {
    const cluster = this.#cluster;
    const { strings, placed } = readServers(servers, this.#options.settings);
    const [before, changes] = [addressesAt(cluster, copy), cluster.changes];
    cluster.update(placed, copy);
    if (cluster.changes === changes) return;
    const change = differences(before, addressesAt(cluster, copy));
    this.#options.changed({ servers: strings, zone: name, ...change });
  }

  /** Notes that there is one more client of its servers, once they are known. */
  #noteAlive(): void {
    const { strings } = this;
    if (this.#leave !== undefined || !this.#options.settings.warn || strings.length === 0) return;
    this.#leave = LIVE_CLIENTS.add(strings, this);
  }

  #read(servers: Servers): ServerList {
    return readServers(servers, this.#options.settings, this.#known);
  }

  #change(list: ServerList, change: () => boolean): boolean {
    const { changes, isAwaiting } = this.#cluster;
    const before = isAwaiting ? [] : addressesAt(this.#cluster);
    if (!change()) return false;
    const { strings } = list;
    this.strings = strings;
    this.#known = knownOf(list);
    this.#noteAlive();
    if (isAwaiting || this.#cluster.changes !== changes) {
      this.#options.changed({
        servers: strings,
        ...differences(before, addressesAt(this.#cluster)),
      });
    }
    return true;
  }
}

function knownOf({ strings, placed }: ServerList): ReadonlyMap<string, PlacedServer> {
  const known = new Map<string, PlacedServer>();
  strings.forEach((string, i) => {
    if (placed[i].weight === undefined) known.set(string, placed[i]);
  });
  return known;
}

/** Without the gutter, whose servers do not change. */
function addressesAt(cluster: Cluster, copy = 0): readonly Address[] {
  return cluster.serversAt(copy).map(({ address }) => address);
}

/** Compares two lists by the display names of their servers. */
function differences(
  before: readonly Address[],
  after: readonly Address[],
): Omit<ServersChange, "servers" | "zone"> {
  const left = new Map(before.map((address) => [address.name, address]));
  const added: string[] = [];
  const moved: string[] = [];
  for (const { name, host, port } of after) {
    const known = left.get(name);
    if (known === undefined) added.push(name);
    else if (known.host !== host || known.port !== port) moved.push(name);
    left.delete(name);
  }
  return { added, removed: Array.from(left.keys()), moved };
}

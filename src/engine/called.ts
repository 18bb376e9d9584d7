/** What observers may ask of a call that has begun. Nothing is looked up before they ask. */

import type { Cluster } from "../cluster/cluster.ts";
import type { ObservedCall, ObservedServer } from "../observe/observer.ts";

/** Where a call goes: to the servers of wire keys, or to servers by their display names. */
export type Place = string | readonly string[] | ServerPlace;

interface ServerPlace {
  /** `undefined`: all that there are. */
  readonly servers: readonly string[] | undefined;
}

/** The place of a call that goes to every server. */
export const ALL_SERVERS: Place = { servers: undefined };

/** One call. */
export class Called implements ObservedCall {
  readonly prefix: string;
  readonly #cluster: Cluster;
  readonly #place: Place;

  constructor(prefix: string, cluster: Cluster, place: Place) {
    this.prefix = prefix;
    this.#cluster = cluster;
    this.#place = place;
  }

  get server(): ObservedServer | undefined {
    const place = this.#place;
    if (this.#cluster.isAwaiting) return undefined;
    try {
      if (typeof place === "string") return this.#cluster.serverNow(place);
      return "servers" in place ? this.#named(place) : this.#ofAll(place);
    } catch {
      // A distribution of the user's may throw what it likes. The call meets that as well, and tells.
      return undefined;
    }
  }

  #named({ servers }: ServerPlace): ObservedServer | undefined {
    const all = this.#cluster.servers;
    if (servers === undefined) return all.length === 1 ? all[0] : undefined;
    return servers.length === 1 ? this.#cluster.named(servers[0]) : undefined;
  }

  /** Gives the server that all keys have. Of very many keys on several servers the first two mostly tell. */
  #ofAll(keys: readonly string[]): ObservedServer | undefined {
    if (keys.length === 0) return undefined;
    const server = this.#cluster.serverNow(keys[0]);
    if (this.#cluster.servers.length === 1) return server;
    return keys.every((key) => this.#cluster.serverNow(key) === server) ? server : undefined;
  }
}

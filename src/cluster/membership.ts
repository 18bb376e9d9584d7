/**
 * The servers of a client at one moment, and which of them has a key. A membership never changes: when the servers do,
 * the cluster swaps it for another one, so that whoever works with one sees servers that belong together.
 */

import type { Address } from "../placement/address.ts";
import type { Distribution } from "../placement/distribution.ts";
import { DISTRIBUTIONS } from "../placement/distributions.ts";
import type { HashFn } from "../placement/hashes/key_hash.ts";
import type { Server } from "./server.ts";

/** Servers, and the distribution of the keys over them. */
export class Membership {
  readonly servers: readonly Server[];
  /** The only server, if there is one alone: then nobody asks whose a key is. */
  readonly only: Server | undefined;
  readonly distribution: Distribution;
  /** For the grouping of many keys: for each server zero, between two uses. */
  readonly groupNumbers: Uint32Array;
  /** The addresses that servers are placed by: a server keeps its keys when it moves. */
  readonly #placed: readonly Address[];

  constructor(servers: readonly Server[], placed: readonly Address[], hashFn: HashFn) {
    this.servers = servers;
    this.only = servers.length === 1 ? servers[0] : undefined;
    this.#placed = placed;
    this.distribution = DISTRIBUTIONS.libmc(placed, { hashFn });
    this.groupNumbers = new Uint32Array(servers.length);
  }

  /** The owner of a wire key, whether or not it is alive. */
  ownerOf(key: string): Server {
    return this.only ?? this.servers[this.distribution.indexFor(key)];
  }

  /** The same servers with another hash of the keys. */
  rehashed(hashFn: HashFn): Membership {
    return new Membership(this.servers, this.#placed, hashFn);
  }

  /**
   * Other servers. Those that keep their display name stay as they are; `move` is told of one whose host or port changed.
   *
   * @param serverFor Makes a server that is new.
   */
  updated(
    addresses: readonly Address[],
    hashFn: HashFn,
    serverFor: (address: Address) => Server,
  ): Membership {
    const known = new Map(this.servers.map((server) => [server.name, server]));
    const servers = addresses.map((address) => known.get(address.name) ?? serverFor(address));
    return new Membership(servers, addresses, hashFn);
  }
}

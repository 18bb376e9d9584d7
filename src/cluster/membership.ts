/**
 * The servers of a client at one moment, and which of them has a key. A membership never changes: when the servers do,
 * the cluster replaces it by another one. So code that works with one sees servers that belong together.
 */

import type { Address } from "../placement/address.ts";
import type { Distribution } from "../placement/distribution.ts";
import { DISTRIBUTIONS } from "../placement/distributions.ts";
import type { HashFn } from "../placement/hashes/key_hash.ts";
import type { Server } from "./server.ts";

/** Servers, and the distribution of the keys over them. */
export class Membership {
  readonly servers: readonly Server[];
  /** The server, if there is only one: then all keys are its own, without asking the distribution. */
  readonly only: Server | undefined;
  readonly distribution: Distribution;
  /** Used for grouping many keys: one number for each of several servers, zero between two uses. */
  readonly groupNumbers: Uint32Array;
  /** The addresses by which servers are placed: a server keeps its keys when it moves. */
  readonly #placed: readonly Address[];
  #byName: ReadonlyMap<string, Server> | undefined;

  constructor(servers: readonly Server[], placed: readonly Address[], hashFn: HashFn) {
    this.servers = servers;
    this.only = servers.length === 1 ? servers[0] : undefined;
    this.#placed = placed;
    this.distribution = DISTRIBUTIONS.libmc(placed, { hashFn });
    this.groupNumbers = this.only === undefined ? new Uint32Array(servers.length) : NO_NUMBERS;
  }

  /** Gives the owner of a wire key, whether or not it is alive. */
  ownerOf(key: string): Server {
    return this.only ?? this.servers[this.distribution.indexFor(key)];
  }

  /** Gives the server that has a display name now. */
  named(name: string): Server | undefined {
    const known = this.#byName?.get(name);
    if (known?.name === name) return known;
    // Nobody has asked before, or a server has moved, and its address is its name.
    this.#byName = this.#named();
    return this.#byName.get(name);
  }

  /** Makes a membership of the same servers with another hash of the keys. */
  rehashed(hashFn: HashFn): Membership {
    return new Membership(this.servers, this.#placed, hashFn);
  }

  /**
   * Makes a membership of other servers. Those that keep their display name stay; `move` is called for one whose host or
   * port changed.
   *
   * @param serverFor Makes a new server.
   */
  updated(
    addresses: readonly Address[],
    hashFn: HashFn,
    serverFor: (address: Address) => Server,
  ): Membership {
    const known = this.#named();
    const servers = addresses.map((address) => known.get(address.name) ?? serverFor(address));
    return new Membership(servers, addresses, hashFn);
  }

  #named(): ReadonlyMap<string, Server> {
    return new Map(this.servers.map((server) => [server.name, server]));
  }
}

const NO_NUMBERS = new Uint32Array(0);

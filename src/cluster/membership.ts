/**
 * The servers of a client at one moment, and which of them has a key. A membership never changes: when the servers do,
 * the cluster replaces it by another one. So code that works with one sees servers that belong together.
 */

import type { Address } from "../placement/address.ts";
import type { FullDistribution, PlacedServer } from "../placement/distribution.ts";
import type { Server } from "./server.ts";

/** Makes the distribution of some servers, by the client's options. */
export type Distribute = (servers: readonly PlacedServer[]) => FullDistribution;

/** Servers, and the distribution of the keys over them. */
export class Membership {
  readonly servers: readonly Server[];
  /** The server, if there is only one: then all keys are its own, without asking the distribution. */
  readonly only: Server | undefined;
  readonly distribution: FullDistribution;
  /** Servers without keys of their own, which stand in for those that are dead. */
  readonly gutter: Membership | undefined;
  /** Used for grouping many keys: one number for each of several servers, zero between two uses. */
  readonly groupNumbers: Uint32Array;
  /** The addresses by which servers are placed: a server keeps its keys when it moves. */
  readonly #placed: readonly PlacedServer[];
  #byName: ReadonlyMap<string, Server> | undefined;

  constructor(
    servers: readonly Server[],
    placed: readonly PlacedServer[],
    distribute: Distribute,
    gutter?: Membership,
  ) {
    this.servers = servers;
    this.gutter = gutter;
    this.only = servers.length === 1 ? servers[0] : undefined;
    this.#placed = placed;
    this.distribution = distribute(placed);
    this.groupNumbers = this.only === undefined ? new Uint32Array(servers.length) : NO_NUMBERS;
  }

  /** Gives the owner of a wire key, whether or not it is alive. */
  ownerOf(key: string): Server {
    return this.only ?? this.servers[this.distribution.indexFor(key)];
  }

  /** True if as many servers have these weights. */
  hasWeights(placed: readonly PlacedServer[]): boolean {
    return this.#placed.every(({ weight = 1 }, i) => weight === (placed[i].weight ?? 1));
  }

  /** True if it is of these servers, at these places, in this order and with these weights. */
  isOf(addresses: readonly PlacedServer[]): boolean {
    return addresses.length === this.servers.length &&
      addresses.every((address, i) =>
        isSame(address, this.#placed[i]) && isSame(address, this.servers[i].address)
      ) && this.hasWeights(addresses);
  }

  /**
   * Gives the addresses that the servers have if they move to these, with the keys that each has; `undefined` if the number
   * of servers differs, or an alias would change, or a weight. Where host and port stay, the address does, even if it gets
   * an alias.
   */
  movedTo(addresses: readonly PlacedServer[]): readonly PlacedServer[] | undefined {
    const { servers } = this;
    const areTheSame = addresses.length === servers.length && this.hasWeights(addresses) &&
      servers.every(({ address: { alias } }, i) =>
        alias === undefined || alias === addresses[i].alias
      );
    if (!areTheSame) return undefined;
    return servers.map(({ address }, i) =>
      isSamePlace(address, addresses[i]) ? address : addresses[i]
    );
  }

  /** Gives the server that has a display name now, of the gutter as well. */
  named(name: string): Server | undefined {
    const known = this.#byName?.get(name);
    if (known?.name === name) return known;
    // Nobody has asked before, or a server has moved, and its address is its name.
    this.#byName = this.#named();
    return this.#byName.get(name) ?? this.gutter?.named(name);
  }

  /** Makes a membership of the same servers with another distribution of the keys. */
  rehashed(distribute: Distribute, gutter?: Membership): Membership {
    return new Membership(this.servers, this.#placed, distribute, gutter);
  }

  /** Gives the display names and places of its servers, without those of the gutter. */
  get addresses(): readonly Address[] {
    return this.servers.map(({ address }) => address);
  }

  /**
   * Makes a membership of other servers. Those that keep their display name stay; `move` is called for one whose host or
   * port changed.
   *
   * @param serverFor Makes a new server.
   * @param gutter That of the new one.
   */
  updated(
    addresses: readonly PlacedServer[],
    distribute: Distribute,
    serverFor: (address: PlacedServer) => Server,
    gutter: Membership | undefined,
  ): Membership {
    const known = this.#named();
    const servers = addresses.map((address) => known.get(address.name) ?? serverFor(address));
    return new Membership(servers, addresses, distribute, gutter);
  }

  #named(): ReadonlyMap<string, Server> {
    return new Map(this.servers.map((server) => [server.name, server]));
  }
}

function isSame(a: Address, b: Address): boolean {
  return a.name === b.name && isSamePlace(a, b);
}

/** True if two servers have the same host and port. */
export function isSamePlace(a: Address, b: Address): boolean {
  return a.host === b.host && a.port === b.port;
}

const NO_NUMBERS = new Uint32Array(0);

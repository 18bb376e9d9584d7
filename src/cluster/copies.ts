/**
 * The servers that a client knows beside those of its list, and where the other copies of its keys are.
 *
 * - The **gutter** has no keys of its own: its servers stand in for those of the list.
 * - With **replicas** a key has several copies on the servers of the list: the second one is on the server that would stand
 *   in for its owner, and so on. Each copy is a membership of the same servers with another distribution.
 * - With **zones** each other zone has a copy: a membership of servers of its own.
 *
 * Copy 0 is on the list itself.
 */

import type { Address } from "../placement/address.ts";
import {
  checkApart,
  checkDistinctNames,
  checkDistinctPlaces,
} from "../placement/distinct_names.ts";
import type { PlacedServer } from "../placement/distribution.ts";
import { ranked } from "../placement/ranked.ts";
import { type Distribute, Membership } from "./membership.ts";
import type { Server } from "./server.ts";

/** What there is beside the list of servers. */
export interface CopiesOptions {
  readonly gutter?: readonly PlacedServer[] | undefined;
  /** How many copies each key has on the servers of the list. */
  readonly replicas?: number | undefined;
  /** The servers of the other zones. */
  readonly zones?: readonly (readonly PlacedServer[])[] | undefined;
}

/** Where the copies of the keys of one client are, and its servers beside the list. */
export class Copies {
  gutter: Membership | undefined;
  #zones: readonly Membership[];
  readonly #replicas: number;

  constructor(
    { gutter = [], replicas = 1, zones = [] }: CopiesOptions,
    distribute: Distribute,
    newServer: (address: Address) => Server,
  ) {
    const of = (placed: readonly PlacedServer[]) =>
      new Membership(placed.map(newServer), placed, distribute);
    this.gutter = gutter.length === 0 ? undefined : of(gutter);
    this.#zones = zones.map(of);
    this.#replicas = replicas;
  }

  /** Its servers, which are none of the list. */
  get servers(): readonly Server[] {
    if (this.gutter === undefined && this.#zones.length === 0) return NONE;
    return [this.gutter, ...this.#zones].flatMap((membership) => membership?.servers ?? NONE);
  }

  /** Where the other copies of keys are, beside those on a list of servers. There are no more than that has servers. */
  membershipsOf(list: Membership): readonly Membership[] {
    if (this.#replicas === 1) return this.#zones;
    const count = Math.min(this.#replicas, list.servers.length);
    return Array.from(
      { length: count - 1 },
      (_, i) => list.rehashed(() => ranked(list.distribution, i + 1)),
    );
  }

  /** Distributes the keys anew. */
  rehash(distribute: Distribute): void {
    this.gutter = this.gutter?.rehashed(distribute);
    this.#zones = this.#zones.map((zone) => zone.rehashed(distribute));
  }

  named(name: string): Server | undefined {
    for (const membership of [this.gutter, ...this.#zones]) {
      const server = membership?.named(name);
      if (server !== undefined) return server;
    }
    return undefined;
  }

  /** Gives the servers of another zone, by the number of its copy. */
  zone(copy: number): Membership {
    return this.#zones[copy - 1];
  }

  /** Replaces the servers of another zone. */
  setZone(copy: number, membership: Membership): void {
    this.#zones = this.#zones.with(copy - 1, membership);
  }

  /**
   * Checks a list of servers, before it replaces the own one or that of another zone.
   *
   * @param own The own list.
   * @throws {TypeError} If two have the same name, or the same place where they have copies, or one is in another list.
   */
  check(addresses: readonly PlacedServer[], own: readonly Address[], copy = 0): void {
    checkDistinctNames(addresses);
    if (this.#replicas > 1) checkDistinctPlaces(addresses);
    checkApart(addresses, this.gutter?.addresses ?? [], "gutter");
    if (copy > 0) checkApart(addresses, own, "zones");
    this.#zones.forEach((zone, i) => {
      if (i !== copy - 1) checkApart(addresses, zone.addresses, "zones");
    });
  }
}

const NONE: readonly Server[] = [];

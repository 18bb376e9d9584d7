/** Which copies a call needs, and in which order they are asked. */

import type { Deadline } from "../../clock.ts";
import type { CopiesPlan } from "../../engine/copies.ts";
import type { Engine } from "../../engine/engine.ts";
import type { MetaKey } from "../meta/options.ts";

/** Keys of a call, by their positions, and the copies that are asked for them, the first one first. */
export interface Route {
  readonly copies: readonly number[];
  readonly positions: number[];
}

/** The keys of one call. */
export interface Routed {
  /** True if any copy will do to begin with. */
  readonly isSpread: boolean;
  readonly keys: readonly MetaKey[];
  readonly wireKeys: readonly string[];
  /** The wire key that decides the servers of all, if not each its own. */
  readonly route: string | undefined;
  /** Servers that the call has dialled without success. */
  readonly failed?: ReadonlySet<Owner>;
  /** True if servers that lead have been reached: see {@linkcode CopyRoutes.reach}. */
  readonly isReached?: boolean;
}

/** The copies of the keys of one client. */
export class CopyRoutes {
  readonly #engine: Engine;
  readonly #plan: CopiesPlan;
  /** Gives a number from 0 to 1, exclusive, by chance. */
  readonly #random: () => number;

  constructor(engine: Engine, plan: CopiesPlan, random: () => number) {
    this.#engine = engine;
    this.#plan = plan;
    this.#random = random;
  }

  /** The numbers of the copies that there are now, in the order in which they lead. */
  get leading(): readonly number[] {
    const { copyCount } = this.#engine.cluster;
    return this.#plan.leading.filter((copy) => copy < copyCount);
  }

  /** Gives the leading one of the copies that a call asks: all of these are alive, or all are dead. */
  leadingOf(copies: readonly number[]): number {
    return this.#plan.leading.find((copy) => copies.includes(copy)) as number;
  }

  /** Groups the keys of a call by the copies that are asked for them. */
  of({ isSpread, keys, wireKeys, route, failed, isReached = false }: Routed): readonly Route[] {
    const routes = new Map<string, Route>();
    const { leading } = this;
    // All keys of a call go the same way, so that what shares a server travels together.
    const first = this.#plan.hasZones ? 0 : Math.floor(this.#random() * leading.length);
    wireKeys.forEach((wireKey, at) => {
      let copies = UNCOPIED;
      if (this.isCopied(keys[at])) {
        const usable = this.#usable(route ?? wireKey, leading, failed, isReached);
        const begin = isSpread && usable.includes(first) ? [first] : [];
        copies = Array.from(new Set([...begin, ...usable]));
      }
      const known = routes.get(copies.join());
      if (known === undefined) routes.set(copies.join(), { copies, positions: [at] });
      else known.positions.push(at);
    });
    return Array.from(routes.values());
  }

  /**
   * Dials the servers of leading copies that are not connected: one that cannot be reached does not lead.
   *
   * @returns Those that cannot be reached.
   */
  async reach(keys: Routed, deadline: Deadline): Promise<ReadonlySet<Owner>> {
    const { cluster } = this.#engine;
    const failed = new Set<Owner>();
    // Each round finds one that can be reached, for each key, or one that cannot.
    for (let round = 0; round < this.#plan.leading.length; round++) {
      const wanted = this.unreached({ ...keys, failed });
      if (wanted.length === 0) break;
      await Promise.all(wanted.map(({ placed, copy, server }) =>
        new Promise<void>((resolve) => {
          cluster.locate(placed, deadline, (found) => {
            if (found === undefined) failed.add(server);
            resolve();
          }, copy);
        })
      ));
    }
    return failed;
  }

  /** Names the leading copies whose servers are neither connected nor dead, one for each server. */
  unreached({ keys, wireKeys, route, failed }: Routed): readonly Placed[] {
    const { leading } = this;
    const wanted = new Map<Owner, Placed>();
    wireKeys.forEach((wireKey, at) => {
      if (!this.isCopied(keys[at])) return;
      const placed = route ?? wireKey;
      const [copy] = this.#usable(placed, leading, failed);
      const server = this.#engine.cluster.ownerOf(placed, copy);
      const isOpen = !server.connected && !server.dead && !failed?.has(server);
      if (isOpen) wanted.set(server, { placed, copy, server });
    });
    return Array.from(wanted.values());
  }

  /** Gives the servers of all copies of a key. */
  owners(placed: string): readonly Owner[] {
    return this.leading.map((copy) => this.#engine.cluster.ownerOf(placed, copy));
  }

  readonly isCopied = (key: MetaKey): boolean =>
    this.#plan.isCopied(typeof key === "string" ? key : new TextDecoder().decode(key));

  /**
   * Gives the copies whose servers are not dead, the leading one first; all of them if all are dead.
   *
   * @param isReached True to leave out those before the first connected one: the pause of a dead server may have ended just
   * after it was looked whether one is to be reached.
   */
  #usable(
    placed: string,
    leading: readonly number[],
    failed: ReadonlySet<Owner> | undefined,
    isReached = false,
  ): readonly number[] {
    const { cluster } = this.#engine;
    const alive = leading.filter((copy) => {
      const server = cluster.ownerOf(placed, copy);
      return !server.dead && !failed?.has(server);
    });
    if (alive.length === 0) return leading;
    const ready = isReached
      ? alive.findIndex((copy) => cluster.ownerOf(placed, copy).connected)
      : 0;
    return ready > 0 ? alive.slice(ready) : alive;
  }
}

/** A copy of a key, by the wire key that decides its server. */
interface Placed {
  readonly placed: string;
  readonly copy: number;
  readonly server: Owner;
}

/** A server that has a copy. */
export type Owner = ReturnType<Engine["cluster"]["ownerOf"]>;

const UNCOPIED: readonly number[] = [0];

/**
 * All servers of a client, and which of them gets a key.
 *
 * A key belongs to its owner on the ring. Whether another server stands in is decided here, while routing, and never
 * later: with failover, a dead owner's keys go to the next server on the ring that is not dead; without, they go
 * nowhere. A server that is neither connected nor dead is dialled first; then the choice is made anew.
 */

import type { Clock } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import type { Sweeper } from "../connection/sweeper.ts";
import { type MemcachedError, TimeoutError } from "../errors.ts";
import type { Address } from "../placement/address.ts";
import { type HashFn, KEY_HASHES } from "../placement/hashes/key_hash.ts";
import { Ring } from "../placement/continuum.ts";
import { Server } from "./server.ts";
import type { ServerContext, ServerSettings } from "./server_context.ts";
import { forCommand } from "../error_copy.ts";

/** What can be changed of a cluster while the client lives. */
export interface ClusterSettings extends ServerSettings {
  failover: boolean;
  hashFn: HashFn;
}

/** What a cluster is made with. */
export interface ClusterContext extends ServerContext {
  readonly settings: Readonly<ClusterSettings>;
}

/** A group of keys, and the server that is to get it. */
export interface ServerGroup {
  readonly server: Server;
  readonly group: KeyGroup;
}

/** Keys that go nowhere, as their owner cannot be used. */
export interface Orphans {
  readonly owner: Server;
  readonly positions: number[];
  /** How the call's own dial failed, if it made one. */
  readonly dialError: MemcachedError | undefined;
}

/** Servers that a call has dialled in vain, and why. */
type Failed = Map<Server, MemcachedError>;

/** Where the keys of a call go, and the positions of those that go nowhere, by their dead owner. */
export interface Assignment {
  readonly groups: ServerGroup[];
  readonly orphans: readonly Orphans[];
}

/** The servers, and the ring they lie on. */
export class Cluster {
  readonly servers: readonly Server[];
  readonly #ring: Ring;
  readonly #groupNumbers: Uint32Array;
  readonly #settings: Readonly<ClusterSettings>;
  readonly #clock: Clock;
  readonly #sweeper: Sweeper;

  constructor(addresses: readonly Address[], context: ClusterContext) {
    this.#ring = new Ring(addresses);
    this.#settings = context.settings;
    this.#clock = context.clock;
    this.#sweeper = context.sweeper;
    this.servers = addresses.map((address, index) => new Server(address, index, context));
    this.#groupNumbers = new Uint32Array(addresses.length);
  }

  /** The owner of a wire key on the ring, whether or not it is alive. */
  ownerOf(key: string): Server {
    return this.servers.length === 1
      ? this.servers[0]
      : this.servers[this.#ring.serverFor(this.#hash(key))];
  }

  /** Sends a command to the server of its key, or fails it. */
  submit(key: string, command: Command, failed?: Failed): void {
    const server = this.#choose(key, failed);
    if (server === undefined) command.fail(this.ownerOf(key).deadError(command.name));
    else if (server.connected) server.submit(command);
    else this.#submitDialled(server, key, command, failed);
  }

  /** Sends a command to one server, or fails it. */
  submitTo(server: Server, command: Command): void {
    if (server.connected) {
      server.submit(command);
    } else if (server.dead) {
      command.fail(server.deadError(command.name));
    } else {
      this.#dial(server, command.deadline, (error) => {
        if (command.abandoned) return;
        if (error !== undefined) command.fail(forCommand(error, command.name));
        else this.submitTo(server, command);
      });
    }
  }

  /** Finds the server that a command with this key would go to now, and dials it if need be; none past the deadline. */
  locate(
    key: string,
    deadline: number,
    then: (server: Server | undefined) => void,
    failed: Failed = new Map(),
  ): void {
    const server = this.#clock.now() < deadline ? this.#choose(key, failed) : undefined;
    if (server === undefined || server.connected) {
      then(server);
    } else {
      this.#dial(server, deadline, (error) => {
        if (error !== undefined) failed.set(server, error);
        this.locate(key, deadline, then, failed);
      });
    }
  }

  /**
   * Moves servers to other addresses; their points stay. Refused if the number of servers differs, or one with an alias
   * would get another. A server whose host and port stay is left alone, whatever its new alias.
   */
  move(addresses: readonly Address[]): boolean {
    const { servers } = this;
    const accepted = addresses.length === servers.length &&
      servers.every(({ address }, i) =>
        address.alias === undefined || address.alias === addresses[i].alias
      );
    if (!accepted) return false;
    servers.forEach((server, i) => {
      const { host, port } = server.address;
      if (addresses[i].host !== host || addresses[i].port !== port) server.move(addresses[i]);
    });
    return true;
  }

  /** Closes for good once everything on the way has finished. A dial under way is called off. */
  async close(reason?: Error): Promise<void> {
    await Promise.all(this.servers.map((server) => server.close(reason)));
  }

  /**
   * Groups wire keys by server. All servers that must be dialled for it are dialled at the same time; past the deadline
   * none is.
   */
  assign(
    keys: readonly string[],
    deadline: number,
    then: (assignment: Assignment) => void,
  ): void {
    const groups = this.#assignAtOnce(keys);
    if (groups === undefined) this.#assignDialled(keys, deadline, then, new Map());
    else then({ groups, orphans: NO_ORPHANS });
  }

  /** Groups keys all of whose owners are connected; `undefined` if one is not. */
  #assignAtOnce(keys: readonly string[]): ServerGroup[] | undefined {
    const { servers } = this;
    if (servers.length === 1) {
      return servers[0].connected ? [{ server: servers[0], group: { keys } }] : undefined;
    }
    const hash = KEY_HASHES[this.#settings.hashFn];
    const groups: (ServerGroup & { group: { keys: string[]; positions: number[] } })[] = [];
    // By server, a number of its group and one more; kept between calls, as there may be many servers for few keys.
    const numbers = this.#groupNumbers;
    let isComplete = true;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place];
      const index = this.#ring.serverFor(hash(key));
      const number = numbers[index];
      if (number > 0) {
        const { group } = groups[number - 1];
        group.keys.push(key);
        group.positions.push(place);
        continue;
      }
      const server = servers[index];
      isComplete = server.connected;
      if (!isComplete) break;
      numbers[index] = groups.push({ server, group: { keys: [key], positions: [place] } });
    }
    for (const { server } of groups) numbers[server.index] = 0;
    return isComplete ? groups : undefined;
  }

  #assignDialled(
    keys: readonly string[],
    deadline: number,
    then: (assignment: Assignment) => void,
    failed: Failed,
  ): void {
    const byServer = new Map<Server, { keys: string[]; positions: number[] }>();
    const orphans = new Map<Server, Orphans>();
    const unknown = new Set<Server>();
    const isLate = this.#clock.now() >= deadline;
    for (let place = 0; place < keys.length; place++) {
      const key = keys[place];
      const owner = this.ownerOf(key);
      const server = owner.connected ? owner : isLate ? undefined : this.#choose(key, failed);
      if (server === undefined) {
        const orphan = orphans.get(owner);
        if (orphan !== undefined) orphan.positions.push(place);
        else orphans.set(owner, { owner, positions: [place], dialError: failed.get(owner) });
      } else if (!server.connected) {
        unknown.add(server);
      } else {
        const group = byServer.get(server);
        if (group === undefined) byServer.set(server, { keys: [key], positions: [place] });
        else {
          group.keys.push(key);
          group.positions.push(place);
        }
      }
    }
    if (unknown.size === 0) {
      const groups = Array.from(byServer, ([server, group]) => ({ server, group }));
      then({ groups, orphans: Array.from(orphans.values()) });
      return;
    }
    let left = unknown.size;
    for (const server of unknown) {
      this.#dial(server, deadline, (error) => {
        if (error !== undefined) failed.set(server, error);
        if (--left === 0) this.#assignDialled(keys, deadline, then, failed);
      });
    }
  }

  /**
   * The server that is to get a key: connected, or to be dialled first. `undefined` if none can be used.
   *
   * @param failed Servers that this call has dialled in vain: it leaves them alone, even if they may be dialled again.
   */
  #choose(key: string, failed?: Failed): Server | undefined {
    const { servers } = this;
    if (servers.length === 1) return isUsable(servers[0], failed) ? servers[0] : undefined;
    const hash = this.#hash(key);
    const owner = servers[this.#ring.serverFor(hash)];
    if (isUsable(owner, failed)) return owner;
    if (!this.#settings.failover) return undefined;
    for (const index of this.#ring.walk(hash)) {
      if (isUsable(servers[index], failed)) return servers[index];
    }
    return undefined;
  }

  #submitDialled(server: Server, key: string, command: Command, failed: Failed = new Map()): void {
    this.#dial(server, command.deadline, (error) => {
      if (error !== undefined) failed.set(server, error);
      if (command.abandoned) return;
      const mayGoOn = this.#settings.failover && this.#clock.now() < command.deadline;
      if (error === undefined || mayGoOn) this.submit(key, command, failed);
      else command.fail(forCommand(error, command.name));
    });
  }

  /** Dials a server for a call, and calls back when that has ended or the call's time is up. */
  #dial(server: Server, deadline: number, then: (error: MemcachedError | undefined) => void): void {
    let isWaiting = true;
    const end = (error: MemcachedError | undefined) => {
      if (!isWaiting) return;
      isWaiting = false;
      then(error);
    };
    server.dial(end);
    if (!isWaiting || deadline === Infinity) return;
    this.#sweeper.watch({
      sweep(now) {
        if (now >= deadline) end(new TimeoutError(LATE, { server: server.name }));
        return isWaiting;
      },
    });
  }

  #hash(key: string): number {
    return KEY_HASHES[this.#settings.hashFn](key);
  }
}

function isUsable(server: Server, failed: Failed | undefined): boolean {
  return !server.dead && !(failed?.has(server) ?? false);
}

const LATE = "Cannot wait for a connection as the whole call took longer than its timeout";
const NO_ORPHANS: readonly Orphans[] = [];

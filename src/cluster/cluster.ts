/**
 * All servers of a client, and which of them gets a key.
 *
 * A key belongs to its owner. Whether another server stands in is decided here, while routing, and never later. The keys
 * of a dead owner go to a server of the gutter, if there is one; else, with failover, to the next server in the
 * distribution's order that is not dead; without it, they go nowhere. A server that is neither connected nor dead is
 * dialled first; then the choice is made again, among the servers that the client has by then. While all are dead, calls
 * wait for one that is tried again: see `choice.ts` and `waiting_calls.ts`.
 */

import type { Clock, Deadline } from "../clock.ts";
import type { Command } from "../commands/command.ts";
import type { KeyGroup } from "../commands/key_group.ts";
import { RequestBuffers } from "../connection/contract.ts";
import type { LineStream } from "../connection/line_stream.ts";
import { Sweeper, type Swept } from "../connection/sweeper.ts";
import type { MemcachedError } from "../errors.ts";
import type { Address } from "../placement/address.ts";
import type { PlacedServer } from "../placement/distribution.ts";
import { isDivisible } from "./affinity.ts";
import {
  type Assignment,
  type Failed,
  groupsAtOnce,
  groupsOf,
  type Orphans,
  serverFor,
} from "./choice.ts";
import { Debts } from "./debts.ts";
import { type AwaitedServers, standIn } from "./awaited_servers.ts";
import { Leaving } from "./leaving.ts";
import { type Distribute, isSamePlace, Membership } from "./membership.ts";
import { OwnConnections } from "./own_connections.ts";
import { Copies, type CopiesOptions } from "./copies.ts";
import { Placing } from "./placing.ts";
import { resendGroup } from "./resending.ts";
import { route, type RoutingSteps, type Unconnected } from "./routing.ts";
import { Server } from "./server.ts";
import type { ClusterSettings, ServerContext } from "./server_context.ts";
import { closedError, lateError, unplacedError } from "./server_errors.ts";
import { type Explained, explained } from "./stand_ins.ts";
import { WaitingCalls } from "./waiting_calls.ts";
import { failUnsent } from "./unsent.ts";
import { waitFor } from "./wait.ts";

/** The context in which a cluster is made. */
export interface ClusterContext
  extends Omit<ServerContext, "sweeper" | "buffers" | "waitingCalls">, CopiesOptions {
  readonly settings: Readonly<ClusterSettings>;
  /** Makes the distribution of the keys, by what the options are at the moment. */
  readonly distribute: Distribute;
  /** Where the servers are to come from, if there are none to begin with. */
  readonly awaited?: AwaitedServers | undefined;
  /** Milliseconds between two looks at the deadlines, asked anew each time. */
  readonly sweepPeriod: () => number;
}

/** What decides, beside the keys, where they go. */
type Routing = Pick<Command, "deadline" | "route" | "copy">;

/** Is told that a dial is over, and why it failed. */
type Then = (error: MemcachedError | undefined) => void;

/** Is told of a command that a connection takes now. */
type Submitting = (command: Command) => void;

/** Routes commands to servers. */
export class Cluster {
  /** Where keys are: their copy 0. */
  #membership: Membership;
  /** Where their other copies are, if they have some. */
  #others: readonly Membership[] = [];
  readonly #copies: Copies;
  readonly #context: ServerContext;
  readonly #settings: Readonly<ClusterSettings>;
  readonly #distribute: Distribute;
  readonly #clock: Clock;
  readonly #sweeper: Sweeper;
  /** Stands for all servers until they are known. */
  #awaited: Server | undefined;
  #isUnref = false;
  #changes = 0;
  /** Set once the cluster is closed, with the place of that call. */
  #closed: { readonly at: Error | undefined } | undefined;
  /** Servers that have left and are finishing their last commands. */
  readonly #leaving = new Leaving();
  /** Made when something is noted first: made beforehand, it and the map of what has left took 430 bytes of every client. */
  #debts: Debts | undefined;
  /** Made when the first one is opened. */
  #own: OwnConnections | undefined;

  constructor(addresses: readonly PlacedServer[], context: ClusterContext) {
    this.#settings = context.settings;
    this.#distribute = context.distribute;
    this.#clock = context.clock;
    this.#sweeper = new Sweeper(context.clock, context.sweepPeriod);
    this.#context = {
      ...context,
      sweeper: this.#sweeper,
      buffers: new RequestBuffers(),
    };
    const { awaited, distribute } = context;
    this.#copies = new Copies(context, distribute, (address) => this.#newServer(address));
    this.#awaited = awaited && standIn(awaited, this.#context, this.#resubmit);
    const placed = this.#awaited === undefined ? addresses : [this.#awaited.address];
    const servers = placed.map((address) => this.#awaited ?? this.#newServer(address));
    // Nobody stands in for servers that are not known.
    const gutter = this.#awaited === undefined ? this.#copies.gutter : undefined;
    this.#membership = new Membership(servers, placed, distribute, gutter);
    this.#others = this.#copies.membershipsOf(this.#membership);
  }

  /** True until the servers are known. */
  get isAwaiting(): boolean {
    return this.#awaited !== undefined;
  }

  /** Waits until the servers are known. Gives an error if the deadline comes first, or they cannot be found. */
  known(deadline: Deadline, then: (error: MemcachedError | undefined) => void): void {
    const awaited = this.#awaited;
    if (awaited === undefined) then(undefined);
    else if (awaited.dead) then(awaited.deadError("find them"));
    else this.#waitFor(awaited, deadline, then);
  }

  /** The current servers that have keys. */
  get servers(): readonly Server[] {
    return this.#membership.servers;
  }

  /** Gives the servers that have a copy. */
  serversAt(copy: number): readonly Server[] {
    return this.#at(copy).servers;
  }

  /** Those, and the servers of the gutter and of other zones. */
  get allServers(): readonly Server[] {
    const { servers } = this.#copies;
    return servers.length === 0 ? this.servers : [...this.servers, ...servers];
  }

  /** How many copies a key has. */
  get copyCount(): number {
    return 1 + this.#others.length;
  }

  /** True if the value of a key may come from another server than its owner. */
  get hasStandIns(): boolean {
    return this.#others.length > 0 || this.#copies.gutter !== undefined || this.#settings.failover;
  }

  /** Gives the server of a display name. */
  named(name: string): Server | undefined {
    return this.#membership.named(name) ?? this.#copies.named(name);
  }

  /** How often servers have come, moved or left, or the keys were distributed anew. */
  get changes(): number {
    return this.#changes;
  }

  /** Gives the owner of a wire key, whether or not it is alive. */
  ownerOf(key: string, copy = 0): Server {
    return this.#at(copy).ownerOf(key);
  }

  /** Tells how the owner of a wire key is found, and who stands in. */
  explain(key: string): Explained {
    return explained(this.#membership, key, this.#settings.failover);
  }

  /** Sends a command to the server of its key, or of its route, or fails it. */
  submit(key: string, command: Command): void {
    const placed = command.route ?? key;
    const owner = this.#at(command.copy).ownerOf(placed);
    if (owner.connected) return owner.submit(command);
    const server = this.#choose(placed, command.copy);
    if (server?.connected) this.#give(command, server, true);
    else this.#submitRouted(placed, command);
  }

  /** Which servers have missed a change. */
  get debts(): Debts {
    return this.#debts ??= new Debts({
      settings: this.#settings,
      leaving: this.#leaving,
      at: (copy) => this.#at(copy),
      named: (name) => this.named(name),
    });
  }

  /** Prepares a command for a server that stands in for the owners of its keys. */
  lend(command: Command, server: Server): void {
    const { failoverExptime: seconds, replayInvalidations } = this.#settings;
    if (replayInvalidations) this.debts.skipped(command, server);
    command.capExptime(seconds === 0 ? undefined : { seconds, now: this.#context.unixTime() });
  }

  /**
   * Sends a command to one server, or fails it.
   *
   * @param submitting Called when a connection takes it.
   */
  submitTo(server: Server, command: Command, submitting?: Submitting): void {
    route({
      dial: (server, then) => this.#waitFor(server, command.deadline, then),
      attempt: (failed) => this.#deliverTo(server, command, failed, submitting),
      fail: (server, error) => failUnsent(server, command, error),
    });
  }

  /**
   * Opens a connection that one owner has for itself.
   *
   * @param signal Ends the dial.
   * @throws {MemcachedError} If that fails, or the client is closed.
   */
  async openOwn(server: Server, command: string, signal: AbortSignal): Promise<LineStream> {
    if (this.#closed !== undefined) throw closedError(server.name, command, this.#closed.at);
    if (this.#own === undefined) {
      this.#own = new OwnConnections(this.#context);
      if (this.#isUnref) this.#own.unref();
    }
    return await this.#own.open(server.address, command, signal);
  }

  /** Gives the server that a command with this key would go to now; its owner if there is none. */
  serverNow(key: string): Server {
    return this.#choose(key, 0) ?? this.ownerOf(key);
  }

  /** Gives the life of the server that a command with this key would go to now; `undefined` if there is none. */
  lifeOf(key: string, copy = 0): number | undefined {
    return this.#choose(key, copy)?.life;
  }

  /** Waits until it is known what meta commands a server speaks, or cannot be. Gives an error if the deadline comes first. */
  learnMeta(
    server: Server,
    deadline: Deadline,
    then: (error: MemcachedError | undefined) => void,
  ): void {
    const learn = (end: (error: undefined) => void) => server.meta.learn(() => end(undefined));
    waitFor(server, deadline, this.#sweeper, then, learn);
  }

  /** Finds the server that a command with this key would go to now, and dials it if needed, until the deadline. */
  locate(
    key: string,
    deadline: Deadline,
    then: (server: Server | undefined) => void,
    copy = 0,
  ): void {
    this.#route(deadline, (failed) => {
      const isLate = this.#clock.now() >= deadline.at;
      const server = isLate ? undefined : this.#choose(key, copy, failed);
      if (server !== undefined && !server.connected) return server;
      then(server);
      return undefined;
    }, () => then(undefined));
  }

  /**
   * Groups wire keys by server. Servers that must be dialled for that are dialled at the same time, and none after the
   * deadline. The keys of each server are placed as soon as it is connected, behind the commands that waited for it
   * before: so they are never overtaken.
   *
   * @param place Called with some of the keys at a time. Positions are those in `keys`.
   * @param placed Called when all keys have been placed.
   * @param routing The wire key that decides the server of all of them, if not each its own, and the copy that it is for.
   */
  assign(
    keys: readonly string[],
    deadline: Deadline,
    place: (assignment: Assignment) => void,
    placed: () => void,
    { route, copy }: Pick<Command, "route" | "copy"> = OWN,
  ): void {
    const groups = groupsAtOnce(this.#at(copy), keys, route);
    if (groups === undefined) {
      const placing = new Placing({
        groupsOf: (group, failed) => this.#groupsOf(group, { deadline, route, copy }, failed),
        dial: (server, then) => this.#dial(server, deadline, then),
        place,
      });
      return placing.begin({ keys }, placed);
    }
    place({ groups, orphans: NO_ORPHANS });
    placed();
  }

  /**
   * Moves servers to other addresses; their keys stay. It is rejected if the number of servers differs, or an alias would
   * change, or a weight. A server whose host and port stay is left alone, even if it gets an alias.
   *
   * @throws {TypeError} If two servers would then have the same name. Nothing has changed.
   */
  move(addresses: readonly PlacedServer[]): boolean {
    const { servers } = this;
    const next = this.#membership.movedTo(addresses);
    if (next === undefined) return false;
    this.#copies.check(next, next);
    servers.forEach((server, i) => {
      if (next[i] === server.address) return;
      this.#changes++;
      server.move(next[i]);
    });
    this.#context.waitingCalls?.chooseAnew();
    return true;
  }

  /**
   * Replaces the list of servers, if it differs. A server that keeps its display name keeps its connections, its health and its
   * counters, and moves if its host or port changed. A new one is dialled when it is needed. One that leaves or moves
   * finishes the commands that were sent; the others go to the server that has the key now. One that comes back meanwhile
   * is dialled once they are finished, so that they are not overtaken.
   *
   * @param copy That of the zone whose list it is, if not the own one.
   * @throws {TypeError} If two servers would have the same name, or one is in another list. Nothing has changed.
   */
  update(addresses: readonly PlacedServer[], copy = 0): void {
    const isOwn = copy === 0;
    const before = isOwn ? this.#membership : this.#copies.zone(copy);
    if (before.isOf(addresses)) return;
    this.#copies.check(addresses, this.#membership.addresses, copy);
    // Nothing has been placed on the own ones before they are known.
    if (!isOwn || this.#awaited === undefined) this.#changes++;
    if (isOwn) this.#awaited = undefined;
    const after = before.updated(
      addresses,
      this.#distribute,
      (address) => this.#newServer(address),
      isOwn ? this.#copies.gutter : undefined,
    );
    if (isOwn) this.#membership = after;
    else this.#copies.setZone(copy, after);
    this.#others = this.#copies.membershipsOf(this.#membership);
    this.#context.waitingCalls?.chooseAnew();
    after.servers.forEach((server, i) => {
      if (!isSamePlace(server.address, addresses[i])) server.relocate(addresses[i]);
    });
    const stay = new Set(after.servers);
    for (const server of before.servers) {
      if (!stay.has(server)) this.#leaving.add(server, (name) => this.named(name));
    }
  }

  /** Looks at something now and then while it waits. */
  watch(swept: Swept): void {
    this.#sweeper.watch(swept);
  }

  /** Distributes the keys anew, by what the options are now. */
  rehash(): void {
    this.#changes++;
    this.#copies.rehash(this.#distribute);
    this.#membership = this.#membership.rehashed(
      this.#distribute,
      this.#membership.gutter && this.#copies.gutter,
    );
    this.#others = this.#copies.membershipsOf(this.#membership);
    this.#context.waitingCalls?.chooseAnew();
  }

  /** Lets the program end although connections are open, now or later, to these servers or to new ones. */
  unref(): void {
    this.#isUnref = true;
    this.#own?.unref();
    for (const server of this.#all()) server.unref();
  }

  /** Sends a last command on every connection, waits until all commands have ended, and closes the connections. */
  async drain(last: () => Command): Promise<void> {
    await Promise.all(this.#all().map((server) => server.drain(last)));
  }

  /**
   * Closes for ever, once all commands under way have ended. A dial under way is cancelled.
   *
   * @param at The place where the client was closed, for the errors of later calls.
   */
  async close(at?: Error): Promise<void> {
    this.#closed ??= { at };
    this.#own?.close(at);
    await Promise.all(this.#all().map((server) => server.close(at)));
    this.#sweeper.close();
  }

  #all(): Server[] {
    return [...this.allServers, ...this.#leaving.servers()];
  }

  /** Gives the servers of a copy. One that there is no more is the first one. */
  #at(copy: number): Membership {
    return copy === 0 ? this.#membership : this.#others[copy - 1] ?? this.#membership;
  }

  #newServer(address: Address): Server {
    const server = new Server(
      address,
      this.#context,
      this.#resubmit,
      this.#leaving.endOf(address.name),
    );
    this.#leaving.handOver(server);
    if (this.#isUnref) server.unref();
    if (this.#closed !== undefined) void server.close(this.#closed.at);
    return server;
  }

  #route(deadline: Deadline, attempt: RoutingSteps["attempt"], fail: RoutingSteps["fail"]): void {
    route({ dial: (server, then) => this.#dial(server, deadline, then), attempt, fail });
  }

  #submitRouted(key: string, command: Command, submitting?: Submitting): void {
    this.#route(
      command.deadline,
      (failed, last) => this.#deliver(key, command, failed, last, submitting),
      (server, error) => failUnsent(server, command, error),
    );
  }

  #deliver(
    key: string,
    command: Command,
    failed: Failed,
    last: MemcachedError | undefined,
    submitting: Submitting | undefined,
  ): Unconnected {
    if (command.abandoned && (failed.size > 0 || failed.hasWaited)) return undefined;
    const { copy } = command;
    const owner = this.ownerOf(key, copy);
    const isLate = last !== undefined && this.#clock.now() >= command.deadline.at;
    const error = isLate ? last : this.hasStandIns ? undefined : failed.get(owner);
    const server = error === undefined ? this.#choose(key, copy, failed) : undefined;
    if (server !== undefined && !server.connected) return server;
    if (server === undefined) failUnsent(owner, command, error);
    else {
      submitting?.(command);
      this.#give(command, server, server !== owner);
    }
    return undefined;
  }

  /** Gives a command to a connected server, which may not be the one that had it before. */
  #give(command: Command, server: Server, standsIn: boolean): void {
    if (standsIn) this.lend(command, server);
    else command.capExptime(undefined);
    server.submit(command);
  }

  #deliverTo(
    server: Server,
    command: Command,
    failed: Failed,
    submitting: Submitting | undefined,
  ): Unconnected {
    if (command.abandoned && (failed.size > 0 || failed.hasWaited)) return undefined;
    const error = failed.get(server);
    if (error === undefined && !server.connected && !server.dead) return server;
    if (error !== undefined || !server.connected) failUnsent(server, command, error);
    else {
      submitting?.(command);
      server.submit(command);
    }
    return undefined;
  }

  /** Sends a command that a lost or leaving connection gave back, to the server that has its keys now. */
  readonly #resubmit = (from: Server, command: Command): void => {
    if (command.abandoned) return;
    if (this.#clock.now() >= command.deadline.at) {
      failUnsent(from, command, lateError(from.name, command));
    } else if (this.#closed !== undefined) {
      failUnsent(from, command, closedError(from.name, command.name, this.#closed.at));
    } else {
      try {
        this.#sendAgain(from, command);
      } catch (cause) {
        // A distribution of the user's gives no server. Nobody else on the connection is to blame.
        failUnsent(from, command, unplacedError(from.name, cause));
      }
    }
  };

  #sendAgain(from: Server, command: Command): void {
    const submitting = (sent: Command) => {
      sent.resent();
      this.#context.happened({ what: "resend", server: from });
    };
    const { key, route = key } = command;
    if (key !== undefined && route !== undefined) {
      this.#submitRouted(route, command, submitting);
    } else if (isDivisible(command)) {
      resendGroup(command, {
        groupsOf: (group, failed) => this.#groupsOf(group, group, failed),
        dial: (server, { deadline }, then) => this.#dial(server, deadline, then),
        give: (part, server, standsIn) => {
          submitting(part);
          this.#give(part, server, standsIn);
        },
        submit: (key, part) => this.#submitRouted(key, part, submitting),
      });
    } else this.submitTo(from, command, submitting);
  }

  /** Chooses the server for a key: connected, or to be dialled first. `undefined` if none can be used. */
  #choose(key: string, copy: number, failed?: Failed): Server | undefined {
    return serverFor(this.#at(copy), key, { failover: this.#settings.failover, failed });
  }

  /** Groups keys by the server that each would go to now, connected or not; after the deadline, only if connected. */
  #groupsOf(
    keys: Pick<KeyGroup, "keys" | "positions">,
    { deadline, route, copy }: Routing,
    failed: Failed,
  ): Assignment {
    const isLate = this.#clock.now() >= deadline.at;
    const { failover, failoverExptime, replayInvalidations } = this.#settings;
    const isLentApart = failoverExptime > 0 || replayInvalidations;
    return groupsOf(this.#at(copy), keys, { failover, failed, isLate, isLentApart, route });
  }

  /**
   * Dials a server for a call for keys, and calls back when the dial has ended, another server may take its place, or the
   * call's time is up.
   */
  #dial(server: Server, deadline: Deadline, then: Then): void {
    const calls = this.#context.waitingCalls ??= new WaitingCalls(
      this.#settings,
      () => this.#copies.gutter !== undefined,
    );
    waitFor(server, deadline, this.#sweeper, then, (end) => calls.dial(server, end));
  }

  /** Dials a server for which there is no other, and calls back when that has ended or the call's time is up. */
  #waitFor(server: Server, deadline: Deadline, then: Then): void {
    waitFor(server, deadline, this.#sweeper, then, (end) => server.dial(end));
  }
}

const OWN = { route: undefined, copy: 0 };
const NO_ORPHANS: readonly Orphans[] = [];

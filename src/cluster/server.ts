/**
 * One server: its address, its health and its connections. Any number of callers share one dial. The limit of
 * `maxPending` is here; that of calls which wait for a server is in `waiting_calls.ts`. `recovery.ts` deals with the
 * commands that a lost connection leaves behind.
 */

import type { Command } from "../commands/command.ts";
import { Connection } from "../connection/connection.ts";
import { silentConnection } from "../connection/connection_errors.ts";
import type { ConnectionEnd } from "../connection/contract.ts";
import { unsent } from "../error_copy.ts";
import {
  ClosedError,
  ConnectionError,
  type MemcachedError,
  ReplyError,
  TimeoutError,
} from "../errors.ts";
import type { Address } from "../placement/address.ts";
import type { Transport } from "../transports/transport.ts";
import { isSound } from "../thrown.ts";
import { DeadErrors } from "./dead_errors.ts";
import { abandon, dial, endpointOf } from "./dial.ts";
import { Health } from "./health.ts";
import { type Aside, MetaSupport } from "./meta_support.ts";
import { Owed } from "./owed.ts";
import { Pool } from "./pool.ts";
import { makeReady } from "./ready.ts";
import { changedBy, endedError, failUnready, recover } from "./recovery.ts";
import { askApart, Refusals } from "./refusals.ts";
import type { ServerContext } from "./server_context.ts";
import { ServerFacts } from "./server_facts.ts";
import { cutOffError, dialError, fullError } from "./server_errors.ts";
import { hasOutlived, newLife, turnAway } from "./turned_away.ts";

/** A memcached server and the connections to it. */
export class Server extends ServerFacts {
  /**
   * The number of its life, which ends when a connection is lost. Until then it has surely not lost its memory: whatever
   * takes that ends the connections, too.
   */
  life: number = newLife();
  readonly #context: ServerContext;
  readonly #resubmitFrom: (server: Server, command: Command) => void;
  // What only a server has that was dialled, that failed, or that refused something. Made when it is needed: a client may
  // know a thousand servers, and these make 450 bytes of each.
  #madePool: Pool | undefined;
  #health: Health | undefined;
  #refusals: Refusals | undefined;
  #dialling: AbortController | undefined;
  /** Settles when the last dial so far has ended. */
  #dialEnded: Promise<void> | undefined;
  #waiting: ((error: MemcachedError | undefined) => void)[] | undefined;
  readonly #deadErrors = new DeadErrors();
  /** When one more connection was refused, or lost before it gave an answer. */
  #growthFailedAt: number | undefined;
  /** False once the server has refused the command that proves the place of replies. */
  #proves = true;
  /** Number of connections in a row that were lost before they gave an answer. */
  #fruitless = 0;
  #meta: MetaSupport | undefined;
  /** The keys of changes that it has missed. */
  owed: Owed | undefined;
  #isUnref = false;
  #isLeaving = false;
  /** Set once the server is closed, with the place of that call. */
  #closed: { readonly at: Error | undefined } | undefined;
  /** Settles when the connections that were told to close have done so. */
  #drained: Promise<void> | undefined;
  /** Connections that take no more commands, and close once those on them have ended. Made when there is one. */
  #draining: Set<Promise<void>> | undefined;

  /**
   * @param resubmit Sends a command again from the start: to the server that has its keys now, or to this one.
   * @param before Settles when one of the same name, which has left, has finished what was sent to it.
   */
  constructor(
    address: Address,
    context: ServerContext,
    resubmit: (server: Server, command: Command) => void,
    before?: Promise<void>,
  ) {
    super(address);
    this.#context = context;
    this.#resubmitFrom = resubmit;
    if (before === undefined) return;
    this.#draining = new Set([before]);
    this.#drained = before;
  }

  /** True if a command can be submitted. */
  get connected(): boolean {
    return this.#madePool !== undefined && this.#madePool.size > 0;
  }

  /**
   * True if its last dial failed, or it was silent too often, and its retry timeout has not passed, or the one dial that
   * finds out whether it is back is under way. Calls wait for that dial only if no other server is ready.
   */
  get dead(): boolean {
    const health = this.#health;
    if (health === undefined || this.connected) return false;
    if (health.dead && this.#dialling !== undefined) return true;
    const { clock, settings } = this.#context;
    return !health.mayDial(clock.now(), settings.retryTimeout);
  }

  get connections(): number {
    return this.#madePool?.size ?? 0;
  }

  get waiting(): number {
    return (this.#waiting?.length ?? 0) + (this.#context.waitingCalls?.othersAt(this) ?? 0);
  }

  /** Gives when its pause ends, or has ended; `undefined` unless its last dial failed, or it was silent too often. */
  get deadUntil(): number | undefined {
    return this.#health?.deadUntil(this.#context.settings.retryTimeout);
  }

  /** Gives a command to a connection. To be called only while {@linkcode Server.connected}. */
  submit(command: Command): void {
    const { isMeta, isBound } = command.traits;
    if (isMeta && this.#refuses(command) || isBound && hasOutlived(command, this.life)) return;
    const { only } = this.#pool;
    if (only !== undefined) this.#give(command, only, only.queuedWeight);
    else this.#spread(command);
  }

  /** What is known of the meta commands that the server speaks. From the first time that it is needed it is asked for. */
  get meta(): MetaSupport {
    return this.#meta ??= new MetaSupport(this.#context, {
      server: () => this.name,
      open: (signal) => this.#openAside(signal),
    });
  }

  /** True once it is known which meta commands the server speaks, or that it speaks none. */
  get knowsMeta(): boolean {
    return this.#meta !== undefined && this.#meta.isKnown;
  }

  /** Fails a meta command that the server cannot carry out, or of which that is not known. */
  #refuses(command: Command): boolean {
    const error = this.meta.refusal(command);
    if (error === undefined) return hasOutlived(command, this.life);
    if (this.meta.isUnasked) this.meta.learn(() => {});
    turnAway(this.name, command, error);
    return true;
  }

  #spread(command: Command): void {
    const pool = this.#pool;
    pool.spread(command, (part, connection) => this.#give(part, connection, pool.queuedWeight));
  }

  /** @param weight That of all commands in flight. */
  #give(command: Command, connection: Connection, weight: number): void {
    const { maxPending, connections } = this.#context.settings;
    if (weight >= maxPending) {
      return turnAway(this.name, command, fullError(this.name, command.name, maxPending));
    }
    if (connections > this.#pool.size && connection.waitEstimate > 0) this.#grow();
    connection.submit(command);
  }

  /** Dials, or joins the dial under way, and calls back once it has ended. */
  dial(then: (error: MemcachedError | undefined) => void): void {
    if (this.#closed !== undefined) {
      const detail = { server: this.name, cause: this.#closed.at };
      return then(new ClosedError("Cannot connect as the client is closed", detail));
    }
    const { maxPending } = this.#context.settings;
    const waiting = this.#waiting ??= [];
    if (waiting.length >= maxPending) return then(fullError(this.name, "connect", maxPending));
    waiting.push(then);
    if (this.#dialling === undefined) this.#beginDial();
  }

  /**
   * Notes a key of which it has missed a change, to be deleted before it serves again; at once if it is in use.
   *
   * @param standIn The server that has carried out the change.
   */
  owe(key: string, standIn?: Server): void {
    (this.owed ??= new Owed(this, this.#context)).add(key, standIn);
  }

  /** Makes the error for a command that cannot be sent because this server is dead. */
  deadError(command: string): MemcachedError {
    return this.#deadErrors.errorFor(this.name, command);
  }

  /** Moves to another address. The server's health is forgotten, and open connections are closed. */
  move(address: Address): void {
    this.#settleAt(address);
    for (const connection of this.#pool.takeAll()) void connection.close();
  }

  /** Moves to another address. Commands that were sent are finished at the old one; the others go to the new one. */
  relocate(address: Address): void {
    this.#settleAt(address);
    void this.#release();
  }

  /** Lets the program end although connections to this server are open, now or later. */
  unref(): void {
    this.#isUnref = true;
    this.#madePool?.unref();
  }

  /**
   * Leaves the cluster. Commands that were sent are finished, then the connections are closed. The others go to the
   * servers that have their keys now, and so do the calls that waited for a dial.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    await this.#release();
    // A dial goes on only for commands without a key.
    while (this.#dialling !== undefined) {
      await this.#dialEnded;
      await this.drain();
    }
  }

  /** Waits for all commands on their way, then closes the connections. `last` makes a last command for each. */
  async drain(last?: () => Command): Promise<void> {
    await (this.#drained = this.#drain(this.#pool.takeAll(), last));
  }

  /**
   * Closes for ever, once all commands on their way have ended.
   *
   * @param at The place where the client was closed.
   */
  async close(at?: Error): Promise<void> {
    this.#closed ??= { at };
    // Most servers are neither dialled nor asked, and to make an error takes 15 µs.
    this.#dialling?.abort(cutOffError(this.name, at));
    this.#meta?.close(cutOffError(this.name, at));
    await this.drain();
  }

  /** The connections. */
  get #pool(): Pool {
    return this.#madePool ??= new Pool(this.#context.clock, this.#isUnref);
  }

  /** The health of a server that fails, or has failed. Of any other one there is nothing to be known. */
  get #knownHealth(): Health {
    return this.#health ??= new Health(this.#context.random);
  }

  #resubmit(command: Command): void {
    this.#resubmitFrom(this, command);
  }

  #settleAt(address: Address): void {
    this.moveTo(address);
    this.#health = undefined;
    this.life = newLife();
    this.#meta?.forget();
    this.#dialling?.abort(new Error("the server has moved"));
  }

  /** Lets the connections finish what was sent. All else is sent anew, to the servers that have the keys now. */
  #release(): Promise<void> {
    const { unsent, drained } = this.#retire();
    // What is sent at the new address must not overtake what is on its way at the old one.
    this.#drained = drained;
    this.#callBack(undefined);
    if (this.#isLeaving && this.#waiting === undefined) {
      this.#dialling?.abort(new Error("the server has left"));
    }
    for (const command of unsent) this.#resubmit(command);
    return drained;
  }

  /** Gives no more commands to the connections, which finish what was sent. Gives back all else. */
  #retire(): { readonly unsent: readonly Command[]; readonly drained: Promise<void> } {
    const connections = this.#pool.takeAll();
    const unsent = connections.flatMap((connection) => connection.takeUnsent());
    return { unsent, drained: this.#drain(connections) };
  }

  async #drain(connections: readonly Connection[], last?: () => Command): Promise<void> {
    const draining = this.#draining ??= new Set();
    for (const connection of connections) {
      if (last !== undefined) connection.submit(last());
      const drained = connection.drain().finally(() => draining.delete(drained));
      draining.add(drained);
    }
    await Promise.all(draining);
  }

  /** Adds a connection for the commands to come. */
  #grow(): void {
    const { clock, settings } = this.#context;
    if (this.#dialling !== undefined) return;
    const wait = (this.#growthFailedAt ?? -Infinity) + settings.retryTimeout;
    if (clock.now() >= wait) this.#beginDial();
  }

  #beginDial(): void {
    this.#dialEnded = this.#dialOnce();
  }

  async #dialOnce(): Promise<void> {
    const { clock, happened } = this.#context;
    const address = this.address;
    const controller = this.#dialling = new AbortController();
    let failure: MemcachedError | undefined;
    let change: "dead" | "alive" | undefined;
    try {
      // What is sent on a new connection must not overtake what is on its way on the old ones.
      if (this.#draining !== undefined && this.#draining.size > 0) await this.#drained;
      const began = clock.now();
      const connection = await this.#open(address, controller.signal);
      if (controller.signal.aborted || connection.closed) {
        void connection.close();
        controller.signal.throwIfAborted();
        throw UNREADY.get(connection) ?? new Error("the server closed the connection");
      }
      // From here on there is no await until the commands are on the connection.
      READY.add(connection);
      if (this.#isUnref) connection.unref();
      // What was missed during the replay stands before all else on the connection.
      this.owed?.settleOn(connection, clock.now());
      this.#pool.add(connection);
      happened({ what: "connect", server: this, milliseconds: clock.now() - began });
      if (this.#health?.succeeded()) change = "alive";
    } catch (cause) {
      const isCancelled = controller.signal.aborted && this.#closed === undefined;
      if (isCancelled && (address !== this.address || this.#waiting !== undefined)) {
        // The server moved meanwhile, or somebody came after it had left: the callers wait for the next dial.
        this.#dialling = undefined;
        return this.#dialOnce();
      }
      const isClosed = this.#closed !== undefined && isSound(cause, ClosedError);
      failure = isClosed ? cause : dialError(this.name, cause);
      if (this.#closed === undefined && !controller.signal.aborted) {
        this.#deadErrors.cause = failure;
        happened({ what: "failedDial", server: this, error: failure });
        // A server that has one connection and accepts no other is not dead.
        if (this.connected) this.#growthFailedAt = clock.now();
        else if (this.#knownHealth.failed(clock.now())) change = "dead";
      }
    }
    this.#dialling = undefined;
    const isFirst = failure === undefined && this.connections === 1;
    if (isFirst) this.#context.waitingCalls?.connected(change === "alive");
    this.#callBack(failure);
    // The server left while it was dialled: the connection serves only commands without a key.
    if (this.#isLeaving) void this.drain();
    if (change !== undefined) happened({ what: change, server: this, error: failure });
  }

  #callBack(failure: MemcachedError | undefined): void {
    const waiting = this.#waiting ?? [];
    this.#waiting = undefined;
    for (const then of waiting) then(failure);
  }

  /** Dials and prepares a connection, which then takes commands. */
  async #open(address: Address, signal: AbortSignal): Promise<Connection> {
    const { connect, clock, settings, prepare, probe } = this.#context;
    const timeout = settings.connectTimeout || settings.timeout;
    const transport = await dial(connect, endpointOf(address), { clock, timeout, signal });
    this.reached(transport);
    const connection = this.#connectionOn(transport, signal);
    if (prepare !== undefined) await this.#makeReady(connection, prepare, timeout, signal);
    else if (this.#health?.mustAnswer) {
      await this.#makeReady(connection, probe, settings.pollTimeout || timeout, signal);
    }
    const owed = this.owed;
    if (owed?.isDue) await this.#makeReady(connection, owed.settle, settings.timeout, signal);
    if (this.#meta !== undefined && !this.connected) await this.#meta.learnAnew(signal);
    return connection;
  }

  /** Opens a connection that carries nothing but questions. */
  async #openAside(signal: AbortSignal): Promise<Aside> {
    const { connect, clock, settings, prepare } = this.#context;
    const timeout = settings.connectTimeout || settings.timeout;
    const transport = await dial(connect, endpointOf(this.address), { clock, timeout, signal });
    let isOpening = true;
    const connection = this.#connectionOn(transport, signal, () => isOpening);
    if (this.#isUnref) connection.unref();
    if (prepare !== undefined) await this.#makeReady(connection, prepare, timeout, signal);
    isOpening = false;
    const patience = settings.pollTimeout || timeout;
    return {
      ask: (question) =>
        this.#makeReady(connection, question, patience, signal).catch((error) => {
          // Calls wait for the answer that have time left, and of which nothing has been sent.
          throw isSound(error, TimeoutError)
            ? unsent(silentConnection(patience, this.name))
            : error;
        }),
      close: () => void connection.close(),
    };
  }

  /** Makes a connection of a transport, or closes it. */
  #connectionOn(
    transport: Transport,
    signal: AbortSignal,
    isOpening?: () => boolean,
  ): Connection {
    try {
      signal.throwIfAborted();
      return this.#newConnection(transport, isOpening);
    } catch (error) {
      abandon(transport);
      throw error;
    }
  }

  #newConnection(transport: Transport, isOpening?: () => boolean): Connection {
    const { clock, turns, settings, sweeper, buffers, attempts, proof, censor } = this.#context;
    const connection: Connection = new Connection(transport, {
      server: this.name,
      clock,
      turns,
      traffic: this.counters,
      buffers,
      habits: this.habits,
      pollTimeout: () => settings.pollTimeout,
      ...{ onAttempt: attempts.onAttempt, keepsTimes: settings.slow > 0 },
      censor,
      isOpening: isOpening ?? (() => !READY.has(connection)),
      proof: () => this.#proves ? proof?.(() => this.#proves = false) : undefined,
      onRefused: (command, error, behind) => {
        if (!this.#askApart(command, error, () => changedBy(behind))) command.fail(error);
      },
      onBusy: () => sweeper.watch(connection),
      onClose: (end) => {
        if (READY.has(connection)) return this.#ended(connection, end);
        if (end.error !== undefined) UNREADY.set(connection, end.error);
        failUnready(this.name, end);
      },
    });
    return connection;
  }

  /** Lets a new connection send its first commands, for so many milliseconds; 0: no limit. */
  async #makeReady<T>(
    connection: Connection,
    prepare: (connection: Connection, deadline: number) => Promise<T>,
    milliseconds: number,
    signal: AbortSignal,
  ): Promise<T> {
    const deadline = milliseconds === 0 ? Infinity : this.#context.clock.now() + milliseconds;
    const result = await makeReady(connection, prepare, deadline, signal);
    if (!signal.aborted) this.#health?.answered();
    return result;
  }

  /**
   * Asks for the keys of a command that an error line answered one by one, unless a later call may have changed them. Returns
   * false if the command is to fail.
   */
  #askApart(command: Command, error: ReplyError, changed: () => (key: string) => boolean): boolean {
    if (command.abandoned || !command.traits.isRetrieval) return false;
    const { clock, settings } = this.#context;
    const answers = this.counters.hits + this.counters.misses;
    const refusals = this.#refusals ??= new Refusals();
    const parts = refusals.partsOf(command, clock.now(), answers, settings.retryTimeout);
    return parts !== undefined &&
      askApart(parts, error, changed(), (part) => this.#resubmit(part));
  }

  #ended(connection: Connection, end: ConnectionEnd): void {
    const wasInUse = this.#pool.remove(connection);
    if (wasInUse) this.life = newLife();
    if (wasInUse && !this.connected) this.#meta?.forget();
    const { clock, settings, happened } = this.#context;
    if (end.answered) this.#fruitless = 0;
    else if (end.error !== undefined) {
      // As with a failed dial: a server that serves one connection and no other is not dead.
      if (this.connected) this.#growthFailedAt = clock.now();
      else this.#fruitless++;
    }
    const error = end.error ?? endedError(this.name);
    let isDead = false;
    let unsent: readonly Command[] = [];
    // The dial has failed, although it seemed to succeed.
    const isFailedDial = end.refused && error instanceof ConnectionError;
    if ((end.serverFull || isFailedDial) && !this.connected) {
      isDead = this.#knownHealth.failed(clock.now());
    } else if (wasInUse && error instanceof TimeoutError) {
      isDead = this.#knownHealth.silent(clock.now(), this.counters.bytesRead, settings);
      if (isDead) ({ unsent } = this.#retire());
    }
    if (isDead || isFailedDial) this.#deadErrors.cause = error;
    const { head, sent, overtaken } = end;
    const isHeadAsked = error instanceof ReplyError && head !== undefined &&
      this.#askApart(head, error, () => {
        const isChanged = changedBy(sent);
        return (key) => isChanged(key) || overtaken?.(head, key) === true;
      });
    recover(
      isHeadAsked ? { ...end, head: undefined } : end,
      error,
      this.#fruitless > MOST_FRUITLESS,
      {
        server: this.name,
        maxRetries: settings.maxRetries,
        resubmit: (command) => this.#resubmit(command),
      },
    );
    for (const command of unsent) this.#resubmit(command);
    // Observers are told after the calls have settled, so that they see the client as it is.
    if (isFailedDial) happened({ what: "failedDial", server: this, error });
    if (end.desync) happened({ what: "desync", server: this, error });
    if (isDead) happened({ what: "dead", server: this, error });
    happened({ what: "disconnect", server: this, error: end.error });
  }
}

/**
 * The connections that have taken commands. The end of any other one is a failed dial. One set for the servers of all
 * clients, as one for each server costs it 140 bytes.
 */
const READY = new WeakSet<Connection>();

/** The errors with which other connections ended. */
const UNREADY = new WeakMap<Connection, MemcachedError>();

/** After so many connections in a row without an answer, commands that were not sent fail with the next one. */
const MOST_FRUITLESS = 1;

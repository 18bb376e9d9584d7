/**
 * One server: its address, its health and its connections. Any number of callers share one dial. What a lost connection
 * leaves behind is sorted by `recovery.ts`.
 */

import type { Command } from "../commands/command.ts";
import { Connection } from "../connection/connection.ts";
import { type ConnectionEnd, sentBefore } from "../connection/contract.ts";
import { ClosedError, ConnectionError, type MemcachedError } from "../errors.ts";
import type { ObservedServer } from "../observe/observer.ts";
import type { Address } from "../placement/address.ts";
import type { Endpoint } from "../transports/transport.ts";
import { type ServerCounters, zeroCounters } from "./counters.ts";
import { dial } from "./dial.ts";
import { Health } from "./health.ts";
import { Pool } from "./pool.ts";
import { recover } from "./recovery.ts";
import type { ServerContext } from "./server_context.ts";
import { deadError, dialError, fullError, lostError } from "./server_errors.ts";

/** A memcached, and the way to it. */
export class Server implements ObservedServer {
  readonly counters: ServerCounters = zeroCounters();
  readonly #context: ServerContext;
  readonly #health = new Health();
  readonly #pool: Pool;
  /** The connections that took commands: those that end before are a matter of the dial. */
  readonly #ready = new WeakSet<Connection>();
  /** Why others ended. */
  readonly #unready = new WeakMap<Connection, MemcachedError>();
  #address: Address;
  #dialling: AbortController | undefined;
  #waiting: ((error: MemcachedError | undefined) => void)[] = [];
  #lastDialError: MemcachedError | undefined;
  /** When one more connection may be tried, after that failed. */
  #growAfter = -Infinity;
  /** How many connections in a row were lost before they gave an answer. */
  #fruitless = 0;
  #isUnref = false;
  #isLeaving = false;
  /** Set once it is closed, with the place where that was done. */
  #closed: { readonly at: Error | undefined } | undefined;
  /** Connections that take nothing more, and are closed once everything on them has finished. */
  readonly #draining = new Set<Promise<void>>();

  constructor(address: Address, context: ServerContext) {
    this.#address = address;
    this.#context = context;
    this.#pool = new Pool(context.clock);
  }

  /** Display name. */
  get name(): string {
    return this.#address.name;
  }

  get address(): Address {
    return this.#address;
  }

  /** True if a command can be submitted. */
  get connected(): boolean {
    return this.#pool.size > 0;
  }

  /**
   * True if it makes no sense to wait for this server: its last dial failed, and its retry timeout has not passed, or
   * the one dial that finds out whether it is back is under way.
   */
  get dead(): boolean {
    if (this.connected) return false;
    if (this.#health.dead && this.#dialling !== undefined) return true;
    return !this.#health.mayDial(this.#context.clock.now());
  }

  /** Gives a command to a connection. Only while {@linkcode Server.connected}. */
  submit(command: Command): void {
    const connection = this.#pool.pick();
    const { maxPending, connections } = this.#context.settings;
    // The one that has the least to do: the others have no less.
    if (connection.queuedWeight * this.#pool.size >= maxPending) {
      const error = fullError(this.name, command.name, maxPending);
      command.fail(sentBefore(command) === "no" ? error : lostError(this.name, command, error));
      return;
    }
    if (connections > this.#pool.size && connection.waitEstimate > 0) this.#grow();
    connection.submit(command);
  }

  /** Dials, or joins the dial under way, and calls back once it has ended. */
  dial(then: (error: MemcachedError | undefined) => void): void {
    if (this.#closed !== undefined) {
      const detail = { server: this.name, cause: this.#closed.at };
      then(new ClosedError("Cannot connect as the client is closed", detail));
      return;
    }
    const { maxPending } = this.#context.settings;
    if (this.#waiting.length >= maxPending) {
      then(fullError(this.name, "connect", maxPending));
      return;
    }
    this.#waiting.push(then);
    if (this.#dialling === undefined) void this.#dialOnce();
  }

  /** The error for a command that cannot be sent because this server is dead. */
  deadError(command: string): MemcachedError {
    return deadError(this.name, command, this.#lastDialError);
  }

  /** Moves to another address, under which nothing is known of the server's health. Open connections are closed. */
  move(address: Address): void {
    this.#address = address;
    this.#health.reset();
    this.#dialling?.abort(new Error("the server has moved"));
    for (const connection of this.#pool.takeAll()) void connection.close();
  }

  /** Lets the program end although connections to this server are open, now or later. */
  unref(): void {
    this.#isUnref = true;
    this.#pool.unref();
  }

  /**
   * Takes its leave of the cluster. The commands that were sent are finished, and then all is closed; the others go to
   * the servers that have their keys now, as do the calls that waited for a dial.
   */
  async leave(): Promise<void> {
    this.#isLeaving = true;
    const connections = this.#pool.takeAll();
    const unsent = connections.flatMap((connection) => connection.takeUnsent());
    const drained = this.#drain(connections);
    this.#callBack(undefined);
    for (const command of unsent) this.#context.resubmit(command, this);
    await drained;
  }

  /** Lets everything on the way finish, then closes, saying something `last` to the server. */
  async drain(last?: () => Command): Promise<void> {
    await this.#drain(this.#pool.takeAll(), last);
  }

  /**
   * Closes for good, once everything on the way has finished.
   *
   * @param at Where the client was closed.
   */
  async close(at?: Error): Promise<void> {
    this.#closed ??= { at };
    const detail = { server: this.name, cause: at };
    this.#dialling?.abort(new ClosedError("Cannot connect as the client was closed", detail));
    await this.drain();
  }

  async #drain(connections: readonly Connection[], last?: () => Command): Promise<void> {
    for (const connection of connections) {
      if (last !== undefined) connection.submit(last());
      const drained = connection.drain().finally(() => this.#draining.delete(drained));
      this.#draining.add(drained);
    }
    await Promise.all(this.#draining);
  }

  /** Adds a connection for the commands to come. */
  #grow(): void {
    if (this.#dialling === undefined && this.#context.clock.now() >= this.#growAfter) {
      void this.#dialOnce();
    }
  }

  async #dialOnce(): Promise<void> {
    const { clock, settings, happened } = this.#context;
    const address = this.#address;
    const controller = this.#dialling = new AbortController();
    let failure: MemcachedError | undefined;
    let change: "dead" | "alive" | undefined;
    try {
      const connection = await this.#open(address, controller.signal);
      if (controller.signal.aborted || connection.closed) {
        void connection.close();
        controller.signal.throwIfAborted();
        throw this.#unready.get(connection) ?? new Error("the server closed the connection");
      }
      // From here on nothing waits until the commands are on the connection.
      this.#ready.add(connection);
      if (this.#isUnref) connection.unref();
      this.#pool.add(connection);
      happened({ what: "connect", server: this });
      if (this.#health.succeeded()) change = "alive";
    } catch (cause) {
      if (address !== this.#address && this.#closed === undefined) {
        // The server moved meanwhile: the callers wait for the new address.
        this.#dialling = undefined;
        return this.#dialOnce();
      }
      failure = dialError(this.name, cause);
      if (this.#closed === undefined) {
        this.#lastDialError = failure;
        happened({ what: "failedDial", server: this, error: failure });
        // A server that has one connection and takes no other is not dead.
        if (this.connected) this.#growAfter = clock.now() + settings.retryTimeout;
        else if (this.#health.failed(clock.now(), settings.retryTimeout)) change = "dead";
      }
    }
    this.#dialling = undefined;
    this.#callBack(failure);
    // It left while it was dialled: the connection is for those that concern this server and no key.
    if (this.#isLeaving) void this.drain();
    if (change !== undefined) happened({ what: change, server: this, error: failure });
  }

  #callBack(failure: MemcachedError | undefined): void {
    for (const then of this.#waiting.splice(0)) then(failure);
  }

  /** Dials, and makes the connection ready: it takes commands once this has resolved. */
  async #open(address: Address, signal: AbortSignal): Promise<Connection> {
    const { clock, connect, settings, sweeper, prepare, onAttempt } = this.#context;
    const timeout = settings.connectTimeout || settings.timeout;
    const transport = await dial(connect, endpointOf(address), { clock, timeout, signal });
    const deadline = timeout === 0 ? Infinity : clock.now() + timeout;
    const connection: Connection = new Connection(transport, {
      server: this.name,
      clock,
      traffic: this.counters,
      pollTimeout: () => settings.pollTimeout,
      onAttempt,
      onBusy: () => sweeper.watch(connection),
      onClose: (end) => {
        if (this.#ready.has(connection)) return this.#ended(connection, end);
        if (end.error !== undefined) this.#unready.set(connection, end.error);
        failAll(end);
      },
    });
    if (prepare === undefined) return connection;
    const giveUp = () => void connection.close();
    signal.addEventListener("abort", giveUp);
    try {
      await prepare(connection, deadline);
      return connection;
    } catch (error) {
      await connection.close();
      throw error;
    } finally {
      signal.removeEventListener("abort", giveUp);
    }
  }

  #ended(connection: Connection, end: ConnectionEnd): void {
    this.#pool.remove(connection);
    const { clock, settings, happened } = this.#context;
    if (end.answered) this.#fruitless = 0;
    else if (end.error !== undefined) {
      // As with a dial that fails: a server that serves one connection and no other is not dead.
      if (this.connected) this.#growAfter = clock.now() + settings.retryTimeout;
      else this.#fruitless++;
    }
    const error = end.error ??
      new ConnectionError(`Cannot use connection to ${this.name} as it was closed`, {
        server: this.name,
        step: "read",
      });
    let isDead = false;
    if (end.serverFull && !this.connected) {
      this.#lastDialError = error;
      isDead = this.#health.failed(clock.now(), settings.retryTimeout);
    }
    recover(this, end, error, this.#fruitless > MOST_FRUITLESS, this.#context);
    // Told when the calls have settled: a listener that asks the client sees it as it is.
    if (end.desync) happened({ what: "desync", server: this, error });
    if (isDead) happened({ what: "dead", server: this, error });
    happened({ what: "disconnect", server: this, error: end.error });
  }
}

/** After so many connections that gave no answer, one after the other, what was not sent fails with the next. */
const MOST_FRUITLESS = 1;

/** A connection that never was ready carried only the commands that were to make it so. */
function failAll({ error, head, sent, unsent }: ConnectionEnd): void {
  const reason = error ?? new ClosedError("Cannot use connection as it was closed");
  if (head !== undefined) head.fail(reason);
  for (const command of [...sent, ...unsent]) command.fail(reason);
}

function endpointOf(address: Address): Endpoint {
  if (address.path !== undefined) return { path: address.path };
  return { hostname: address.host, port: address.port };
}

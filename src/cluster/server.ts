/**
 * One server: its address, its health and its connections.
 *
 * Any number of callers share one dial. What a lost connection leaves behind is sorted here: what was not sent goes out
 * on the next connection; what only asks is asked once more; what failed itself is sent again up to `maxRetries` times
 * if that is safe; everything else fails, and says that it may have been carried out.
 */

import type { Command } from "../commands/command.ts";
import { Connection } from "../connection/connection.ts";
import { type ConnectionEnd, sentBefore } from "../connection/contract.ts";
import type { Endpoint } from "../transports/transport.ts";
import { forCommand } from "../error_copy.ts";
import { ClosedError, ConnectionError, type MemcachedError } from "../errors.ts";
import type { Address } from "../placement/address.ts";
import { type ServerCounters, zeroCounters } from "./counters.ts";
import { dial } from "./dial.ts";
import { Health } from "./health.ts";
import { Pool } from "./pool.ts";
import type { ServerChange, ServerContext } from "./server_context.ts";
import {
  closedError,
  deadError,
  dialError,
  fullError,
  lateError,
  lostError,
} from "./server_errors.ts";

/** A memcached, and the way to it. */
export class Server {
  readonly index: number;
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
  #closed = false;
  /** Where the client was closed. */
  #closedAt: Error | undefined;
  /** Connections that take nothing more, and are closed once everything on them has finished. */
  readonly #draining = new Set<Promise<void>>();

  /** @param index Its place among the servers of its client. */
  constructor(address: Address, index: number, context: ServerContext) {
    this.index = index;
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
    if (connection.weight * this.#pool.size >= maxPending) {
      this.#failUnsent(command, fullError(this.name, command.name, maxPending));
      return;
    }
    if (connections > this.#pool.size && connection.cost > 0) this.#grow();
    connection.submit(command);
  }

  /** Dials, or joins the dial under way, and calls back once it has ended. */
  dial(then: (error: MemcachedError | undefined) => void): void {
    if (this.#closed) {
      const { name: server } = this;
      const cause = this.#closedAt;
      then(new ClosedError("Cannot connect as the client is closed", { server, cause }));
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
    void this.#closeAll();
  }

  /** Lets the program end although connections to this server are open, now or later. */
  unref(): void {
    this.#isUnref = true;
    this.#pool.unref();
  }

  /** Lets everything on the way finish, then closes, saying something `last` to the server. */
  async drain(last?: () => Command): Promise<void> {
    for (const connection of this.#pool.takeAll()) {
      if (last !== undefined) connection.submit(last());
      const drained = connection.drain().finally(() => this.#draining.delete(drained));
      this.#draining.add(drained);
    }
    await Promise.all(this.#draining);
  }

  /** Closes for good, once everything on the way has finished. */
  async close(reason?: Error): Promise<void> {
    this.#closed = true;
    this.#closedAt = reason;
    this.#dialling?.abort(
      new ClosedError("Cannot connect as the client was closed", {
        server: this.name,
        cause: reason,
      }),
    );
    await this.drain();
  }

  /** Adds a connection for the commands to come. */
  #grow(): void {
    if (this.#dialling === undefined && this.#context.clock.now() >= this.#growAfter) {
      void this.#dialOnce();
    }
  }

  async #dialOnce(): Promise<void> {
    const { clock, settings, onChange } = this.#context;
    const address = this.#address;
    const controller = this.#dialling = new AbortController();
    let failure: MemcachedError | undefined;
    let change: ServerChange | undefined;
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
      this.counters.connects++;
      onChange("connect", this.name);
      if (this.#health.succeeded()) change = "alive";
    } catch (cause) {
      if (address !== this.#address && !this.#closed) {
        // The server moved meanwhile: what waits is for the new place.
        this.#dialling = undefined;
        return this.#dialOnce();
      }
      failure = dialError(this.name, cause);
      if (!this.#closed) {
        this.#lastDialError = failure;
        this.counters.failedDials++;
        // A server that has one connection and takes no other is not dead.
        if (this.connected) this.#growAfter = clock.now() + settings.retryTimeout;
        else if (this.#health.failed(clock.now(), settings.retryTimeout)) change = "dead";
      }
    }
    this.#dialling = undefined;
    for (const then of this.#waiting.splice(0)) then(failure);
    if (change !== undefined) onChange(change, this.name, failure);
  }

  /** Dials, and makes the connection ready: what this gives takes commands. */
  async #open(address: Address, signal: AbortSignal): Promise<Connection> {
    const { clock, connect, settings, sweeper, prepare } = this.#context;
    const timeout = settings.connectTimeout || settings.timeout;
    const transport = await dial(connect, endpointOf(address), { clock, timeout, signal });
    const deadline = timeout === 0 ? Infinity : clock.now() + timeout;
    const connection: Connection = new Connection(transport, {
      server: this.name,
      clock,
      traffic: this.counters,
      pollTimeout: () => settings.pollTimeout,
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
    this.counters.disconnects++;
    if (end.desync) this.counters.desyncs++;
    const { clock, settings, onChange } = this.#context;
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
    if (end.refused && !this.connected) {
      this.#lastDialError = error;
      if (this.#health.failed(clock.now(), settings.retryTimeout)) {
        onChange("dead", this.name, error);
      }
    }
    onChange("disconnect", this.name, end.error);
    const wasStale = end.stale && error instanceof ConnectionError;
    if (end.victim !== undefined && !(wasStale && this.#askAgain(end.victim))) {
      this.#failOrRetry(end.victim, error);
    }
    for (const command of end.sent) {
      if (!this.#askAgain(command)) command.fail(lostError(this.name, command, error, "maybe"));
    }
    for (const command of end.unsent) {
      // A peer that takes connections and nothing else must not keep commands going round.
      if (this.#fruitless > MOST_FRUITLESS) command.fail(lostError(this.name, command, error));
      else this.#sendAgain(command);
    }
  }

  /** The command at which the connection failed: again only if that is safe, wanted, and the connection was lost. */
  #failOrRetry(command: Command, error: MemcachedError): void {
    const wasLost = error instanceof ConnectionError;
    if (wasLost && command.isSafeToRepeat && command.retries < this.#context.settings.maxRetries) {
      command.retries++;
      this.#sendAgain(command);
    } else {
      command.fail(error);
    }
  }

  /** Asks once more what only asks, and is not to blame. */
  #askAgain(command: Command): boolean {
    if (!command.isRetrieval || command.repeats > 0) return false;
    command.repeats++;
    this.#sendAgain(command);
    return true;
  }

  #sendAgain(command: Command): void {
    if (command.abandoned) return;
    if (this.#context.clock.now() >= command.deadline) {
      this.#failUnsent(command, lateError(this.name, command));
    } else if (this.#closed) {
      this.#failUnsent(
        command,
        closedError(this.name, command.name, this.#closedAt),
      );
    } else if (this.connected) {
      this.counters.repeats++;
      this.submit(command);
    } else if (this.dead) {
      this.#failUnsent(command, this.deadError(command.name));
    } else {
      this.#sendDialled(command);
    }
  }

  /** Sends a command on the next connection, unless its time is up before there is one. */
  #sendDialled(command: Command): void {
    let isWaiting = true;
    this.dial((error) => {
      if (!isWaiting) return;
      isWaiting = false;
      if (error === undefined) this.#sendAgain(command);
      else this.#failUnsent(command, forCommand(error, command.name));
    });
    this.#context.sweeper.watch({
      sweep: (now) => {
        if (isWaiting && now >= command.deadline) {
          isWaiting = false;
          this.#failUnsent(command, lateError(this.name, command));
        }
        return isWaiting;
      },
    });
  }

  async #closeAll(): Promise<void> {
    await Promise.all(this.#pool.takeAll().map((connection) => connection.close()));
  }

  /** Fails a command that could not be sent now; if it was sent before, it may have been carried out then. */
  #failUnsent(command: Command, error: MemcachedError): void {
    command.fail(sentBefore(command) === "no" ? error : lostError(this.name, command, error));
  }
}

/** After so many connections that gave no answer, one after the other, what was not sent fails with the next. */
const MOST_FRUITLESS = 1;

/** A connection that never was ready carried nothing but what was to make it so. */
function failAll({ error, victim, sent, unsent }: ConnectionEnd): void {
  const reason = error ?? new ClosedError("Cannot use connection as it was closed");
  if (victim !== undefined) victim.fail(reason);
  for (const command of [...sent, ...unsent]) command.fail(reason);
}

function endpointOf(address: Address): Endpoint {
  if (address.path !== undefined) return { path: address.path };
  return { hostname: address.host, port: address.port };
}

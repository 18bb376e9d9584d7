import type { Socket } from "node:net";
import { type ServerClock, TestClock } from "./clock.ts";
import type { ActiveFault, Fault, FaultKind } from "../faults/fault.ts";
import { Faults } from "../faults/faults.ts";
import {
  aLine,
  aList,
  aText,
  checkOptions,
  type Checks,
  integerFrom,
  objectOf,
  PORT,
  SEED,
  wrongType,
} from "../../checks/check.ts";
import { SeededRandom } from "../random.ts";
import { ServerState } from "./server_state.ts";
import { Session } from "./session.ts";
import { Listener } from "../sockets/listener.ts";

/** How a {@linkcode MemcachedServer} is to be. There are no options of other names. */
export interface MemcachedServerOptions {
  /** The address to listen on. @default {"127.0.0.1"} */
  hostname?: string;
  /** The port to listen on, from 0 to 65,535; 0 for a free one. @default {0} */
  port?: number;
  /** A path for a Unix socket, which then takes the place of hostname and port. */
  path?: string;
  /** Where expiry takes its time from: a {@linkcode TestClock} that runs with the wall clock unless given. */
  clock?: ServerClock;
  /**
   * The largest item in bytes, with its key and some 60 bytes of the server's own: an integer from 1 to 1,073,741,824.
   *
   * @default {1048576}
   */
  itemSizeLimit?: number;
  /** What `version` answers, without CR and LF. @default {"1.6.18"} */
  version?: string;
  /** Faults that it has from the start. */
  faults?: readonly Fault[];
  /** Seed of the random numbers that faults use, an integer from 0 to 4,294,967,295: a fresh one unless given. */
  seed?: number;
}

/**
 * A memcached in this process, on a real loopback socket: for tests that need a server, and for tests that need one
 * which misbehaves.
 *
 * It answers every classic text command as memcached 1.6.18 does, errors and their consequences included: a refused
 * `set` line has its data block taken for commands, numbers are read as C reads them, counters wrap at 64 bits and keep
 * their length, exptimes above 30 days are dates. It does not evict, and knows neither meta commands nor
 * authentication.
 *
 * @example A round trip
 * ```ts
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * using connection = await Deno.connect({ port: server.port });
 * await connection.write(new TextEncoder().encode("set a 0 0 5 noreply\r\nhello\r\nget a\r\n"));
 * const buffer = new Uint8Array(100);
 * const length = await connection.read(buffer);
 * assertEquals(
 *   new TextDecoder().decode(buffer.subarray(0, length!)),
 *   "VALUE a 0 5\r\nhello\r\nEND\r\n",
 * );
 * assertEquals(server.commands.get("set"), 1);
 * ```
 *
 * @example A reply that never comes
 * ```ts
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * const fault = server.fault({ kind: "missingReply", commands: ["incr"], nth: 1, then: "close" });
 * using connection = await Deno.connect({ port: server.port });
 * await connection.write(new TextEncoder().encode("incr visits 1\r\n"));
 * assertEquals(await connection.read(new Uint8Array(100)), null);
 * assertEquals(server.commands.get("incr"), 1);
 * assertEquals(fault.struck, 1);
 * ```
 */
export class MemcachedServer implements AsyncDisposable {
  readonly #listener: Listener;
  readonly #state: ServerState;
  readonly #faults: Faults;
  readonly #sessions = new Map<Session, Promise<void>>();
  #stopping: Promise<void> | undefined;

  /**
   * Starts a server. It accepts connections when the promise resolves.
   *
   * @param options Where it listens and how it behaves.
   * @returns The server, to be stopped by `stop()` or `await using`.
   * @throws {TypeError} If an option, or one of a fault, has the wrong name or type, or a fault lacks what it needs.
   * @throws {RangeError} If an option, or one of a fault, is out of its bounds.
   * @throws {Error} If it cannot listen there: its `code` is `"EADDRINUSE"` if the port or the path is taken.
   */
  static async start(options: MemcachedServerOptions = {}): Promise<MemcachedServer> {
    checkOptions("a MemcachedServer", options, CHECKS);
    const { hostname = "127.0.0.1", port = 0, path, clock = new TestClock() } = options;
    const faults = new Faults(new SeededRandom(options.seed));
    for (const fault of options.faults ?? []) faults.add(fault);
    const listener = await Listener.listen({ hostname, port, path });
    const { version = "1.6.18", itemSizeLimit = 1024 * 1024 } = options;
    return new MemcachedServer(
      listener,
      new ServerState({ clock, version, itemSizeLimit, listening: listener }),
      faults,
    );
  }

  private constructor(listener: Listener, state: ServerState, faults: Faults) {
    this.#listener = listener;
    this.#state = state;
    this.#faults = faults;
    listener.serve((socket) => this.#serve(socket));
  }

  /** The server as a client is given it: `host:port`, `[v6]:port`, or the path of its Unix socket. */
  get address(): string {
    return this.#listener.address;
  }

  /** The port it listens on, 0 when that is a Unix socket. */
  get port(): number {
    return this.#listener.port;
  }

  /** The seed of its random numbers: print it where a test fails. */
  get seed(): number {
    return this.#faults.random.seed;
  }

  /** The clock that expiry goes by. */
  get clock(): ServerClock {
    return this.#state.clock;
  }

  /** How many items it holds that a client would find. */
  get items(): number {
    return this.#state.store.size;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** How many connections it accepted so far. */
  get accepted(): number {
    return this.#state.accepted;
  }

  /**
   * Name of a command → how often it was carried out, whether its reply was wanted, sent, or lost. Lines that were
   * refused are not counted.
   */
  get commands(): ReadonlyMap<string, number> {
    return this.#state.carriedOut;
  }

  /** Kind of a fault → how often it struck. */
  get struck(): ReadonlyMap<FaultKind, number> {
    return this.#faults.struck;
  }

  /**
   * Turns the clock forward: what expires within these seconds is gone.
   *
   * @param seconds By how much: from 0 to 4,294,967,295, fractions included.
   * @throws {TypeError} If the server was started with a clock that cannot be turned, or this is not a number.
   * @throws {RangeError} If it is out of its bounds: the clock cannot be turned back.
   */
  advance(seconds: number): void {
    const { clock } = this.#state;
    if (!(clock instanceof TestClock)) {
      throw new TypeError("Cannot advance the clock of this server as it is not a TestClock");
    }
    clock.advance(seconds);
  }

  /**
   * Gives the server a fault. Where several could strike at once, the one that was given first does.
   *
   * @param fault What goes wrong, and when.
   * @returns The fault's count of strikes, and the way to take it away.
   * @throws {TypeError} If it is no fault, lacks what it needs, or has an option of the wrong name or type.
   * @throws {RangeError} If an option is out of its bounds.
   *
   * @example One reply in ten is for another key
   * ```ts
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start({ seed: 1 });
   * const fault = server.fault({ kind: "wrongKey", probability: 0.1 });
   * assertEquals(fault.struck, 0);
   * fault.remove();
   * ```
   */
  fault(fault: Fault): ActiveFault {
    return this.#faults.add(fault);
  }

  /** Takes all faults away. Connections that a fault has silenced stay silent. */
  clearFaults(): void {
    this.#faults.clear();
  }

  /** Closes all connections without a word, and goes on accepting new ones. */
  disconnect(): void {
    for (const session of this.#sessions.keys()) session.close();
  }

  /** Lets the process end although the server still runs. */
  unref(): void {
    this.#listener.unref();
  }

  /** Takes `unref()` back. */
  ref(): void {
    this.#listener.ref();
  }

  /** Stops listening, closes all connections, and resolves when every socket is closed. Harmless when repeated. */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /** The same as `stop()`, for `await using`. */
  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  async #stop(): Promise<void> {
    const closed = this.#listener.close();
    this.disconnect();
    await Promise.all([closed, ...this.#sessions.values()]);
  }

  #serve(socket: Socket): void {
    const session = new Session(socket, this.#state, this.#faults);
    this.#state.accepted++;
    this.#state.connections++;
    const ended = session.run().then(() => {
      this.#state.connections--;
      this.#sessions.delete(session);
    });
    this.#sessions.set(session, ended);
  }
}

const CHECKS: Checks<MemcachedServerOptions> = {
  hostname: aText,
  port: PORT,
  path: aText,
  clock: (name, value) => {
    const { now } = objectOf(name, value);
    if (typeof now !== "function") throw wrongType(`now() of ${name}`, "a function", now);
  },
  itemSizeLimit: integerFrom(1, 2 ** 30),
  version: aLine,
  // Each of them is checked when it is added.
  faults: aList,
  seed: SEED,
};

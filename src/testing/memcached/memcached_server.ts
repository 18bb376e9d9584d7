import type { Socket } from "node:net";
import { type ServerClock, TestClock } from "./clock.ts";
import type { ActiveFault, Fault, FaultKind } from "../faults/fault.ts";
import { Faults } from "../faults/faults.ts";
import {
  aLine,
  aList,
  aText,
  type Checks,
  integerFrom,
  objectOf,
  PORT,
  readOptions,
  SEED,
  wrongType,
} from "../../checks/check.ts";
import { SeededRandom } from "../random.ts";
import { ServerState } from "./server_state.ts";
import { Session } from "./session.ts";
import { Listener } from "../sockets/listener.ts";

/**
 * How a {@linkcode MemcachedServer} listens and behaves. An option with another name makes it throw.
 *
 * @example A small server of another version
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer, type MemcachedServerOptions } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * const options: MemcachedServerOptions = { version: "1.6.45", itemSizeLimit: 1024 };
 * await using server = await MemcachedServer.start(options);
 * await using client = new Client(server.address);
 * assertEquals([...(await client.version()).values()], ["1.6.45"]);
 * assertEquals(await client.set("a", "x".repeat(2000)), false);
 * ```
 */
export interface MemcachedServerOptions {
  /**
   * The name or address to listen on.
   *
   * @default {"127.0.0.1"}
   */
  hostname?: string;
  /**
   * The port to listen on: an integer from 0 to 65,535, 0 for a free port.
   *
   * @default {0}
   */
  port?: number;
  /** The path of a Unix socket to listen on instead of a hostname and port. */
  path?: string;
  /**
   * The clock that decides what has expired, in seconds: a {@linkcode TestClock} that runs with the wall clock unless
   * given.
   */
  clock?: ServerClock;
  /**
   * The size of the largest item in bytes, with its key and some 60 bytes that memcached adds: an integer from 1 to
   * 1,073,741,824.
   *
   * @default {1048576}
   */
  itemSizeLimit?: number;
  /**
   * The version that the server is, without CR and LF: what it answers to `version`, and how it speaks. It is exact for
   * 1.6.18, 1.6.38 and 1.6.45; for other versions each difference comes with the version that brought it to memcached.
   * Before 1.6.10 there are no meta commands. A text that does not begin with three numbers is answered as it is, and the
   * server speaks as 1.6.18 does.
   *
   * @default {"1.6.18"}
   */
  version?: string;
  /**
   * The faults that the server has from the start.
   *
   * @default {[]}
   */
  faults?: readonly Fault[];
  /** The seed of the random numbers that faults use: an integer from 0 to 4,294,967,295. A fresh one unless given. */
  seed?: number;
}

/**
 * A memcached in this process, on a real socket: for tests that need a server, and for tests that need one which
 * misbehaves.
 *
 * It answers every classic text command as memcached does, errors and their consequences included: as 1.6.18 it takes
 * the data block of a refused `set` line for commands, reads numbers as C reads them, wraps counters at 64 bits and keeps
 * their length, and takes exptimes above 30 days for dates. It answers the meta commands (`mg`, `ms`, `md`, `ma`, `mn`,
 * `me`) with all their flags as the `version` that it is: placeholders, wins and stale items, keys as base64, quiet
 * commands. It never evicts an item, and knows no authentication.
 *
 * `stats` and its groups tell what this server knows of itself, by memcached's names. The commands of administration
 * (`slabs`, `lru`, `lru_crawler`, `cache_memlimit`, `watch`) are read and answered; they change nothing, since nothing is
 * paged or evicted. A connection that watches is told of gets, stores and connections.
 *
 * @example Store a value and read it back
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 * await client.set("greeting", "hello");
 * assertEquals(await client.get("greeting"), "hello");
 * assertEquals(server.commands.get("set"), 1);
 * ```
 *
 * @example A reply that never comes
 * ```ts
 * import { Client, ConnectionError } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals, assertRejects } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { strict: true });
 * const fault = server.fault({ kind: "missingReply", commands: ["incr"], nth: 1, then: "close" });
 * await assertRejects(() => client.incr("visits"), ConnectionError);
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
   * @returns The server. Stop it by `stop()` or by `await using`.
   * @throws {TypeError} If an option, or one of a fault, has an unknown name or the wrong type, or a fault lacks an
   * option that it needs.
   * @throws {RangeError} If an option, or one of a fault, is outside its bounds.
   * @throws {Error} If it cannot listen there. The `code` of the error is `"EADDRINUSE"` if the port or the path is
   * taken.
   *
   * @example A server on a free port
   * ```ts
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * assertEquals(server.address, `127.0.0.1:${server.port}`);
   * ```
   */
  static async start(options: MemcachedServerOptions = {}): Promise<MemcachedServer> {
    const given = readOptions("a MemcachedServer", options, CHECKS);
    const { hostname = "127.0.0.1", port = 0, path, clock = new TestClock() } = given;
    const faults = new Faults(new SeededRandom(given.seed));
    for (const fault of given.faults ?? []) faults.add(fault);
    const listener = await Listener.listen({ hostname, port, path });
    const { version = "1.6.18", itemSizeLimit = 1024 * 1024 } = given;
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

  /** The address to give to a client: `host:port`, `[v6]:port`, or the path of the Unix socket. */
  get address(): string {
    return this.#listener.address;
  }

  /** The port that the server listens on, 0 if it listens on a Unix socket. */
  get port(): number {
    return this.#listener.port;
  }

  /** The seed of the server's random numbers. Print it when a test fails, to run the same test again. */
  get seed(): number {
    return this.#faults.random.seed;
  }

  /** The clock that decides what has expired. */
  get clock(): ServerClock {
    return this.#state.clock;
  }

  /**
   * Makes the server a node of an ElastiCache cluster: from now on it answers `config get cluster` with these nodes, and
   * with a version that grows by one each time. Without this it answers ERROR, as memcached does.
   *
   * @param nodes Each as `host|ip|port`.
   * @param version The version, if not the next one.
   *
   * @example A cluster of one node
   * ```ts
   * import { Client, elastiCacheServers } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using node = await MemcachedServer.start();
   * node.setCluster([`localhost|127.0.0.1|${node.port}`]);
   *
   * await using client = new Client(elastiCacheServers(node.address));
   * assertEquals(await client.set("key", "value"), true);
   * assertEquals(client.servers, [`localhost:${node.port}`]);
   * ```
   */
  setCluster(
    nodes: readonly string[],
    version: number = (this.#state.cluster?.version ?? 0) + 1,
  ): void {
    this.#state.cluster = { version, nodes: Array.from(nodes) };
  }

  /** How many items the server holds, without those that have expired or were flushed. */
  get items(): number {
    return this.#state.store.size;
  }

  /** How many connections are open. */
  get connections(): number {
    return this.#sessions.size;
  }

  /** How many connections the server has accepted so far. */
  get accepted(): number {
    return this.#state.accepted;
  }

  /**
   * How often each command was carried out, by its name, whether or not its reply was wanted, sent, or lost. Lines that
   * the server refused are not counted.
   */
  get commands(): ReadonlyMap<string, number> {
    return this.#state.carriedOut;
  }

  /** How often each kind of fault struck. */
  get struck(): ReadonlyMap<FaultKind, number> {
    return this.#faults.struck;
  }

  /**
   * Turns the clock forward, so that everything that expires within these seconds is gone.
   *
   * @param seconds By how many seconds: a number from 0 to 4,294,967,295, fractions included.
   * @throws {TypeError} If `seconds` is not a number, or the clock of the server is not a {@linkcode TestClock}.
   * @throws {RangeError} If `seconds` is outside its bounds: the clock cannot be turned back.
   *
   * @example An item expires, and no earlier
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   * await client.set("a", "hello", { exptime: 60 });
   * server.advance(30);
   * assertEquals(await client.get("a"), "hello");
   * server.advance(30);
   * assertEquals(await client.get("a"), undefined);
   * ```
   */
  advance(seconds: number): void {
    const { clock } = this.#state;
    if (!(clock instanceof TestClock)) {
      throw new TypeError("Cannot advance the clock of this server as it is not a TestClock");
    }
    clock.advance(seconds);
  }

  /**
   * Gives the server a fault. Where several faults could strike at once, the one that was given first does.
   *
   * @param fault What goes wrong, and when.
   * @returns The fault, which tells how often it struck and can be taken away.
   * @throws {TypeError} If it is not a fault, lacks an option that it needs, or has an option with an unknown name or
   * the wrong type.
   * @throws {RangeError} If an option is outside its bounds.
   *
   * @example The reply to the third get is lost with its connection
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address);
   * await client.set("a", "hello");
   * server.fault({ kind: "missingReply", commands: ["get"], nth: 3, then: "close" });
   * const found = [await client.get("a"), await client.get("a"), await client.get("a")];
   * assertEquals(found, ["hello", "hello", undefined]);
   * ```
   */
  fault(fault: Fault): ActiveFault {
    return this.#faults.add(fault);
  }

  /**
   * Takes all faults away. Connections that a fault has silenced stay silent.
   *
   * @example A server that recovers
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start({ faults: [{ kind: "serverError" }] });
   * await using client = new Client(server.address);
   * assertEquals(await client.set("a", "hello"), false);
   * server.clearFaults();
   * assertEquals(await client.set("a", "hello"), true);
   * ```
   */
  clearFaults(): void {
    this.#faults.clear();
  }

  /**
   * Closes all connections without a reply, and goes on accepting new ones.
   *
   * @example The client dials anew
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * await using client = new Client(server.address, { maxRetries: 1 });
   * await client.set("a", "hello");
   * server.disconnect();
   * assertEquals(await client.get("a"), "hello");
   * assertEquals(server.accepted, 2);
   * ```
   */
  disconnect(): void {
    for (const session of this.#sessions.keys()) session.close();
  }

  /**
   * Lets the process end although the server still runs, with all its connections.
   *
   * @example A server that a whole test program shares, and nobody stops
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * server.unref();
   * await using client = new Client(server.address);
   * assertEquals(await client.set("a", "hello"), true);
   * ```
   */
  unref(): void {
    this.#listener.unref();
  }

  /**
   * Takes `unref()` back: the process goes on until the server is stopped.
   *
   * @example A server that holds its process again
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await MemcachedServer.start();
   * server.unref();
   * server.ref();
   * await using client = new Client(server.address);
   * assertEquals(await client.set("a", "hello"), true);
   * ```
   */
  ref(): void {
    this.#listener.ref();
  }

  /**
   * Stops listening and closes all connections. Harmless when repeated.
   *
   * @returns A promise that resolves when every socket is closed and the Unix socket is removed.
   *
   * @example The port is free again
   * ```ts
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const server = await MemcachedServer.start();
   * await server.stop();
   * await using next = await MemcachedServer.start({ port: server.port });
   * assertEquals(next.address, server.address);
   * ```
   */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /**
   * Stops the server, as `stop()` does, at the end of a block with `await using`.
   *
   * @returns A promise that resolves when every socket is closed and the Unix socket is removed.
   *
   * @example A server for one block
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { MemcachedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * let address: string;
   * {
   *   await using server = await MemcachedServer.start();
   *   address = server.address;
   * }
   * await using client = new Client(address);
   * assertEquals(await client.set("a", "hello"), false);
   * ```
   */
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
    const ended = session.run().then(() => void this.#sessions.delete(session));
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
  // Each fault is checked when it is added.
  faults: aList,
  seed: SEED,
};

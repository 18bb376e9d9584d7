import { plainBytes } from "../../checks/bytes.ts";
import { aList, aText, type Checks, PORT, readOptions } from "../../checks/check.ts";
import type { Socket } from "node:net";
import { Listener } from "../sockets/listener.ts";
import { SocketStream } from "../sockets/socket_stream.ts";
import { pause } from "../pause.ts";
import type { ScriptedExchange, ScriptStep } from "./script.ts";
import { readPart } from "./script_check.ts";

/**
 * How a {@linkcode ScriptedServer} listens and answers. An option with another name makes it throw.
 *
 * @example A server whose first reply is an error
 * ```ts
 * import { Client, ReplyError } from "@libmc/libmc";
 * import { ScriptedServer, type ScriptedServerOptions } from "@libmc/libmc/testing";
 * import { assertRejects } from "@std/assert";
 *
 * const options: ScriptedServerOptions = { script: [["SERVER_ERROR busy\r\n"]] };
 * await using server = await ScriptedServer.start(options);
 * await using client = new Client(server.address, { strict: true });
 * await assertRejects(() => client.get("a"), ReplyError, "busy");
 * ```
 */
export interface ScriptedServerOptions {
  /**
   * The script: its n-th part answers the n-th request, from whichever connection that comes. A list of steps answers
   * the bytes of one read, whatever they are.
   *
   * @default {[]}
   */
  readonly script?: readonly (ScriptedExchange | readonly ScriptStep[])[];
  /**
   * The name or address to listen on.
   *
   * @default {"127.0.0.1"}
   */
  readonly hostname?: string;
  /**
   * The port to listen on: an integer from 0 to 65,535, 0 for a free port.
   *
   * @default {0}
   */
  readonly port?: number;
}

/**
 * One connection, as a {@linkcode ScriptedServer} remembers it.
 *
 * @example The bytes that a client sent
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type ScriptedConnection, ScriptedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await ScriptedServer.start({ script: [["END\r\n"]] });
 * await using client = new Client(server.address);
 * await client.get("a");
 * await client.close();
 * const connection: ScriptedConnection = server.connections[0];
 * await connection.ended;
 * assertEquals(new TextDecoder().decode(connection.received), "get a\r\n");
 * assertEquals(connection.closedByClient, true);
 * ```
 */
export interface ScriptedConnection {
  /** All bytes that the client has sent so far. */
  readonly received: Uint8Array;
  /** Whether the client closed the connection before the script did. */
  readonly closedByClient: boolean;
  /** Resolves when the connection is closed. */
  readonly ended: Promise<void>;
}

/**
 * A server that follows a script, for replies that no memcached gives and for the exact bytes of a client.
 *
 * It knows nothing of memcached: it answers as it was told, and remembers all that it received.
 *
 * @example A reply in two pieces
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { ScriptedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await ScriptedServer.start({
 *   script: [
 *     { expect: "get a\r\n", reply: ["VALUE a 0 2\r\n1", { wait: 5 }, "2\r\nEND\r\n"] },
 *   ],
 * });
 * await using client = new Client(server.address);
 * assertEquals(await client.get("a"), "12");
 * assertEquals(server.mismatches, []);
 * ```
 */
export class ScriptedServer implements AsyncDisposable {
  readonly #listener: Listener;
  readonly #script: ScriptedExchange[];
  readonly #connections: Connection[] = [];
  readonly #mismatches: string[] = [];
  #stopping: Promise<void> | undefined;
  #next = 0;

  /**
   * Starts a server. It accepts connections when the promise resolves.
   *
   * @param options Its script, and where it listens.
   * @returns The server. Stop it by `stop()` or by `await using`.
   * @throws {TypeError} If an option has an unknown name or the wrong type, or the script has a part or a step of
   * another form.
   * @throws {RangeError} If the port or a wait is outside its bounds, or a part expects no bytes.
   * @throws {Error} If it cannot listen there. The `code` of the error is `"EADDRINUSE"` if the port is taken.
   *
   * @example A server that always tells the same version
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { ScriptedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await ScriptedServer.start({
   *   script: [{ expect: "version\r\n", reply: ["VERSION 2.0.0\r\n"] }],
   * });
   * await using client = new Client(server.address);
   * assertEquals([...(await client.version()).values()], ["2.0.0"]);
   * ```
   */
  static async start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    const { hostname = "127.0.0.1", port = 0, script = [] } = readOptions(
      "a ScriptedServer",
      options,
      CHECKS,
    );
    const exchanges = script.map(exchangeOf);
    return new ScriptedServer(await Listener.listen({ hostname, port }), exchanges);
  }

  private constructor(listener: Listener, script: ScriptedExchange[]) {
    this.#listener = listener;
    this.#script = script;
    listener.serve((socket) => {
      this.#connections.push(new Connection(socket, (bytes) => this.#answerTo(bytes)));
    });
  }

  /** The address to give to a client: `host:port` or `[v6]:port`. */
  get address(): string {
    return this.#listener.address;
  }

  /** The port that the server listens on. */
  get port(): number {
    return this.#listener.port;
  }

  /** All connections so far, in the order in which the server accepted them. */
  get connections(): readonly ScriptedConnection[] {
    return this.#connections;
  }

  /** How many parts of the script were not used yet. */
  get left(): number {
    return this.#script.length - this.#next;
  }

  /**
   * One line for each request that was not the expected one, with what was expected and what was found. The server
   * closed the connection at each.
   */
  get mismatches(): readonly string[] {
    return this.#mismatches;
  }

  /**
   * Adds a part to the end of the script. It also answers bytes that are already waiting.
   *
   * @param part What is expected and answered, or the steps that answer anything.
   * @throws {TypeError} If the part, or a step of it, has another form.
   * @throws {RangeError} If a wait is outside its bounds, or the part expects no bytes.
   *
   * @example A reply that is decided while the test runs
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { ScriptedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * await using server = await ScriptedServer.start();
   * await using client = new Client(server.address);
   * server.add({ expect: "get a\r\n", reply: ["END\r\n"] });
   * assertEquals(await client.get("a"), undefined);
   * assertEquals(server.left, 0);
   * ```
   */
  add(part: ScriptedExchange | readonly ScriptStep[]): void {
    this.#script.push(exchangeOf(part));
    for (const connection of this.#connections) connection.wake();
  }

  /**
   * Stops listening and closes all connections. Harmless when repeated.
   *
   * @returns A promise that resolves when every socket is closed.
   *
   * @example A server that went away
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { ScriptedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * const server = await ScriptedServer.start({ script: [["STORED\r\n"]] });
   * await using client = new Client(server.address);
   * assertEquals(await client.set("a", "hello"), true);
   * await server.stop();
   * assertEquals(await client.set("a", "hello"), false);
   * ```
   */
  stop(): Promise<void> {
    return this.#stopping ??= this.#stop();
  }

  /**
   * Stops the server, as `stop()` does, at the end of a block with `await using`.
   *
   * @returns A promise that resolves when every socket is closed.
   *
   * @example A server for one block
   * ```ts
   * import { Client } from "@libmc/libmc";
   * import { ScriptedServer } from "@libmc/libmc/testing";
   * import { assertEquals } from "@std/assert";
   *
   * let address: string;
   * {
   *   await using server = await ScriptedServer.start();
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
    for (const connection of this.#connections) connection.close();
    await Promise.all([closed, ...this.#connections.map((connection) => connection.ended)]);
  }

  /** Takes the next part of the script, if the bytes suffice for it. */
  #answerTo(bytes: Uint8Array): Answer | undefined {
    const exchange = this.#script[this.#next];
    if (exchange === undefined || bytes.length === 0) return undefined;
    const expected = exchange.expect === undefined ? bytes : bytesOf(exchange.expect);
    const wrong = expected.findIndex((byte, i) => i < bytes.length && bytes[i] !== byte);
    if (wrong < 0 && bytes.length < expected.length) return undefined;
    const part = this.#next++;
    if (wrong < 0) return { taken: expected.length, steps: exchange.reply };
    const found = JSON.stringify(new TextDecoder().decode(bytes));
    const wanted = JSON.stringify(new TextDecoder().decode(expected));
    this.#mismatches.push(`Part ${part}: expected ${wanted}, found ${found}`);
    return { taken: bytes.length, steps: [{ close: true }] };
  }
}

interface Answer {
  readonly taken: number;
  readonly steps: readonly ScriptStep[];
}

class Connection implements ScriptedConnection {
  readonly ended: Promise<void>;
  readonly #stream: SocketStream;
  readonly #answerTo: (bytes: Uint8Array) => Answer | undefined;
  readonly #closing = new AbortController();
  #received: Uint8Array = new Uint8Array(0);
  #answered = 0;
  #closedByClient = false;
  /** The answers that are being given, one after the other. Those that `add()` brings wait here too. */
  #answering: Promise<void> = Promise.resolve();

  constructor(socket: Socket, answerTo: (bytes: Uint8Array) => Answer | undefined) {
    this.#stream = new SocketStream(socket, MOST_WAITING);
    this.#answerTo = answerTo;
    this.ended = this.#read();
  }

  get received(): Uint8Array {
    return this.#received;
  }

  get closedByClient(): boolean {
    return this.#closedByClient;
  }

  close(): void {
    if (this.#closing.signal.aborted) return;
    this.#closing.abort();
    this.#stream.close();
  }

  wake(): void {
    this.#answering = this.#answering.then(() => this.#answer());
  }

  async #read(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const piece = await this.#stream.read();
      if (piece === null) break;
      this.#received = joined(this.#received, piece.data);
      this.wake();
    }
    // It was the client, unless the script or `stop()` has closed the connection.
    this.#closedByClient = !this.#closing.signal.aborted;
    this.close();
    await this.#answering;
    await this.#stream.closed;
  }

  async #answer(): Promise<void> {
    while (!this.#closing.signal.aborted) {
      const answer = this.#answerTo(this.#received.subarray(this.#answered));
      if (answer === undefined) return;
      this.#answered += answer.taken;
      for (const step of answer.steps) await this.#take(step);
    }
  }

  async #take(step: ScriptStep): Promise<void> {
    if (this.#closing.signal.aborted) return;
    if (typeof step === "string" || step instanceof Uint8Array) {
      // A client that is gone ends the read loop too.
      await this.#stream.write(bytesOf(step)).catch(() => {});
    } else if ("wait" in step) {
      await pause(step.wait, this.#closing.signal);
    } else {
      this.close();
    }
  }
}

function exchangeOf(part: ScriptedExchange | readonly ScriptStep[]): ScriptedExchange {
  const read = readPart(part);
  return "reply" in read ? read : { reply: read };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : plainBytes(data);
}

function joined(head: Uint8Array, tail: Uint8Array): Uint8Array {
  const whole = new Uint8Array(head.length + tail.length);
  whole.set(head);
  whole.set(tail, head.length);
  return whole;
}

const MOST_WAITING = 64 * 1024;

const CHECKS: Checks<ScriptedServerOptions> = {
  // Each part is checked when it is added.
  script: aList,
  hostname: aText,
  port: PORT,
};

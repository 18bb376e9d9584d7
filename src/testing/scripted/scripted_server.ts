import { aList, aText, checkOptions, type Checks, PORT } from "../../checks/check.ts";
import type { Socket } from "node:net";
import { Listener } from "../sockets/listener.ts";
import { SocketStream } from "../sockets/socket_stream.ts";
import { pause } from "../pause.ts";
import type { ScriptedExchange, ScriptStep } from "./script.ts";
import { checkPart } from "./script_check.ts";

/** How a {@linkcode ScriptedServer} is to be. There are no options of other names. */
export interface ScriptedServerOptions {
  /**
   * The script: its n-th part answers the n-th request, whichever connection it comes from. A list of steps answers
   * the bytes of one read, whatever they are.
   */
  readonly script?: readonly (ScriptedExchange | readonly ScriptStep[])[];
  /** The address to listen on. @default {"127.0.0.1"} */
  readonly hostname?: string;
  /** The port to listen on, from 0 to 65,535; 0 for a free one. @default {0} */
  readonly port?: number;
}

/** What a {@linkcode ScriptedServer} knows of one connection. */
export interface ScriptedConnection {
  /** All bytes that came. */
  readonly received: Uint8Array;
  /** Whether the client closed it, before the script did. */
  readonly closedByClient: boolean;
  /** Resolves when it is closed. */
  readonly ended: Promise<void>;
}

/**
 * A server that follows a script: it knows nothing of memcached, answers what it was told to answer, and remembers what
 * it received.
 *
 * @example A reply in two pieces
 * ```ts
 * import { ScriptedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await ScriptedServer.start({
 *   script: [
 *     { expect: "get a\r\n", reply: ["VALUE a 0 2\r\n1", { wait: 5 }, "2\r\nEND\r\n"] },
 *     [{ close: true }],
 *   ],
 * });
 * using connection = await Deno.connect({ port: server.port });
 * await connection.write(new TextEncoder().encode("get a\r\n"));
 * let reply = "";
 * const buffer = new Uint8Array(100);
 * while (!reply.endsWith("END\r\n")) {
 *   const length = await connection.read(buffer);
 *   reply += new TextDecoder().decode(buffer.subarray(0, length!));
 * }
 * assertEquals(reply, "VALUE a 0 2\r\n12\r\nEND\r\n");
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
   * @returns The server, to be stopped by `stop()` or `await using`.
   * @throws {TypeError} If an option has the wrong name or type, or the script holds what is no part or step of one.
   * @throws {RangeError} If the port or a wait is out of its bounds, or no bytes are expected.
   * @throws {Error} If it cannot listen there: its `code` is `"EADDRINUSE"` if the port is taken.
   */
  static async start(options: ScriptedServerOptions = {}): Promise<ScriptedServer> {
    checkOptions("a ScriptedServer", options, CHECKS);
    const { hostname = "127.0.0.1", port = 0, script = [] } = options;
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

  /** The server as a client is given it: `host:port`, or `[v6]:port`. */
  get address(): string {
    return this.#listener.address;
  }

  /** The port it listens on. */
  get port(): number {
    return this.#listener.port;
  }

  /** All connections so far, in the order in which they were accepted. */
  get connections(): readonly ScriptedConnection[] {
    return this.#connections;
  }

  /** How many parts of the script are not used yet. */
  get left(): number {
    return this.#script.length - this.#next;
  }

  /** What came in place of what was expected. The connection was closed at each. */
  get mismatches(): readonly string[] {
    return this.#mismatches;
  }

  /**
   * Adds a part to the script.
   *
   * @param part What is awaited and answered, or the answer to anything.
   * @throws {TypeError} If it is no part of a script, or has a step that is none.
   * @throws {RangeError} If a wait is out of its bounds, or no bytes are expected.
   */
  add(part: ScriptedExchange | readonly ScriptStep[]): void {
    this.#script.push(exchangeOf(part));
    for (const connection of this.#connections) connection.wake();
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
    for (const connection of this.#connections) connection.close();
    await Promise.all([closed, ...this.#connections.map((connection) => connection.ended)]);
  }

  /** Takes the next part of the script if the bytes are enough for it. */
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
  /** Answers are given one after the other, also those that `add()` brings. */
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
    // Unless we closed it ourselves, it was the client.
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
      // If the client is gone, the read loop finds that out too.
      await this.#stream.write(bytesOf(step)).catch(() => {});
    } else if ("wait" in step) {
      await pause(step.wait, this.#closing.signal);
    } else {
      this.close();
    }
  }
}

function exchangeOf(part: ScriptedExchange | readonly ScriptStep[]): ScriptedExchange {
  checkPart(part);
  return "reply" in part ? part : { reply: part };
}

function bytesOf(data: string | Uint8Array): Uint8Array {
  return typeof data === "string" ? new TextEncoder().encode(data) : data;
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

/** `Deno.connect` for tests that speak to a server without a client. The client itself has been given its platform before. */

import { connect as connectSocket, type Socket } from "node:net";
import { opened, SocketTransport } from "../../../src/transports/node_socket.ts";
import { errors, translated, translating } from "./errors.ts";

/** Where to connect to. */
interface ConnectOptions {
  readonly transport?: "tcp" | "unix";
  readonly hostname?: string;
  readonly port?: number;
  readonly path?: string;
}

/** Connects, and leaves each direction to be closed by itself. */
export async function connect(options: ConnectOptions): Promise<Connection> {
  const target = options.transport === "unix"
    ? { path: options.path! }
    : { host: options.hostname ?? "127.0.0.1", port: options.port! };
  const socket = connectSocket({ ...target, allowHalfOpen: true });
  const transport = new SocketTransport(socket);
  await translating(opened(socket, "connect", new AbortController().signal));
  return new Connection(socket, transport);
}

/** A connection of Deno on a socket of Node. */
class Connection implements Disposable {
  readonly #socket: Socket;
  readonly #transport: SocketTransport;
  #closed = false;

  constructor(socket: Socket, transport: SocketTransport) {
    this.#socket = socket;
    this.#transport = transport;
  }

  read(into: Uint8Array): Promise<number | null> {
    return translating(this.#transport.read(into));
  }

  write(bytes: Uint8Array): Promise<number> {
    return translating(this.#transport.write(bytes));
  }

  closeWrite(): Promise<void> {
    return new Promise((resolve) => this.#socket.end(() => resolve()));
  }

  setNoDelay(on?: boolean): void {
    this.#socket.setNoDelay(on);
  }

  setKeepAlive(on?: boolean): void {
    this.#socket.setKeepAlive(on);
  }

  close(): void {
    if (this.#closed) throw new errors.BadResource("Bad resource ID");
    this.#closed = true;
    this.#transport.close();
  }

  unref(): void {
    this.#transport.unref();
  }

  get readable(): ReadableStream<Uint8Array> {
    return new ReadableStream({
      pull: async (controller) => {
        const into = new Uint8Array(64 * 1024);
        try {
          const count = await this.#transport.read(into);
          if (count === null) controller.close();
          else controller.enqueue(into.subarray(0, count));
        } catch (error) {
          controller.error(translated(error));
        }
      },
      cancel: () => this.#transport.close(),
    });
  }

  get writable(): WritableStream<Uint8Array> {
    return new WritableStream({
      write: async (bytes) => {
        await this.write(bytes);
      },
      close: () => this.closeWrite(),
      abort: () => this.#transport.close(),
    });
  }

  [Symbol.dispose](): void {
    if (!this.#closed) this.close();
  }
}

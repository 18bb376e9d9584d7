/** Listening sockets of `node:net`, which Deno, Node and Bun all have. */

import { type AddressInfo, createServer, type Server, type Socket } from "node:net";

/** Where to listen. A path takes the place of hostname and port. */
export interface ListenOptions {
  readonly hostname: string;
  /** 0 for a free port. */
  readonly port: number;
  readonly path?: string | undefined;
}

/** A listening socket, and the sockets that it accepted. */
export class Listener {
  /** The address it listens on, also if it was given a name. `""` for a Unix socket. */
  readonly hostname: string;
  /** The port it listens on, 0 for a Unix socket. */
  readonly port: number;
  /** The path of its Unix socket, if it has one. */
  readonly path: string | undefined;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  #isUnref = false;
  #closing: Promise<void> | undefined;

  /**
   * Starts to listen.
   *
   * @throws {Error} If it cannot listen there; its `code` says why, as in `"EADDRINUSE"`.
   */
  static listen({ hostname, port, path }: ListenOptions): Promise<Listener> {
    // Half open, so that a client which has sent its last command still receives all replies.
    const server = createServer({ allowHalfOpen: true, pauseOnConnect: true });
    return new Promise((resolve, reject) => {
      server.once("error", reject);
      server.listen(path === undefined ? { host: hostname, port } : { path }, () => {
        server.off("error", reject);
        // A client that leaves before it is accepted must not end the process.
        server.on("error", () => {});
        resolve(new Listener(server, path));
      });
    });
  }

  private constructor(server: Server, path: string | undefined) {
    this.#server = server;
    this.path = path;
    const bound = path === undefined ? server.address() as AddressInfo : { address: "", port: 0 };
    this.hostname = bound.address;
    this.port = bound.port;
  }

  /** The address to give to a client: `host:port`, `[v6]:port`, or the path. */
  get address(): string {
    if (this.path !== undefined) return this.path;
    const { hostname, port } = this;
    return hostname.includes(":") ? `[${hostname}]:${port}` : `${hostname}:${port}`;
  }

  /**
   * Gives every accepted socket to a function, before a byte of it is read. Call this before the event loop turns: a
   * socket that is accepted earlier is lost.
   */
  serve(serve: (socket: Socket) => void): void {
    this.#server.on("connection", (socket) => {
      if (this.#closing !== undefined) return void socket.destroy();
      this.#sockets.add(socket);
      socket.once("close", () => this.#sockets.delete(socket));
      if (this.#isUnref) socket.unref();
      serve(socket);
    });
  }

  /** Lets the process end although it listens and sockets are open. */
  unref(): void {
    this.#isUnref = true;
    for (const each of [this.#server, ...this.#sockets]) each.unref();
  }

  /** Takes `unref()` back. */
  ref(): void {
    this.#isUnref = false;
    for (const each of [this.#server, ...this.#sockets]) each.ref();
  }

  /**
   * Stops accepting, and removes the Unix socket. Resolves when all accepted sockets are closed; closing them is left to
   * the caller. Harmless when repeated.
   */
  close(): Promise<void> {
    return this.#closing ??= new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

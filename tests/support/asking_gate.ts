/** A gate in front of a server, which asks for user and password as memcached does with its option `-Y`. */

import { type AddressInfo, connect, createServer, type Server, type Socket } from "node:net";
import type { Credentials } from "@libmc/libmc";

/** Lets through who has said the password. */
export class AskingGate implements AsyncDisposable {
  readonly #target: number;
  readonly #secret: string;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  /** How often the password was said. */
  said = 0;

  static async start(
    target: { readonly port: number },
    credentials: Credentials,
  ): Promise<AskingGate> {
    const gate = new AskingGate(target.port, credentials);
    await new Promise<void>((listening) => gate.#server.listen(0, "127.0.0.1", listening));
    return gate;
  }

  private constructor(target: number, { username, password }: Credentials) {
    this.#target = target;
    this.#secret = `${username} ${password}`;
    this.#server = createServer((socket) => this.#ask(this.#kept(socket)));
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const closed = new Promise((resolve) => this.#server.close(resolve));
    for (const socket of this.#sockets) socket.destroy();
    await closed;
  }

  #ask(socket: Socket): void {
    let text = "";
    const onData = (bytes: Uint8Array) => {
      text += new TextDecoder().decode(bytes);
      const request = /^(?:set \S+ 0 0 \d+\r\n(.*)\r\n|(?!set ).*\r\n)$/.exec(text);
      if (request === null) return;
      text = "";
      const secret = request[1];
      if (secret !== undefined) this.said++;
      socket.write(this.#answerTo(secret));
      if (secret !== this.#secret) return;
      socket.off("data", onData);
      const server = this.#kept(connect(this.#target, "127.0.0.1"));
      socket.pipe(server).pipe(socket);
    };
    socket.on("data", onData);
  }

  #answerTo(secret: string | undefined): string {
    if (secret === undefined) return "CLIENT_ERROR unauthenticated\r\n";
    return secret === this.#secret ? "STORED\r\n" : "CLIENT_ERROR authentication failure\r\n";
  }

  /** Remembers a socket, which the other side may break off. */
  #kept(socket: Socket): Socket {
    this.#sockets.add(socket);
    return socket.on("error", () => {}).on("close", () => this.#sockets.delete(socket));
  }
}

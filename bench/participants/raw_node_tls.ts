/** The floor of `node:tls`, by which the client dials: requests built beforehand, replies only counted. */
import { connect, type TLSSocket } from "node:tls";
import type { Exchange } from "./raw_socket.ts";

/** One connection that counts. */
export class RawNodeTls {
  readonly #socket: TLSSocket;
  #missing = 0;
  #answered: (() => void) | undefined;
  #failed: ((error: Error) => void) | undefined;

  private constructor(socket: TLSSocket) {
    this.#socket = socket;
    socket.on("data", (chunk) => {
      this.#missing -= chunk.length;
      if (this.#missing === 0) this.#answered?.();
      else if (this.#missing < 0) {
        this.#failed?.(
          new Error("Cannot trust a reply as it is too long"),
        );
      }
    });
    socket.on("error", (error) => this.#failed?.(error));
    socket.on("close", () => {
      this.#failed?.(
        new Error("Cannot count a reply as the connection was closed"),
      );
    });
  }

  /** Connects to `host:port`. */
  static connect(server: string, ca: string): Promise<RawNodeTls> {
    const colon = server.lastIndexOf(":");
    return new Promise((resolve, reject) => {
      const socket = connect({
        host: server.slice(0, colon),
        port: Number(server.slice(colon + 1)),
        ca,
      });
      socket.once("error", reject);
      socket.once("secureConnect", () => {
        socket.setNoDelay(true);
        resolve(new RawNodeTls(socket));
      });
    });
  }

  /** Sends and counts. */
  exchange({ request, replyBytes }: Exchange): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#missing = replyBytes;
      this.#answered = resolve;
      this.#failed = reject;
      this.#socket.write(request);
    });
  }

  close(): void {
    this.#failed = undefined;
    this.#socket.destroy();
  }
}

/**
 * A transport over a socket of `node:net` or `node:tls`, without streams in between, which makes a get a third cheaper.
 */

import type { Buffer } from "node:buffer";
import type { Socket } from "node:net";
import type { Transport } from "./transport.ts";

/** A connected socket as a transport. It reads only when asked, so unread data slows the sender down. */
export class SocketTransport implements Transport {
  readonly #socket: Socket;
  #failure: Error | undefined;
  #wake: (() => void) | undefined;

  /**
   * @param tls True if it is a socket of `node:tls`, which makes a record of each write of up to 16 KiB.
   * @param reasonOf Says what an error of the socket means.
   */
  constructor(socket: Socket, tls = false, reasonOf: (error: Error) => Error = (error) => error) {
    this.#socket = socket;
    this.tls = tls;
    const wake = () => {
      this.#wake?.();
      this.#wake = undefined;
    };
    socket.on("readable", wake);
    socket.on("end", wake);
    socket.on("close", wake);
    socket.on("error", (error: Error) => {
      this.#failure ??= reasonOf(error);
      wake();
    });
  }

  /** A node socket does not tell how much of a failed write was sent. */
  readonly mayWriteInPart = true;
  readonly tls: boolean;

  async read(into: Uint8Array): Promise<number | null> {
    const socket = this.#socket;
    while (true) {
      const available = Math.min(socket.readableLength, into.length);
      const chunk = available === 0 ? null : socket.read(available) as Buffer | null;
      if (chunk !== null) {
        into.set(chunk);
        return chunk.length;
      }
      if (this.#failure !== undefined) throw this.#failure;
      if (socket.readableEnded || socket.destroyed) return null;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        // Asks for more; data that is there already wakes at once.
        socket.read(0);
      });
    }
  }

  write(bytes: Uint8Array): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#socket.write(bytes, (error) => {
        if (error) reject(this.#failure ?? error);
        else resolve(bytes.length);
      });
    });
  }

  close(): void {
    this.#socket.destroy();
  }

  unref(): void {
    this.#socket.unref();
  }
}

/**
 * Waits until a socket is open and set up, and destroys it if that fails.
 *
 * @param event The event that says so.
 * @throws The socket's error, or the signal's reason.
 */
export async function opened(
  socket: Socket,
  event: "connect" | "secureConnect",
  signal: AbortSignal,
): Promise<void> {
  const giveUp = () => socket.destroy();
  signal.addEventListener("abort", giveUp);
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once(event, resolve);
      socket.once("error", reject);
      socket.once("close", () => reject(new Error("the server closed the connection")));
      if (signal.aborted) giveUp();
    });
    // A socket that opens at the moment of the abort comes too late.
    signal.throwIfAborted();
    // A request leaves when it is written, and a lost connection is noticed in the end.
    socket.setNoDelay(true);
    socket.setKeepAlive(true);
  } catch (error) {
    giveUp();
    throw signal.aborted ? signal.reason : error;
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

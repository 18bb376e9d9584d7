/**
 * A socket of `node:net` that is read when its owner asks: what nobody asks for holds up the sender, except for a
 * bounded number of bytes that wait here.
 */

import type { Socket } from "node:net";

/** Bytes that arrived together. */
export interface Piece {
  /** Owned by the reader. */
  readonly data: Uint8Array;
  /** When they arrived, on the clock of `performance.now()`. */
  readonly arrived: number;
}

/** One connection. Whoever reads is told of an error as of any other end. */
export class SocketStream {
  /** Resolves when the socket is closed. */
  readonly closed: Promise<void>;
  readonly #socket: Socket;
  readonly #mostWaiting: number;
  readonly #pieces: Piece[] = [];
  #waiting = 0;
  #ended = false;
  #wake: () => void = () => {};
  #stopWriting: () => void = () => {};

  /**
   * @param socket A socket of which nothing was read yet.
   * @param mostWaiting The socket is not read while more bytes than this wait here.
   */
  constructor(socket: Socket, mostWaiting: number) {
    this.#socket = socket;
    this.#mostWaiting = mostWaiting;
    socket.pause();
    socket.setNoDelay(true);
    socket.on("data", (data: Uint8Array) => this.#add(data));
    socket.on("end", () => this.#end());
    socket.on("error", () => this.#end());
    this.closed = new Promise((resolve) => {
      socket.on("close", () => {
        this.#end();
        // Not every runtime tells a write that it was cut short.
        this.#stopWriting();
        resolve();
      });
    });
  }

  /** Gives what arrives next, or `null` when nothing more comes. One call at a time. */
  async read(): Promise<Piece | null> {
    while (this.#pieces.length === 0) {
      if (this.#ended) return null;
      const woken = new Promise<void>((resolve) => this.#wake = resolve);
      if (this.#socket.isPaused()) this.#socket.resume();
      await woken;
    }
    const piece = this.#pieces.shift()!;
    this.#waiting -= piece.data.length;
    return piece;
  }

  /**
   * Sends bytes, which must not change any more. Resolves when they have left; rejects if they cannot leave any more.
   * One call at a time.
   */
  write(bytes: Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopWriting = () => reject(new Error("Cannot write as the connection is closed"));
      if (!this.#socket.writable) return this.#stopWriting();
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  /**
   * Closes at once: a write that has not resolved is cut short, and nothing more is read. The other side sees an end.
   */
  close(): void {
    this.#pieces.length = 0;
    this.#end();
    // Destroyed while bytes of the other side wait to be read, it would see an error instead.
    if (this.#socket.writableLength === 0) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  /** Closes when all that was written has left. */
  closeSoon(): void {
    this.#socket.destroySoon();
  }

  /** Closes at once in such a way that the other side sees an error and no end. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #add(data: Uint8Array): void {
    if (this.#ended) return;
    // As a plain array: the methods of a Buffer are slower, and its slice() does not copy.
    const plain = new Uint8Array(data.buffer, data.byteOffset, data.length);
    this.#pieces.push({ data: plain, arrived: performance.now() });
    this.#waiting += plain.length;
    if (this.#waiting > this.#mostWaiting) this.#socket.pause();
    this.#wake();
  }

  #end(): void {
    this.#ended = true;
    this.#wake();
  }
}

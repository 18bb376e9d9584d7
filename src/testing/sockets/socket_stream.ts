/**
 * A socket of `node:net` that is read when its owner asks. Bytes that nobody asks for hold up the sender, except for a
 * bounded number that waits here.
 */

import type { Socket } from "node:net";

/** Bytes that arrived together. */
export interface Piece {
  /** Owned by the reader. */
  readonly data: Uint8Array;
  /** When they arrived, on the clock of `performance.now()`. */
  readonly arrived: number;
}

/** One connection. To its reader, an error is an end like any other. */
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
   * @param socket A socket that nobody has read from yet.
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
        // Not every runtime rejects a write that was cut short.
        this.#stopWriting();
        resolve();
      });
    });
  }

  /** Gives the next bytes, or `null` when no more come. One call at a time. */
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
   * Sends bytes, which must not change any more. Resolves when there is room for more, which costs less than to wait
   * until they have left. Rejects if the connection is closed. One call of this or `write()` at a time.
   */
  send(bytes: Uint8Array): Promise<void> {
    if (this.#socket.writable && this.#socket.write(bytes)) return SENT;
    return this.#unlessClosed((resolve) => this.#socket.once("drain", resolve));
  }

  /** Sends bytes, which must not change any more. Resolves when they have left, and rejects if they cannot leave. */
  write(bytes: Uint8Array): Promise<void> {
    return this.#unlessClosed((resolve, reject) => {
      this.#socket.write(bytes, (error) => error ? reject(error) : resolve());
    });
  }

  /**
   * Closes at once: a write that has not resolved is cut short, and nothing more is read. The other side sees an end.
   */
  close(): void {
    this.#pieces.length = 0;
    this.#end();
    // destroy() alone would show the other side an error, if bytes of it were not read.
    if (this.#socket.writableLength === 0) this.#socket.destroySoon();
    else this.#socket.destroy();
  }

  /** Closes when all written bytes have left. */
  closeSoon(): void {
    this.#socket.destroySoon();
  }

  /** Closes at once in such a way that the other side sees an error instead of an end. */
  reset(): void {
    this.#socket.resetAndDestroy();
  }

  #unlessClosed(
    wait: (resolve: () => void, reject: (error: Error) => void) => void,
  ): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#stopWriting = () => reject(new Error("Cannot write as the connection is closed"));
      if (this.#socket.writable) wait(resolve, reject);
      else this.#stopWriting();
    });
  }

  #add(data: Uint8Array): void {
    if (this.#ended) return;
    // A plain array, as the methods of a Buffer are slower, and its slice() does not copy.
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

/** One for all sends, as it has no value. */
const SENT = Promise.resolve();

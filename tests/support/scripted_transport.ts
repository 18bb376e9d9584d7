/**
 * A Transport without a network: a test feeds what is read, looks at what was written, and lets either fail when it
 * says so. Text stands for bytes, one character each.
 *
 * Writes are taken at once, whole or `mostBytes` at a time, unless they are held: then each waits for `take()` or
 * `failWrite()`. Like a socket of Deno, a closed transport rejects the read and the write under way.
 */

import type { Transport } from "../../src/transports/transport.ts";
import { bytesOf, textOf } from "./wire.ts";

/** One end of a stream; the test is the other one. */
export class ScriptedTransport implements Transport {
  /** What each write took. */
  readonly writes: string[] = [];
  /** How much room each read had. */
  readonly rooms: number[] = [];
  /** How often it was closed. */
  closes = 0;
  /** How often it was unreferenced. */
  unrefs = 0;
  /** Most bytes that a write takes. */
  mostBytes = Infinity;
  /** Writes wait for {@linkcode ScriptedTransport.take}. */
  held = false;
  #incoming: Uint8Array[] = [];
  #readEnd: Ending | undefined;
  #writeError: Error | undefined;
  #reading: Reading | undefined;
  #writing: Writing | undefined;

  constructor({ held = false, mostBytes = Infinity } = {}) {
    this.held = held;
    this.mostBytes = mostBytes;
  }

  /** All that was taken. */
  get written(): string {
    return this.writes.join("");
  }

  /** What the write under way still offers; empty if there is none. */
  get offered(): string {
    return this.#writing === undefined ? "" : textOf(this.#writing.bytes);
  }

  get closed(): boolean {
    return this.closes > 0;
  }

  read(into: Uint8Array): Promise<number | null> {
    if (this.#reading !== undefined) throw new Error("Cannot read while a read is under way");
    this.rooms.push(into.length);
    const { promise, resolve, reject } = Promise.withResolvers<number | null>();
    this.#reading = { into, resolve, reject };
    this.#pump();
    return promise;
  }

  write(bytes: Uint8Array): Promise<number> {
    if (this.#writing !== undefined) throw new Error("Cannot write while a write is under way");
    if (this.closed) return Promise.reject(new Error("the transport is closed"));
    if (this.#writeError !== undefined) return Promise.reject(this.#writeError);
    if (!this.held) return Promise.resolve(this.#took(bytes, this.mostBytes));
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    this.#writing = { bytes, resolve, reject };
    return promise;
  }

  close(): void {
    this.closes++;
    const error = new Error("the transport is closed");
    this.#readEnd = { error };
    this.#incoming = [];
    this.#pump();
    this.#writing?.reject(error);
    this.#writing = undefined;
  }

  unref(): void {
    this.unrefs++;
  }

  /** Sends pieces to the client; each is a read of its own, unless it is empty. */
  feed(...pieces: string[]): void {
    this.#incoming.push(...pieces.filter((piece) => piece !== "").map(bytesOf));
    this.#pump();
  }

  /** Ends the stream to the client. */
  end(): void {
    this.#readEnd ??= {};
    this.#pump();
  }

  /** Fails the reads, once all that was fed has been read. */
  failRead(message = "connection reset"): void {
    this.#readEnd ??= { error: new Error(message) };
    this.#pump();
  }

  /** Lets the held write take some bytes, or all it offers. */
  take(most = Infinity): void {
    const writing = this.#writing;
    if (writing === undefined) throw new Error("Cannot take as no write is under way");
    this.#writing = undefined;
    writing.resolve(this.#took(writing.bytes, most));
  }

  /** Takes all that is offered, and from now on everything at once. */
  release(): void {
    this.held = false;
    if (this.#writing !== undefined) this.take();
  }

  /** Fails the write under way and all later ones, with no further byte taken. */
  failWrite(message = "broken pipe"): void {
    this.#writeError = new Error(message);
    this.#writing?.reject(this.#writeError);
    this.#writing = undefined;
  }

  #took(bytes: Uint8Array, most: number): number {
    const count = Math.min(bytes.length, most);
    this.writes.push(textOf(bytes.subarray(0, count)));
    return count;
  }

  #pump(): void {
    const reading = this.#reading;
    if (reading === undefined) return;
    const piece = this.#incoming[0];
    if (piece === undefined && this.#readEnd === undefined) return;
    this.#reading = undefined;
    if (piece !== undefined) {
      const count = Math.min(piece.length, reading.into.length);
      reading.into.set(piece.subarray(0, count));
      if (count === piece.length) this.#incoming.shift();
      else this.#incoming[0] = piece.subarray(count);
      reading.resolve(count);
    } else if (this.#readEnd?.error !== undefined) {
      reading.reject(this.#readEnd.error);
    } else {
      reading.resolve(null);
    }
  }
}

interface Ending {
  readonly error?: Error;
}

interface Reading {
  readonly into: Uint8Array;
  readonly resolve: (count: number | null) => void;
  readonly reject: (error: Error) => void;
}

interface Writing {
  readonly bytes: Uint8Array;
  readonly resolve: (count: number) => void;
  readonly reject: (error: Error) => void;
}

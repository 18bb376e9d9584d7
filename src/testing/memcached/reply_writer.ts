import { bytesOf } from "./latin1.ts";

/** Gathers what the embedded server answers. Amortised linear: the buffer doubles when it is full. */
export class ReplyWriter {
  #buffer: Uint8Array = new Uint8Array(1024);
  #length = 0;
  #sealed = 0;

  /** How many bytes were gathered. */
  get length(): number {
    return this.#length;
  }

  /** Adds a line. */
  line(text: string): void {
    this.bytes(bytesOf(text));
    this.bytes(CRLF);
  }

  /** Adds bytes. */
  bytes(bytes: Uint8Array): void {
    const length = this.#length + bytes.length;
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    this.#buffer.set(bytes, this.#length);
    this.#length = length;
  }

  /** Forgets what was gathered after the first so many bytes. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Lets what was gathered so far count as sent. */
  seal(): void {
    this.#sealed = this.#length;
  }

  /** Forgets what was gathered since it was last sealed or taken. */
  takeBack(): void {
    this.#length = this.#sealed;
  }

  /** Gives what was gathered after the first so many bytes: borrowed, valid until the next call. */
  since(length: number): Uint8Array {
    return this.#buffer.subarray(length, this.#length);
  }

  /** Gives all that was gathered and starts anew: owned. */
  take(): Uint8Array {
    const taken = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    this.#sealed = 0;
    if (this.#buffer.length > LARGEST_KEPT) this.#buffer = new Uint8Array(1024);
    return taken;
  }
}

const CRLF = bytesOf("\r\n");
const LARGEST_KEPT = 1024 * 1024;

import type { Item } from "./store.ts";

/** Gathers the replies of the embedded server. The work is linear, as the buffer doubles when it is full. */
export class ReplyWriter {
  #buffer: Uint8Array = new Uint8Array(1024);
  #length = 0;
  #sealed = 0;
  readonly #held = new Set<number>();

  /** How many bytes are gathered. */
  get length(): number {
    return this.#length;
  }

  /** Adds a line, whose characters are all below 256. */
  line(text: string): void {
    const buffer = this.#withRoomFor(text.length + 2);
    let at = this.#length;
    for (let i = 0; i < text.length; i++) buffer[at++] = text.charCodeAt(i);
    buffer[at++] = CR;
    buffer[at++] = LF;
    this.#length = at;
  }

  /** Adds bytes. */
  bytes(bytes: Uint8Array): void {
    this.#withRoomFor(bytes.length).set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Keeps the first `length` bytes and forgets the rest. */
  truncate(length: number): void {
    this.#length = length;
  }

  /** Treats all that was gathered so far as sent: protects it from `takeBack()`, and lets go of its items. */
  seal(): void {
    this.#sealed = this.#length;
    this.#held.clear();
  }

  /** Forgets all that was gathered since the last `seal()` or `take()`. */
  takeBack(): void {
    this.#length = this.#sealed;
    this.#held.clear();
  }

  /** Notes that what was gathered refers to an item: the daemon leaves its data as it is until the reply is sent. */
  hold({ sequence }: Item): void {
    this.#held.add(sequence);
  }

  /** Says whether something that was gathered refers to an item. */
  holds({ sequence }: Item): boolean {
    return this.#held.has(sequence);
  }

  /** Gives the bytes after the first `length`: borrowed, valid until the next call. */
  since(length: number): Uint8Array {
    return this.#buffer.subarray(length, this.#length);
  }

  /** Gives all bytes, owned, and starts anew. */
  take(): Uint8Array {
    const taken = this.#buffer.slice(0, this.#length);
    this.#length = 0;
    this.#sealed = 0;
    this.#held.clear();
    if (this.#buffer.length > LARGEST_KEPT) this.#buffer = new Uint8Array(1024);
    return taken;
  }

  /** Gives the buffer, with room for so many bytes more. */
  #withRoomFor(more: number): Uint8Array {
    const length = this.#length + more;
    if (length > this.#buffer.length) {
      const grown = new Uint8Array(Math.max(length, this.#buffer.length * 2));
      grown.set(this.#buffer.subarray(0, this.#length));
      this.#buffer = grown;
    }
    return this.#buffer;
  }
}

const CR = 13;
const LF = 10;
const LARGEST_KEPT = 1024 * 1024;

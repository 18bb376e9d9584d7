/** Gathers what the embedded server answers. Amortised linear: the buffer doubles when it is full. */
export class ReplyWriter {
  #buffer: Uint8Array = new Uint8Array(1024);
  #length = 0;
  #sealed = 0;

  /** How many bytes were gathered. */
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

  /** The buffer, which grows where so many bytes more do not fit. */
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

/**
 * A growing buffer that is written piece by piece, numbers with the least significant byte first. One sink is kept and
 * lent again. Results are views of its buffer, and each begins where the last ended: a buffer for each small result would
 * cost 600 ns, a view costs 30. So many results share a buffer of 32 KiB; a big one has its own.
 */

import { utf8Length } from "../text.ts";

/** Lends the kept sink, empty, or a new one while the kept one is lent. */
export function lendSink(): ByteSink {
  const sink = kept ?? new ByteSink();
  kept = undefined;
  sink.begin();
  return sink;
}

let kept: ByteSink | undefined;

/** Collects bytes. */
export class ByteSink {
  #bytes: Uint8Array<ArrayBuffer> = new Uint8Array(SHARED_SIZE);
  #view: DataView = new DataView(this.#bytes.buffer);
  /** Where the result that is being written begins. */
  #start = 0;
  #length = 0;

  /** Number of bytes of the result so far. Positions are counted from its beginning, as its buffer may be replaced. */
  get length(): number {
    return this.#length - this.#start;
  }

  /** Begins a result, in a new buffer if the old one is nearly full. */
  begin(): void {
    if (this.#bytes.length - this.#start < SPARE_SIZE) this.#move(SHARED_SIZE);
    this.#length = this.#start;
  }

  /** Ends the result and returns its bytes, owned although their buffer is shared. The sink can then be lent again. */
  handOut(): Uint8Array<ArrayBuffer> {
    const result = this.#bytes.subarray(this.#start, this.#length);
    this.#start = this.#length;
    if (this.#bytes.length === SHARED_SIZE) kept = this;
    return result;
  }

  /** Writes one byte. */
  byte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  /** Writes 16 bits. */
  uint16(value: number): void {
    this.#reserve(2);
    this.#bytes[this.#length++] = value;
    this.#bytes[this.#length++] = value >> 8;
  }

  /** Writes a byte and a signed number of 32 bits. */
  tagged(tag: number, value: number): void {
    this.#reserve(5);
    const bytes = this.#bytes;
    const at = this.#length;
    bytes[at] = tag;
    bytes[at + 1] = value;
    bytes[at + 2] = value >> 8;
    bytes[at + 3] = value >> 16;
    bytes[at + 4] = value >> 24;
    this.#length = at + 5;
  }

  /** Writes a double. */
  float(value: number): void {
    this.#reserve(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** Writes bytes. */
  bytes(data: Uint8Array): void {
    this.#reserve(data.length);
    this.#bytes.set(data, this.#length);
    this.#length += data.length;
  }

  /** Writes the length in 32 bits, then UTF-8, in which a lone surrogate takes three bytes. */
  lengthAndText(text: string): void {
    // A UTF-16 unit takes at most three bytes. Long texts are counted first, to reserve no more than they need.
    this.#reserve(4 + (text.length > 1024 ? utf8Length(text) : text.length * 3));
    const start = this.#length + 4;
    const end = this.#writeAscii(text, start) ?? this.#writeUtf8(text, start);
    this.#view.setInt32(this.#length, end - start, true);
    this.#length = end;
  }

  /** Gives the result so far, lent until more is written. */
  written(): Uint8Array {
    return this.#bytes.subarray(this.#start, this.#length);
  }

  /** Sorts neighbouring ranges by their bytes. Each ends where the next begins; the last of the bounds is an end. */
  sortRanges(bounds: readonly number[]): void {
    if (bounds.length < 3) return;
    const result = this.written();
    const ranges = bounds.slice(1).map((end, i) => result.slice(bounds[i], end));
    ranges.sort(compareBytes);
    let at = bounds[0];
    for (const range of ranges) {
      result.set(range, at);
      at += range.length;
    }
  }

  /** Writes a short text by a loop, which is faster than the encoder. `undefined` if it is long or not ASCII. */
  #writeAscii(text: string, start: number): number | undefined {
    const { length } = text;
    if (length > SHORT_TEXT) return undefined;
    const bytes = this.#bytes;
    for (let i = 0; i < length; i++) {
      const unit = text.charCodeAt(i);
      if (unit >= 0x80) return undefined;
      bytes[start + i] = unit;
    }
    return start + length;
  }

  #writeUtf8(text: string, start: number): number {
    if (text.isWellFormed()) {
      return start + encoder.encodeInto(text, this.#bytes.subarray(start)).written;
    }
    let at = start;
    for (let i = 0; i < text.length; i++) {
      const point = text.codePointAt(i)!;
      if (point >= 0xd800 && point < 0xe000) {
        this.#bytes[at++] = 0xe0 | (point >> 12);
        this.#bytes[at++] = 0x80 | ((point >> 6) & 0x3f);
        this.#bytes[at++] = 0x80 | (point & 0x3f);
        continue;
      }
      const character = String.fromCodePoint(point);
      at += encoder.encodeInto(character, this.#bytes.subarray(at)).written;
      i += character.length - 1;
    }
    return at;
  }

  #reserve(more: number): void {
    if (more <= this.#bytes.length - this.#length) return;
    const written = this.#length - this.#start;
    this.#move(Math.max(written + more, written * 2, SHARED_SIZE));
  }

  /** Copies the result so far into a new buffer; the old one belongs to the results before it. */
  #move(size: number): void {
    const bytes = new Uint8Array(size);
    bytes.set(this.#bytes.subarray(this.#start, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
    this.#length -= this.#start;
    this.#start = 0;
  }
}

function compareBytes(a: Uint8Array, b: Uint8Array): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    if (a[i] !== b[i]) return a[i] - b[i];
  }
  return a.length - b.length;
}

const SHARED_SIZE = 32 * 1024;
const SPARE_SIZE = 1024;
const SHORT_TEXT = 32;
const encoder = new TextEncoder();

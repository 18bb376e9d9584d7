/** One item of a reply, as the parser found it. One object is reused for all items of a connection. */

import { ReplyLine } from "./reply_line.ts";

/**
 * The item that the parser has just read: the line that announced it, and its data block. All of it is borrowed: the
 * next item overwrites the fields, and the next read overwrites the bytes. The one exception is `data` where `owned` is
 * true: that array was made for this item alone and may be kept.
 */
export class ItemView extends ReplyLine {
  /** Holds the line: its rest, the key and the cas. */
  header: Uint8Array = EMPTY;
  /** Holds the data block, from `dataStart` to `dataEnd`. */
  data: Uint8Array = EMPTY;
  dataStart = 0;
  dataEnd = 0;
  /** True: `data` is this item's data block and nothing else, and nobody else will write to it. */
  owned = false;

  /** The cas as an unsigned 64-bit number; 0 where the reply had none. */
  cas(): bigint {
    let cas = 0n;
    // Two halves of at most ten digits: each is an exact double, and only two bigints are made.
    let part = 0;
    const middle = Math.max(this.casStart, this.casEnd - 10);
    for (let i = this.casStart; i < middle; i++) part = part * 10 + (this.header[i] - DIGIT_0);
    cas = BigInt(part) * 10_000_000_000n;
    part = 0;
    for (let i = middle; i < this.casEnd; i++) part = part * 10 + (this.header[i] - DIGIT_0);
    return BigInt.asUintN(64, cas + BigInt(part));
  }

  /** True if the item's key is `wireKey`. Compares from the end, where keys that share a beginning differ. */
  hasKey(wireKey: string): boolean {
    const { header, keyStart } = this;
    const length = this.keyEnd - keyStart;
    if (wireKey.length !== length) return false;
    for (let i = length - 1; i >= 0; i--) {
      if (header[keyStart + i] !== wireKey.charCodeAt(i)) return false;
    }
    return true;
  }

  /** The item's key as a wire key: one char code a byte. */
  key(): string {
    let key = "";
    for (let i = this.keyStart; i < this.keyEnd; i++) key += String.fromCharCode(this.header[i]);
    return key;
  }

  /** Says that the line, which began at `start` in the header, now begins `held`. */
  moveHeader(held: Uint8Array, start: number): void {
    this.header = held;
    this.restStart -= start;
    this.restEnd -= start;
    this.keyStart -= start;
    this.keyEnd -= start;
    this.casStart -= start;
    this.casEnd -= start;
  }

  /** The data block as an array of its own, that may be kept. */
  copyData(): Uint8Array {
    if (this.owned) return this.data;
    return this.data.slice(this.dataStart, this.dataEnd);
  }
}

const EMPTY = new Uint8Array(0);
const DIGIT_0 = 0x30;

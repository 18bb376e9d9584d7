/**
 * Finds the replies in a stream of bytes that arrives cut anywhere.
 *
 * Two states. LINE: a line is parsed in place where the chunk holds all of it; else its pieces are collected in a
 * small buffer. BODY: the length from the VALUE line frames the data block, which is never searched. A block that the
 * chunk holds whole is lent out of the chunk; one that spans chunks gets one allocation of its exact size.
 *
 * Work is linear in new bytes: no byte is looked at twice but those of a line cut by a chunk's end, and of these there
 * are at most MAX_LINE_BYTES. After an error the stream's meaning is lost, and the parser refuses to be fed.
 */

import { ProtocolError } from "../errors.ts";
import { CR, DIGIT_0, DIGIT_9, LF, SPACE } from "./bytes.ts";
import { ItemView } from "./item_view.ts";
import { isBare, ReplyWord, wordAt } from "./reply.ts";

/** Receives what {@linkcode ReplyParser} recognises, in wire order. Everything passed is borrowed. */
export interface ReplySink {
  /** One item of a retrieval. */
  item(item: ItemView): void;
  /** One line. What follows the word and a space is `bytes[start, end)`; for a NUMBER, its digits. */
  line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): void;
}

/** Longest line taken from a server, in bytes, its end included. */
export const MAX_LINE_BYTES = 8192;

/** Longest data block taken from a server, in bytes; memcached itself allows items of up to 1 GiB (`-I`). */
const MAX_DATA_BYTES = 128 * 1024 * 1024;

/** An incremental parser of the classic text protocol's replies. */
export class ReplyParser {
  readonly #sink: ReplySink;
  readonly #maxDataBytes: number;
  readonly #item = new ItemView();
  /** Holds the beginning of a line cut by a chunk's end, and during BODY the VALUE line of a block that spans chunks. */
  #held = new Uint8Array(256);
  #heldLength = 0;
  /** Bytes of the data block, and of the CR LF after it, that are still to come; -1 in state LINE. */
  #missing = -1;
  #body = EMPTY;
  /** Where in the buffer an open data block begins and ends that stays there; -1 if there is none. */
  #openStart = -1;
  #openEnd = -1;
  /** Size of a buffer in which open data blocks may stay. */
  #room = 0;
  #failed = false;

  constructor(sink: ReplySink, maxDataBytes: number = MAX_DATA_BYTES) {
    this.#sink = sink;
    this.#maxDataBytes = maxDataBytes;
  }

  /**
   * Takes the next `length` bytes of the stream from the start of `chunk`, which may be reused on return.
   *
   * @throws {ProtocolError} If the bytes are no reply, now and ever after.
   */
  feed(chunk: Uint8Array, length: number = chunk.length): void {
    this.#room = 0;
    this.#run(chunk, 0, length);
  }

  /**
   * The same for a buffer that is read into again and again, of which `start` to `end` is new. A data block that is not
   * all there, but for which the buffer has room, stays where it is until it is: it is never copied, and text of 100 kB
   * is read in two thirds of the time.
   *
   * @returns Where in the buffer the next bytes belong. What lies before is lent to the parser; at 0, nothing is.
   * @throws {ProtocolError} If the bytes are no reply, now and ever after.
   */
  feedFrom(buffer: Uint8Array, start: number, end: number): number {
    this.#room = buffer.length;
    this.#run(buffer, start, end);
    return this.#openEnd < 0 ? 0 : end;
  }

  #run(bytes: Uint8Array, start: number, end: number): void {
    if (this.#failed) throw new ProtocolError("Cannot read reply as an earlier one was malformed");
    this.#failed = true;
    let at = start;
    if (this.#openEnd >= 0) at = this.#closeBody(bytes, end);
    else if (this.#missing >= 0) at = this.#fillBody(bytes, end);
    if (this.#heldLength > 0 && at < end && this.#missing < 0) at = this.#completeLine(bytes, end);
    while (at < end && this.#missing < 0) {
      const next = this.#parseLine(bytes, at, end);
      if (next < 0) {
        this.#hold(bytes, at, end);
        break;
      }
      at = next;
    }
    this.#failed = false;
  }

  /**
   * Where the next bytes of the stream belong, if that is a data block with more than `least` bytes to come: whoever
   * reads them straight into this array calls {@linkcode ReplyParser.filled} and saves a copy.
   */
  vacancy(least: number): Uint8Array | undefined {
    const missing = this.#missing - 2;
    if (missing <= least || this.#openEnd >= 0) return undefined;
    return this.#body.subarray(this.#body.length - missing);
  }

  /** Says that `count` bytes have been read into the {@linkcode ReplyParser.vacancy}. */
  filled(count: number): void {
    this.#missing -= count;
  }

  /** Bytes of the open data block that are still to come. */
  get missing(): number {
    return Math.max(0, this.#missing);
  }

  /** True if the stream stands between two replies. */
  get idle(): boolean {
    return this.#missing < 0 && this.#heldLength === 0;
  }

  /** Parses the line that begins at `start`. Returns where the next one begins, or -1 if this one is not all there. */
  #parseLine(bytes: Uint8Array, start: number, end: number): number {
    const first = bytes[start];
    // The three lines that most work consists of are known by a few bytes.
    if (first === LETTER_V && end - start > 6 && isValue(bytes, start)) {
      return this.#parseValue(bytes, start, end);
    }
    if (
      first === LETTER_S && end - start >= 8 && bytes[start + 1] === 0x54 &&
      bytes[start + 2] === 0x4f &&
      bytes[start + 3] === 0x52 && bytes[start + 4] === 0x45 && bytes[start + 5] === 0x44 &&
      bytes[start + 6] === CR && bytes[start + 7] === LF
    ) {
      this.#sink.line(ReplyWord.STORED, bytes, start + 6, start + 6);
      return start + 8;
    }
    if (
      first === LETTER_E && end - start >= 5 && bytes[start + 1] === 0x4e &&
      bytes[start + 2] === 0x44 && bytes[start + 3] === CR && bytes[start + 4] === LF
    ) {
      this.#sink.line(ReplyWord.END, bytes, start + 3, start + 3);
      return start + 5;
    }
    let lf = start;
    while (lf < end && bytes[lf] !== LF) lf++;
    if (lf === end) return -1;
    const cr = lf - 1;
    if (lf - start >= MAX_LINE_BYTES) throw tooLong();
    if (cr < start || bytes[cr] !== CR) {
      throw malformed("it does not end in CR LF", bytes, start, lf);
    }
    if (first >= DIGIT_0 && first <= DIGIT_9) this.#parseNumber(bytes, start, cr);
    else this.#parseWord(bytes, start, cr);
    return lf + 1;
  }

  #parseWord(bytes: Uint8Array, start: number, cr: number): void {
    let wordEnd = start;
    while (wordEnd < cr && bytes[wordEnd] !== SPACE) wordEnd++;
    const word = wordAt(bytes, start, wordEnd);
    const bare = wordEnd === cr;
    if (word === -1 || (!bare && isBare(word))) {
      throw malformed("it is none that memcached has", bytes, start, cr);
    }
    this.#sink.line(word as ReplyWord, bytes, bare ? cr : wordEnd + 1, cr);
  }

  /** A number may be followed by spaces: decr keeps an item's length that way. */
  #parseNumber(bytes: Uint8Array, start: number, cr: number): void {
    let digitsEnd = start;
    while (digitsEnd < cr && isDigit(bytes[digitsEnd])) digitsEnd++;
    for (let i = digitsEnd; i < cr; i++) {
      if (bytes[i] !== SPACE) throw malformed("it is not a number", bytes, start, cr);
    }
    if (digitsEnd - start > MAX_DIGITS) throw malformed("the number is too long", bytes, start, cr);
    this.#sink.line(ReplyWord.NUMBER, bytes, start, digitsEnd);
  }

  /** Parses `VALUE <key> <flags> <bytes> [<cas>]` in one pass, then the data block if it is there. */
  #parseValue(bytes: Uint8Array, start: number, end: number): number {
    let at = start + 6;
    const keyStart = at;
    while (at < end && bytes[at] > SPACE) at++;
    // Keys may hold control bytes other than those that end a word or a line.
    while (at < end && bytes[at] !== SPACE && bytes[at] !== LF) at++;
    const keyEnd = at++;
    let flags = 0;
    const flagsStart = at;
    // Cut to 32 bits, as libmc does.
    while (at < end && isDigit(bytes[at])) flags = (flags * 10 + bytes[at++] - DIGIT_0) >>> 0;
    const flagsEnd = at++;
    let size = 0;
    const sizeStart = at;
    while (at < end && isDigit(bytes[at])) size = size * 10 + bytes[at++] - DIGIT_0;
    const sizeEnd = at;
    let casStart = at;
    if (at < end && bytes[at] === SPACE) {
      casStart = ++at;
      while (at < end && isDigit(bytes[at])) at++;
    }
    const casEnd = at;
    if (at + 1 >= end) {
      if (end - start >= MAX_LINE_BYTES) throw tooLong();
      return this.#refuseBadStart(bytes, start, end);
    }
    if (
      bytes[at] !== CR || bytes[at + 1] !== LF || bytes[keyEnd] !== SPACE || keyEnd === keyStart ||
      bytes[flagsEnd] !== SPACE || flagsEnd === flagsStart || flagsEnd - flagsStart > MAX_DIGITS ||
      sizeEnd === sizeStart || (casStart !== sizeEnd && casEnd === casStart) ||
      casEnd - casStart > MAX_DIGITS
    ) {
      // A fault after the line's end belongs to the next line: then this one is not all there, or broken before.
      throw malformed("it is no VALUE line", bytes, start, Math.min(at, start + 300));
    }
    if (at + 2 - start > MAX_LINE_BYTES) throw tooLong();
    if (sizeEnd - sizeStart > MAX_DIGITS || size > this.#maxDataBytes) {
      throw new ProtocolError(
        `Cannot read item as its data must be <= ${this.#maxDataBytes} bytes: announced size is ${size}`,
      );
    }
    const item = this.#item;
    item.header = bytes;
    item.keyStart = keyStart;
    item.keyEnd = keyEnd;
    item.flags = flags;
    item.casStart = casStart;
    item.casEnd = casEnd;
    return this.#parseBody(bytes, start, at + 2, end, size);
  }

  /** A VALUE line without its end is held back, unless it already cannot become one: then nobody waits for the rest. */
  #refuseBadStart(bytes: Uint8Array, start: number, end: number): -1 {
    for (let i = start; i < end; i++) {
      if (bytes[i] === LF) throw malformed("it is no VALUE line", bytes, start, i);
    }
    return -1;
  }

  #parseBody(
    bytes: Uint8Array,
    lineStart: number,
    bodyStart: number,
    end: number,
    size: number,
  ): number {
    const bodyEnd = bodyStart + size;
    if (bodyEnd + 2 <= end) return this.#lendBody(bytes, bodyStart, bodyEnd);
    if (bodyEnd + 2 <= this.#room && bytes !== this.#held) {
      this.#openStart = bodyStart;
      this.#openEnd = bodyEnd;
      this.#missing = bodyEnd + 2 - end;
      return end;
    }
    this.#holdHeader(bytes, lineStart, bodyStart);
    this.#body = new Uint8Array(size);
    this.#missing = size + 2;
    this.#fillBody(bytes.subarray(bodyStart, end), end - bodyStart);
    return end;
  }

  /** Gives an item whose data block lies whole in the buffer. Returns where the next line begins. */
  #lendBody(bytes: Uint8Array, start: number, end: number): number {
    if (bytes[end] !== CR || bytes[end + 1] !== LF) throw badTail();
    const item = this.#item;
    item.data = bytes;
    item.dataStart = start;
    item.dataEnd = end;
    item.owned = false;
    this.#sink.item(item);
    return end + 2;
  }

  /** Goes on with the data block that has stayed in the buffer. */
  #closeBody(bytes: Uint8Array, end: number): number {
    const start = this.#openStart;
    const bodyEnd = this.#openEnd;
    this.#missing = bodyEnd + 2 - end;
    if (this.#missing > 0) return end;
    this.#openStart = this.#openEnd = this.#missing = -1;
    return this.#lendBody(bytes, start, bodyEnd);
  }

  /** Fills the open data block from the start of `chunk`. Returns how many bytes it took. */
  #fillBody(chunk: Uint8Array, length: number): number {
    const body = this.#body;
    let at = 0;
    if (this.#missing > 2) {
      at = Math.min(length, this.#missing - 2);
      body.set(
        at === chunk.length ? chunk : chunk.subarray(0, at),
        body.length - (this.#missing - 2),
      );
      this.#missing -= at;
    }
    for (; at < length && this.#missing > 0; at++) {
      if (chunk[at] !== (this.#missing === 2 ? CR : LF)) throw badTail();
      this.#missing--;
    }
    if (this.#missing > 0) return at;
    const item = this.#item;
    item.data = body;
    item.dataStart = 0;
    item.dataEnd = body.length;
    item.owned = true;
    this.#body = EMPTY;
    this.#missing = -1;
    this.#heldLength = 0;
    this.#sink.item(item);
    return at;
  }

  /** Moves the VALUE line of an open data block where the next chunk does not overwrite it. */
  #holdHeader(bytes: Uint8Array, start: number, end: number): void {
    const item = this.#item;
    if (bytes !== this.#held) {
      this.#heldLength = 0;
      this.#hold(bytes, start, end);
      item.keyStart -= start;
      item.keyEnd -= start;
      item.casStart -= start;
      item.casEnd -= start;
    }
    item.header = this.#held;
  }

  /** Adds a piece of a line to those held. */
  #hold(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    if (length > MAX_LINE_BYTES) throw tooLong();
    if (length > this.#held.length) {
      const larger = new Uint8Array(length <= 1024 ? 1024 : MAX_LINE_BYTES);
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldLength);
    this.#heldLength = length;
  }

  /** Adds to the held line what the chunk has of it, and parses it once it is whole. */
  #completeLine(chunk: Uint8Array, length: number): number {
    let lf = 0;
    while (lf < length && chunk[lf] !== LF) lf++;
    const at = lf < length ? lf + 1 : length;
    this.#hold(chunk, 0, at);
    if (lf === length) return at;
    const heldLength = this.#heldLength;
    this.#heldLength = 0;
    this.#parseLine(this.#held, 0, heldLength);
    // A VALUE line whose block is open stays held, as its key is needed when the block is complete.
    return this.#missing < 0 ? at : at + this.#fillBody(chunk.subarray(at, length), length - at);
  }
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

/** True if `bytes` has `VALUE ` at `start`; the V has been seen. */
function isValue(bytes: Uint8Array, start: number): boolean {
  return bytes[start + 1] === 0x41 && bytes[start + 2] === 0x4c && bytes[start + 3] === 0x55 &&
    bytes[start + 4] === 0x45 && bytes[start + 5] === SPACE;
}

function malformed(reason: string, bytes: Uint8Array, start: number, end: number): ProtocolError {
  const shown = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + 80)));
  return new ProtocolError(`Cannot read reply line ${JSON.stringify(shown)} as ${reason}`);
}

function tooLong(): ProtocolError {
  return new ProtocolError(`Cannot read reply line as it must be <= ${MAX_LINE_BYTES} bytes`);
}

function badTail(): ProtocolError {
  return new ProtocolError("Cannot read item as its data block does not end in CR LF");
}

const EMPTY = new Uint8Array(0);
const LETTER_E = 0x45;
const LETTER_V = 0x56;
const LETTER_S = 0x53;
/** Digits of 2^64 - 1, the largest number of the protocol. */
const MAX_DIGITS = 20;

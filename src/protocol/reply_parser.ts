/**
 * Finds the replies in a stream of bytes that arrives cut anywhere. What a line says is the grammar's business; this is
 * about pieces: where a line ends and a data block begins, and what has to be kept until the rest has come.
 *
 * Two states. LINE: a line is read in place where the chunk holds all of it; else its pieces are collected in a small
 * buffer. BODY: the length from the line that announced the data block frames it; the block is never searched. A block
 * that the chunk holds whole is lent out of the chunk; one that spans chunks gets one allocation of its exact size.
 *
 * Work is linear in new bytes: no byte is looked at twice but those of a line cut by a chunk's end, and of these there
 * are at most MAX_LINE_BYTES. After an error the stream's meaning is lost, and the parser refuses to be fed.
 */

import { ProtocolError } from "../errors.ts";
import { ItemView } from "./item_view.ts";
import type { ReadLine } from "./reply_line.ts";
import type { ReplyWord } from "./reply.ts";

/** Receives what {@linkcode ReplyParser} recognises, in wire order. Everything passed is borrowed. */
export interface ReplySink {
  /** One item of a retrieval. */
  item(item: ItemView): void;
  /** One line. What follows the word and a space is `bytes[start, end)`; for a NUMBER its digits, for OTHER all of it. */
  line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): void;
}

/** Longest line taken from a server, in bytes, its end included. */
export const MAX_LINE_BYTES = 8192;

/** Longest data block taken from a server, in bytes; memcached itself allows items of up to 1 GiB (`-I`). */
const MAX_DATA_BYTES = 128 * 1024 * 1024;

/** An incremental parser of replies. */
export class ReplyParser {
  readonly #sink: ReplySink;
  readonly #readLine: ReadLine;
  readonly #maxDataBytes: number;
  /** Filled by the grammar for every line. One that announces a data block becomes an item by it. */
  readonly #item = new ItemView();
  /** Holds the beginning of a line cut by a chunk's end, and during BODY the line that announced a block in pieces. */
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

  constructor(sink: ReplySink, readLine: ReadLine, maxDataBytes: number = MAX_DATA_BYTES) {
    this.#sink = sink;
    this.#readLine = readLine;
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
    if (this.idle) this.#takeLines(bytes, start, end);
    else this.#takeLines(bytes, this.#resume(bytes, start, end), end);
    this.#failed = false;
  }

  /** Goes on with what was cut by the end of the chunk before. Returns where the next line begins, or `end`. */
  #resume(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#openEnd >= 0) at = this.#closeBody(bytes, end);
    else if (this.#missing >= 0) at = this.#fillBody(bytes, end);
    if (this.#heldLength > 0 && at < end && this.#missing < 0) at = this.#completeLine(bytes, end);
    return at;
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

  /** Takes all that is whole from `start` on, line by line, and keeps what the chunk's end cuts. */
  #takeLines(bytes: Uint8Array, start: number, end: number): void {
    const item = this.#item;
    const sink = this.#sink;
    const readLine = this.#readLine;
    let at = start;
    while (at < end) {
      // Beyond the longest line the grammar sees nothing: a longer one is not all there, and too long to be held.
      const next = readLine(bytes, at, end - at > MAX_LINE ? at + MAX_LINE : end, item);
      if (next < 0) {
        this.#hold(bytes, at, end);
        return;
      }
      if (item.size < 0) {
        sink.line(item.word, bytes, item.restStart, item.restEnd);
        at = next;
      } else {
        at = this.#openBody(bytes, at, next, end);
      }
    }
  }

  /** Takes the data block that the line at `lineStart` announces. Returns where the next line begins, or `end`. */
  #openBody(bytes: Uint8Array, lineStart: number, bodyStart: number, end: number): number {
    const item = this.#item;
    const { size } = item;
    if (size > this.#maxDataBytes) {
      throw new ProtocolError(
        `Cannot read item as its data must be <= ${this.#maxDataBytes} bytes: announced size is ${size}`,
      );
    }
    item.header = bytes;
    const bodyEnd = bodyStart + size;
    if (bodyEnd + 2 <= end) return this.#lendBody(bytes, bodyStart, bodyEnd);
    if (bodyEnd + 2 <= this.#room && bytes !== this.#held) {
      this.#openStart = bodyStart;
      this.#openEnd = bodyEnd;
      this.#missing = bodyEnd + 2 - end;
      return end;
    }
    if (bytes !== this.#held) this.#holdHeader(bytes, lineStart, bodyStart);
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

  /** Moves the line of an open data block to where the next chunk does not overwrite it. */
  #holdHeader(bytes: Uint8Array, start: number, end: number): void {
    this.#heldLength = 0;
    this.#hold(bytes, start, end);
    this.#item.moveHeader(this.#held, start);
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

  /** Adds to the held line what the chunk has of it, and takes it once it is whole. */
  #completeLine(chunk: Uint8Array, length: number): number {
    let lf = 0;
    while (lf < length && chunk[lf] !== LF) lf++;
    const at = lf < length ? lf + 1 : length;
    this.#hold(chunk, 0, at);
    if (lf === length) return at;
    const heldLength = this.#heldLength;
    this.#heldLength = 0;
    this.#takeLines(this.#held, 0, heldLength);
    // A line whose data block is open stays held, as its key is needed when the block is complete.
    return this.#missing < 0 ? at : at + this.#fillBody(chunk.subarray(at, length), length - at);
  }
}

function tooLong(): ProtocolError {
  return new ProtocolError(`Cannot read reply line as it must be <= ${MAX_LINE_BYTES} bytes`);
}

function badTail(): ProtocolError {
  return new ProtocolError("Cannot read item as its data block does not end in CR LF");
}

const EMPTY = new Uint8Array(0);
// As in classic_lines.ts: what is imported or exported is slower than a constant of the file alone.
const LF = 0x0a;
const CR = 0x0d;
const MAX_LINE = MAX_LINE_BYTES;

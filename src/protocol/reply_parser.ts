/**
 * Finds the replies in a stream of bytes that arrives cut anywhere. The grammar reads the lines. The parser deals with
 * the pieces: where a line ends and a data block begins, and which bytes must be kept until the rest has come.
 *
 * It has two states. LINE: a line is read in place if the chunk contains all of it; else its pieces are collected in a
 * small buffer. BODY: the line that announced the data block gives its length; the block is never searched. A block that
 * is complete in the chunk is lent out of the chunk; one that spans chunks gets an array of its own. That has its exact
 * size from the start, up to 2 MiB; a larger one grows as the bytes come, so that a length which is only announced costs
 * nothing: an array is never longer than twice what has come.
 *
 * Work is linear in new bytes: only the bytes of a line that a chunk's end has cut are looked at twice, and these are at
 * most MAX_LINE_BYTES. After an error the position in the stream is lost, and the parser throws when it is fed again.
 */

import { ProtocolError } from "../errors.ts";
import { ItemView } from "./item_view.ts";
import type { ReadLine } from "./reply_line.ts";
import type { ReplyWord } from "./reply.ts";

/** Receives what {@linkcode ReplyParser} recognises, in wire order. Everything passed is borrowed. */
export interface ReplySink {
  /** Takes one item of a retrieval. */
  item(item: ItemView): void;
  /** Takes one line. `bytes[start, end)` is the text after its word; for a NUMBER its digits, for OTHER all of it. */
  line(word: ReplyWord, bytes: Uint8Array, start: number, end: number): void;
}

/** Longest line accepted from a server, in bytes, its end included. */
export const MAX_LINE_BYTES = 8192;

/** Longest data block accepted from a server, in bytes. memcached itself allows items of up to 1 GiB (`-I`). */
const MAX_DATA_BYTES = 128 * 1024 * 1024;

/** An incremental parser of replies. */
export class ReplyParser {
  readonly #sink: ReplySink;
  readonly #readLine: ReadLine;
  readonly #maxDataBytes: number;
  /** Filled by the grammar for every line. With its data block it becomes an item. */
  readonly #item = new ItemView();
  /** The beginning of a line that a chunk's end has cut; during BODY, the line that announced a block in pieces. */
  #held = EMPTY;
  #heldLength = 0;
  /** Number of bytes of the data block, and of the CR LF after it, that are still to come; -1 in state LINE. */
  #missing = -1;
  /** What has come of an open data block that does not stay in the buffer, and how long it will be. */
  #body = EMPTY;
  #bodySize = 0;
  /** Beginning and end of an open data block that stays in the buffer; -1 if there is none. */
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
   * @throws {ProtocolError} If the bytes are not a reply, and at every call after that.
   */
  feed(chunk: Uint8Array, length: number = chunk.length): void {
    this.#room = 0;
    this.#run(chunk, 0, length);
  }

  /**
   * Takes new bytes, `start` to `end`, of a buffer that is read into again and again. An incomplete data block for which
   * the buffer has room stays there until it is complete: it is never copied, and text of 100 kB is read in two thirds
   * of the time.
   *
   * @returns Position in the buffer where the next bytes belong. Those before it are lent to the parser.
   * @throws {ProtocolError} If the bytes are not a reply, and at every call after that.
   */
  feedFrom(buffer: Uint8Array, start: number, end: number): number {
    this.#room = buffer.length;
    this.#run(buffer, start, end);
    return this.#openEnd < 0 ? 0 : end;
  }

  #run(bytes: Uint8Array, start: number, end: number): void {
    if (this.#failed) throw new ProtocolError("Cannot read reply as an earlier one was malformed");
    this.#failed = true;
    this.#item.newChunk(end);
    if (this.idle) this.#takeLines(bytes, start, end);
    else this.#takeLines(bytes, this.#resume(bytes, start, end), end);
    this.#failed = false;
  }

  /** Goes on with the line or block that the last chunk's end has cut. Returns where the next line begins, or `end`. */
  #resume(bytes: Uint8Array, start: number, end: number): number {
    let at = start;
    if (this.#openEnd >= 0) at = this.#closeBody(bytes, end);
    else if (this.#missing >= 0) at = this.#fillBody(bytes, end);
    if (this.#heldLength > 0 && at < end && this.#missing < 0) at = this.#completeLine(bytes, end);
    return at;
  }

  /**
   * Gives the array where the next bytes of the stream belong, if a data block has more than `least` bytes to come. A
   * caller that reads straight into it saves a copy, and then calls {@linkcode ReplyParser.filled}. It may have less room
   * than the data block.
   */
  vacancy(least: number): Uint8Array | undefined {
    const missing = this.#missing - 2;
    if (missing <= least || this.#openEnd >= 0) return undefined;
    const come = this.#bodySize - missing;
    this.#grow(come + 1);
    return this.#body.subarray(come);
  }

  /** Says that `count` bytes have been read into the {@linkcode ReplyParser.vacancy}. */
  filled(count: number): void {
    this.#missing -= count;
  }

  /** Number of bytes of the open data block that are still to come. */
  get missing(): number {
    return Math.max(0, this.#missing);
  }

  /** True if the stream is between two replies. */
  get idle(): boolean {
    return this.#missing < 0 && this.#heldLength === 0;
  }

  /** Takes all complete replies from `start` on, line by line, and keeps the rest. */
  #takeLines(bytes: Uint8Array, start: number, end: number): void {
    const item = this.#item;
    const sink = this.#sink;
    const readLine = this.#readLine;
    let at = start;
    while (at < end) {
      // The grammar sees no more than the longest line: a longer one is never complete, and is too long to be held.
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
    this.#body = new Uint8Array(Math.min(size, FIRST_BODY_BYTES));
    this.#bodySize = size;
    this.#missing = size + 2;
    this.#fillBody(bytes.subarray(bodyStart, end), end - bodyStart);
    return end;
  }

  /** Gives an item whose data block is complete in the buffer. Returns where the next line begins. */
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
    let at = 0;
    if (this.#missing > 2) {
      at = Math.min(length, this.#missing - 2);
      const come = this.#bodySize - (this.#missing - 2);
      this.#grow(come + at);
      this.#body.set(at === chunk.length ? chunk : chunk.subarray(0, at), come);
      this.#missing -= at;
    }
    for (; at < length && this.#missing > 0; at++) {
      if (chunk[at] !== (this.#missing === 2 ? CR : LF)) throw badTail();
      this.#missing--;
    }
    if (this.#missing > 0) return at;
    const item = this.#item;
    item.data = this.#body;
    item.dataStart = 0;
    item.dataEnd = this.#bodySize;
    item.owned = true;
    this.#body = EMPTY;
    this.#missing = -1;
    this.#heldLength = 0;
    this.#sink.item(item);
    // The caller may have dropped a big value long before the next item comes.
    item.data = EMPTY;
    return at;
  }

  /** Makes room for the first `length` bytes of the open data block, and for as many more. */
  #grow(length: number): void {
    const body = this.#body;
    if (length <= body.length) return;
    this.#body = new Uint8Array(Math.min(this.#bodySize, 2 * length));
    this.#body.set(body);
  }

  /** Moves the line of an open data block to where the next chunk does not overwrite it. */
  #holdHeader(bytes: Uint8Array, start: number, end: number): void {
    this.#heldLength = 0;
    this.#hold(bytes, start, end);
    this.#item.moveHeader(this.#held, start);
  }

  /** Adds a piece of a line to the held ones. */
  #hold(bytes: Uint8Array, start: number, end: number): void {
    const length = this.#heldLength + end - start;
    if (length > MAX_LINE_BYTES) throw tooLong();
    if (length > this.#held.length) {
      const larger = new Uint8Array(length <= 512 ? 512 : MAX_LINE_BYTES);
      larger.set(this.#held.subarray(0, this.#heldLength));
      this.#held = larger;
    }
    this.#held.set(bytes.subarray(start, end), this.#heldLength);
    this.#heldLength = length;
  }

  /** Adds the chunk's part of a line to the held one, and takes the line once it is complete. */
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
/** Longest data block that has an array of its whole size from the start: twice memcached's own limit of an item. */
const FIRST_BODY_BYTES = 2 * 1024 * 1024;
// As in classic_lines.ts: imported or exported constants are slower than those of the file alone.
const LF = 0x0a;
const CR = 0x0d;
const MAX_LINE = MAX_LINE_BYTES;

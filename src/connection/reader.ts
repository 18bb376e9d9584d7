/**
 * Reads a transport into a parser, with as few copies as possible. It reads into one buffer, in which a data block stays
 * until it is complete, or straight into the array of a block that is too long for that.
 */

import type { ReplyParser } from "../protocol/reply_parser.ts";
import type { Transport } from "../transports/transport.ts";
import { impossibleCount, isCount } from "./byte_count.ts";

/** Reads bytes and feeds them to the parser, in turn. */
export class Reader {
  readonly #transport: Transport;
  readonly #parser: ReplyParser;
  #buffer = new Uint8Array(FIRST_BYTES);
  /** Position in the buffer of the next bytes. Those before it are lent to the parser. */
  #start = 0;
  /** The array of the last read, and whether it belongs to the parser. */
  #room: Uint8Array = this.#buffer;
  #isVacancy = false;
  /** Number of reads in a row that needed less than a sixteenth of the buffer. */
  #small = 0;

  constructor(transport: Transport, parser: ReplyParser) {
    this.#transport = transport;
    this.#parser = parser;
  }

  /** Reads some bytes for {@linkcode Reader.feed}. Resolves to their number, or `null` at the end of the stream. */
  read(): Promise<number | null> {
    const vacancy = this.#parser.vacancy(this.#buffer.length);
    this.#isVacancy = vacancy !== undefined;
    this.#room = vacancy ?? (this.#start === 0 ? this.#buffer : this.#buffer.subarray(this.#start));
    return this.#transport.read(this.#room);
  }

  /**
   * Checks the result of a read.
   *
   * @throws {RangeError} If it is impossible: then the position in the stream is unknown.
   */
  checked(count: number | null): number | null {
    if (count !== null && !isCount(count, this.#room.length)) {
      throw impossibleCount("read", count, this.#room.length);
    }
    return count;
  }

  /**
   * Feeds the bytes of the last read to the parser.
   *
   * @throws {ProtocolError} If they are not a reply.
   */
  feed(count: number): void {
    if (this.#isVacancy) this.#parser.filled(count);
    else this.#start = this.#parser.feedFrom(this.#buffer, this.#start, this.#start + count);
    const { length } = this.#buffer;
    const wasFull = this.#isVacancy || count === this.#room.length;
    this.#small = count < length >> 4 ? this.#small + 1 : 0;
    // The buffer is replaced only when nothing in it is needed any more.
    if (this.#start > 0) return;
    if (wasFull && length < MOST_BYTES) this.#resize(4 * length);
    else if (this.#small > MANY_SMALL && length > FIRST_BYTES) this.#resize(length / 4);
  }

  /** Replaces a buffer that was too small once by the next size, and one that was too large for long by a smaller one. */
  #resize(length: number): void {
    this.#buffer = new Uint8Array(length);
    this.#small = 0;
  }
}

/**
 * First size of the buffer, which a connection that rests holds on to, as it waits for the next bytes: replies with one
 * small value need no more, and others make it larger at once.
 */
const FIRST_BYTES = 1024;
/** Largest size of the buffer: values of up to about this size are decoded where they were read. */
const MOST_BYTES = 256 * 1024;
/** After so many small reads a peak counts as over. */
const MANY_SMALL = 1000;

/**
 * Reads a transport into a parser, without a copy where one can be saved: into one buffer, in which a data block stays
 * until it is all there, or straight into the array of a block that is too long for that.
 */

import type { ReplyParser } from "../protocol/reply_parser.ts";
import { impossibleCount, isCount, type Transport } from "../transports/transport.ts";

/** Reads, and feeds what was read, in turn. */
export class Reader {
  readonly #transport: Transport;
  readonly #parser: ReplyParser;
  #buffer = new Uint8Array(FIRST_BYTES);
  /** Where in the buffer the next bytes go. What lies before is lent to the parser. */
  #start = 0;
  /** Where the last read went, and whether that is an array of the parser's. */
  #room: Uint8Array = this.#buffer;
  #isVacancy = false;
  /** How many reads in a row needed less than a sixteenth of the buffer. */
  #small = 0;

  constructor(transport: Transport, parser: ReplyParser) {
    this.#transport = transport;
    this.#parser = parser;
  }

  /** Reads some bytes, for {@linkcode Reader.feed}. Resolves to their number, or `null` at the stream's end. */
  read(): Promise<number | null> {
    const vacancy = this.#parser.vacancy(this.#buffer.length);
    this.#isVacancy = vacancy !== undefined;
    this.#room = vacancy ?? (this.#start === 0 ? this.#buffer : this.#buffer.subarray(this.#start));
    return this.#transport.read(this.#room);
  }

  /**
   * Checks what the read has given.
   *
   * @throws {RangeError} If it cannot be: of such a transport nobody knows where the stream stands.
   */
  checked(count: number | null): number | null {
    if (count !== null && !isCount(count, this.#room.length)) {
      throw impossibleCount("read", count, this.#room.length);
    }
    return count;
  }

  /**
   * Gives the parser the bytes that were read last.
   *
   * @throws {ProtocolError} If they are no reply.
   */
  feed(count: number): void {
    if (this.#isVacancy) this.#parser.filled(count);
    else this.#start = this.#parser.feedFrom(this.#buffer, this.#start, this.#start + count);
    const { length } = this.#buffer;
    const wasFull = this.#isVacancy || count === this.#room.length;
    this.#small = count < length >> 4 ? this.#small + 1 : 0;
    // Only when nothing in it is needed any more.
    if (this.#start > 0) return;
    if (wasFull && length < MOST_BYTES) this.#resize(4 * length);
    else if (this.#small > MANY_SMALL && length > FIRST_BYTES) this.#resize(length / 4);
  }

  /** One that was too small once is replaced by the next size; one that is too large for long, by the one before. */
  #resize(length: number): void {
    this.#buffer = new Uint8Array(length);
    this.#small = 0;
  }
}

/** Size of the buffer at first: most connections never need more. */
const FIRST_BYTES = 16 * 1024;
/** And at most: values of up to about this size are decoded where they were read. */
const MOST_BYTES = 256 * 1024;
/** After so many small reads a peak is over. */
const MANY_SMALL = 1000;

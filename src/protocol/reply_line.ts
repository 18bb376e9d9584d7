/** The seam for grammars: a function that reads one line of a reply, and the object that it fills. */

import { ProtocolError } from "../errors.ts";
import type { ExpectedKey } from "./expected_key.ts";
import { ReplyWord } from "./reply.ts";

/**
 * The content of a line, as offsets into the bytes from which it was read. A connection fills one object for every line:
 * a new one for each would cost more than reading the line.
 */
export class ReplyLine {
  /** Not set for a line that announces a data block: such a line is an item, whatever its word. */
  word: ReplyWord = ReplyWord.OTHER;
  /** The text after the word and a space; for a NUMBER its digits, for OTHER the whole line. Without the line end. */
  restStart = 0;
  restEnd = 0;
  /** Length of the data block that follows the line, in bytes; -1 if none does. */
  size = -1;
  // The key, flags and cas of an item whose data block the line announces. Not set for any other line.
  keyStart = 0;
  /** Equal to `keyStart` if the line had no key. */
  keyEnd = 0;
  flags = 0;
  /** The key that the next item is likely to have, if whoever takes the items knows one. */
  expected: ExpectedKey | undefined;
  /** True if the item has that key: then it need not be compared any more. */
  isExpected = false;
  casStart = 0;
  /** Equal to `casStart` if the line had no cas. */
  casEnd = 0;
  // The marks and the opaque of an item that answers a meta command. Such a line has no key: only then they are set.
  /** Some of {@linkcode META_MARKS}. */
  marks = 0;
  /** -1 if the line had none, NaN if it is no number. */
  opaque = -1;

  /** Makes this a line without a data block. */
  set(word: ReplyWord, restStart: number, restEnd: number): void {
    this.word = word;
    this.restStart = restStart;
    this.restEnd = restEnd;
    this.size = -1;
  }
}

/**
 * Reads the line that begins at `at` and fills `into` with its content. It is a pure function: it depends on the bytes
 * alone and keeps nothing; `into.expected` makes it faster, and no other. It must not look beyond `end`. The parser, not this, limits the line and the data block.
 *
 * @param bytes The bytes that contain the line. Borrowed.
 * @param at Beginning of the line; less than `end`.
 * @param end End of the bytes that have come so far.
 * @param into Filled if the line is complete, by {@linkcode ReplyLine.set} or, for a line that announces a data block,
 *   with everything but the word.
 * @returns Beginning of the next line or of the announced data block; -1 if `bytes[at, end)` has no LF.
 * @throws {ProtocolError} If the line is malformed. That may be known before it is complete.
 */
export type ReadLine = (bytes: Uint8Array, at: number, end: number, into: ReplyLine) => number;

/** Makes the error for the malformed line that begins at `start`. It shows the beginning of the line. */
export function malformed(
  reason: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): ProtocolError {
  const shown = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + MOST_SHOWN)));
  return new ProtocolError(`Cannot read reply line ${JSON.stringify(shown)} as ${reason}`);
}

/** Makes the error for an OTHER line, `bytes[start, end)`, that is not an answer to its command. */
export function unknownLine(bytes: Uint8Array, start: number, end: number): ProtocolError {
  return malformed("it is none that memcached has", bytes, start, end);
}

/** Most bytes of a line in a message. */
const MOST_SHOWN = 80;

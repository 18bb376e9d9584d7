/** What a grammar is: a function that reads one line of a reply, and the object that it fills. */

import { ProtocolError } from "../errors.ts";
import { ReplyWord } from "./reply.ts";

/**
 * What a line says, as offsets into the bytes it was read from. One object is filled for every line of a connection, as
 * a new one for each would cost more than reading the line.
 */
export class ReplyLine {
  /** Not set for a line that announces a data block: such a line is an item, whatever its word. */
  word: ReplyWord = ReplyWord.OTHER;
  /** What follows the word and a space; for a NUMBER its digits, for OTHER the whole line. Without the line end. */
  restStart = 0;
  restEnd = 0;
  /** Length of the data block that follows the line, in bytes; -1 if none does. */
  size = -1;
  // What the line says of the item whose data block it announces. Not set for any other line.
  keyStart = 0;
  /** Equal to `keyStart` where the line had no key. */
  keyEnd = 0;
  flags = 0;
  casStart = 0;
  /** Equal to `casStart` where the line had no cas. */
  casEnd = 0;

  /** Makes this a line without a data block. */
  set(word: ReplyWord, restStart: number, restEnd: number): void {
    this.word = word;
    this.restStart = restStart;
    this.restEnd = restEnd;
    this.size = -1;
  }
}

/**
 * Reads the line that begins at `at` and fills `into` with what it says. A pure function: it depends on the bytes alone
 * and keeps nothing. It may look no further than `end`, and bounds neither the line nor the data block: the parser does.
 *
 * @param bytes Holds the line. Borrowed.
 * @param at Where the line begins; less than `end`.
 * @param end Where the bytes end that have come so far.
 * @param into Filled if the line is all there, by {@linkcode ReplyLine.set} or, for a line that announces a data block,
 *   with everything but the word.
 * @returns Where the next line, or the announced data block, begins; -1 if `bytes[at, end)` has no LF.
 * @throws {ProtocolError} If the line is badly formed. That may be seen before all of it is there.
 */
export type ReadLine = (bytes: Uint8Array, at: number, end: number, into: ReplyLine) => number;

/** The error for the badly formed line that begins at `start`. Shows the beginning of it. */
export function malformed(
  reason: string,
  bytes: Uint8Array,
  start: number,
  end: number,
): ProtocolError {
  const shown = new TextDecoder().decode(bytes.subarray(start, Math.min(end, start + MOST_SHOWN)));
  return new ProtocolError(`Cannot read reply line ${JSON.stringify(shown)} as ${reason}`);
}

/** The error for the line `bytes[start, end)`, if it is OTHER and answers a command that has no use for it. */
export function unknownLine(bytes: Uint8Array, start: number, end: number): ProtocolError {
  return malformed("it is none that memcached has", bytes, start, end);
}

/** Bytes of a line in a message. */
const MOST_SHOWN = 80;

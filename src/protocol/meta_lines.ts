/**
 * The grammar of replies to meta commands: `VA <bytes> <flags>*` with a data block, and the flags behind any other word. A
 * flag is a letter and what belongs to it, up to the next space. Servers before 1.6.18 may send several spaces, and the
 * protocol may get more flags: those that are not known are skipped.
 *
 * A line with a data block is read in one pass, with the flags that every item needs. All others are looked for one by one:
 * a line has few, and a caller asks for fewer.
 */

import { malformed, type ReplyLine } from "./reply_line.ts";

/** The marks of an item that a server sends unasked, as bits. */
export const META_MARKS = {
  /** W: whoever asked is to renew the value. */
  won: 1,
  /** X: the item is stale. */
  stale: 2,
  /** Z: another one was told to renew the value. */
  taken: 4,
} as const;

/** True if `bytes` has `VA ` at `at`; the V has been seen. */
export function isMetaItem(bytes: Uint8Array, at: number): boolean {
  return bytes[at + 1] === A && bytes[at + 2] === SPACE;
}

/** Reads `VA <bytes> <flags>*`: see {@linkcode ReadLine}. */
export function readMetaItem(
  bytes: Uint8Array,
  start: number,
  end: number,
  into: ReplyLine,
): number {
  let at = start + 3;
  while (at < end && bytes[at] === SPACE) at++;
  let size = 0;
  const sizeStart = at;
  while (at < end && isDigit(bytes[at])) size = size * 10 + bytes[at++] - DIGIT_0;
  const sizeEnd = at;
  let flags = 0;
  let marks = 0;
  let opaque = -1;
  let casStart = at;
  let casEnd = at;
  let isBad = sizeEnd === sizeStart;
  while (at < end && bytes[at] === SPACE) {
    while (at < end && bytes[at] === SPACE) at++;
    if (at === end) break;
    const letter = bytes[at++];
    const valueStart = at;
    if (letter === SMALL_F) {
      // Cut to 32 bits, as those of VALUE are.
      flags = 0;
      while (at < end && isDigit(bytes[at])) flags = (flags * 10 + bytes[at++] - DIGIT_0) >>> 0;
      isBad ||= isNoNumber(bytes, valueStart, at, end);
    } else if (letter === O) {
      opaque = 0;
      while (at < end && isDigit(bytes[at])) opaque = opaque * 10 + bytes[at++] - DIGIT_0;
      if (isNoNumber(bytes, valueStart, at, end)) opaque = NaN;
    } else if (letter === SMALL_C) {
      while (at < end && isDigit(bytes[at])) at++;
      casStart = valueStart;
      casEnd = at;
      isBad ||= isNoNumber(bytes, valueStart, at, end);
    } else if (letter === W) marks |= WON;
    else if (letter === X) marks |= STALE;
    else if (letter === Z) marks |= TAKEN;
    else if (letter <= SPACE) at--;
    while (at < end && bytes[at] > SPACE) at++;
  }
  if (at + 1 >= end) return refuseBadStart(bytes, start, end);
  if (isBad || bytes[at] !== CR || bytes[at + 1] !== LF) {
    throw malformed("it is no VA line", bytes, start, at);
  }
  into.restStart = sizeEnd;
  into.restEnd = at;
  // More digits than any number has exceed every limit.
  into.size = sizeEnd - sizeStart > MAX_DIGITS ? Infinity : size;
  into.keyStart = into.keyEnd = sizeEnd;
  into.isExpected = false;
  into.flags = flags;
  into.casStart = casStart;
  into.casEnd = casEnd;
  into.marks = marks;
  into.opaque = opaque;
  return at + 2;
}

/**
 * Finds a flag among those of a line, `bytes[start, end)`.
 *
 * @returns Where its value begins; -1 if it is not there.
 */
export function findFlag(bytes: Uint8Array, start: number, end: number, letter: string): number {
  const code = letter.charCodeAt(0);
  let at = start;
  while (at < end) {
    while (at < end && bytes[at] === SPACE) at++;
    if (at < end && bytes[at] === code) return at + 1;
    while (at < end && bytes[at] !== SPACE) at++;
  }
  return -1;
}

/** Gives the value of a flag as text: digits, a minus before them; `undefined` if it is not there or no number. */
export function flagDigits(
  bytes: Uint8Array,
  start: number,
  end: number,
  letter: string,
): string | undefined {
  let at = findFlag(bytes, start, end, letter);
  if (at < 0) return undefined;
  let digits = "";
  while (at < end && bytes[at] !== SPACE) digits += String.fromCharCode(bytes[at++]);
  return NUMBER.test(digits) ? digits : undefined;
}

/** Waits for the rest of a line that may become a good one. */
function refuseBadStart(bytes: Uint8Array, start: number, end: number): -1 {
  for (let i = start; i < end; i++) {
    if (bytes[i] === LF) throw malformed("it is no VA line", bytes, start, i);
  }
  return -1;
}

/** True if the digits from `start` to `at` are none, too many, or not followed by a space or the line's end. */
function isNoNumber(bytes: Uint8Array, start: number, at: number, end: number): boolean {
  return at === start && at < end || at - start > MAX_DIGITS || at < end && bytes[at] > SPACE;
}

function isDigit(byte: number): boolean {
  return byte >= DIGIT_0 && byte <= DIGIT_9;
}

// Constants of this file, as in classic_lines.ts: imported ones are slower.
const WON = META_MARKS.won;
const STALE = META_MARKS.stale;
const TAKEN = META_MARKS.taken;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const DIGIT_0 = 0x30;
const DIGIT_9 = 0x39;
const A = 0x41;
const O = 0x4f;
const W = 0x57;
const X = 0x58;
const Z = 0x5a;
const SMALL_C = 0x63;
const SMALL_F = 0x66;

/** Digits of 2^64 - 1, the largest number of the protocol. */
const MAX_DIGITS = 20;
const NUMBER = /^-?[0-9]{1,20}$/;

/**
 * Integers as decimal text. They are written strictly and read as leniently as by Python's `int()`: a server pads the
 * number with spaces after `decr`, and other writers may add a sign, or `_` between digits.
 */

import { CodecError } from "../errors.ts";
import { decodeLatin1 } from "./text.ts";

/** Most digits that are read or written: the time to convert them grows faster than their number. */
export const MAX_DIGITS = 100_000;

/**
 * Reads decimal text.
 *
 * @returns A number if it is a safe integer, else a bigint.
 * @throws {CodecError} If the text is not an integer.
 */
export function decodeInteger(data: Uint8Array): number | bigint {
  // Nearly all numbers are short and plain: they are read by arithmetic on the digits.
  const { length } = data;
  let at = data[0] === MINUS ? 1 : 0;
  const first = at;
  let number = 0;
  for (; at < length && at - first < 15; at++) {
    const digit = data[at] - ZERO;
    if (digit < 0 || digit > 9) break;
    number = number * 10 + digit;
  }
  if (at === length && at > first) return first === 1 && number !== 0 ? -number : number;

  const big = decodeBigint(data);
  const small = Number(big);
  return Number.isSafeInteger(small) ? small : big;
}

/**
 * Reads decimal text as a bigint, however small the number.
 *
 * @throws {CodecError} If the text is not an integer.
 */
export function decodeBigint(data: Uint8Array): bigint {
  if (data.length > MAX_DIGITS) {
    throw new CodecError(
      `Cannot read an integer as its text must be <= ${MAX_DIGITS} bytes: current size is ${data.length}`,
    );
  }
  let start = 0;
  let end = data.length;
  while (start < end && isSpace(data[start])) start++;
  while (end > start && isSpace(data[end - 1])) end--;
  const text = decodeLatin1(data, start, end);
  const match = INTEGER.exec(text);
  if (match === null) {
    throw new CodecError(`Cannot read an integer as its text is ${shorten(text)}`);
  }
  const magnitude = BigInt(match[2].replaceAll("_", ""));
  return match[1] === "-" ? -magnitude : magnitude;
}

/**
 * Writes a bigint as decimal text.
 *
 * @throws {RangeError} If it has more than {@linkcode MAX_DIGITS} digits.
 */
export function encodeBigint(value: bigint): string {
  const text = value.toString();
  if (text.length > MAX_DIGITS) {
    throw new RangeError(
      `Cannot encode a bigint as it must have <= ${MAX_DIGITS} digits: current size is ${text.length}`,
    );
  }
  return text;
}

function shorten(text: string): string {
  return JSON.stringify(text.length > 40 ? `${text.slice(0, 40)}…` : text);
}

/** True for the white space that Python strips from ASCII text, which includes the four information separators. */
function isSpace(byte: number): boolean {
  return (byte >= 0x09 && byte <= 0x0d) || (byte >= 0x1c && byte <= 0x20);
}

const INTEGER = /^([+-]?)([0-9]+(?:_[0-9]+)*)$/;
const MINUS = 0x2d;
const ZERO = 0x30;

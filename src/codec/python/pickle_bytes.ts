/**
 * Reads the arguments of pickle's opcodes: numbers with the least significant byte first, lines of text, and runs of
 * bytes, whose length is trusted only if the data has so many.
 */

import { CodecError } from "../../errors.ts";
import { decodeInteger, MAX_DIGITS } from "../integer.ts";
import { unescapeQuoted, unescapeUnicode } from "./pickle_escapes.ts";
import { makeInteger, parsePythonFloat } from "./python.ts";
import { BY_HAND_COST, BYTES_COST, LONG_COST, type ReadBudget, TEXT_COST } from "./read_budget.ts";
import { decodeLatin1, decodeSurrogates, decodeText } from "../text.ts";

/** A cursor through a pickle. */
export class PickleBytes {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  readonly #budget: ReadBudget;
  #at = 0;

  /**
   * @param data Borrowed.
   * @param budget Pays for what is read.
   */
  constructor(data: Uint8Array, budget: ReadBudget) {
    this.#data = data;
    this.#budget = budget;
    this.#view = new DataView(data.buffer, data.byteOffset, data.length);
  }

  /** Position of the next byte. */
  get at(): number {
    return this.#at;
  }

  /** Length of the pickle. */
  get size(): number {
    return this.#data.length;
  }

  /** Makes sure that so many bytes are left. */
  check(length: number): void {
    const left = this.#data.length - this.#at;
    if (length < 0 || length > left) {
      throw new CodecError(
        `Cannot read pickle as it is cut short: ${length} due, ${left} bytes left`,
      );
    }
  }

  uint8(): number {
    return this.#view.getUint8(this.#skip(1));
  }

  uint16(): number {
    return this.#view.getUint16(this.#skip(2), true);
  }

  int32(): number {
    return this.#view.getInt32(this.#skip(4), true);
  }

  uint32(): number {
    return this.#view.getUint32(this.#skip(4), true);
  }

  /** Reads a length. Far above any real one it is not exact. */
  uint64(): number {
    return Number(this.#view.getBigUint64(this.#skip(8), true));
  }

  /** Reads a double, the only number with the most significant byte first. */
  float(): number {
    return this.#view.getFloat64(this.#skip(8), false);
  }

  /** Reads a two's complement number of any length. */
  long(length: number): number | bigint {
    const start = this.#skip(length);
    if (length === 0) return 0;
    if (length > MAX_LONG_BYTES) {
      throw new CodecError(
        `Cannot read pickle as a long must have <= ${MAX_LONG_BYTES} bytes: current size is ${length}`,
      );
    }
    const negative = (this.#data[start + length - 1] & 0x80) !== 0;
    // Six bytes fit a number.
    if (length <= 6) {
      let number = negative ? -(2 ** (8 * length)) : 0;
      for (let i = 0; i < length; i++) number += this.#data[start + i] * 2 ** (8 * i);
      return number;
    }
    this.#budget.spend(LONG_COST + 8 * length);
    const digits = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) {
      const byte = this.#data[start + length - 1 - i];
      digits[2 * i] = HEX_DIGITS.charCodeAt(byte >> 4);
      digits[2 * i + 1] = HEX_DIGITS.charCodeAt(byte & 15);
    }
    const unsigned = BigInt(`0x${decodeLatin1(digits, 0, digits.length)}`);
    return makeInteger(negative ? unsigned - (1n << BigInt(length * 8)) : unsigned);
  }

  /** Reads bytes, which are then owned. */
  bytes(length: number): Uint8Array {
    this.#budget.spend(BYTES_COST);
    const start = this.#skip(length);
    return new Uint8Array(this.#data.subarray(start, start + length));
  }

  /** Reads text in UTF-8. */
  text(length: number): string {
    this.#budget.spend(TEXT_COST);
    const start = this.#skip(length);
    const text = decodeText(this.#data, start, start + length);
    if (text !== undefined) return text;
    this.#budget.spend(BY_HAND_COST * (length + 8));
    const odd = decodeSurrogates(this.#data, start, start + length);
    if (odd !== undefined) return odd;
    throw new CodecError(`Cannot read pickle as the text at byte ${start} is not UTF-8`);
  }

  /** Reads a str of Python 2, which Python 3 reads if it is ASCII. */
  ascii(length: number): string {
    this.#budget.spend(TEXT_COST);
    const start = this.#skip(length);
    return asciiOnly(decodeLatin1(this.#data, start, start + length));
  }

  /** Reads the rest of a line, and skips its end. */
  line(): string {
    const end = this.#data.indexOf(0x0a, this.#at);
    if (end === -1) throw new CodecError("Cannot read pickle as it is cut short in a line");
    this.#budget.spend(TEXT_COST + (end - this.#at));
    const text = decodeLatin1(this.#data, this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Reads an index into the memo. */
  indexLine(): number {
    const line = this.line();
    if (/^[0-9]{1,10}$/.test(line)) return Number(line);
    throw new CodecError(`Cannot read pickle as a memo index is ${shown(line)}`);
  }

  /** Reads an int, or one of the two booleans that protocols 0 and 1 write as ints. */
  intLine(): number | bigint | boolean {
    const line = this.line();
    if (line === "00") return false;
    if (line === "01") return true;
    return this.#integer(line);
  }

  /** Reads an int followed by `L`. */
  longLine(): number | bigint {
    const line = this.line();
    return this.#integer(line.endsWith("L") ? line.slice(0, -1) : line);
  }

  floatLine(): number {
    return parsePythonFloat(this.line());
  }

  /** Reads text in Latin-1 with `\u` and `\U` escapes. */
  unicodeLine(): string {
    return unescapeUnicode(this.#textLine());
  }

  /** Reads a str of Python 2 as `repr` writes it. */
  quotedLine(): string {
    const line = this.#textLine().trim();
    const quote = line[0];
    if (line.length < 2 || (quote !== '"' && quote !== "'") || line.at(-1) !== quote) {
      throw new CodecError(`Cannot read pickle as a string is ${shown(line)}`);
    }
    return asciiOnly(unescapeQuoted(line.slice(1, -1)));
  }

  #textLine(): string {
    const line = this.line();
    if (line.includes("\\")) this.#budget.spend(BY_HAND_COST * line.length);
    return line;
  }

  #integer(line: string): number | bigint {
    if (SHORT_INTEGER.test(line)) return Number(line) || 0;
    if (line.length > MAX_DIGITS) throw new CodecError("Cannot read pickle as an int is too long");
    // The time grows faster than the number of digits: 40 ns a digit at the longest.
    this.#budget.spend(LONG_COST + line.length * 4);
    return decodeInteger(encoder.encode(line));
  }

  #skip(length: number): number {
    this.check(length);
    const start = this.#at;
    this.#at += length;
    return start;
  }
}

function asciiOnly(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    throw new CodecError("Cannot read pickle as a str of Python 2 is not ASCII");
  }
  return text;
}

function shown(line: string): string {
  return JSON.stringify(line.slice(0, 40));
}

/** V8's biggest bigint has 2^30 bits; one byte less leaves room for the sign. */
const MAX_LONG_BYTES = 2 ** 27 - 1;
const HEX_DIGITS = "0123456789abcdef";
/** An integer that a number holds whatever its digits. */
const SHORT_INTEGER = /^-?[0-9]{1,15}$/;
const encoder = new TextEncoder();

/**
 * Reads the arguments of pickle's opcodes: numbers with the least significant byte first, lines of text, and runs of
 * bytes, whose length is trusted only if the data has so many.
 */

import { CodecError } from "../../errors.ts";
import { decodeInteger, MAX_DIGITS } from "../integer.ts";
import { makeInteger, parsePythonFloat } from "./python.ts";
import { decodeLatin1, decodeTextWithSurrogates } from "../text.ts";

/** A cursor through a pickle. */
export class PickleBytes {
  readonly #data: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  /** @param data Borrowed. */
  constructor(data: Uint8Array) {
    this.#data = data;
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
    const digits = new Uint8Array(length * 2);
    for (let i = 0; i < length; i++) {
      const byte = this.#data[start + length - 1 - i];
      digits[2 * i] = HEX_DIGITS.charCodeAt(byte >> 4);
      digits[2 * i + 1] = HEX_DIGITS.charCodeAt(byte & 15);
    }
    const unsigned = BigInt(`0x${decodeLatin1(digits, 0, digits.length)}`);
    const negative = (this.#data[start + length - 1] & 0x80) !== 0;
    return makeInteger(negative ? unsigned - (1n << BigInt(length * 8)) : unsigned);
  }

  /** Reads bytes, which are then owned. */
  bytes(length: number): Uint8Array {
    const start = this.#skip(length);
    return new Uint8Array(this.#data.subarray(start, start + length));
  }

  /** Reads text in UTF-8. */
  text(length: number): string {
    const start = this.#skip(length);
    const text = decodeTextWithSurrogates(this.#data, start, start + length);
    if (text !== undefined) return text;
    throw new CodecError(`Cannot read pickle as the text at byte ${start} is not UTF-8`);
  }

  /** Reads a str of Python 2, which Python 3 reads if it is ASCII. */
  ascii(length: number): string {
    const start = this.#skip(length);
    return asciiOnly(decodeLatin1(this.#data, start, start + length));
  }

  /** Reads the rest of a line, and skips its end. */
  line(): string {
    const end = this.#data.indexOf(0x0a, this.#at);
    if (end === -1) throw new CodecError("Cannot read pickle as it is cut short in a line");
    const text = decodeLatin1(this.#data, this.#at, end);
    this.#at = end + 1;
    return text;
  }

  /** Reads an index into the memo. */
  indexLine(): number {
    const line = this.line();
    if (/^[0-9]{1,10}$/.test(line)) return Number(line);
    throw new CodecError(`Cannot read pickle as a memo index is ${quote(line)}`);
  }

  /** Reads an int, or one of the two booleans that protocols 0 and 1 write as ints. */
  intLine(): number | bigint | boolean {
    const line = this.line();
    if (line === "00") return false;
    if (line === "01") return true;
    return integer(line);
  }

  /** Reads an int followed by `L`. */
  longLine(): number | bigint {
    const line = this.line();
    return integer(line.endsWith("L") ? line.slice(0, -1) : line);
  }

  floatLine(): number {
    return parsePythonFloat(this.line());
  }

  /** Reads text in Latin-1 with `\u` and `\U` escapes. */
  unicodeLine(): string {
    return this.line().replace(
      /(?<!\\)((?:\\\\)*)\\(?:u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8}))/g,
      (_whole, before: string, short: string | undefined, long: string | undefined) => {
        const point = parseInt(short ?? long!, 16);
        if (point > 0x10ffff) {
          throw new CodecError(`Cannot read pickle as \\U${long} is not a character`);
        }
        return before + String.fromCodePoint(point);
      },
    );
  }

  /** Reads a str of Python 2 as `repr` writes it. */
  quotedLine(): string {
    const line = this.line().trim();
    const quoted = /^(["'])(.*)\1$/s.exec(line);
    if (quoted === null) throw new CodecError(`Cannot read pickle as a string is ${quote(line)}`);
    return asciiOnly(quoted[2].replace(
      /\\(?:x([0-9a-fA-F]{2})|([0-7]{1,3})|([\\'"abfnrtv]))/g,
      (_whole, hex?: string, octal?: string, letter?: string) => {
        if (hex !== undefined) return String.fromCharCode(parseInt(hex, 16));
        if (octal !== undefined) return String.fromCharCode(parseInt(octal, 8) & 0xff);
        return ESCAPES[letter!] ?? letter!;
      },
    ));
  }

  #skip(length: number): number {
    this.check(length);
    const start = this.#at;
    this.#at += length;
    return start;
  }
}

function integer(line: string): number | bigint {
  if (line.length > MAX_DIGITS) throw new CodecError("Cannot read pickle as an int is too long");
  return decodeInteger(encoder.encode(line));
}

function asciiOnly(text: string): string {
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) < 0x80) continue;
    throw new CodecError("Cannot read pickle as a str of Python 2 is not ASCII");
  }
  return text;
}

function quote(line: string): string {
  return JSON.stringify(line.slice(0, 40));
}

/** V8's biggest bigint has 2^30 bits; one byte less leaves room for the sign. */
const MAX_LONG_BYTES = 2 ** 27 - 1;
const HEX_DIGITS = "0123456789abcdef";
const ESCAPES: Readonly<Record<string, string>> = {
  a: "\x07",
  b: "\b",
  f: "\f",
  n: "\n",
  r: "\r",
  t: "\t",
  v: "\v",
};
const encoder = new TextEncoder();

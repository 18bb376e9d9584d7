/**
 * Undoes the escapes of pickle's lines of text, by hand: a replacement by a pattern takes eighty times the memory of a line
 * that consists of escapes.
 */

import { CodecError } from "../../errors.ts";
import { textOfUnits, unitsFor } from "../text.ts";

/** Undoes `\u` and `\U` behind an odd number of backslashes; every other backslash stays. */
export function unescapeUnicode(line: string): string {
  if (!line.includes("\\")) return line;
  const units = unitsFor(line.length);
  let length = 0;
  let isEscaped = false;
  for (let at = 0; at < line.length; at++) {
    const unit = line.charCodeAt(at);
    const digits = !isEscaped ? 0 : unit === LOWER_U ? 4 : unit === UPPER_U ? 8 : 0;
    const point = digits === 0 ? -1 : hexAt(line, at + 1, digits);
    isEscaped = unit === BACKSLASH && !isEscaped;
    if (point === -1) {
      units[length++] = unit;
      continue;
    }
    if (point > 0x10ffff) {
      throw new CodecError(
        `Cannot read pickle as \\U${line.slice(at + 1, at + 9)} is not a character`,
      );
    }
    // The character takes the place of the backslash.
    length--;
    if (point > 0xffff) units[length++] = 0xd7c0 + (point >> 10);
    units[length++] = point > 0xffff ? 0xdc00 | (point & 0x3ff) : point;
    at += digits;
  }
  return textOfUnits(units, length);
}

/** Undoes the escapes of a text between quotes as `repr` of Python 2 writes it; a backslash before anything else stays. */
export function unescapeQuoted(text: string): string {
  if (!text.includes("\\")) return text;
  const units = unitsFor(text.length);
  let length = 0;
  for (let at = 0; at < text.length; at++) {
    const unit = text.charCodeAt(at);
    if (unit !== BACKSLASH) {
      units[length++] = unit;
      continue;
    }
    const letter = text[at + 1] ?? "";
    const escape = ESCAPES[letter];
    const byte = letter === "x" ? hexAt(text, at + 2, 2) : -1;
    if (escape !== undefined) {
      units[length++] = escape;
      at++;
    } else if (byte !== -1) {
      units[length++] = byte;
      at += 3;
    } else {
      const octal = /^[0-7]{1,3}/.exec(text.slice(at + 1, at + 4))?.[0] ?? "";
      units[length++] = octal === "" ? unit : parseInt(octal, 8) & 0xff;
      at += octal.length;
    }
  }
  return textOfUnits(units, length);
}

/** The number that so many hexadecimal digits make; -1 if there are fewer. */
function hexAt(text: string, start: number, count: number): number {
  if (start + count > text.length) return -1;
  let number = 0;
  for (let at = start; at < start + count; at++) {
    const digit = HEX.indexOf(text[at].toLowerCase());
    if (digit === -1) return -1;
    number = number * 16 + digit;
  }
  return number;
}

const BACKSLASH = 0x5c;
const LOWER_U = 0x75;
const UPPER_U = 0x55;
const HEX = "0123456789abcdef";
const ESCAPES: Readonly<Record<string, number | undefined>> = {
  "\\": BACKSLASH,
  "'": 0x27,
  '"': 0x22,
  a: 0x07,
  b: 0x08,
  f: 0x0c,
  n: 0x0a,
  r: 0x0d,
  t: 0x09,
  v: 0x0b,
};

/**
 * Text and UTF-8. Decoding works on a range of the read buffer itself: a view for each value would cost more than
 * decoding a short one.
 *
 * Each length has its own fastest way from bytes to text, in Deno 2.9 on one core:
 *
 * | bytes | char codes | `utf8Slice` | `latin1Slice` and its length | TextDecoder |
 * | --- | --- | --- | --- | --- |
 * | 10, ASCII | 33 ns | 59 ns | – | 107 ns |
 * | 100, ASCII · German | – | 75 ns · 124 ns | 86 ns · 198 ns | 132 ns · 145 ns |
 * | 1,000 | – | 425 ns · 500 ns | 129 ns · 609 ns | 190 ns · 234 ns |
 * | 100,000 | – | 34 µs · 50 µs | 8 µs · 52 µs | 8 µs · 17 µs |
 *
 * The methods of Node's `Buffer` accept any Uint8Array. A TextDecoder is fast only if it does not have to throw.
 */

import { Buffer, isUtf8 } from "node:buffer";

/**
 * Decodes UTF-8, strictly. A byte order mark is a character like any other.
 *
 * @param bytes Borrowed; nothing of it is kept.
 * @param isAscii True if the bytes are known to be ASCII, which spares a check.
 * @returns The text, or `undefined` if the range is not UTF-8.
 */
export function decodeText(
  bytes: Uint8Array,
  start: number,
  end: number,
  isAscii = false,
): string | undefined {
  const length = end - start;
  if (length <= TINY_TEXT) {
    const text = tinyAscii(bytes, start, length);
    if (text !== undefined) return text;
  }
  if (isAscii) return latin1Slice.call(bytes, start, end);
  if (length >= LONG_TEXT && length < LARGE_TEXT) {
    // Each Latin-1 character above 0x7F takes two bytes of UTF-8, so equal lengths mean plain ASCII.
    const text = latin1Slice.call(bytes, start, end);
    if (Buffer.byteLength(text) === length) return text;
  }
  if (length >= HUGE_TEXT && !isUtf8(bytes.subarray(start, end))) return undefined;
  const text = length < LONG_TEXT
    ? utf8Slice.call(bytes, start, end)
    : decoder.decode(bytes.subarray(start, end));
  // The character that replaces a bad byte may also have been stored: only then the bytes must decide.
  // In text of one byte a character this search ends at once.
  return text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
}

/** Makes a text of a few bytes without leaving JavaScript, if they are ASCII. */
function tinyAscii(bytes: Uint8Array, start: number, length: number): string | undefined {
  const codes = CODES[length];
  let all = 0;
  for (let i = 0; i < length; i++) all |= codes[i] = bytes[start + i];
  return all < 0x80 ? String.fromCharCode.apply(null, codes) : undefined;
}

/** Decodes each byte to one character: Latin-1, or ASCII that was checked. */
export function decodeLatin1(bytes: Uint8Array, start: number, end: number): string {
  return latin1Slice.call(bytes, start, end);
}

/** Counts the bytes of a text as UTF-8. A lone surrogate counts three, as does the character that replaces it. */
export function utf8Length(text: string): number {
  return Buffer.byteLength(text);
}

/**
 * Decodes UTF-8 in which surrogates may stand alone, three bytes each, as Python's "surrogatepass" writes them. It is slow,
 * 20 ns a byte, and strict except for surrogates: it accepts no overlong forms and nothing above U+10FFFF.
 *
 * @returns The text, or `undefined` if the range is not of that form.
 */
export function decodeSurrogates(
  bytes: Uint8Array,
  start: number,
  end: number,
): string | undefined {
  const units = unitsFor(end - start);
  let length = 0;
  for (let at = start; at < end;) {
    const lead = bytes[at++];
    if (lead < 0x80) {
      units[length++] = lead;
      continue;
    }
    const more = lead >= 0xc2 && lead < 0xe0
      ? 1
      : lead < 0xe0
      ? 0
      : lead < 0xf0
      ? 2
      : lead < 0xf5
      ? 3
      : 0;
    if (more === 0 || at + more > end) return undefined;
    let point = lead & (0x3f >> more);
    for (let i = 0; i < more; i++) {
      const next = bytes[at++];
      if ((next & 0xc0) !== 0x80) return undefined;
      point = (point << 6) | (next & 0x3f);
    }
    if ((more === 2 && point < 0x800) || (more === 3 && (point < 0x10000 || point > 0x10ffff))) {
      return undefined;
    }
    if (point >= 0x10000) {
      units[length++] = 0xd7c0 + (point >> 10);
      point = 0xdc00 | (point & 0x3ff);
    }
    units[length++] = point;
  }
  return textOfUnits(units, length);
}

/** Makes room for UTF-16 units. A typed array costs more than a short text. */
export function unitsFor(length: number): Uint16Array | number[] {
  return length <= SHORT_TEXT ? [] : new Uint16Array(length);
}

/** Makes a text of the first units. */
export function textOfUnits(units: Uint16Array | number[], length: number): string {
  let text = "";
  for (let at = 0; at < length; at += 4096) {
    text += String.fromCharCode(...units.slice(at, Math.min(at + 4096, length)));
  }
  return text;
}

const SHORT_TEXT = 256;

/** Up to this length a text is made of char codes. One array for each length is used again and again: none is made. */
const TINY_TEXT = 12;
const CODES: readonly number[][] = Array.from(
  { length: TINY_TEXT + 1 },
  (_, length) => new Array<number>(length).fill(0),
);

/** From this length on, trying Latin-1 first is faster: `utf8Slice` has a short way for 256 bytes only. */
const LONG_TEXT = 257;

/** From this length on, a text is not made for nothing where the bytes are not ASCII: the TextDecoder sees that itself. */
const LARGE_TEXT = 4096;

/** From this length on, the bytes are checked first: a text made for nothing would take twice their size of memory. */
const HUGE_TEXT = 1024 * 1024;

const decoder = new TextDecoder("utf-8", { ignoreBOM: true });

/** Methods of every Buffer in Node and Deno, though missing in the type declarations. */
interface Slices {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  latin1Slice(this: Uint8Array, start: number, end: number): string;
}

const { utf8Slice, latin1Slice } = Buffer.prototype as unknown as Slices;

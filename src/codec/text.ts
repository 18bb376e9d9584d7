/**
 * Text and UTF-8. Decoding works on a range of the read buffer itself: a view for each value would cost more than
 * decoding a short one.
 *
 * Node's `Buffer` methods accept any Uint8Array and are the fastest way from bytes to text that Deno has. For 100 bytes
 * of ASCII: `utf8Slice` 70 ns, `latin1Slice` 55 ns, TextDecoder with a view 320 ns. For 100 kB: 31 µs, 3.5 µs, 54 µs.
 */

import { Buffer, isAscii, isUtf8 } from "node:buffer";

/**
 * Decodes UTF-8, strictly. A byte order mark is a character like any other.
 *
 * @param bytes Borrowed; nothing of it is kept.
 * @returns The text, or `undefined` if the range is not UTF-8.
 */
export function decodeText(bytes: Uint8Array, start: number, end: number): string | undefined {
  if (end - start >= HUGE_TEXT) {
    const range = bytes.subarray(start, end);
    if (isAscii(range)) return latin1Slice.call(bytes, start, end);
    return isUtf8(range) ? utf8Slice.call(bytes, start, end) : undefined;
  }
  if (end - start >= CHECKED_TEXT) {
    if (isAscii(bytes.subarray(start, end))) return latin1Slice.call(bytes, start, end);
  } else if (end - start >= LONG_TEXT) {
    // Each Latin-1 character above 0x7F takes two bytes of UTF-8, so equal lengths mean plain ASCII.
    const text = latin1Slice.call(bytes, start, end);
    if (Buffer.byteLength(text) === end - start) return text;
  }
  const text = utf8Slice.call(bytes, start, end);
  // The character that replaces a bad byte may also have been stored: only then the bytes must decide.
  // In text of one byte a character this search ends at once.
  return text.includes("\ufffd") && !isUtf8(bytes.subarray(start, end)) ? undefined : text;
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

/** From this length on, trying Latin-1 first is faster: 113 ns against 117 ns at 100 bytes, 200 ns against 530 at 1,000. */
const LONG_TEXT = 256;

/**
 * From this length on, the bytes are checked before a Latin-1 text is made of them: no text is made for nothing where they
 * are not ASCII. On one core 100 kB of German take 40 µs in place of 48, and ASCII 7 µs as before, nearly all of which is
 * the memory of the new text. Below this length the view that the check needs costs more than it saves.
 */
const CHECKED_TEXT = 32 * 1024;

/**
 * From this length on, bytes that are not ASCII are checked as well before a text is made of them. That is slower by up to
 * a half, but no text is made for nothing: bytes that are not UTF-8 took ten times their size before.
 */
const HUGE_TEXT = 1024 * 1024;

/** Methods of every Buffer in Node and Deno, though missing in the type declarations. */
interface Slices {
  utf8Slice(this: Uint8Array, start: number, end: number): string;
  latin1Slice(this: Uint8Array, start: number, end: number): string;
}

const { utf8Slice, latin1Slice } = Buffer.prototype as unknown as Slices;

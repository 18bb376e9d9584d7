/** The worst values that somebody can put on a server, as they are stored: compressed, and as long as they may inflate to. */

import { deflateSync } from "node:zlib";

/** A stored value. */
export interface StoredValue {
  readonly data: Uint8Array;
  readonly flags: number;
}

const ZLIB = 16;
const JSON_FLAG = 64;
const MARSHAL = 32;
const PICKLE = 1;
const INTEGER = 4;

/** Makes the values, by name. */
export const WORST_VALUES: Readonly<Record<string, () => StoredValue>> = {
  "text of two bytes a character": () => zlib(0, repeated("☃", 128)),
  "no text and no JSON": () => zlib(0, new Uint8Array(128 * MEGABYTE).fill(0xff)),
  "digits": () => zlib(INTEGER, repeated("9", 128)),
  "JSON of objects": () => zlib(JSON_FLAG, json("{}", 128)),
  "JSON of objects, 8 MB": () => zlib(JSON_FLAG, json("{}", 8)),
  "JSON of arrays in each other": () => zlib(JSON_FLAG, repeated("[", 128)),
  "JSON of arrays in each other, 8 MB": () => zlib(JSON_FLAG, nested("[", "]", 8)),
  "JSON of objects that reserve places": () => zlib(JSON_FLAG, nested('{"31":', "}", 8)),
  "JSON of new keys, 10 MB": () => ({ data: newKeys(10), flags: JSON_FLAG }),
  "JSON of long text": () => zlib(JSON_FLAG, repeated("a", 128, '"', '"')),
  "marshal of None": () => zlib(MARSHAL, repeated("N", 100, list(100 * MEGABYTE))),
  "marshal of tuples of one": () => zlib(MARSHAL, repeated(")\x01N", 100, list(33 * MEGABYTE))),
  "marshal of dicts": () => zlib(MARSHAL, repeated("{z\x0231N0", 100, list(14 * MEGABYTE))),
  "marshal of bytes": () => zlib(MARSHAL, repeated("s\0\0\0\0", 100, list(20 * MEGABYTE))),
  "pickle of MEMOIZE": () => zlib(PICKLE, repeated("\x94", 128, "N", ".")),
  "pickle of DUP": () => zlib(PICKLE, repeated("2", 128, "(N", "t.")),
  "pickle of APPEND": () => zlib(PICKLE, repeated("Na", 128, "]", ".")),
  "pickle of bytes": () => zlib(PICKLE, repeated("C\0", 128, "(", "t.")),
  "pickle of distant memos": () => zlib(PICKLE, repeated("r\0\0\0\x01r\0\0\0\0", 100, "N", ".")),
  "pickle of lines": () => zlib(PICKLE, repeated("L1L\n", 128, "(", "t.")),
  "pickle of escapes": () => zlib(PICKLE, repeated("\\", 128, "V", "\n.")),
};

function zlib(flags: number, data: Uint8Array): StoredValue {
  return { data: new Uint8Array(deflateSync(data, { level: 9 })), flags: flags | ZLIB };
}

/** A unit again and again, so many megabytes, between two texts. Each character of those is a byte. */
function repeated(
  unit: string,
  megabytes: number,
  before: string | Uint8Array = "",
  after = "",
): Uint8Array {
  const start = typeof before === "string" ? latin1(before) : before;
  const end = latin1(after);
  const one = unit === "☃" ? new TextEncoder().encode(unit) : latin1(unit);
  const count = Math.floor(megabytes * MEGABYTE / one.length) - start.length - end.length;
  const bytes = new Uint8Array(start.length + count * one.length + end.length);
  bytes.set(start);
  bytes.set(one, start.length);
  // Each copy doubles what there is.
  for (let done = one.length; done < count * one.length; done *= 2) {
    bytes.copyWithin(start.length + done, start.length, start.length + done);
  }
  bytes.set(end, bytes.length - end.length);
  return bytes;
}

function json(unit: string, megabytes: number): Uint8Array {
  return repeated(`,${unit}`, megabytes, `[${unit}`, "]");
}

function nested(open: string, close: string, megabytes: number): Uint8Array {
  const levels = Math.floor(megabytes * MEGABYTE / (open.length + close.length));
  return latin1(`${open.repeat(levels)}${open.endsWith(":") ? "1" : ""}${close.repeat(levels)}`);
}

/** Objects each of which has a key that none before had. */
function newKeys(megabytes: number): Uint8Array {
  const objects: string[] = [];
  for (let length = 0; length < megabytes * 1e6 - 20; length += objects.at(-1)!.length + 1) {
    objects.push(`{"q${objects.length.toString(36)}":1}`);
  }
  return latin1(`[${objects.join(",")}]`);
}

function list(count: number): string {
  return `[${
    String.fromCharCode(count & 255, (count >> 8) & 255, (count >> 16) & 255, count >> 24)
  }`;
}

function latin1(text: string): Uint8Array {
  const bytes = new Uint8Array(text.length);
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i);
  return bytes;
}

const MEGABYTE = 1_000_000;

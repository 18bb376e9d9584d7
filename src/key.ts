/**
 * Keys. Inside the client a key is a *wire key*: a string whose char codes, 0 to 255, are the bytes that are sent,
 * prefix included. Most keys are ASCII and so are their own wire keys; any other is converted once, to the byte string of
 * its UTF-8. After that, hashing, writing and comparing are loops over char codes.
 *
 * Keys that libmc rejects are rejected: more than 250 bytes, a space, CR, LF, NUL. Tabs, DEL and other control bytes are
 * allowed. Two more are rejected here: the empty key, which no server accepts, and a lone surrogate, which UTF-8 cannot
 * hold: encoders write U+FFFD in its place, so two different keys would become one.
 */

import { plainBytes } from "./checks/bytes.ts";

/** The longest key memcached takes, in bytes, prefix included. */
export const MAX_KEY_BYTES = 250;

/** The longest key that is sent in base64: memcached counts the text, of which 248 characters hold 186 bytes. */
export const MAX_BASE64_KEY_BYTES = 186;

/**
 * Gives the bytes sent for a key, as a string with one char for each byte.
 *
 * A key that begins with `?` keeps that mark in front of the prefix: with the prefix `"a:"`, `"?b"` becomes `"?a:b"`.
 * Without a prefix the mark has no meaning.
 *
 * @param key The caller's key.
 * @param prefix The result of {@linkcode wirePrefix} for the client's prefix.
 * @returns The wire key: `key` itself if it is ASCII and there is no prefix.
 * @throws {TypeError} If the key is not a string, is empty, or contains a character that cannot be sent.
 * @throws {RangeError} If the key has more than 250 bytes, prefix included.
 */
export function wireKey(key: string, prefix = ""): string {
  if (typeof key !== "string" || key === "") throw unusable(KEY, key);
  if (key.length > MAX_KEY_BYTES) throw tooLong(KEY, key, prefix.length);
  let wire = NOT_PLAIN.test(key) ? toByteString(KEY, key) : key;
  if (prefix !== "") {
    wire = key.charCodeAt(0) === QUESTION_MARK ? "?" + prefix + wire.slice(1) : prefix + wire;
  }
  if (wire.length > MAX_KEY_BYTES) throw tooLong(KEY, key, prefix.length);
  return wire;
}

/**
 * Gives the bytes of a key of any length, as a string with one char for each byte.
 *
 * @param prefix The result of {@linkcode wirePrefix} for the client's prefix.
 * @throws {TypeError} As {@linkcode wireKey} does.
 */
export function wireKeyOfAnyLength(key: string, prefix: string): string {
  if (typeof key !== "string" || key === "") throw unusable(KEY, key);
  if (/[\0\n\r ]/.test(key) || !key.isWellFormed()) throw unusable(KEY, key);
  return prefixed(NOT_ASCII.test(key) ? byteString(encoder.encode(key)) : key, prefix);
}

/**
 * Gives the bytes of a key for a meta command, of any length, as a string with one char for each byte.
 *
 * @param prefix The result of {@linkcode wirePrefix} for the client's prefix.
 * @throws {TypeError} As {@linkcode wireKeyOfAny} does.
 */
export function anyWireKeyOfAnyLength(key: string | Uint8Array, prefix: string): string {
  if (typeof key !== "string") {
    checkBytes(key);
    if (key.length === 0) throw unusableBytes(key, 0, MAX_KEY_BYTES);
    return prefixed(byteString(plainBytes(key)), prefix);
  }
  if (key === "") throw unusableBytes(key, 0, MAX_KEY_BYTES);
  if (!key.isWellFormed()) throw halfAPair(key);
  return prefixed(NOT_ASCII.test(key) ? byteString(encoder.encode(key)) : key, prefix);
}

function prefixed(own: string, prefix: string): string {
  return prefix !== "" && own.charCodeAt(0) === QUESTION_MARK
    ? `?${prefix}${own.slice(1)}`
    : prefix + own;
}

/** Gives bytes as a string with one char for each. */
function byteString(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length; at += 4096) {
    text += String.fromCharCode(...bytes.subarray(at, at + 4096));
  }
  return text;
}

/**
 * Takes the prefix off a wire key: the reverse of {@linkcode wireKey}.
 *
 * @param prefix The result of {@linkcode wirePrefix}.
 * @returns The bytes of the caller's key, as a string with one char for each; `undefined` if no key of a client with this
 *   prefix is sent as these bytes.
 */
export function withoutPrefix(wire: string, prefix: string): string | undefined {
  if (prefix === "") return wire;
  const marked = "?" + prefix;
  if (wire.startsWith(marked)) return "?" + wire.slice(marked.length);
  const isOwn = wire.startsWith(prefix) && wire.length > prefix.length &&
    wire.charCodeAt(prefix.length) !== QUESTION_MARK;
  return isOwn ? wire.slice(prefix.length) : undefined;
}

/**
 * Gives the text of a wire key. A byte that is no part of UTF-8 becomes half of a surrogate pair, U+DC80 to U+DCFF: so no
 * two keys have one text, and the client rejects the key instead of taking another item for it.
 */
export function keyText(wire: string): string {
  if (!NOT_ASCII.test(wire)) return wire;
  const bytes = bytesOfWire(wire);
  try {
    return decoder.decode(bytes);
  } catch {
    return textWithGaps(bytes);
  }
}

/** Gives the bytes of a wire key. */
export function bytesOfWire(wire: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(wire, (char) => char.charCodeAt(0));
}

/** True for the text of a key that is not UTF-8. */
export function hasGaps(text: string): boolean {
  return !text.isWellFormed();
}

/** Decodes character by character: keys are short, and such keys are rare. */
function textWithGaps(bytes: Uint8Array): string {
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const char = charAt(bytes, at);
    text += char ?? String.fromCharCode(0xdc00 + bytes[at]);
    at += char === undefined ? 1 : new TextEncoder().encode(char).length;
  }
  return text;
}

/** Gives the character whose UTF-8 begins there; `undefined` if none does. */
function charAt(bytes: Uint8Array, at: number): string | undefined {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    try {
      return decoder.decode(bytes.subarray(at, at + length));
    } catch {
      // One byte more may complete it.
    }
  }
  return undefined;
}

/**
 * Gives the bytes of a key for a meta command, as a string with one char for each. Such a key may hold any bytes:
 * {@linkcode needsBase64} tells how it is sent. A text and its UTF-8 are the same key, and so is the key of a classic
 * command with the same bytes.
 *
 * @param key Text, or the bytes themselves.
 * @param prefix The result of {@linkcode wirePrefix} for the client's prefix.
 * @throws {TypeError} If the key is neither a string nor a Uint8Array, is empty, or is text with half of a surrogate pair.
 * @throws {RangeError} If it is too long.
 */
export function wireKeyOfAny(key: string | Uint8Array, prefix = ""): string {
  const isPlain = typeof key === "string" && key.length <= MAX_KEY_BYTES && !NOT_PLAIN.test(key);
  if (isPlain && prefix === "" && key !== "") return key;
  const own = typeof key === "string" ? textKey(key) : bytesKey(key);
  const size = own.length + prefix.length;
  if (own === "" || size > MAX_KEY_BYTES) throw unusableBytes(key, size, MAX_KEY_BYTES);
  const isMarked = prefix !== "" && own.charCodeAt(0) === QUESTION_MARK;
  const wire = isMarked ? "?" + prefix + own.slice(1) : prefix + own;
  if (size <= MAX_BASE64_KEY_BYTES || !needsBase64(wire)) return wire;
  throw unusableBytes(key, size, MAX_BASE64_KEY_BYTES);
}

/** True if the bytes of a key cannot be sent as they are. */
export function needsBase64(wire: string): boolean {
  if (!NOT_PLAIN.test(wire)) return false;
  for (let i = 0; i < wire.length; i++) if (isForbidden(wire.charCodeAt(i))) return true;
  return false;
}

/** Gives the bytes of a text. Of one that is too long it gives enough of them to show that. */
function textKey(key: string): string {
  if (!NOT_PLAIN.test(key) || key.length > MAX_KEY_BYTES) return key;
  if (!key.isWellFormed()) throw halfAPair(key);
  return String.fromCharCode(...new TextEncoder().encode(key));
}

function halfAPair(key: string): TypeError {
  return new TypeError(`Cannot use key ${quote(key)} as it contains half of a surrogate pair`);
}

function checkBytes(key: unknown): void {
  if (key instanceof Uint8Array) return;
  throw new TypeError(
    `Cannot use a key that is neither a string nor a Uint8Array: current type is ${
      key === null ? "null" : typeof key
    }`,
  );
}

function bytesKey(key: Uint8Array): string {
  checkBytes(key);
  const bytes = plainBytes(key);
  return String.fromCharCode(...bytes.subarray(0, MAX_KEY_BYTES + 1));
}

function unusableBytes(key: string | Uint8Array, size: number, most: number): Error {
  const shown = typeof key === "string" ? quote(key) : "of bytes";
  if (key.length === 0) return new TypeError(`Cannot use key ${shown} as it is empty`);
  const how = most === MAX_KEY_BYTES ? "" : " to be sent in base64";
  return new RangeError(
    `Cannot use key ${shown} as it must be <= ${most} bytes with its prefix${how}: ` +
      `current size is ${size}, and ${LONGER}`,
  );
}

/**
 * Checks a prefix, once for all keys, and gives its bytes as a string with one char for each byte.
 *
 * @param prefix The text to put before every key; empty for none.
 * @throws {TypeError} If the prefix is not a string, or contains a character that cannot be sent.
 * @throws {RangeError} If the prefix leaves no room for a key.
 */
export function wirePrefix(prefix: string): string {
  if (typeof prefix !== "string") throw unusable(PREFIX, prefix);
  if (prefix.length >= MAX_KEY_BYTES) throw tooLong(PREFIX, prefix, 0);
  const wire = toByteString(PREFIX, prefix);
  if (wire.length >= MAX_KEY_BYTES) throw tooLong(PREFIX, prefix, 0);
  return wire;
}

/**
 * Gives the UTF-8 of a text as a byte string. It is written by hand because keys are short: 90 ns for ten characters,
 * while a TextEncoder and the way back from its bytes take 330 ns.
 */
function toByteString(what: string, text: string): string {
  const bytes: number[] = [];
  for (let i = 0; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code <= LAST_ASCII) {
      if (isForbidden(code)) throw unusable(what, text);
      bytes.push(code);
    } else if (code < 0x800) {
      bytes.push(0xc0 | code >> 6, 0x80 | code & 0x3f);
    } else if (code < 0xd800 || code > 0xdfff) {
      bytes.push(0xe0 | code >> 12, 0x80 | code >> 6 & 0x3f, 0x80 | code & 0x3f);
    } else {
      const point = text.codePointAt(i++)!;
      if (point <= 0xffff) throw unusable(what, text);
      bytes.push(0xf0 | point >> 18, 0x80 | point >> 12 & 0x3f);
      bytes.push(0x80 | point >> 6 & 0x3f, 0x80 | point & 0x3f);
    }
  }
  return String.fromCharCode(...bytes);
}

function isForbidden(code: number): boolean {
  return code === SPACE || code === CR || code === LF || code === NUL;
}

/** Makes the error for a bad key or prefix. It is off the hot path, so it may search the text again. */
function unusable(what: string, text: unknown): TypeError {
  if (typeof text !== "string") {
    const type = text === null ? "null" : typeof text;
    return new TypeError(
      `Cannot use a ${what} that is not a string: current type is ${type}${adviceFor(text)}`,
    );
  }
  return new TypeError(`Cannot use ${what} ${quote(text)} as it ${reason(text)}`);
}

function adviceFor(value: unknown): string {
  if (typeof value === "number" || typeof value === "bigint") return "; write its String()";
  if (typeof value !== "object" || value === null) return "";
  if ("then" in value) return "; await it";
  return Array.isArray(value) ? "; the methods for many keys take a list, as getMulti() does" : "";
}

function reason(text: string): string {
  if (text === "") return "is empty";
  for (let i = 0; i < text.length; i++) {
    const name = FORBIDDEN[text.charCodeAt(i)];
    if (name !== undefined) return `contains ${name}`;
  }
  return "contains half of a surrogate pair";
}

function tooLong(what: string, text: string, prefixBytes: number): RangeError {
  const bytes = new TextEncoder().encode(text).length + prefixBytes;
  const limit = what === PREFIX
    ? `< ${MAX_KEY_BYTES} bytes`
    : prefixBytes === 0
    ? `<= ${MAX_KEY_BYTES} bytes`
    : `<= ${MAX_KEY_BYTES} bytes with its prefix`;
  const way = what === KEY ? `, and ${LONGER}` : "";
  return new RangeError(
    `Cannot use ${what} ${quote(text)} as it must be ${limit}: current size is ${bytes}${way}`,
  );
}

/** Gives a text as JSON, so that invisible characters show; only the beginning if it is long. */
export function quote(text: string): string {
  return text.length <= MAX_QUOTED
    ? JSON.stringify(text)
    : `${JSON.stringify(text.slice(0, MAX_QUOTED))}…`;
}

/** Finds keys that need a check of each character. A regular expression is cheaper than a loop from 12 characters on. */
const NOT_PLAIN = /[^\x21-\x7f]/;

const NOT_ASCII = /[^\0-\x7f]/;
const encoder = new TextEncoder();
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const LONGER = 'the option longKeys: "hash" allows longer ones';
const KEY = "key";
const PREFIX = "prefix";
const MAX_QUOTED = 60;
const NUL = 0x00;
const LF = 0x0a;
const CR = 0x0d;
const SPACE = 0x20;
const LAST_ASCII = 0x7f;
const QUESTION_MARK = 0x3f;

/** The bytes that end a word or a line on the wire. */
const FORBIDDEN: Readonly<Record<number, string>> = {
  [NUL]: "NUL",
  [LF]: "LF",
  [CR]: "CR",
  [SPACE]: "a space",
};

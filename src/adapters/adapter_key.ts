/**
 * Keys of any text, for adapters whose keys come from elsewhere: an address, a URL, what a user has typed. A text that
 * cannot be sent must not fail the request that it came with.
 *
 * What memcached does not take in a key is written as `%` and its bytes, and `%` and `#` too. A key that is too long then is
 * cut, and `#LENGTH#SHA-256` of the whole follows: a short key has no `#` of its own, so no two texts share a key, as long
 * as no two texts share a hash.
 */

import { crypto } from "@std/crypto";
import { encodeBase64 } from "@std/encoding";

/**
 * Makes the key of a text.
 *
 * @param prefix Goes in front as it is: what stores of one kind have in common.
 * @param text Any text, also an empty one.
 * @param most Most bytes of the key, at least {@linkcode LEAST_KEY_BYTES}: `key_room.ts` tells how many there may be.
 */
export function adapterKey(prefix: string, text: string, most: number): string {
  const sendable = SPECIAL.test(text) ? text.replace(SPECIALS, escaped) : text;
  const key = prefix + sendable;
  // A character of UTF-16 has at most three bytes.
  if (key.length * 3 <= most) return key;
  const bytes = ENCODER.encode(key);
  if (bytes.length <= most) return key;
  const digest = new Uint8Array(crypto.subtle.digestSync("SHA-256", bytes));
  const start = DECODER.decode(bytes.subarray(0, most - END_BYTES)).replace(CUT, "");
  return `${start}#${bytes.length}#${encodeBase64(digest)}`;
}

/** Gives the text of a key again, without its prefix; `undefined` for a text that was too long, of which a part is lost. */
export function textOfAdapterKey(prefix: string, key: string): string | undefined {
  const sent = key.slice(prefix.length);
  if (sent.includes("#")) return undefined;
  return sent.replace(ESCAPED, (_, half, byte) => String.fromCharCode(parseInt(half ?? byte, 16)));
}

const ESCAPED = /%(?:u([0-9a-f]{4})|([0-9a-f]{2}))/g;

/** What follows what is kept has at most so many bytes: two marks, a length of up to 14 digits, and the hash in base64. */
const END_BYTES = 60;
/** A key of fewer bytes could not be cut: its end alone takes nearly as many. */
export const LEAST_KEY_BYTES = 64;

const ENCODER = new TextEncoder();
const DECODER = new TextDecoder();

/** Control characters, the space, marks of this file, and halves of surrogate pairs. */
const SPECIAL = /[\0-\x20\x7f%#\ud800-\udfff]/u;
const SPECIALS = new RegExp(SPECIAL, "gu");
/** What is left of a character that was cut through. */
const CUT = /\ufffd+$/;

function escaped(character: string): string {
  const code = character.charCodeAt(0).toString(16);
  return code.length > 2 ? `%u${code}` : `%${code.padStart(2, "0")}`;
}

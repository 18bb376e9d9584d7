/**
 * Keys of any length: the option `longKeys: "hash"`.
 *
 * A key that is too long is sent as its first bytes, the prefix among them, and `#LENGTH#SHA-256`: its length in bytes, and the hash of the bytes
 * that were left out, in hexadecimal. So two keys share a wire key only if the first bytes, the lengths and the hashes of the rest
 * are the same. A short key that ends like that could be meant to be taken for a long one: it is hashed as well, and so
 * no key that is sent as it is ends like one that was hashed.
 *
 * The result is short enough for the keys of a value in chunks, and for base64.
 */

import { crypto } from "@std/crypto";
import type { Clock } from "../clock.ts";
import {
  anyWireKeyOfAnyLength,
  bytesOfWire,
  MAX_BASE64_KEY_BYTES,
  MAX_KEY_BYTES,
  needsBase64,
  wireKeyOfAnyLength,
} from "../key.ts";
import { notePrefixBytes } from "../prefix_bytes.ts";
import { Keys } from "./keys.ts";
import type { Settings } from "./options.ts";

/**
 * Gives the keys of a client.
 *
 * @param prefix The client's, unless it is another one.
 * @param client Whose they are, if adapters are to know how long its prefix is.
 * @throws {TypeError} If the prefix contains a character that cannot be sent.
 * @throws {RangeError} If the prefix is too long.
 */
export function keysFor(
  { prefix: own, clock, longKeys }: Settings,
  prefix = own,
  client?: object,
): Keys {
  const keys = longKeys === "hash" ? new HashedKeys(prefix, clock) : new Keys(prefix, clock);
  if (client !== undefined) notePrefixBytes(client, keys.prefix.length);
  return keys;
}

class HashedKeys extends Keys {
  constructor(prefix: string, clock: Clock) {
    super(prefix, clock);
    if (this.prefix.length <= MAX_PREFIX_BYTES) return;
    throw new RangeError(
      `Cannot use a prefix of ${this.prefix.length} bytes as with longKeys: "hash" it must be <= ` +
        `${MAX_PREFIX_BYTES} bytes, that of a namespace included`,
    );
  }

  override one(key: string): string {
    const wire = wireKeyOfAnyLength(key, this.prefix);
    return wire.length > MAX_KEY_BYTES || looksHashed(wire) ? hashed(wire) : wire;
  }

  override any(key: string | Uint8Array): string {
    const wire = anyWireKeyOfAnyLength(key, this.prefix);
    if (wire.length > MAX_KEY_BYTES || looksHashed(wire)) return hashed(wire);
    return wire.length > MAX_BASE64_KEY_BYTES && needsBase64(wire) ? hashed(wire) : wire;
  }

  /** The server is that of the same text as a key. */
  override route(text: string): string {
    const wire = super.route(text);
    return wire.length > MAX_KEY_BYTES || looksHashed(wire) ? hashed(wire) : wire;
  }

  override many(keys: readonly string[]): readonly string[] {
    return keys.map((key) => this.one(key));
  }
}

function looksHashed(wire: string): boolean {
  return wire.length > END_BYTES && HASHED.test(wire);
}

function hashed(wire: string): string {
  let kept = Math.min(KEPT_BYTES, wire.length);
  // A character of UTF-8 is kept whole, or not at all; it has at most three bytes that continue it.
  const least = kept - 3;
  while (kept > least && kept < wire.length && (wire.charCodeAt(kept) & 0xc0) === 0x80) kept--;
  const rest = bytesOfWire(wire.slice(kept));
  const digest = new Uint8Array(crypto.subtle.digestSync("SHA-256", rest));
  const hex = Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${wire.slice(0, kept)}#${wire.length}#${hex}`;
}

/** The end of a key that was hashed. */
const HASHED = /#[0-9]+#[0-9a-f]{64}$/;
/** Its shortest length. */
const END_BYTES = 67;
/** With a length of up to ten digits that makes {@linkcode MAX_BASE64_KEY_BYTES}. */
const KEPT_BYTES = 110;
/** A prefix is kept whole, behind the mark `?` as well, which stands before it. */
const MAX_PREFIX_BYTES = KEPT_BYTES - 4;

/**
 * Opaques: numbers that a server sends back, so that a reply shows which request it answers. Each request of a client has
 * another one. Keys are never sent back: memcached prints the bytes of some keys raw, line ends included.
 */

import { ProtocolError } from "../../errors.ts";
import { findFlag, flagDigits } from "../../protocol/meta_lines.ts";

/** Gives out opaques. */
export class Opaques {
  #last = 0;

  /** Gives the first of so many numbers in a row. */
  next(count = 1): number {
    if (this.#last + count > MOST) this.#last = 0;
    const first = this.#last + 1;
    this.#last += count;
    return first;
  }
}

/** Gives the opaque behind the word of a line; -1 if it has none, NaN if that is no number. */
export function opaqueOf(bytes: Uint8Array, start: number, end: number): number {
  if (findFlag(bytes, start, end, "O") < 0) return -1;
  return Number(flagDigits(bytes, start, end, "O") ?? NaN);
}

/** Makes the error for a reply that belongs to another request. */
export function wrongOpaque(name: string, found: number, expected: string): ProtocolError {
  const which = found === -1 ? "without an opaque" : `with opaque ${found}`;
  return new ProtocolError(
    `Cannot take a reply ${which} as the reply to ${name}: its opaque is ${expected}`,
  );
}

/**
 * memcached takes 31 bytes. More numbers than commands may be on their way to a server are enough, and each digit costs
 * both sides: a reply that is out of place is so by a few commands.
 */
const MOST = 99_999;

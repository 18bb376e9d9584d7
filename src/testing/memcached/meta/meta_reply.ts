/** What replies to all meta commands have in common: opaque and key, in the order in which they were asked for. */

import { encodedKey } from "./base64.ts";

/** Gives a key as a reply tells it. */
export function keyWord(key: string, isBinary: boolean): string {
  return isBinary ? `k${encodedKey(key)} b` : `k${key}`;
}

/** Gives a reply without value: its status, and what the words of the request ask to be repeated. */
export function repeating(
  status: string,
  { key, hasBinaryKey, words }: {
    readonly key: string;
    readonly hasBinaryKey: boolean;
    readonly words: readonly string[];
  },
): string {
  let reply = status;
  for (const word of words) {
    if (word[0] === "O") reply += ` ${word}`;
    else if (word[0] === "k") reply += ` ${keyWord(key, hasBinaryKey)}`;
  }
  return reply;
}

/** Says whether a word is an opaque that is longer than memcached takes. */
export function isLongOpaque(word: string): boolean {
  return word[0] === "O" && word.length > MAX_OPAQUE_LENGTH;
}

/** memcached's answer to such an opaque. */
export const OPAQUE_TOO_LONG = "CLIENT_ERROR opaque token too long";

/** Its letter included. */
const MAX_OPAQUE_LENGTH = 32;

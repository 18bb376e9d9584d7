/** What the keys of an adapter begin with: the option `prefix`. */

import { wrongLength, wrongType, wrongValue } from "../checks/check.ts";

/**
 * Checks what stands in a key as it is: better when the adapter is made than at each of its calls.
 *
 * @throws {TypeError} If it is no text, or memcached does not take it in a key.
 * @throws {RangeError} If it is too long.
 */
export function aKeyPrefix(name: string, value: unknown): void {
  if (typeof value !== "string") throw wrongType(name, "a string", value);
  if (NOT_IN_KEYS.test(value)) {
    throw wrongValue(name, "text without spaces and control characters", value);
  }
  if (value.length > MOST_LENGTH) {
    throw wrongLength(name, `<= ${MOST_LENGTH} characters`, value.length);
  }
}

const NOT_IN_KEYS = /[\0-\x20\x7f\ud800-\udfff]/u;
/** More would leave nothing of a key but its hash. */
const MOST_LENGTH = 60;

/**
 * Numbers as memcached reads them, with C's `strtoull` and `strtol`: white space and a sign may stand before the digits,
 * anything after white space or a NUL is ignored, a negative number wraps around, and a text that is too long is not a
 * number. Lengths, flags and exptimes are then cut to 32 bits.
 */

/** Reads a 64-bit unsigned number. `undefined` if it is not one to memcached. */
export function unsignedOf(text: string): bigint | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const size = sizeOf(match[2]);
  if (size > MAX_UNSIGNED) return undefined;
  if (match[1] !== "-") return size;
  const wrapped = BigInt.asUintN(64, -size);
  // The daemon accepts a minus only if the wrapped number looks positive.
  return wrapped > MAX_SIGNED ? undefined : wrapped;
}

/** Reads a 64-bit signed number and cuts it to 32 bits. `undefined` if it is not one to memcached. */
export function signed32Of(text: string): number | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const size = sizeOf(match[2]);
  const value = match[1] === "-" ? -size : size;
  if (value > MAX_SIGNED || value < -MAX_SIGNED - 1n) return undefined;
  return Number(BigInt.asIntN(32, value));
}

/** Reads a 64-bit unsigned number and cuts it to 32 bits, as flags are. `undefined` if it is not one to memcached. */
export function unsigned32Of(text: string): number | undefined {
  const value = unsignedOf(text);
  return value === undefined ? undefined : Number(BigInt.asUintN(32, value));
}

/** Reads digits. More than 20 of them are too large in any case, and no bigint is made of half a megabyte. */
function sizeOf(digits: string): bigint {
  const significant = digits.replace(/^0+/, "");
  return significant.length > MAX_DIGITS ? MAX_UNSIGNED + 1n : BigInt(significant || "0");
}

const NUMBER = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)(?:[ \t\n\v\f\r\0]|$)/;
const MAX_DIGITS = 20;
const MAX_UNSIGNED = 0xffff_ffff_ffff_ffffn;
const MAX_SIGNED = 0x7fff_ffff_ffff_ffffn;

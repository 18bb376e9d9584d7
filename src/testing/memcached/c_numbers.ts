/**
 * Numbers as memcached reads them, which is with C's `strtoull` and `strtol`: white space and a sign may stand before
 * the digits, anything after a white space or a NUL is ignored, a negative number wraps around, and what is too long is
 * no number. Lengths, flags and exptimes are then cut to 32 bits without a word.
 */

/** A 64-bit unsigned number, or `undefined` where memcached says that it is none. */
export function unsignedOf(text: string): bigint | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const size = sizeOf(match[2]);
  if (size > MAX_UNSIGNED) return undefined;
  if (match[1] !== "-") return size;
  const wrapped = BigInt.asUintN(64, -size);
  // A minus is taken only where the wrapped number looks positive: that is how the daemon tells the two apart.
  return wrapped > MAX_SIGNED ? undefined : wrapped;
}

/** A 64-bit signed number cut to 32 bits, or `undefined` where memcached says that it is none. */
export function signed32Of(text: string): number | undefined {
  const match = NUMBER.exec(text);
  if (match === null) return undefined;
  const size = sizeOf(match[2]);
  const value = match[1] === "-" ? -size : size;
  if (value > MAX_SIGNED || value < -MAX_SIGNED - 1n) return undefined;
  return Number(BigInt.asIntN(32, value));
}

/** Flags: a 64-bit number cut to 32 bits, or `undefined` where memcached says that it is none. */
export function flagsOf(text: string): number | undefined {
  const value = unsignedOf(text);
  return value === undefined ? undefined : Number(BigInt.asUintN(32, value));
}

/** Half a megabyte of digits is not worth a bigint: whatever has more than 20 of them is too large. */
function sizeOf(digits: string): bigint {
  const significant = digits.replace(/^0+/, "");
  return significant.length > MAX_DIGITS ? MAX_UNSIGNED + 1n : BigInt(significant || "0");
}

const NUMBER = /^[ \t\n\v\f\r]*([+-]?)([0-9]+)(?:[ \t\n\v\f\r\0]|$)/;
const MAX_DIGITS = 20;
const MAX_UNSIGNED = 0xffff_ffff_ffff_ffffn;
const MAX_SIGNED = 0x7fff_ffff_ffff_ffffn;

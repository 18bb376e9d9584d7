/**
 * The hashes of Fowler, Noll and Vo as libmemcached and twemproxy have them. C's `char` has a sign there: a byte from 0x80
 * on, as in every key that is not ASCII, is added with all upper bits set, so that these differ from the published ones.
 * The input is a wire key: each char code is one byte, 0 to 255.
 *
 * Of the two of 64 bits only the lower half is used, and it depends on lower halves alone: no bigint is needed.
 */

/** FNV-1 of 32 bits: multiplies, then mixes the byte in. */
export function signedFnv1(wireKey: string): number {
  let hash = BASIS_32;
  for (let i = 0; i < wireKey.length; i++) hash = Math.imul(hash, PRIME_32) ^ byteAt(wireKey, i);
  return hash >>> 0;
}

/** FNV-1a of 32 bits: mixes the byte in, then multiplies. */
export function signedFnv1a(wireKey: string): number {
  let hash = BASIS_32;
  for (let i = 0; i < wireKey.length; i++) hash = Math.imul(hash ^ byteAt(wireKey, i), PRIME_32);
  return hash >>> 0;
}

/** The lower half of FNV-1 of 64 bits. */
export function signedFnv1Of64(wireKey: string): number {
  let hash = BASIS_64;
  for (let i = 0; i < wireKey.length; i++) hash = Math.imul(hash, PRIME_64) ^ byteAt(wireKey, i);
  return hash >>> 0;
}

/** What the two make of FNV-1a of 64 bits: its lower half. */
export function signedFnv1aOf64(wireKey: string): number {
  let hash = BASIS_64;
  for (let i = 0; i < wireKey.length; i++) hash = Math.imul(hash ^ byteAt(wireKey, i), PRIME_64);
  return hash >>> 0;
}

/** A byte as C's `char`: from -128 to 127. */
function byteAt(wireKey: string, i: number): number {
  return wireKey.charCodeAt(i) << 24 >> 24;
}

const BASIS_32 = 0x811c9dc5 | 0;
const PRIME_32 = 0x01000193;
/** The lower halves of 0xcbf29ce484222325 and 0x100000001b3. */
const BASIS_64 = 0x84222325 | 0;
const PRIME_64 = 0x1b3;

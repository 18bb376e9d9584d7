/**
 * The two 32-bit hashes of Fowler, Noll and Vo, which differ in the order of their two steps. The input is a wire
 * key: each char code is one byte, 0 to 255.
 */

/** FNV-1: multiplies, then mixes the byte in. */
export function fnv1(wireKey: string): number {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < wireKey.length; i++) {
    hash = Math.imul(hash, PRIME) ^ wireKey.charCodeAt(i);
  }
  return hash >>> 0;
}

/** FNV-1a: mixes the byte in, then multiplies. */
export function fnv1a(wireKey: string): number {
  let hash = OFFSET_BASIS;
  for (let i = 0; i < wireKey.length; i++) {
    hash = Math.imul(hash ^ wireKey.charCodeAt(i), PRIME);
  }
  return hash >>> 0;
}

/** 2166136261 as a signed number, so that the loops stay in 32-bit integers. */
const OFFSET_BASIS = 2166136261 | 0;
const PRIME = 16777619;

/**
 * Bob Jenkins' one-at-a-time hash, libmemcached's default, with C's signed `char`: a byte from 0x80 on is added with all
 * upper bits set. The input is a wire key: each char code is one byte, 0 to 255.
 */

/** The hash of the bytes of `wireKey`. */
export function oneAtATime(wireKey: string): number {
  let hash = 0;
  for (let i = 0; i < wireKey.length; i++) {
    hash = (hash + (wireKey.charCodeAt(i) << 24 >> 24)) | 0;
    hash = (hash + (hash << 10)) | 0;
    hash ^= hash >>> 6;
  }
  hash = (hash + (hash << 3)) | 0;
  hash ^= hash >>> 11;
  return (hash + (hash << 15)) >>> 0;
}

/**
 * The CRC-32 of zlib and PNG, all 32 bits of it (libmemcached keeps 15 of them, libmc all). The input is a wire key:
 * each char code is one byte, 0 to 255. One table look-up a byte.
 */

/** CRC-32 of the bytes of `wireKey`. */
export function crc32(wireKey: string): number {
  let crc = -1;
  for (let i = 0; i < wireKey.length; i++) {
    crc = TABLE[(crc ^ wireKey.charCodeAt(i)) & 0xff] ^ (crc >>> 8);
  }
  return ~crc >>> 0;
}

/** The polynomial with its lowest power in the highest bit, as bytes enter from that side. */
const REFLECTED_POLYNOMIAL = 0xedb88320;

/** What eight steps of the division make of each possible byte. */
const TABLE: Int32Array = Int32Array.from({ length: 256 }, (_, byte) => {
  let rest = byte;
  for (let bit = 0; bit < 8; bit++) {
    rest = rest & 1 ? (rest >>> 1) ^ REFLECTED_POLYNOMIAL : rest >>> 1;
  }
  return rest;
});

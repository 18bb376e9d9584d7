/**
 * The meaning of an item's flags. Bits 1 to 32 and 4096 are libmc's, and a Python application in the same cluster reads
 * and writes them; 64, 128, 256 and 512 are ours. Other bits have no meaning and are ignored on reading.
 */

/** Python's pickle. Read only: nothing here writes it. */
export const FLAG_PICKLE = 1;

/** Decimal text as older writers of libmc marked it. Read only. */
export const FLAG_OLD_INTEGER = 2;

/** An integer of any size as decimal text. */
export const FLAG_INTEGER = 4;

/** A boolean, as the integer `1` or `0`. */
export const FLAG_BOOL = 8;

/** The data block is a zlib stream of what the other bits describe. */
export const FLAG_ZLIB = 16;

/** Python's marshal. */
export const FLAG_MARSHAL = 32;

/** JSON in UTF-8; only this client writes it. */
export const FLAG_JSON = 64;

/** Raw bytes, for the codec whose flags 0 mean text; only this client writes it. */
export const FLAG_BYTES = 128;

/** Together with {@linkcode FLAG_INTEGER}: the value was a bigint, however small. */
export const FLAG_BIGINT = 256;

/** Text. Written for the empty one only, which without flags would look like the placeholder of a lease. */
export const FLAG_TEXT = 512;

/** The data block is the manifest of a value split over several items. */
export const FLAG_SPLIT = 4096;

/** The bits that say how to read a data block. If none is set, it is text or bytes, as the codec decides. */
export const TYPE_FLAGS: number = FLAG_PICKLE | FLAG_OLD_INTEGER | FLAG_INTEGER | FLAG_BOOL |
  FLAG_MARSHAL | FLAG_JSON | FLAG_BYTES | FLAG_TEXT;

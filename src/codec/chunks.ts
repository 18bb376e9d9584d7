/**
 * Values too big for one item, as libmc splits them. A value has at most ten chunks of 1,000,000 bytes, each an ordinary
 * item with its own key. Under the value's key lies a manifest: the number of chunks in decimal, with the value's flags
 * and one more.
 *
 * libmc gives the chunks the value's flags, and ignores them when it reads. Its chunks cannot show whether they were
 * written together: a reader only sees that one is missing or has the wrong length. Ours can, because each writing marks
 * its chunks by their flags: the first has a random number, and each other one has a number made from that, its
 * position, the value's flags, and whether it is the last. So chunks of two writings never join to one value, whatever
 * failed or came between, and libmc reads them as before.
 */

import { FLAG_SPLIT } from "./flags.ts";

/** Bytes in a chunk, the last excepted, unless the servers take only smaller items. */
export const CHUNK_BYTES = 1_000_000;

/** Most chunks of a value. */
export const MAX_CHUNKS = 10;

/** Longest key of a value in chunks, in bytes with the prefix: the keys of its chunks are a little longer. */
export const MAX_SPLIT_KEY_BYTES = 200;

/** The content of the item under a split value's key. */
export class Manifest {
  /** Number of chunks; 0 if the item does not give a valid number. */
  readonly chunks: number;
  /** The value's own flags. */
  readonly flags: number;
  /** The manifest's cas, which stands for the whole value. */
  readonly cas: bigint;
  /** Marks a manifest: a value that a codec has decoded must not be looked at in any other way. */
  readonly #isManifest = true;

  /** True if it is a manifest, and not a value that a codec has decoded, which may be a Proxy that throws. */
  static is(value: unknown): value is Manifest {
    return typeof value === "object" && value !== null && #isManifest in value;
  }

  constructor(chunks: number, flags: number, cas: bigint) {
    this.chunks = chunks;
    this.flags = flags;
    this.cas = cas;
  }
}

/** Makes the key of chunk number `index`: `~`, the key's length in bytes, the key, `/` and the number. */
export function chunkKey(wireKey: string, index: number): string {
  return `~${wireKey.length}${wireKey}/${index}`;
}

/** Gives the key of the value that a chunk belongs to, if the key is that of a chunk. */
export function ownerOfChunk(wireKey: string): string | undefined {
  if (!wireKey.startsWith("~")) return undefined;
  const end = wireKey.lastIndexOf("/");
  for (let digits = 1; digits <= 3; digits++) {
    const length = Number(wireKey.slice(1, 1 + digits));
    if (length > 0 && 1 + digits + length === end) return wireKey.slice(1 + digits, end);
  }
  return undefined;
}

/** Makes the keys of all chunks of a value. */
export function chunkKeys(wireKey: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => chunkKey(wireKey, index));
}

/** Cuts data into chunks of so many bytes, without copying. */
export function cut(data: Uint8Array, chunkBytes = CHUNK_BYTES): Uint8Array[] {
  const count = Math.ceil(data.length / chunkBytes);
  return Array.from(
    { length: count },
    (_, i) => data.subarray(i * chunkBytes, (i + 1) * chunkBytes),
  );
}

/** Makes the data block of a manifest. */
export function manifestText(chunks: number): string {
  return String(chunks);
}

/** A chunk as it was found: its data, and the flags that tell which writing it belongs to. */
export interface Chunk {
  readonly data: Uint8Array;
  readonly flags: number;
}

/**
 * Makes the mark of one writing: the flags of its first chunk. They are never the value's own, which mean that there is no
 * mark, and never those of a manifest, so that a chunk can be read by its own key and copied.
 */
export function newMark(flags: number): number {
  const [random] = crypto.getRandomValues(new Uint32Array(1));
  const mark = spread(random & BITS_31);
  return mark === flags ? (mark ^ 1) >>> 0 : mark;
}

/**
 * Makes the flags of a chunk.
 *
 * @param mark The mark of the writing.
 * @param flags The value's own flags.
 */
export function chunkFlags(mark: number, flags: number, index: number, isLast: boolean): number {
  if (index === 0) return mark;
  const place = Math.imul(index * 2 + (isLast ? 1 : 0), 0x9e3779b1) ^ Math.imul(flags, 0x85ebca6b);
  // Each step can be undone within 31 bits, so two marks never give the same flags.
  let mixed = (gathered(mark) ^ place) & BITS_31;
  mixed = Math.imul(mixed ^ mixed >>> 15, 0x85ebca6b) & BITS_31;
  mixed = Math.imul(mixed ^ mixed >>> 13, 0xc2b2ae35) & BITS_31;
  return spread(mixed ^ mixed >>> 16);
}

/** Makes flags of 31 bits, and leaves out the bit of a manifest. */
function spread(bits: number): number {
  return (bits & (FLAG_SPLIT - 1) | (bits & ~(FLAG_SPLIT - 1)) << 1) >>> 0;
}

/** Undoes {@linkcode spread}. */
function gathered(flags: number): number {
  return flags & (FLAG_SPLIT - 1) | flags >>> 1 & ~(FLAG_SPLIT - 1);
}

const BITS_31 = 0x7fffffff;

/**
 * True if a chunk belongs to the value and has the right length for its position. Without a mark it must have the value's
 * own flags, as libmc writes them.
 *
 * @param first The flags of the value's first chunk.
 * @param flags The value's own flags.
 */
export function belongs(
  { data, flags: found }: Chunk,
  first: number,
  flags: number,
  index: number,
  count: number,
): boolean {
  if (data.length === 0 || data.length > CHUNK_BYTES) return false;
  const isLast = index === count - 1;
  if (first === flags) return found === flags && (isLast || data.length === CHUNK_BYTES);
  return count > 1 && (first & FLAG_SPLIT) === 0 &&
    found === chunkFlags(first, flags, index, isLast);
}

/**
 * Joins chunks; `undefined` if one is missing or does not belong to the others.
 *
 * @param flags The value's own flags.
 */
export function join(
  chunks: readonly (Chunk | undefined)[],
  flags: number,
): Uint8Array | undefined {
  let length = 0;
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i];
    if (chunk === undefined) return undefined;
    if (!belongs(chunk, chunks[0]!.flags, flags, i, chunks.length)) return undefined;
    length += chunk.data.length;
  }
  if (length === 0) return undefined;
  const joined = new Uint8Array(length);
  let at = 0;
  for (const { data } of chunks as readonly Chunk[]) {
    joined.set(data, at);
    at += data.length;
  }
  return joined;
}

/**
 * Reads the data block of a manifest: the number of chunks, 0 if it is not valid. NUL bytes around it are stripped, as
 * libmc does.
 *
 * @param keyBytes The length of the item's key.
 */
export function chunkCount(
  data: Uint8Array,
  start: number,
  end: number,
  keyBytes: number,
): number {
  if (end - start > 64 || keyBytes > MAX_SPLIT_KEY_BYTES) return 0;
  let text = "";
  for (let i = start; i < end; i++) text += String.fromCharCode(data[i]);
  return numberOfChunks(text);
}

/** Reads the text of a manifest, one char a byte: the number of chunks, 0 if it is not valid. */
export function numberOfChunks(text: string): number {
  const digits = text.replace(/^\0+|\0+$/g, "").trim();
  const chunks = /^\+?\d{1,9}$/.test(digits) ? Number(digits) : 0;
  return chunks <= MAX_CHUNKS ? chunks : 0;
}

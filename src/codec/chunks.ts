/**
 * Values too big for one item, as libmc splits them. A value has at most ten chunks of 1,000,000 bytes, each an ordinary
 * item with its own key. Under the value's key lies a manifest: the number of chunks in decimal, with the value's flags
 * and one more. There is no checksum: a reader recognises a torn value only by a chunk that is missing or has the wrong
 * length for its position.
 */

/** Bytes in a chunk; only the last may be shorter. */
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

/** Makes the keys of all chunks of a value. */
export function chunkKeys(wireKey: string, count: number): string[] {
  return Array.from({ length: count }, (_, index) => chunkKey(wireKey, index));
}

/** Cuts data into chunks, without copying. */
export function cut(data: Uint8Array): Uint8Array[] {
  const count = Math.ceil(data.length / CHUNK_BYTES);
  return Array.from(
    { length: count },
    (_, i) => data.subarray(i * CHUNK_BYTES, (i + 1) * CHUNK_BYTES),
  );
}

/** Makes the data block of a manifest. */
export function manifestText(chunks: number): string {
  return String(chunks);
}

/** True if a chunk has the right length for its position. */
export function fits(chunk: Uint8Array, index: number, count: number): boolean {
  if (index < count - 1) return chunk.length === CHUNK_BYTES;
  return chunk.length > 0 && chunk.length <= CHUNK_BYTES;
}

/** Joins chunks; `undefined` if one is missing or too short or too long. */
export function join(chunks: readonly (Uint8Array | undefined)[]): Uint8Array | undefined {
  let length = 0;
  for (let i = 0; i < chunks.length; i++) {
    const chunk = chunks[i];
    if (chunk === undefined || !fits(chunk, i, chunks.length)) return undefined;
    length += chunk.length;
  }
  if (length === 0) return undefined;
  const data = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks as readonly Uint8Array[]) {
    data.set(chunk, at);
    at += chunk.length;
  }
  return data;
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
  const digits = text.replace(/^\0+|\0+$/g, "").trim();
  const chunks = /^\+?\d{1,9}$/.test(digits) ? Number(digits) : 0;
  return chunks <= MAX_CHUNKS ? chunks : 0;
}

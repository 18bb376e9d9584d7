/** Bytes that a caller hands over, and whether they are there. */

/**
 * Checks that bytes can be read: what was transferred to a worker has no length left, and would be stored as nothing or
 * end the connection under the calls of others.
 *
 * @returns The same bytes.
 * @throws {TypeError} If they cannot.
 */
export function checkBytes(bytes: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(bytes)) {
    throw new TypeError("Cannot store bytes that only look like a Uint8Array");
  }
  // Only what seems empty is looked at more closely: asking for its buffer would make one.
  if (bytes.length > 0) return bytes;
  try {
    bytes.at(0);
  } catch (cause) {
    throw new TypeError("Cannot store bytes that are gone: their buffer was transferred or cut", {
      cause,
    });
  }
  return bytes;
}

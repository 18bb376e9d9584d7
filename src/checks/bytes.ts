/** Checks the bytes that a caller hands over. */

/**
 * Checks that bytes can be read. A buffer that was transferred to a worker has no length left: it would be stored as
 * empty, or break the connection for other calls.
 *
 * @returns The same bytes.
 * @throws {TypeError} If they cannot be read.
 */
export function checkBytes(bytes: Uint8Array): Uint8Array {
  if (!ArrayBuffer.isView(bytes)) {
    throw new TypeError("Cannot store bytes that only look like a Uint8Array");
  }
  // Asking for the buffer would make one, so only arrays that seem empty are checked.
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

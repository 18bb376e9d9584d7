/** How many of the keys that a call asked for were found. */

/** Hits and misses; `undefined` where the result does not tell. */
export interface Found {
  readonly hits: number;
  readonly misses: number | undefined;
}

/**
 * Counts them in the result of a call; `undefined` if the method does not read.
 *
 * @param hasFailed True if some of what is missing in the result may be there all the same.
 */
export function foundBy(
  verb: string,
  keys: readonly string[],
  value: unknown,
  hasFailed: boolean,
): Found | undefined {
  let hits: number;
  if (ONE.has(verb)) hits = value === undefined ? 0 : 1;
  else if (MAPS.has(verb)) hits = value instanceof Map ? value.size : 0;
  else if (verb === "getList") hits = listed(value);
  else return undefined;
  if (hasFailed) return { hits, misses: undefined };
  const asked = MAPS.has(verb) ? new Set(keys).size : keys.length;
  return { hits, misses: asked - hits };
}

function listed(values: unknown): number {
  return Array.isArray(values) ? values.filter((value) => value !== undefined).length : 0;
}

const ONE: ReadonlySet<string> = new Set([
  ...["get", "gets", "getRaw", "gat", "gats", "getStream", "meta.get"],
]);
const MAPS: ReadonlySet<string> = new Set([
  ...["getMulti", "getsMulti", "gatMulti", "meta.getMulti"],
]);

/** How long a response may be given again (RFC 9111, section 4.2.1), by a cache that many share. */

/** The directives of a `Cache-Control`, by their names in lower case; a directive without value has the empty text. */
export function directivesOf(headers: Headers): ReadonlyMap<string, string> {
  const directives = new Map<string, string>();
  for (const [, name, quoted, plain] of (headers.get("cache-control") ?? "").matchAll(DIRECTIVE)) {
    const key = name.toLowerCase();
    // Of two that differ the first one counts.
    if (!directives.has(key)) directives.set(key, quoted ?? plain ?? "");
  }
  return directives;
}

const DIRECTIVE = /([\w-]+)\s*(?:=\s*(?:"([^"]*)"|([^\s,;"]+)))?/g;

/**
 * Gives the seconds for which a response is fresh, its `Age` taken off, at least 0; `undefined` if it does not say.
 *
 * @param now Milliseconds since 1970.
 */
export function freshSeconds(headers: Headers, now: number): number | undefined {
  const directives = directivesOf(headers);
  const age = secondsIn(headers.get("age") ?? "") ?? 0;
  for (const name of ["s-maxage", "max-age"]) {
    const text = directives.get(name);
    // What cannot be read is stale: section 4.2.1.
    if (text !== undefined) return Math.max(0, (secondsIn(text) ?? 0) - age);
  }
  const expires = headers.get("expires");
  if (expires === null) return undefined;
  const made = Date.parse(headers.get("date") ?? "");
  const until = Date.parse(expires);
  if (Number.isNaN(until)) return 0;
  const seconds = Math.floor((until - (Number.isNaN(made) ? now : made)) / 1000) - age;
  return Math.min(Math.max(0, seconds), A_MONTH);
}

/** Gives a number of seconds; `undefined` for what is none. */
export function secondsIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Math.min(Number(text), A_MONTH) : undefined;
}

/** Nothing is kept longer by its age: memcached counts up to 30 days. */
const A_MONTH = 2_592_000;

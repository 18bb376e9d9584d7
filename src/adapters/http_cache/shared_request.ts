/** A request as it is given to a handler whose response is for others, too. */

/**
 * Makes a copy that depends on nobody: it has no conditions, as what is to be kept must be whole; it is not aborted when the
 * one who asked first goes away; and it can be read when that one's connection is closed, which ends a request of
 * `Deno.serve`.
 */
export function sharedRequest(request: Request): Request {
  const headers = new Headers(request.headers);
  for (const name of CONDITIONS) headers.delete(name);
  // To copy the request itself would ask for its signal, of which Deno.serve then warns on the console.
  return new Request(request.url, { method: request.method, headers });
}

const CONDITIONS = [
  "if-match",
  "if-modified-since",
  "if-none-match",
  "if-range",
  "if-unmodified-since",
];

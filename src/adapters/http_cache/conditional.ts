/** Requests of those who have the response already (RFC 9110, section 13). */

/** Gives 304 without a body if the request has the response already; the response itself otherwise. */
export function conditional(request: Request, response: Response): Response {
  if (response.status !== 200 || !hasIt(request.headers, response.headers)) return response;
  const headers = new Headers(response.headers);
  for (const name of ABOUT_THE_BODY) headers.delete(name);
  void response.body?.cancel();
  return new Response(null, { status: 304, headers });
}

const ABOUT_THE_BODY = ["content-length", "content-encoding", "content-type", "content-range"];

function hasIt(asked: Headers, given: Headers): boolean {
  const tags = asked.get("if-none-match");
  if (tags !== null) {
    const tag = given.get("etag");
    if (tags.trim() === "*") return true;
    return tag !== null && tags.split(",").some((other) => opaque(other) === opaque(tag));
  }
  const since = Date.parse(asked.get("if-modified-since") ?? "");
  const modified = Date.parse(given.get("last-modified") ?? "");
  return modified <= since;
}

/** A weak tag is as good as a strong one here. */
function opaque(tag: string): string {
  return tag.trim().replace(/^W\//, "");
}

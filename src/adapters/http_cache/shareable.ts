/** Which responses a cache that many share may keep, and for how long (RFC 9111, sections 3 and 3.5). */

import { directivesOf, freshSeconds } from "./freshness.ts";

/** What the answer depends on beside the response. */
interface Terms {
  /** Seconds for a response that does not say it. */
  readonly maxAge: number;
  /** True if stale responses may be given. */
  readonly mayBeStale: boolean;
  /** Milliseconds since 1970. */
  readonly now: number;
}

/** Gives the seconds for which a response is fresh, more than 0; `undefined` for one that must not be kept. */
export function lifetimeOf(
  response: Response,
  request: Request,
  { maxAge, mayBeStale, now }: Terms,
): number | undefined {
  const { status, headers } = response;
  if (!KEPT_STATUSES.has(status) || !isForOthers(response, request)) return undefined;
  const directives = directivesOf(headers);
  if (directives.has("no-cache") || isEventStream(headers)) return undefined;
  if (mayBeStale && REVALIDATE.some((name) => directives.has(name))) return undefined;
  const seconds = freshSeconds(headers, now) ?? maxAge;
  return seconds > 0 ? seconds : undefined;
}

/** True if a response tells nothing that only the one who asked for it may know. */
export function isForOthers({ headers }: Response, request: Request): boolean {
  const directives = directivesOf(headers);
  if (headers.has("set-cookie")) return false;
  if (["private", "no-store"].some((name) => directives.has(name))) return false;
  const isForAll = ["public", "s-maxage", "must-revalidate"].some((name) => directives.has(name));
  return isForAll || !request.headers.has("authorization");
}

/** Such a body has no end. */
function isEventStream(headers: Headers): boolean {
  return /^text\/event-stream\b/i.test(headers.get("content-type") ?? "");
}

/** Those that may be kept without further ado (RFC 9110, section 15.1), but for 206. */
const KEPT_STATUSES: ReadonlySet<number> = new Set([
  200,
  203,
  204,
  300,
  301,
  308,
  404,
  405,
  410,
  414,
  501,
]);

const REVALIDATE = ["must-revalidate", "proxy-revalidate"];

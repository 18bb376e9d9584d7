/** A handler that counts its calls, behind `httpCache()`. */

import type { Client } from "@libmc/libmc";
import { httpCache, type HttpCacheOptions } from "@libmc/libmc/http-cache";

export const PAGE = "http://a.example/page";
export const FRESH = { "cache-control": "max-age=60" };

/** Gives what the cache says of a response. */
export function statusOf(response: Response): string | null {
  return response.headers.get("cache-status");
}

/** Puts a cache before a handler. */
export function rig(
  client: Client,
  options: Partial<HttpCacheOptions>,
  make: (call: number, request: Request) => Response | Promise<Response>,
) {
  let calls = 0;
  const handler = httpCache({ client, ...options }, (request) => make(++calls, request));
  return {
    ask: (init?: RequestInit, url = PAGE) => handler(new Request(url, init)),
    get calls() {
      return calls;
    },
  };
}

/**
 * A page server in front of a slow source. A page that memcached has is given at once; one that is missing is loaded by
 * one process of the fleet, while the others wait for it. When the source fails, pages up to a day old are good enough,
 * and when memcached dies, pages come from the source until it is back.
 *
 * `deno serve --allow-net --allow-env docs/examples/page_server.ts`
 */

import { Client } from "@libmc/libmc";
import process from "node:process";

const source = process.env.SOURCE ?? "http://localhost:9000";

// One client for as long as the program runs. It connects when it is first used.
const cache = new Client(process.env.MEMCACHED ?? "localhost:11211", {
  longKeys: "hash", // Paths may be longer than keys.
  retryTimeout: 1000, // A server that was away is tried again each second.
});
cache.unref(); // On Ctrl-C or SIGTERM the server ends, once all requests are answered.
for (const change of ["dead", "alive"] as const) {
  cache.addEventListener(change, (event) => console.warn(event.server, "is", change));
}

/** The text of a page; `null` if the source has none, which is worth keeping as well. */
type Page = string | null;

async function load(path: string, signal: AbortSignal): Promise<Page> {
  const response = await fetch(source + path, { signal });
  const text = await response.text();
  if (response.status === 404) return null;
  if (!response.ok) throw new Error(`The source answers ${path} with ${response.status}`);
  return text;
}

export default {
  /** Answers one request. */
  async fetch(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    try {
      const page = await cache.getOrSet(`page:${path}`, ({ signal }) => load(path, signal), {
        ttl: 60,
        staleWhileRevalidate: 600,
        staleIfError: 86_400,
        loadTimeout: 5000,
      });
      if (page === null) return new Response("Not found", { status: 404 });
      return new Response(page, { headers: { "content-type": "text/html; charset=utf-8" } });
    } catch (error) {
      console.error(error);
      return new Response("The page is not to be had at the moment", { status: 502 });
    }
  },
};

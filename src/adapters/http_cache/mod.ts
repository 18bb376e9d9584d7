/**
 * Responses in memcached: the web's Cache API, and a cache before a handler.
 *
 * @example A cache before a handler
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { httpCache } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * // Deno.serve(handler);
 * const handler = httpCache({ client, maxAge: 60 }, () => new Response("hello"));
 * await handler(new Request("http://a.example/"));
 * const response = await handler(new Request("http://a.example/"));
 * assertEquals(response.headers.get("cache-status"), "libmc; hit; ttl=60");
 * ```
 *
 * @module
 */

export { httpCache, type HttpCacheOptions, type HttpHandler } from "./http_cache.ts";
export { type CacheMatchOptions, MemcachedCache } from "./memcached_cache.ts";
export {
  MemcachedCaches,
  memcachedCaches,
  type MemcachedCachesOptions,
} from "./memcached_caches.ts";

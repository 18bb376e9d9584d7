/**
 * A function made cached: its results are kept in memcached, one call for the whole fleet.
 *
 * @example A function that is slow
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { cached } from "@libmc/libmc/cached";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * let calls = 0;
 * const square = cached((n: number) => (calls++, n * n), {
 *   client,
 *   key: (n) => `square:${n}`,
 *   ttl: 60,
 * });
 * assertEquals(await Promise.all([square(3), square(3), square(4)]), [9, 9, 16]);
 * assertEquals(calls, 2);
 * ```
 *
 * @module
 */

export { cached, type CachedFunction, type CachedOptions } from "./cached.ts";

/**
 * A driver of `unstorage`, the key-value layer of Nitro, Nuxt and others.
 *
 * @example With `createStorage({ driver: memcachedDriver({ client }) })`
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { memcachedDriver } from "@libmc/libmc/unstorage";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const driver = memcachedDriver({ client, ttl: 3600 });
 * await driver.setItem("pages:home", "<h1>Welcome</h1>");
 * assertEquals(await driver.getItem("pages:home"), "<h1>Welcome</h1>");
 * ```
 *
 * @module
 */

export {
  type MemcachedDriver,
  memcachedDriver,
  type MemcachedDriverItem,
  type MemcachedDriverMeta,
  type MemcachedDriverOptions,
  type MemcachedDriverTransaction,
} from "./memcached_driver.ts";

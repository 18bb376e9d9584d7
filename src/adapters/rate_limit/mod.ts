/**
 * A rate limit that all processes share: the store of `hono-rate-limiter` and `express-rate-limit`, which can be used by
 * itself as well.
 *
 * @example At most three calls a minute
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { RateLimitStore } from "@libmc/libmc/rate-limit";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 * const store = new RateLimitStore({ client, windowMs: 60_000 });
 *
 * async function mayCall(user: string): Promise<boolean> {
 *   const { totalHits } = await store.increment(user);
 *   return totalHits <= 3;
 * }
 * const answers = [];
 * for (let i = 0; i < 4; i++) answers.push(await mayCall("Ada"));
 * assertEquals(answers, [true, true, true, false]);
 * ```
 *
 * @module
 */

export {
  type RateLimitHits,
  RateLimitStore,
  type RateLimitStoreOptions,
} from "./rate_limit_store.ts";

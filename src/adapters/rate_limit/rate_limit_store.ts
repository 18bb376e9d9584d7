/** The store of the middleware for rate limits. */

import { type Client, MemcachedError, type Namespace, UnsupportedError } from "../../../mod.ts";
import {
  aFunction,
  type Checks,
  integerFrom,
  objectOf,
  oneOf,
  readOptions,
} from "../../checks/check.ts";
import { adapterKey } from "../adapter_key.ts";
import { aKeyPrefix } from "../key_prefix.ts";
import { keyRoom } from "../key_room.ts";
import type { Count, Window } from "./window.ts";
import { WindowByClock } from "./window_by_clock.ts";
import { canBeginWithFirstHit, WindowFromFirstHit } from "./window_from_first_hit.ts";

/**
 * Options of {@linkcode RateLimitStore}.
 *
 * @example A window of an hour that slides, and no entry while memcached is away
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { RateLimitStore, type RateLimitStoreOptions } from "@libmc/libmc/rate-limit";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: RateLimitStoreOptions = {
 *   client,
 *   windowMs: 3_600_000,
 *   window: "sliding",
 *   onFailure: "throw",
 * };
 * const { totalHits } = await new RateLimitStore(options).increment("Ada");
 * assertEquals(totalHits, 1);
 * ```
 */
export interface RateLimitStoreOptions {
  /** Where the hits are counted. With a namespace all of them can be dropped by its `clear()`. */
  client: Client | Namespace;
  /** What the keys begin with: limits of different kinds need prefixes of their own. @default {"rl:"} */
  prefix?: string;
  /** Milliseconds in which hits count, from 1 to 30 days. Unless given, that of the middleware, or a minute. */
  windowMs?: number;
  /**
   * `"fixed"`: the window begins with the first hit, and all hits are forgotten when it ends. `"sliding"`: a part of the
   * hits of the window before counts, as much as if they had come at even intervals; hits over the limit count, too.
   *
   * @default {"fixed"}
   */
  window?: "fixed" | "sliding";
  /**
   * What `increment()` does when memcached does not answer: `"pass"` gives one hit, so that the page goes on; `"throw"`
   * rejects with the error.
   *
   * @default {"pass"}
   */
  onFailure?: "pass" | "throw";
  /** Tells the time of the day in milliseconds since 1970, for tests. @default {Date.now} */
  now?: () => number;
}

/**
 * What a key has used up.
 *
 * @example Tell a user when to come back
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type RateLimitHits, RateLimitStore } from "@libmc/libmc/rate-limit";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assert } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const hits: RateLimitHits = await new RateLimitStore({ client }).increment("Ada");
 * const seconds = (hits.resetTime.getTime() - Date.now()) / 1000;
 * assert(seconds > 58 && seconds <= 60);
 * ```
 */
export interface RateLimitHits {
  /** Hits in the window, this one included. */
  totalHits: number;
  /** When they are forgotten; of a window that slides, when the next part of it begins. */
  resetTime: Date;
}

/**
 * Counts hits for the middleware of `hono-rate-limiter` and `express-rate-limit`, for all processes together.
 *
 * A hit is one round trip, which counts and tells when the window ends: `ma` with `N` on servers with meta commands. Where
 * there are none, for windows that are no whole seconds, and for windows that slide, the windows begin at multiples of
 * their length by the clock of the process, and a hit is `incr`, with `add` for the first one of a window. Both are exact
 * however many callers there are: memcached counts. memcached's clock has seconds: a window of 60 s that begins with a hit
 * lasts from 59 to 60 s.
 *
 * A key may be any text: what memcached does not take in a key is written otherwise, and long keys are hashed.
 *
 * @example With Hono: `rateLimiter({ limit: 100, keyGenerator, store })`, and the same with Express
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { RateLimitStore } from "@libmc/libmc/rate-limit";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const store = new RateLimitStore({ client, prefix: "api:" });
 * store.init({ windowMs: 60_000 }); // as the middleware does
 * await store.increment("192.0.2.1");
 * await store.increment("192.0.2.1");
 * assertEquals((await store.get("192.0.2.1"))?.totalHits, 2);
 * await store.resetKey("192.0.2.1");
 * assertEquals(await store.get("192.0.2.1"), undefined);
 * ```
 */
export class RateLimitStore {
  /** What the keys begin with. */
  readonly prefix: string;
  /** False: the hits of one store are those of all stores with the same prefix. */
  readonly localKeys = false;
  readonly #options: RateLimitStoreOptions;
  readonly #keyRoom: number;
  #milliseconds: number;
  #windows: readonly Window[];

  /**
   * Makes a store.
   *
   * @param options The client, and how to count.
   * @throws {TypeError} If an option cannot be used.
   * @throws {RangeError} If `windowMs` is no integer from 1 to 30 days.
   */
  constructor(options: RateLimitStoreOptions) {
    this.#options = readOptions("RateLimitStore", options, OPTIONS, ["client"]);
    this.#keyRoom = keyRoom(this.#options.client);
    this.prefix = this.#options.prefix ?? "rl:";
    this.#milliseconds = this.#options.windowMs ?? 60_000;
    this.#windows = this.#windowsOf(this.#milliseconds);
  }

  /**
   * Takes the length of the window from the middleware, unless this store was given one.
   *
   * @param options Those of the middleware.
   * @throws {RangeError} If `windowMs` is no integer from 1 to 30 days.
   */
  init(options: { readonly windowMs: number }): void {
    if (this.#options.windowMs !== undefined) return;
    OPTIONS.windowMs('option "windowMs"', options.windowMs);
    this.#milliseconds = options.windowMs;
    this.#windows = this.#windowsOf(options.windowMs);
  }

  /**
   * Tells what a key has used up, without a hit.
   *
   * @param key Any text.
   * @returns `undefined` if it has no hits, or memcached does not answer and `onFailure` is `"pass"`.
   * @throws {MemcachedError} If memcached does not answer and `onFailure` is `"throw"`.
   */
  async get(key: string): Promise<RateLimitHits | undefined> {
    const count = await this.#ask((window) => window.look(this.#key(key)));
    return count && hitsOf(count);
  }

  /**
   * Adds a hit.
   *
   * @param key Any text.
   * @returns The hits in the window, and when it ends.
   * @throws {MemcachedError} If memcached does not answer and `onFailure` is `"throw"`.
   */
  async increment(key: string): Promise<RateLimitHits> {
    const count = await this.#ask((window) => window.add(this.#key(key)));
    return hitsOf(count ?? { hits: 1, resetAt: this.#now() + this.#milliseconds });
  }

  /**
   * Takes a hit back, as the middleware's `skipFailedRequests` and `skipSuccessfulRequests` do. Never below 0.
   *
   * @param key Any text.
   * @throws {MemcachedError} If memcached does not answer and `onFailure` is `"throw"`.
   */
  async decrement(key: string): Promise<void> {
    await this.#ask((window) => window.takeBack(this.#key(key)));
  }

  /**
   * Forgets the hits of a key.
   *
   * @param key Any text.
   * @throws {MemcachedError} If memcached does not answer and `onFailure` is `"throw"`.
   */
  async resetKey(key: string): Promise<void> {
    // A server may have been replaced by one that counts in the other way.
    const forget = () => Promise.all(this.#windows.map((window) => window.forget(this.#key(key))));
    await this.#ask(forget);
  }

  #windowsOf(milliseconds: number): readonly Window[] {
    const { client, window } = this.#options;
    const setUp = { client, milliseconds, now: () => this.#now() };
    const byClock = new WindowByClock(setUp, window === "sliding");
    if (window === "sliding" || !canBeginWithFirstHit(milliseconds)) return [byClock];
    return [new WindowFromFirstHit(setUp), byClock];
  }

  #now(): number {
    return (this.#options.now ?? Date.now)();
  }

  #key(key: string): string {
    return adapterKey(this.prefix, key, this.#keyRoom);
  }

  /** Asks the first window that the server of the key can count in; gives `undefined` for a failure that may pass. */
  async #ask<T>(ask: (window: Window) => Promise<T>): Promise<T | undefined> {
    for (const [index, window] of this.#windows.entries()) {
      try {
        return await ask(window);
      } catch (error) {
        if (error instanceof UnsupportedError && index + 1 < this.#windows.length) continue;
        if (!(error instanceof MemcachedError) || this.#options.onFailure === "throw") throw error;
      }
    }
    return undefined;
  }
}

const OPTIONS: Checks<RateLimitStoreOptions> = {
  client: objectOf,
  prefix: aKeyPrefix,
  windowMs: integerFrom(1, 1000 * 60 * 60 * 24 * 30),
  window: oneOf("fixed", "sliding"),
  onFailure: oneOf("pass", "throw"),
  now: aFunction,
};

function hitsOf({ hits, resetAt }: Count): RateLimitHits {
  return { totalHits: hits, resetTime: new Date(resetAt) };
}

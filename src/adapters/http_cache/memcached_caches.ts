/** The caches of the web's Cache API, in memcached. */

import type { Client, Namespace } from "../../../mod.ts";
import { type Checks, objectOf, readOptions } from "../../checks/check.ts";
import { aKeyPrefix } from "../key_prefix.ts";
import { Namespaces } from "../namespaces.ts";
import { OWN_VALUES } from "../own_values.ts";
import { type CacheMatchOptions, MemcachedCache } from "./memcached_cache.ts";

/**
 * Options of {@linkcode memcachedCaches}.
 *
 * @example Caches of a program of its own
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { memcachedCaches, type MemcachedCachesOptions } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: MemcachedCachesOptions = { client, prefix: "shop-http:" };
 * const caches = memcachedCaches(options);
 * await caches.open("pages");
 * assertEquals(await caches.keys(), ["pages"]);
 * ```
 */
export interface MemcachedCachesOptions {
  /** Where the responses are kept. */
  client: Client;
  /** What the keys begin with. @default {"http:"} */
  prefix?: string;
}

/**
 * Caches of responses in memcached, with the methods of the web's `CacheStorage`: {@linkcode memcachedCaches} makes them.
 *
 * @example Drop a cache
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type MemcachedCaches, memcachedCaches } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const caches: MemcachedCaches = memcachedCaches({ client });
 * const pages = await caches.open("pages");
 * await pages.put("http://a.example/", new Response("hello"));
 * assertEquals(await caches.delete("pages"), true);
 * assertEquals(await pages.match("http://a.example/"), undefined);
 * ```
 */
export class MemcachedCaches {
  readonly #client: Client;
  readonly #prefix: string;
  readonly #spaces: Namespaces;

  /**
   * Made by {@linkcode memcachedCaches}.
   *
   * @param options The client, and how the keys begin.
   */
  constructor(options: MemcachedCachesOptions) {
    const { client, prefix = "http:" } = readOptions("memcachedCaches", options, OPTIONS, [
      "client",
    ]);
    this.#client = client;
    this.#spaces = new Namespaces(client);
    this.#prefix = prefix;
  }

  /**
   * Opens a cache. It is noted among those that {@linkcode MemcachedCaches.keys} lists.
   *
   * @param name Any text.
   * @returns The cache of that name, whether there was one or not.
   */
  async open(name: string): Promise<MemcachedCache> {
    const cache = this.#cache(name);
    await this.#note((names) => names.includes(name) ? names : [...names, name]);
    return cache;
  }

  /**
   * Tells whether a cache has been opened and not deleted since.
   *
   * @param name Its name.
   * @returns True if so.
   */
  async has(name: string): Promise<boolean> {
    return (await this.keys()).includes(name);
  }

  /**
   * Drops a cache, by a number of its own that is counted up. Other processes see that after a second at the latest.
   *
   * @param name Its name.
   * @returns True if it had been opened, and is dropped.
   */
  async delete(name: string): Promise<boolean> {
    const wasThere = await this.has(name);
    // Where that failed the cache is still there.
    if (!await this.#space(name).clear()) return false;
    await this.#note((names) => names.filter((other) => other !== name));
    return wasThere;
  }

  /**
   * Lists the caches that have been opened.
   *
   * @returns Their names, in the order in which they were opened.
   */
  async keys(): Promise<string[]> {
    return namesIn(await this.#client.get<unknown>(this.#namesKey, OWN_VALUES));
  }

  /**
   * Finds the response of a request in the caches that have been opened, in their order.
   *
   * @param request The request, or its URL.
   * @param options What to leave out of account, and in which cache alone to look.
   * @returns `undefined` if there is none.
   * @throws {TypeError} If the URL or an option cannot be used.
   */
  async match(
    request: Request | URL | string,
    options?: CacheMatchOptions & { cacheName?: string },
  ): Promise<Response | undefined> {
    const names = options?.cacheName === undefined ? await this.keys() : [options.cacheName];
    for (const name of names) {
      const response = await this.#cache(name).match(request, options);
      if (response !== undefined) return response;
    }
    return undefined;
  }

  #cache(name: string): MemcachedCache {
    return new MemcachedCache(this.#client, this.#space(name));
  }

  #space(name: string): Namespace {
    return this.#spaces.of(this.#prefix, name).space;
  }

  get #namesKey(): string {
    return `${this.#prefix}caches`;
  }

  async #note(change: (names: string[]) => string[]): Promise<void> {
    // Read first: a cache is opened far more often than it is new.
    const names = await this.keys();
    if (change(names).length === names.length) return;
    await this.#client.update<unknown>(
      this.#namesKey,
      (value) => change(namesIn(value)),
      OWN_VALUES,
    );
  }
}

/**
 * Makes caches of responses in memcached, which all processes share. They have the methods of the web's `CacheStorage`, so
 * what uses `globalThis.caches`, as Hono's `cache()` does, can use them.
 *
 * @param options The client, and how the keys begin.
 * @returns The caches.
 * @throws {TypeError} If an option cannot be used.
 *
 * @example As the caches of the program
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { memcachedCaches } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * Object.defineProperty(globalThis, "caches", { value: memcachedCaches({ client }), configurable: true });
 * const cache = await caches.open("pages");
 * await cache.put("http://a.example/", new Response("hello"));
 * assertEquals(await (await cache.match("http://a.example/"))?.text(), "hello");
 * ```
 */
export function memcachedCaches(options: MemcachedCachesOptions): MemcachedCaches {
  return new MemcachedCaches(options);
}

const OPTIONS: Checks<MemcachedCachesOptions> = { client: objectOf, prefix: aKeyPrefix };

function namesIn(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((name) => typeof name === "string") : [];
}

/** One cache of the web's Cache API, in memcached. */

import type { Client, Namespace } from "../../../mod.ts";
import { adapterKey } from "../adapter_key.ts";
import { deleteExisting } from "../delete_existing.ts";
import { exptimeFor } from "../exptime.ts";
import { keyRoom } from "../key_room.ts";
import { OWN_VALUES } from "../own_values.ts";
import { keysInNamespace } from "../namespace_keys.ts";
import { freshSeconds } from "./freshness.ts";
import { bytesOfResponse, headOf, responseOf, storedResponseIn } from "./stored_response.ts";
import { variantOf, varyNames } from "./vary.ts";
import { wholeBody } from "./whole_body.ts";

/**
 * What a match may leave out of account: as `CacheQueryOptions` of the web.
 *
 * @example Whatever the client accepts
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { type CacheMatchOptions, memcachedCaches } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 * const cache = await memcachedCaches({ client }).open("pages");
 *
 * const options: CacheMatchOptions = { ignoreMethod: true };
 * await cache.put("http://a.example/", new Response("hello"));
 * const head = new Request("http://a.example/", { method: "HEAD" });
 * assertEquals(await (await cache.match(head, options))?.text(), "hello");
 * ```
 */
export interface CacheMatchOptions {
  /** Finds the response of a GET for a request with another method. @default {false} */
  ignoreMethod?: boolean;
  /** Not supported: memcached finds by whole keys. A TypeError says so if it is true. @default {false} */
  ignoreSearch?: boolean;
  /** Only for `delete()`, which removes all variants: others are found by their headers, and a TypeError says so. @default {false} */
  ignoreVary?: boolean;
}

/**
 * A cache of responses in memcached, with the methods of the web's `Cache`: `MemcachedCaches.open()` gives it.
 *
 * A response is kept for as long as it is fresh (`s-maxage`, `max-age` or `Expires`); without any of them, until memcached
 * needs the room. A response with `Vary` takes two trips, any other one. Each variant is kept by itself. If memcached does
 * not answer, nothing matches and nothing is stored; a `strict` client rejects.
 *
 * @example Keep what was fetched
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { memcachedCaches } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const cache = await memcachedCaches({ client }).open("api");
 * await cache.put("http://a.example/rates", new Response("1.08", { headers: { "cache-control": "max-age=60" } }));
 * assertEquals(await (await cache.match("http://a.example/rates"))?.text(), "1.08");
 * server.advance(60);
 * assertEquals(await cache.match("http://a.example/rates"), undefined);
 * ```
 */
export class MemcachedCache {
  readonly #client: Client;
  readonly #space: Namespace;
  readonly #keyRoom: number;

  /**
   * Made by {@linkcode MemcachedCaches.open}.
   *
   * @param client Lists the keys.
   * @param space Where the responses are.
   */
  constructor(client: Client, space: Namespace) {
    this.#client = client;
    this.#space = space;
    this.#keyRoom = keyRoom(client, space.name);
  }

  /**
   * Finds the response of a request.
   *
   * @param request The request, or its URL.
   * @param options What to leave out of account.
   * @returns `undefined` if there is none.
   * @throws {TypeError} If the URL or an option cannot be used.
   */
  async match(
    request: Request | URL | string,
    options?: CacheMatchOptions,
  ): Promise<Response | undefined> {
    const asked = requestOf(request);
    checkMatch(options);
    if (asked.method !== "GET" && options?.ignoreMethod !== true) return undefined;
    const url = urlOf(asked);
    const value = await this.#space.get<unknown>(this.#placeOf(url), OWN_VALUES);
    const variants = variantsIn(value);
    const found = storedResponseIn(
      variants === undefined
        ? value
        : await this.#space.get<unknown>(this.#variantPlace(url, variants, asked), OWN_VALUES),
    );
    return found?.head.url === url ? responseOf(found) : undefined;
  }

  /**
   * Finds the response of a request, as a list: memcached has no order of its keys.
   *
   * @param request The request, or its URL.
   * @param options What to leave out of account.
   * @returns The response, or nothing.
   * @throws {TypeError} If no request is given, or the URL or an option cannot be used.
   */
  async matchAll(
    request?: Request | URL | string,
    options?: CacheMatchOptions,
  ): Promise<Response[]> {
    if (request === undefined) {
      throw new TypeError(
        "Cannot match all responses: give a request, or list the keys with keys()",
      );
    }
    const response = await this.match(request, options);
    return response === undefined ? [] : [response];
  }

  /**
   * Stores a response. Its body is read. One that is too big, more than 10,000,000 bytes or what the client may store, is
   * not stored, as one that is stale already: it only takes the place of the one before.
   *
   * @param request The request, or its URL: a GET by `http` or `https`.
   * @param response Its response.
   * @throws {TypeError} If the request is no GET, or the response is partial (206), varies by `*` or was read before.
   */
  async put(request: Request | URL | string, response: Response): Promise<void> {
    const asked = requestOf(request);
    if (asked.method !== "GET") {
      throw new TypeError(`Cannot put the response of a request that is no GET: ${asked.method}`);
    }
    if (!/^https?:/.test(asked.url)) {
      throw new TypeError(`Cannot put a response for "${asked.url}": it is no http or https URL`);
    }
    if (response.status === 206) throw new TypeError("Cannot put a partial response (206)");
    const names = varyNames(response.headers);
    if (names === undefined) throw new TypeError("Cannot put a response with Vary: *");
    if (response.bodyUsed || response.body?.locked) {
      throw new TypeError("Cannot put a response whose body was read, or is being read");
    }
    const url = urlOf(asked);
    const now = Date.now();
    const seconds = freshSeconds(response.headers, now);
    const { body, response: rest } = await wholeBody(response, MOST_BYTES);
    if (body === undefined) await rest.body?.cancel();
    if (body === undefined || seconds === 0) return void await this.delete(asked);
    const value = bytesOfResponse(headOf(url, response, now), body);
    const exptime = exptimeFor(seconds ?? 0, now);
    const variants = names.length === 0 ? undefined : await this.#variants(url, names);
    if (names.length > 0 && variants === undefined) return;
    const place = variants === undefined
      ? this.#placeOf(url)
      : this.#variantPlace(url, variants, asked);
    try {
      await this.#space.set(place, value, { exptime });
    } catch (error) {
      // It is too big for this client, which the page that it belongs to must not suffer from.
      if (!(error instanceof RangeError)) throw error;
      await this.#space.delete(place);
    }
  }

  /**
   * Fetches a response and stores it.
   *
   * @param request The request, or its URL.
   * @throws {TypeError} If the response is not ok, or cannot be put.
   */
  async add(request: Request | URL | string): Promise<void> {
    const asked = requestOf(request);
    const response = await fetch(asked.clone());
    if (!response.ok) {
      await response.body?.cancel();
      throw new TypeError(
        `Cannot add the response of "${asked.url}": its status is ${response.status}`,
      );
    }
    await this.put(asked, response);
  }

  /**
   * Fetches responses and stores them.
   *
   * @param requests Requests, or their URLs.
   * @throws {TypeError} If one of them is not ok, or cannot be put.
   */
  async addAll(requests: Iterable<Request | URL | string>): Promise<void> {
    await Promise.all(Array.from(requests, (request) => this.add(request)));
  }

  /**
   * Removes the response of a request, in all its variants.
   *
   * @param request The request, or its URL.
   * @param options What to leave out of account.
   * @returns True if there was one.
   * @throws {TypeError} If the URL or an option cannot be used.
   */
  async delete(request: Request | URL | string, options?: CacheMatchOptions): Promise<boolean> {
    const asked = requestOf(request);
    checkMatch({ ...options, ignoreVary: false });
    if (asked.method !== "GET" && options?.ignoreMethod !== true) return false;
    return await deleteExisting(this.#space, this.#placeOf(urlOf(asked)));
  }

  /**
   * Lists requests whose responses are stored: those of one URL, or all of them. For all, each server sends the list of its
   * keys (memcached 1.4.31), and each response is read for its URL: that is for administration, not for a page.
   *
   * @param request The request, or its URL.
   * @param options What to leave out of account.
   * @returns A request for each URL.
   * @throws {TypeError} If the URL or an option cannot be used.
   */
  async keys(request?: Request | URL | string, options?: CacheMatchOptions): Promise<Request[]> {
    if (request !== undefined) {
      return await this.match(request, options) === undefined ? [] : [requestOf(request)];
    }
    const urls = new Set<string>();
    let places: string[] = [];
    const read = async () => {
      const values = await this.#space.getMulti<unknown>(places, OWN_VALUES);
      places = [];
      for (const value of values.values()) {
        const url = storedResponseIn(value)?.head.url;
        if (url !== undefined) urls.add(url);
      }
    };
    for await (const place of keysInNamespace(this.#client, this.#space.name)) {
      if (places.push(place) === MOST_READ_AT_ONCE) await read();
    }
    await read();
    return Array.from(urls, (url) => new Request(url));
  }

  /** Gives the mark of the variants of a URL, and makes it if there is none, or they vary by something else now. */
  async #variants(url: string, names: readonly string[]): Promise<Variants | undefined> {
    const place = this.#placeOf(url);
    const mine: Variants = { names, id: crypto.randomUUID() };
    for (let tries = 0; tries < MOST_TRIES; tries++) {
      const found = await this.#space.gets<unknown>(place, OWN_VALUES);
      const known = variantsIn(found?.value);
      if (known !== undefined && known.names.join() === names.join()) return known;
      const text = VARIANTS + JSON.stringify(mine);
      const isMine = found === undefined
        ? await this.#space.add(place, text)
        : await this.#space.cas(place, text, found.cas);
      if (isMine) return mine;
    }
    return undefined;
  }

  #placeOf(url: string): string {
    return adapterKey("", url, this.#keyRoom);
  }

  #variantPlace(url: string, { names, id }: Variants, { headers }: Request): string {
    return adapterKey(`${id}:`, `${url} ${variantOf(names, headers)}`, this.#keyRoom);
  }
}

/** What the variants of a URL vary by, and what their keys have in common. */
interface Variants {
  readonly names: readonly string[];
  readonly id: string;
}

/** What a text begins with that stands in place of a response with variants. */
const VARIANTS = "vary:";
/** More than a client takes, even in pieces. */
const MOST_BYTES = 10_000_000;
/** Others write the mark, too: as often as that hardly ever. */
const MOST_TRIES = 5;
const MOST_READ_AT_ONCE = 100;

function variantsIn(value: unknown): Variants | undefined {
  if (typeof value !== "string" || !value.startsWith(VARIANTS)) return undefined;
  try {
    const { names, id } = JSON.parse(value.slice(VARIANTS.length));
    return Array.isArray(names) && names.every((name) => typeof name === "string")
      ? { names, id: String(id) }
      : undefined;
  } catch {
    return undefined;
  }
}

function requestOf(request: Request | URL | string): Request {
  return request instanceof Request ? request : new Request(request);
}

/** The URL without what stands behind `#`, which no server sees. */
function urlOf(request: Request): string {
  const at = request.url.indexOf("#");
  return at === -1 ? request.url : request.url.slice(0, at);
}

function checkMatch(options: CacheMatchOptions | undefined): void {
  if (options?.ignoreSearch === true) {
    throw new TypeError("Cannot ignore the search of a URL as memcached finds by whole keys");
  }
  if (options?.ignoreVary === true) {
    throw new TypeError("Cannot ignore Vary as variants are found by their headers");
  }
}

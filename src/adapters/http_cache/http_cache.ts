/** A handler of requests before which memcached stands: a cache that all processes share (RFC 9111). */

import { type Client, ClosedError, type LoadContext, type Namespace } from "../../../mod.ts";
import {
  aFunction,
  aText,
  type Checks,
  integerFrom,
  objectOf,
  readOptions,
} from "../../checks/check.ts";
import { adapterKey } from "../adapter_key.ts";
import { aKeyPrefix } from "../key_prefix.ts";
import { keyRoom } from "../key_room.ts";
import { OWN_VALUES } from "../own_values.ts";
import { conditional } from "./conditional.ts";
import { directivesOf } from "./freshness.ts";
import { PassedUrls } from "./passed_urls.ts";
import { wholeBody } from "./whole_body.ts";
import { isForOthers, lifetimeOf } from "./shareable.ts";
import { sharedRequest } from "./shared_request.ts";
import {
  bytesOfResponse,
  headOf,
  responseOf,
  type StoredResponse,
  storedResponseIn,
} from "./stored_response.ts";
import { variantOf, varyNames } from "./vary.ts";

/**
 * Options of {@linkcode httpCache}.
 *
 * @example Pages in two languages, given at once while they are renewed
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { httpCache, type HttpCacheOptions } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const options: HttpCacheOptions = {
 *   client,
 *   vary: ["accept-language"],
 *   staleWhileRevalidate: 60,
 *   staleIfError: 3600,
 * };
 * const headers = { "cache-control": "max-age=10", vary: "accept-language" };
 * const handler = httpCache(options, () => new Response("hello", { headers }));
 * assertEquals(await (await handler(new Request("http://a.example/"))).text(), "hello");
 * ```
 */
export interface HttpCacheOptions {
  /** Where the responses are kept. With a namespace all of them can be dropped by its `clear()`. */
  client: Client | Namespace;
  /** What the keys begin with. @default {"page:"} */
  prefix?: string;
  /**
   * Headers by which responses may differ, in lower case. A response whose `Vary` names another one is not kept.
   *
   * @default {[]}
   */
  vary?: readonly string[];
  /** Seconds that a response is fresh which does not say it itself. 0: such a response is not kept. @default {0} */
  maxAge?: number;
  /**
   * Seconds after that in which a stale response is given at once, while one process renews it. A response with
   * `must-revalidate`, `proxy-revalidate` or `no-cache` is never given stale, and so not kept where this is more than 0.
   *
   * @default {0}
   */
  staleWhileRevalidate?: number;
  /**
   * Seconds after that in which a stale response is given if the handler throws, or answers 500, 502, 503 or 504.
   *
   * @default {0}
   */
  staleIfError?: number;
  /** Most bytes of a body that is kept, up to 1,000,000. @default {1_000_000} */
  maxBytes?: number;
  /** Gives what stands for the URL of a request, as without the parameters of a campaign. @default {(request) => request.url} */
  key?: (request: Request) => string;
  /** Is given the promise of each renewal in the background: for platforms that end a program early. */
  waitUntil?: (promise: Promise<void>) => void;
}

/**
 * Answers requests, as `Deno.serve`, Hono's `app.fetch` and Fresh's `app.handler()` do.
 *
 * @example A page
 * ```ts
 * import type { HttpHandler } from "@libmc/libmc/http-cache";
 * import { assertEquals } from "@std/assert";
 *
 * const page: HttpHandler<[]> = (request) => new Response(new URL(request.url).pathname);
 * assertEquals(await (await page(new Request("http://a.example/b"))).text(), "/b");
 * ```
 */
export type HttpHandler<A extends readonly unknown[]> = (
  request: Request,
  ...rest: A
) => Response | Promise<Response>;

/**
 * Puts memcached before a handler: what it may keep of its responses is given again, by every process.
 *
 * However many requests for one URL come at once, in however many processes, the handler is called once, by
 * `Client.getOrSet`. Kept are responses to GET with status 200, 203, 204, 300, 301, 308, 404, 405, 410, 414 or 501 that are
 * fresh for a while, and neither `private`, `no-store` nor with `Set-Cookie`; to a request with `Authorization` only those
 * that say `public`, `s-maxage` or `must-revalidate`. HEAD is answered from what GET has left. `If-None-Match` and
 * `If-Modified-Since` get 304. A request with `Range` or `no-store` goes to the handler, one with `no-cache` renews. One with
 * another method, as POST, goes to the handler, and where that has not failed, what is kept of its URL is dropped: with
 * `vary`, the variant of its own headers. The header `Cache-Status` (RFC 9211) says what was done, `Age` how old a response
 * is.
 *
 * A body is kept that ends within ten seconds and, with the headers, has at most 1,000,000 bytes; a longer one flows on, and
 * so does an event stream. The handler is given a copy of the request, without conditions, that is not aborted when the one
 * who asked goes away: its response is for all who wait.
 *
 * A request with cookies is answered like any other: a handler whose response depends on them says `private`, or names
 * `Cookie` in `Vary`. A URL whose response could not be kept is remembered for ten seconds, in which its requests do not
 * wait for each other. Without memcached every request goes to the handler.
 *
 * @param options The client, and how to keep.
 * @param handler Makes the responses. In the background it is called with the request for which it renews.
 * @returns A handler with the same arguments.
 * @throws {TypeError} If an option cannot be used.
 * @throws {RangeError} If a number is out of its range.
 *
 * @example `Deno.serve(httpCache({ client }, app.fetch))`
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { httpCache } from "@libmc/libmc/http-cache";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * let made = 0;
 * const headers = { "cache-control": "max-age=60" };
 * const handler = httpCache({ client }, () => new Response(`page ${++made}`, { headers }));
 * const ask = async () => await (await handler(new Request("http://a.example/"))).text();
 * assertEquals(await Promise.all([ask(), ask(), ask()]), ["page 1", "page 1", "page 1"]);
 * server.advance(60);
 * assertEquals(await ask(), "page 2");
 * ```
 */
export function httpCache<A extends readonly unknown[]>(
  options: HttpCacheOptions,
  handler: HttpHandler<A>,
): (request: Request, ...rest: A) => Promise<Response> {
  aFunction("the handler of httpCache()", handler);
  const cache = new HttpCache(readOptions("httpCache", options, OPTIONS, ["client"]));
  return (request, ...rest) => cache.answer(request, (request) => handler(request, ...rest));
}

/** With its head a response must fit into one item. */
const MOST_BYTES = 1_000_000;
/** A body that comes later flows on: as long as the lease of those who wait for it. */
const MOST_WAIT_MS = 10_000;
/** The methods that change nothing (RFC 9110, section 9.2.1). */
const SAFE: ReadonlySet<string> = new Set(["GET", "HEAD", "OPTIONS", "TRACE"]);

const WINDOW = integerFrom(0, 2_592_000);

const OPTIONS: Checks<HttpCacheOptions> = {
  client: objectOf,
  prefix: aKeyPrefix,
  vary: listOfNames,
  maxAge: WINDOW,
  staleWhileRevalidate: WINDOW,
  staleIfError: WINDOW,
  maxBytes: integerFrom(0, MOST_BYTES),
  key: aFunction,
  waitUntil: aFunction,
};

function listOfNames(name: string, value: unknown): readonly string[] {
  if (!Array.isArray(value)) {
    throw new TypeError(`Cannot use ${name} that is not an array of names`);
  }
  return value.map((header) => {
    aText(`a name of ${name}`, header);
    return String(header).toLowerCase();
  }).sort();
}

/** A page must not fail because its cache does, whatever the client is set to. */
const SOFT = { strict: false } as const;
const READ = { ...OWN_VALUES, ...SOFT } as const;

type Make = (request: Request) => Response | Promise<Response>;

class HttpCache {
  readonly #options: HttpCacheOptions;
  readonly #vary: readonly string[];
  readonly #keyRoom: number;
  readonly #passed = new PassedUrls();

  constructor(options: HttpCacheOptions) {
    this.#options = options;
    this.#vary = options.vary ?? [];
    this.#keyRoom = keyRoom(options.client);
  }

  async answer(request: Request, make: Make): Promise<Response> {
    const { method, headers } = request;
    const isRead = method === "GET" || method === "HEAD";
    const asked = directivesOf(headers);
    const passes = asked.has("no-store") || headers.has("range") || headers.has("upgrade");
    if (SAFE.has(method) && (!isRead || passes)) return await make(request);
    const url = (this.#options.key ?? ((request) => request.url))(request);
    const key = adapterKey(
      this.#options.prefix ?? "page:",
      `${url} ${variantOf(this.#vary, request.headers)}`,
      this.#keyRoom,
    );
    if (!isRead) return await this.#change(request, key, make);
    if (method === "HEAD") return await this.#answerHead(request, key, make);
    if (this.#passed.has(key)) return withStatus(await make(request), "fwd=bypass");
    return await this.#answerGet(request, url, key, make, asked.has("no-cache"));
  }

  /** What is kept of a URL is out of date once a request has changed what is there (RFC 9111, section 4.4). */
  async #change(request: Request, key: string, make: Make): Promise<Response> {
    const response = await make(request);
    if (response.status < 400) await this.#drop(key);
    return response;
  }

  async #answerHead(request: Request, key: string, make: Make): Promise<Response> {
    const stored = storedResponseIn(
      await unlessClosed(() => this.#options.client.get<unknown>(key, READ)),
    );
    // Whether a stale one may be given, only GET finds out.
    if (stored === undefined || secondsLeft(stored) <= 0) return await make(request);
    const response = this.#given(stored, request);
    return new Response(null, response);
  }

  async #answerGet(
    request: Request,
    url: string,
    key: string,
    make: Make,
    forceFresh: boolean,
  ): Promise<Response> {
    const { client, staleWhileRevalidate = 0, staleIfError = 0, waitUntil } = this.#options;
    // What is made in the background is made when this request may be over.
    const early = staleWhileRevalidate > 0 ? sharedRequest(request) : undefined;
    // The response of this call's own load, whether it is kept or not.
    let own: Response | undefined;
    let failed: FailedResponse | undefined;
    const makeAndKeep = async ({ background, stale }: LoadContext) => {
      const asked = early ?? sharedRequest(request);
      const made = await make(asked);
      if (staleIfError > 0 && FAILED.has(made.status)) {
        // Nobody waits for it in the background, and who has a stale one waits for no body.
        if (background) await made.body?.cancel();
        const isForOthers = stale === undefined && this.#isForOthers(made, asked);
        throw failed = await failedResponse(made, isForOthers);
      }
      const { response, bytes } = await this.#kept(asked, url, made);
      // What failed may be kept the next time.
      if (bytes === undefined && made.status < 500) {
        this.#passed.add(key);
        // What is kept of it from before is out of date.
        if (stale !== undefined || forceFresh) await this.#drop(key);
      }
      if (!background) own = withStatus(response, bytes ? "fwd=miss; stored" : "fwd=miss");
      else if (bytes === undefined) await response.body?.cancel();
      return bytes;
    };
    let ownLoad: Promise<unknown> | undefined;
    const load = (context: LoadContext) => {
      const loading = makeAndKeep(context);
      if (!context.background) ownLoad = loading;
      return loading;
    };
    const ttl = (bytes: unknown) => storedResponseIn(bytes)?.head.fresh ?? 1;
    const options = {
      ttl,
      staleWhileRevalidate,
      staleIfError,
      forceFresh,
      ...READ,
      ...waitUntil && { waitUntil },
    };
    let bytes: unknown;
    try {
      // A client that is closed gives up the load; the handler is at work, and not asked twice.
      bytes = await unlessClosed(() => client.getOrSet(key, load, options)) ?? await ownLoad;
    } catch (error) {
      if (!(error instanceof FailedResponse)) {
        // It is too big for an item of this client, or the handler says so again.
        if (error instanceof RangeError) return await this.#notStored(key, own, request, make);
        throw error;
      }
      if (error === failed) return withStatus(failed.response, "fwd=miss");
      // Others who waited for it get it, too, unless it tells what is not for them, or has no end that could be waited for.
      const { response, body } = error;
      const given = body === undefined ? await make(request) : new Response(body, response);
      return withStatus(given, "fwd=miss");
    }
    if (failed !== undefined) await failed.response.body?.cancel();
    if (own !== undefined) return conditional(request, own);
    const stored = storedResponseIn(bytes);
    // Somebody else's load brought what is not kept, or there is something else under the key.
    if (stored === undefined) return withStatus(await make(request), "fwd=miss");
    return this.#given(stored, request);
  }

  async #drop(key: string): Promise<void> {
    await unlessClosed(() => this.#options.client.delete(key, SOFT));
  }

  async #notStored(
    key: string,
    own: Response | undefined,
    request: Request,
    make: Make,
  ): Promise<Response> {
    this.#passed.add(key);
    return own === undefined
      ? withStatus(await make(request), "fwd=miss")
      : conditional(request, own);
  }

  /** Gives a response that still has its body, and its bytes if it is to be kept. */
  async #kept(
    request: Request,
    url: string,
    made: Response,
  ): Promise<{ response: Response; bytes: Uint8Array | undefined }> {
    const { maxAge = 0, staleWhileRevalidate = 0, staleIfError = 0, maxBytes = MOST_BYTES } =
      this.#options;
    const now = Date.now();
    const mayBeStale = staleWhileRevalidate + staleIfError > 0;
    const fresh = lifetimeOf(made, request, { maxAge, mayBeStale, now });
    if (fresh === undefined || !this.#variesByKnown(made)) {
      return { response: made, bytes: undefined };
    }
    const { response, body } = await wholeBody(made, maxBytes, MOST_WAIT_MS);
    if (body === undefined) return { response, bytes: undefined };
    const bytes = bytesOfResponse({ ...headOf(url, made, now), fresh }, body);
    return { response, bytes: bytes.length > MOST_BYTES ? undefined : bytes };
  }

  #isForOthers(made: Response, request: Request): boolean {
    return isForOthers(made, request) && this.#variesByKnown(made);
  }

  #variesByKnown({ headers }: Response): boolean {
    return varyNames(headers)?.every((name) => this.#vary.includes(name)) ?? false;
  }

  #given(stored: StoredResponse, request: Request): Response {
    const response = responseOf(stored);
    const before = Number(response.headers.get("age") ?? 0);
    const age = secondsSince(stored) + (Number.isFinite(before) ? before : 0);
    response.headers.set("age", String(age));
    return conditional(request, withStatus(response, `hit; ttl=${secondsLeft(stored)}`));
  }
}

function secondsSince({ head }: StoredResponse): number {
  return Math.max(0, Math.floor((Date.now() - head.at) / 1000));
}

/** Gives the seconds for which a response is still fresh; fewer than 0 for one that is not. */
function secondsLeft(stored: StoredResponse): number {
  return (stored.head.fresh ?? 0) - secondsSince(stored);
}

/**
 * A page must not fail because the client is closed, either: a server that ends closes it, and may still have requests.
 *
 * @returns `undefined` if it is.
 */
async function unlessClosed<T>(call: () => Promise<T>): Promise<T | undefined> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof ClosedError)) throw error;
    return undefined;
  }
}

/** What the handler says when something failed: a stale response is better, if there is one. */
class FailedResponse extends Error {
  /** For the one who asked. */
  readonly response: Response;
  /** Its body, if others may be given it as well. */
  readonly body: Uint8Array<ArrayBuffer> | undefined;

  constructor(response: Response, body?: Uint8Array<ArrayBuffer>) {
    super(`The handler's response has status ${response.status}`);
    this.response = response;
    this.body = body;
  }
}

/** Reads the body that is for others, too: copies of a stream would keep what nobody reads, and its source open. */
async function failedResponse(made: Response, isForOthers: boolean): Promise<FailedResponse> {
  if (!isForOthers) return new FailedResponse(made);
  const { response, body } = await wholeBody(made, MOST_BYTES, MOST_WAIT_MS);
  return new FailedResponse(response, body);
}

const FAILED: ReadonlySet<number> = new Set([500, 502, 503, 504]);

/** Says what was done, as RFC 9211 has it. Headers that were received cannot be changed, so it is a copy. */
function withStatus(response: Response, status: string): Response {
  const copy = new Response(response.body, response);
  copy.headers.append("cache-status", `libmc; ${status}`);
  return copy;
}

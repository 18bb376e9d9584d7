/** Where the servers of a client come from, if they are not a fixed list. */

import { typeOf } from "../checks/check.ts";
import type { Credentials } from "../commands/authentication.ts";
import type { Connect, Resolve } from "../transports/transport.ts";
import type { Servers } from "./server_list.ts";

/**
 * What a {@linkcode ServersFunction} can use.
 *
 * @example Ask a server of one's own for the list
 * ```ts
 * import { Client, type ServersContext } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * const directory = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, () => {
 *   return Response.json([server.address]);
 * });
 * const url = `http://127.0.0.1:${directory.addr.port}`;
 *
 * async function fromDirectory({ signal }: ServersContext): Promise<string[]> {
 *   const response = await fetch(url, { signal });
 *   return await response.json();
 * }
 * {
 *   await using client = new Client(fromDirectory);
 *   assertEquals(await client.set("key", "value"), true);
 * }
 * await directory.shutdown();
 * ```
 */
export interface ServersContext {
  /** Aborted when the answer is not wanted any more: after 10 seconds, by `quit()`, and by `close()`. */
  readonly signal: AbortSignal;
  /** Dials as the client does: by its `connect`, or with its `tls`. */
  readonly connect: Connect;
  /** Asks the DNS; `undefined` on a runtime that is none of Deno, Node and Bun. */
  readonly resolve: Resolve | undefined;
  /** The client's `auth`, for a source that is itself a server which asks for a password. */
  readonly auth?: Credentials | undefined;
}

/**
 * A function that tells the servers of a client: asked for the first time when a call needs a server, then again and again.
 *
 * A list that is the same as before changes nothing. Where it fails, or tells an empty list, the servers stay as they were,
 * and a `failure` event says so.
 *
 * @example Ask every second
 * ```ts
 * import { Client, type ServersFunction } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const servers: ServersFunction = Object.assign(() => [server.address], { interval: 1000 });
 * await using client = new Client(servers);
 * assertEquals(await client.set("key", "value"), true);
 * assertEquals(client.servers, [server.address]);
 * ```
 */
export interface ServersFunction {
  /**
   * Tells the servers.
   *
   * @param context What it can use.
   * @returns The servers, now or later.
   * @throws Any error: the servers stay as they were.
   */
  (context: ServersContext): Servers | Promise<Servers>;
  /** Milliseconds from an answer to the next question. @default {10_000} */
  readonly interval?: number;
  /** What errors call it while no server is known. @default {"the servers"} */
  readonly label?: string;
}

/**
 * Where the servers of a client come from: a function that is asked again and again, or an async iterable that gives a list
 * each time that it changes.
 *
 * @example Lists that are pushed
 * ```ts
 * import { Client, type ServerSource } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using one = await MemcachedServer.start();
 * await using two = await MemcachedServer.start();
 *
 * async function* lists() {
 *   yield [one.address];
 *   // Here it would wait for news.
 *   yield [one.address, two.address];
 * }
 * const source: ServerSource = lists();
 * await using client = new Client(source);
 * await new Promise((changed) => {
 *   client.addEventListener("servers", ({ change }) => {
 *     if (change?.servers.length === 2) changed(undefined);
 *   });
 *   void client.version();
 * });
 * assertEquals((await client.version()).size, 2);
 * ```
 */
export type ServerSource = ServersFunction | AsyncIterable<Servers>;

/**
 * Tells a source from a list.
 *
 * @throws {TypeError} If its interval is no time.
 */
export function isSource(servers: Servers | ServerSource): servers is ServerSource {
  if (typeof servers === "function") {
    checkInterval(servers.interval);
    return true;
  }
  return typeof servers === "object" && servers !== null && Symbol.asyncIterator in servers;
}

function checkInterval(interval: unknown): void {
  if (interval === undefined) return;
  if (typeof interval === "number" && interval >= 1 && interval <= 2 ** 31 - 1) return;
  throw new TypeError(
    `Cannot use an interval that is no number from 1 to ${2 ** 31 - 1}: current value is ${
      typeof interval === "number" ? interval : typeOf(interval)
    }`,
  );
}

/**
 * Servers that the configuration endpoint of an ElastiCache cluster names. Every node answers `config get cluster`; those of
 * old versions keep the same text as an item. The text is a version in one line, and the nodes in the next:
 * `host|ip|port host|ip|port`.
 */

import { integerFrom, readOptions } from "../checks/check.ts";
import type { ServersContext, ServersFunction } from "../engine/server_source.ts";
import { addressOf, parseEndpoint } from "./endpoint.ts";
import { request } from "./request.ts";

/**
 * Options of {@linkcode elastiCacheServers}.
 *
 * @example Ask every ten seconds
 * ```ts
 * import { elastiCacheServers, type ElastiCacheServersOptions } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const options: ElastiCacheServersOptions = { interval: 10_000 };
 * const servers = elastiCacheServers("shop.cfg.use1.cache.amazonaws.com:11211", options);
 * assertEquals(servers.interval, 10_000);
 * ```
 */
export interface ElastiCacheServersOptions {
  /** Milliseconds from an answer to the next question. @default {60_000} */
  interval?: number;
}

/**
 * Makes a client's servers the nodes of an ElastiCache cluster, which its configuration endpoint names. It is asked again
 * and again, by `config get cluster` or, if it does not know that, by `get AmazonElastiCache:cluster`. It is dialled as the
 * servers are: by the client's `connect`, or with its `tls`. If it asks for a password, it is given the client's `auth`.
 *
 * A node is known by its host name, and by its address only if it has none; so one that is replaced keeps its keys. The
 * nodes are sorted. An answer with a lower version than the last one comes from a node that has not heard of a change: it
 * counts only if the next one has it, too.
 *
 * @param endpoint The configuration endpoint, `host[:port]`.
 * @param options See {@linkcode ElastiCacheServersOptions}.
 * @returns What `new Client()` takes as its servers.
 * @throws {TypeError} If the endpoint or an option cannot be used.
 * @throws {RangeError} If a number is out of range.
 *
 * @example The nodes of a cluster
 * ```ts
 * import { Client, elastiCacheServers } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using node = await MemcachedServer.start();
 * node.setCluster([`localhost|127.0.0.1|${node.port}`]);
 *
 * await using client = new Client(elastiCacheServers(node.address));
 * assertEquals(await client.set("key", "value"), true);
 * assertEquals(client.servers, [`localhost:${node.port}`]);
 * ```
 */
export function elastiCacheServers(
  endpoint: string,
  options: ElastiCacheServersOptions = {},
): ServersFunction {
  const { hostname, port } = parseEndpoint(endpoint);
  const { interval = 60_000 } = readOptions<ElastiCacheServersOptions>(undefined, options, CHECKS);
  let last: Configuration | undefined;
  /** A lower version than the last one, until it comes again. */
  let lower: number | undefined;
  async function look({ signal, connect, auth }: ServersContext): Promise<readonly string[]> {
    const transport = await connect({ hostname, port }, signal);
    const close = () => transport.close();
    signal.addEventListener("abort", close);
    let text: string;
    try {
      signal.throwIfAborted();
      text = await request(transport, QUESTIONS, auth) ??
        fail("the endpoint names no nodes: it is no configuration endpoint");
    } finally {
      signal.removeEventListener("abort", close);
      if (!signal.aborted) close();
    }
    const read = readConfiguration(text);
    if (last !== undefined && read.version < last.version && lower !== read.version) {
      lower = read.version;
      return last.servers;
    }
    lower = undefined;
    last = read;
    return read.servers;
  }
  return Object.assign(look, { interval, label: endpoint }) as ServersFunction;
}

/** What an endpoint has answered. */
interface Configuration {
  readonly version: number;
  readonly servers: readonly string[];
}

/** Reads `version\nhost|ip|port host|ip|port\n`. */
function readConfiguration(text: string): Configuration {
  const [version = "", nodes = ""] = text.split("\n", 2).map((line) => line.trim());
  if (!/^\d{1,15}$/.test(version)) {
    throw new Error(`the endpoint gave no version: ${JSON.stringify(text.slice(0, 60))}`);
  }
  const servers = nodes.split(" ").filter((node) => node !== "").map(readNode);
  return { version: Number(version), servers: Array.from(new Set(servers)).sort() };
}

function readNode(node: string): string {
  const [host = "", ip = "", port = ""] = node.split("|");
  if (!/^\d{1,5}$/.test(port) || (host || ip) === "") {
    throw new Error(`the endpoint named a node that is none: ${JSON.stringify(node.slice(0, 60))}`);
  }
  return addressOf(host || ip, Number(port));
}

function fail(reason: string): never {
  throw new Error(reason);
}

/** Those of old versions know only the second one. */
const QUESTIONS = ["config get cluster", "get AmazonElastiCache:cluster"];
const CHECKS = { interval: integerFrom(1, 2 ** 31 - 1) };

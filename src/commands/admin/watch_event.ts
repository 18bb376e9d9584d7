/** The lines that memcached logs for a watcher. */

import { type NamedKey, numbered } from "./key_info.ts";
import { integerOf, pairsOf, unsigned64Of, uriDecoded } from "./pairs.ts";

/**
 * What a server can log for `client.admin.watch()`, by memcached's words (`doc/protocol.txt`, "Watchers"). One more, `rawcmds`,
 * is accepted by all versions, and logged by none.
 *
 * | kind | logs |
 * | --- | --- |
 * | `fetchers` | each look for an item, those of stores included |
 * | `mutations` | each store |
 * | `deletions` | each delete, from 1.6.20 on |
 * | `evictions` | items that give way to others |
 * | `connevents` | connections that come and go |
 * | `sysevents` | the crawler and moves of pages |
 * | `proxyreqs`, `proxyevents`, `proxyuser` | the proxy that memcached has built in, from 1.6.13 on |
 *
 * @example The kinds that change items
 * ```ts
 * import { Client, type WatchKind } from "@libmc/libmc";
 * import { assertEquals } from "@std/assert";
 *
 * const kinds: WatchKind[] = ["mutations", "evictions"];
 * await using client = new Client("127.0.0.1:11211");
 * // Nothing is dialled until the first event is asked for.
 * await client.admin.watch(kinds).return();
 * assertEquals(kinds.length, 2);
 * ```
 */
export type WatchKind =
  | ("fetchers" | "mutations" | "deletions" | "evictions")
  | ("connevents" | "sysevents")
  | ("proxyreqs" | "proxyevents" | "proxyuser");

/** All kinds. */
export const WATCH_KINDS: readonly WatchKind[] = [
  ...["fetchers", "mutations", "deletions", "evictions"] as const,
  ...["connevents", "sysevents"] as const,
  ...["proxyreqs", "proxyevents", "proxyuser"] as const,
];

/**
 * One thing that happened on a server. Only those fields are there that memcached logs for its type.
 *
 * @example Which keys are stored
 * ```ts
 * import { Client, type WatchEvent } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await using events = client.admin.watch("mutations");
 * await events.ready();
 * await client.set("user:1", "Ada", { exptime: 60 });
 * const { value } = await events.next();
 * const { type, key, status, ttl } = value as WatchEvent;
 * assertEquals({ type, key, status, ttl }, {
 *   type: "item_store",
 *   key: "user:1",
 *   status: "stored",
 *   ttl: 60,
 * });
 * ```
 */
export interface WatchEvent {
  /** Display name of the server. */
  readonly server: string;
  /**
   * memcached's word for what happened: `item_get`, `item_store`, `deleted`, `eviction`, `conn_new`, `conn_close`,
   * `lru_crawler`, `slab_move` and others.
   */
  readonly type: string;
  /** When, in milliseconds since 1970, by the server's clock. */
  readonly time: number;
  /** Its number in the order of the server. Events may come out of order. */
  readonly id: bigint;
  /** How many events right before this one the server did not send, because they were not read fast enough. */
  readonly skipped: number;
  /** The key, without the client's prefix: see {@linkcode KeyInfo.key}. */
  readonly key?: string;
  /** The key's bytes, only if they are not UTF-8. */
  readonly bytes?: Uint8Array;
  /** What came of a get or a store, as in `found` or `not_stored`. */
  readonly status?: string;
  /** The command that stored or deleted. */
  readonly command?: string;
  /** Seconds until the item expires; Infinity: never. */
  readonly ttl?: number;
  /** True if the item had been read. */
  readonly fetched?: boolean;
  /** Seconds since it was read or stored last. */
  readonly idle?: number;
  /** The slab class of the item. */
  readonly slabClass?: number;
  /** Bytes of the item's data. */
  readonly size?: number;
  /** The number of the connection, as `stats conns` has it. */
  readonly connection?: number;
  /** The client's address: an IP, or `unix`. */
  readonly address?: string;
  /** The client's port. */
  readonly port?: number;
  /** `tcp`, `udp` or `local`. */
  readonly transport?: string;
  /** Why a connection was closed. */
  readonly reason?: string;
  /** Whatever else memcached logged, by its names, as it came. */
  readonly fields: Readonly<Record<string, string>>;
}

/** Reads the number of events that the server has skipped; `undefined` if the line says something else. */
export function readSkipped(line: string): number | undefined {
  return line.startsWith("skipped=") ? integerOf(line.slice("skipped=".length)) : undefined;
}

/**
 * Reads the line of an event.
 *
 * @param keyOf Gives the client's own key of a wire key; `undefined` if it has none.
 * @param skipped Number of events that the server has not sent before this one.
 * @returns `null` for an event of another prefix; `undefined` if it is no such line.
 */
export function readWatchEvent(
  line: string,
  server: string,
  keyOf: (wireKey: string) => NamedKey | undefined,
  skipped: number,
): WatchEvent | null | undefined {
  const known = new Map<string, string>();
  const fields: Record<string, string> = {};
  for (const [name, value] of pairsOf(line)) {
    // A second value of a name, as `proxy_req` has one of `type`, is one of the others.
    if (KNOWN.has(name) && !known.has(name)) known.set(name, value);
    else set(fields, name, value);
  }
  const time = timeOf(known.get("ts"));
  const id = unsigned64Of(known.get("gid"));
  const type = known.get("type");
  if (time === undefined || id === undefined || type === undefined) return undefined;
  const names = keyNames(known.get("key"), keyOf);
  if (names === null || names === undefined) return names;
  return {
    ...{ server, type, time, id, skipped },
    ...names,
    ...texts(known, TEXTS),
    ...ttlOf(known.get("ttl")),
    ...(known.has("fetch") ? { fetched: known.get("fetch") === "yes" } : {}),
    ...numbered("idle", known.get("la")),
    ...numbered("slabClass", known.get("clsid")),
    ...numbered("size", known.get("size")),
    ...numbered("connection", known.get("cfd") ?? known.get("fd")),
    ...numbered("port", known.get("rport")),
    fields,
  };
}

/** Reads the fields that name the key, if there is one. */
function keyNames(
  encoded: string | undefined,
  keyOf: (wireKey: string) => NamedKey | undefined,
): Partial<NamedKey> | null | undefined {
  if (encoded === undefined) return {};
  const wireKey = uriDecoded(encoded);
  if (wireKey === undefined) return undefined;
  return keyOf(wireKey) ?? null;
}

/** Reads seconds and microseconds. These are written without leading zeros: `5.80015` is 80,015 microseconds after 5. */
function timeOf(text: string | undefined): number | undefined {
  const parts = /^(\d{1,15})\.(\d{1,6})$/.exec(text ?? "");
  return parts === null ? undefined : Number(parts[1]) * 1000 + Number(parts[2]) / 1000;
}

/** Reads a time to live. Nothing expires for 0 and -1, and what is past is written as an unsigned number. */
function ttlOf(text: string | undefined): { readonly ttl?: number } {
  const ttl = integerOf(text);
  if (ttl === undefined) return {};
  if (ttl === 0 || ttl === -1) return { ttl: Infinity };
  return { ttl: ttl > MAX_INT32 ? 0 : ttl };
}

function texts(
  known: ReadonlyMap<string, string>,
  names: Readonly<Record<string, string>>,
): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [name, field] of Object.entries(names)) {
    const value = known.get(name);
    if (value !== undefined) found[field] = value;
  }
  return found;
}

/** Sets a field whose name the server has chosen. */
function set(fields: Record<string, string>, name: string, value: string): void {
  Object.defineProperty(fields, name, {
    value,
    enumerable: true,
    writable: true,
    configurable: true,
  });
}

/** Fields that are texts, by memcached's names. */
const TEXTS = {
  status: "status",
  cmd: "command",
  rip: "address",
  transport: "transport",
  reason: "reason",
};
const KNOWN: ReadonlySet<string> = new Set([
  ...["ts", "gid", "type", "key", "ttl", "fetch", "la", "clsid", "size", "cfd", "fd", "rport"],
  ...Object.keys(TEXTS),
]);
const MAX_INT32 = 2 ** 31 - 1;

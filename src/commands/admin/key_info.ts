/** The lines of `lru_crawler metadump`: one for each item. */

import { integerOf, pairsOf, unsigned64Of, uriDecoded } from "./pairs.ts";

/**
 * What a server knows of one of its items: what `client.admin.keys()` gives. Times are those of the server's clock.
 *
 * @example The items that never expire
 * ```ts
 * import { Client, type KeyInfo } from "@libmc/libmc";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * await client.set("session", "open", { exptime: 600 });
 * await client.set("forgotten", "x".repeat(1000));
 * const immortal: KeyInfo[] = [];
 * for await (const item of client.admin.keys()) if (item.exptime === 0) immortal.push(item);
 * assertEquals(immortal.map(({ key }) => key), ["forgotten"]);
 * ```
 */
export interface KeyInfo {
  /** Display name of the server that has the item. */
  readonly server: string;
  /**
   * The key, without the client's prefix. A byte that is no part of UTF-8 is half of a surrogate pair here, U+DC80 to
   * U+DCFF, and the methods of a client reject such a key; then `bytes` has it as it is.
   */
  readonly key: string;
  /** The key's bytes, without the client's prefix, only if they are not UTF-8. */
  readonly bytes?: Uint8Array;
  /** When the item expires, as Unix time in seconds; 0: never. */
  readonly exptime: number;
  /** When it was read or stored last, as Unix time in seconds. memcached notes that once a minute at most. */
  readonly lastAccess: number;
  /** Changes with every store. */
  readonly cas: bigint;
  /** True if it has been read since it was stored. */
  readonly fetched: boolean;
  /** The slab class that it lies in. */
  readonly slabClass?: number;
  /** The bytes that it takes, with its key and what memcached adds. */
  readonly size?: number;
  /** Its flags, from memcached 1.6.24 on. */
  readonly flags?: number;
}

/** The fields that name a key. */
export type NamedKey = Pick<KeyInfo, "key" | "bytes">;

/**
 * Reads one line.
 *
 * @param keyOf Gives the client's own key of a wire key; `undefined` if it has none.
 * @returns `null` for the key of another prefix; `undefined` if it is no such line.
 */
export function readKeyInfo(
  line: string,
  server: string,
  keyOf: (wireKey: string) => NamedKey | undefined,
): KeyInfo | null | undefined {
  if (!line.startsWith("key=")) return undefined;
  const fields = new Map(pairsOf(line));
  const wireKey = uriDecoded(fields.get("key") ?? "");
  const exptime = integerOf(fields.get("exp"));
  const lastAccess = integerOf(fields.get("la"));
  const cas = unsigned64Of(fields.get("cas"));
  const fetched = fields.get("fetch");
  if (
    wireKey === undefined || wireKey === "" || exptime === undefined || lastAccess === undefined ||
    cas === undefined || (fetched !== "yes" && fetched !== "no")
  ) return undefined;
  const own = keyOf(wireKey);
  if (own === undefined) return null;
  return {
    server,
    ...own,
    exptime: exptime === NEVER ? 0 : exptime,
    lastAccess,
    cas,
    fetched: fetched === "yes",
    ...numbered("slabClass", fields.get("cls")),
    ...numbered("size", fields.get("size")),
    ...numbered("flags", fields.get("flags")),
  };
}

/** Makes a field of a number, unless it is missing or none. */
export function numbered<N extends string>(
  name: N,
  text: string | undefined,
): { readonly [K in N]?: number } {
  const value = integerOf(text);
  return value === undefined ? {} : { [name]: value } as { readonly [K in N]?: number };
}

const NEVER = -1;

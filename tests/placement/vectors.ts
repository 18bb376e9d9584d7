/** The vectors that concern routing, with types, and their bytes as wire keys. */
import hashesJson from "../vectors/hashes.json" with { type: "json" };
import routingJson from "../vectors/routing.json" with { type: "json" };
import type { HashFn } from "../../src/placement/hashes/key_hash.ts";

/** Bytes as the vectors write them: as text if they are UTF-8, else in base64. */
export type VectorBytes = { readonly s: string } | { readonly b64: string };

export interface RoutingCase {
  readonly list: string;
  readonly servers: readonly string[];
  readonly hash: HashFn;
  readonly prefix: string | null;
  readonly names: readonly string[];
  /** For each key the index in `names`. */
  readonly host: readonly number[];
}

export interface PrefixCase extends RoutingCase {
  readonly prefix: string;
  /** How the last keys are sent. */
  readonly sent_as: readonly VectorBytes[];
}

export interface AddressCase {
  readonly address: string;
  readonly name?: string;
  readonly raises?: string;
  readonly wins?: string;
}

export interface FailoverCase {
  readonly servers: readonly string[];
  readonly hash: HashFn;
  readonly dead: readonly number[];
  readonly host: readonly number[];
  readonly realtime_failover_off: readonly number[];
  readonly realtime_failover_on: readonly number[];
}

export interface ContinuumCase {
  readonly servers: readonly { host: string; port: number; alias: string | null }[];
  readonly points: readonly [hash: number, server: number][];
}

export const ROUTING = routingJson as unknown as {
  readonly keys: readonly VectorBytes[];
  readonly cases: readonly RoutingCase[];
  readonly prefix_keys: readonly { readonly s: string }[];
  readonly prefix_cases: readonly PrefixCase[];
  readonly addresses: readonly AddressCase[];
  readonly failover_keys: readonly string[];
  readonly failover: readonly FailoverCase[];
};

export const HASHES = hashesJson as unknown as {
  readonly entries: readonly (Readonly<Record<HashFn, number>> & { readonly key: VectorBytes })[];
  readonly continuum: readonly ContinuumCase[];
};

/** The byte string of some bytes, whether or not a key may have them. */
export function byteString(bytes: Uint8Array | VectorBytes): string {
  if (bytes instanceof Uint8Array) return Array.from(bytes, (b) => String.fromCharCode(b)).join("");
  return "b64" in bytes ? atob(bytes.b64) : byteString(new TextEncoder().encode(bytes.s));
}

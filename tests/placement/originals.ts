/** The facts that were recorded from other clients: see tests/vectors/distributions/README.md. */

import askedJson from "../vectors/distributions/asked.json" with { type: "json" };
import cacheMemcachedFastJson from "../vectors/distributions/cache_memcached_fast.json" with {
  type: "json",
};
import dalliJson from "../vectors/distributions/dalli.json" with { type: "json" };
import gomemcacheJson from "../vectors/distributions/gomemcache.json" with { type: "json" };
import hashringJson from "../vectors/distributions/hashring.json" with { type: "json" };
import libmemcachedJson from "../vectors/distributions/libmemcached.json" with { type: "json" };
import phpJson from "../vectors/distributions/php.json" with { type: "json" };
import rendezvousJson from "../vectors/distributions/rendezvous.json" with { type: "json" };
import spymemcachedJson from "../vectors/distributions/spymemcached.json" with { type: "json" };
import twemproxyJson from "../vectors/distributions/twemproxy.json" with { type: "json" };
import type { DistributionName } from "../../src/placement/distributions.ts";
import type { HashName } from "../../src/placement/hashes/key_hash.ts";

/** A server of a list. */
export type AskedServer = readonly [host: string, port: number, weight: number];

/** The owners of all keys in one list of servers. */
export interface Case {
  readonly distribution: DistributionName;
  readonly hash?: HashName;
  readonly hashTag?: string;
  /** spymemcached's. */
  readonly format?: "SPYMEMCACHED" | "LIBMEMCACHED";
  readonly list: number;
  /** Which stand-in it is; 0 or none: the owner. */
  readonly place?: number;
  readonly owners: string;
}

/** What was recorded from one original. */
export interface Original {
  readonly name: string;
  readonly recordedFrom: string;
  readonly facts: number;
  readonly sha256: string;
  readonly cases: readonly Case[];
}

/** What all of them were asked. */
export const ASKED: {
  readonly keys: readonly string[];
  readonly lists: readonly (readonly AskedServer[])[];
} = await unpacked(askedJson.packed);

const FILES = {
  libmemcached: libmemcachedJson,
  php: phpJson,
  twemproxy: twemproxyJson,
  dalli: dalliJson,
  rendezvous: rendezvousJson,
  hashring: hashringJson,
  spymemcached: spymemcachedJson,
  gomemcache: gomemcacheJson,
  cacheMemcachedFast: cacheMemcachedFastJson,
};

/** Name of an original. */
export type OriginalName = keyof typeof FILES;

/** All originals. */
export const ORIGINALS: readonly Original[] = await Promise.all(
  Object.entries(FILES).map(async ([name, { packed, ...about }]) => ({
    name,
    ...about,
    cases: await unpacked<Case[]>(packed),
  })),
);

/** The number of a server that a character stands for; -1 for none. */
export function numberOf(character: string): number {
  return NUMBERS.indexOf(character);
}

async function unpacked<T>(packed: string): Promise<T> {
  const bytes = Uint8Array.from(atob(packed), (char) => char.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate"));
  return await new Response(stream).json();
}

const NUMBERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";

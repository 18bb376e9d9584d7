/** Compares the distributions with what was recorded from the originals, for the test and for the table of docs/other_clusters.md. */

import { wireKey, wirePrefix } from "../../src/key.ts";
import { parseAddress } from "../../src/placement/address.ts";
import type { PlacedServer } from "../../src/placement/distribution.ts";
import { distributionOf } from "../../src/placement/distributions.ts";
import {
  ASKED,
  type AskedServer,
  type Case,
  numberOf,
  type Original,
  type OriginalName,
  ORIGINALS,
} from "./originals.ts";
import { byteString, ROUTING, type RoutingCase } from "./vectors.ts";

/** How many facts were compared, and how many of them differ. */
export interface Compared {
  readonly facts: number;
  readonly different: number;
}

/** What a preset stands for, or some options, and how it compares. */
export interface PresetRow extends Compared {
  /** Its name, or the options. */
  readonly preset: string;
  readonly original: string;
}

/** The wire keys that were asked for. */
export const WIRE_KEYS: readonly string[] = ASKED.keys.map((key) => wireKey(key));

const ORIGINAL_OF: Readonly<Record<string, OriginalName>> = {
  pylibmc: "libmemcached",
  php: "php",
  django: "rendezvous",
  rails: "dalli",
  nodeMemcached: "hashring",
  spymemcached: "spymemcached",
  twemproxy: "twemproxy",
  gomemcache: "gomemcache",
};

/** Compares all presets. */
export function comparePresets(): PresetRow[] {
  const rows = Object.entries(ORIGINAL_OF).map(([preset, name]): PresetRow => {
    const original = originalOf(name);
    return { preset, original: original.recordedFrom, ...compareOriginal(original) };
  });
  return [
    { preset: "libmc", original: "libmc 1.4.15", ...compareLibmc() },
    ...rows,
    ...compareFast(),
  ];
}

/** Cache::Memcached::Fast has no preset, as its values are Perl's: two of its distributions are compared. */
function compareFast(): PresetRow[] {
  const original = originalOf("cacheMemcachedFast");
  const names = Map.groupBy(original.cases, ({ distribution }) => distribution);
  return Array.from(names, ([distribution, cases]) => ({
    preset: [
      `distribution: "${distribution}"`,
      ...cases[0].hash ? [`hash: "${cases[0].hash}"`] : [],
    ]
      .join(", "),
    original: original.recordedFrom,
    ...sum(cases.map((one) => compareCase(one, original))),
  }));
}

function originalOf(name: OriginalName): Original {
  const original = ORIGINALS.find((original) => original.name === name);
  if (original === undefined) throw new Error(`Cannot find ${name}`);
  return original;
}

/** Compares all that was recorded from an original. */
export function compareOriginal(original: Original): Compared {
  return sum(original.cases.map((one) => compareCase(one, original)));
}

function compareLibmc(): Compared {
  const keys = ROUTING.keys.map((key) => "s" in key ? wireKey(key.s) : byteString(key));
  return sum([
    ...ROUTING.cases.map((routing) => compareRouting(routing, keys)),
    ...ROUTING.prefix_cases.map((routing) => {
      const prefix = wirePrefix(routing.prefix);
      return compareRouting(routing, ROUTING.prefix_keys.map(({ s }) => wireKey(s, prefix)));
    }),
  ]);
}

function compareRouting(
  { servers, hash, host, names }: RoutingCase,
  keys: readonly string[],
): Compared {
  const addresses = servers.map(parseAddress);
  const distribution = distributionOf(addresses, { ...PLAIN, hashFn: hash });
  return countDifferent(
    keys.map((key) => addresses[distribution.indexFor(key)].name),
    host.map((index) => names[index]),
  );
}

/** Compares one list. */
export function compareCase(one: Case, { name }: Original): Compared {
  const servers = ASKED.lists[one.list].map((server) => placed(server, one, name));
  // nutcracker sorts its servers, the shorter names first, and counts them after that.
  const sorted = name === "twemproxy" && one.distribution === "modulo"
    ? servers.toSorted((a, b) => byLength(a.ringName, b.ringName))
    : servers;
  const distribution = distributionOf(sorted, {
    ...PLAIN,
    distribution: one.distribution,
    hash: one.hash,
    hashTag: one.hashTag ?? "",
  });
  const { place = 0 } = one;
  const expected = Array.from(one.owners, numberOf);
  const found = WIRE_KEYS.map((key, i) => {
    if (place === 0) return servers.indexOf(sorted[distribution.indexFor(key)]);
    // The original gives up at some time; this client does not.
    return expected[i] === -1 ? -1 : Array.from(distribution.order(key))[place];
  });
  return countDifferent(found, expected);
}

function byLength(a: string, b: string): number {
  return a.length - b.length || (a < b ? -1 : 1);
}

/** A server as it is written for this client. */
function placed([host, port, weight]: AskedServer, { format }: Case, name: string): PlacedServer {
  const isSocket = host.startsWith("/");
  const place = isSocket ? host : `${host}:${port}`;
  // A host name is hashed by Java together with its address, which was made up for the recording.
  const number = /^cache-(\d+)/.exec(host)?.[1];
  const alias = format === "SPYMEMCACHED" && number !== undefined
    ? ` ${host}/10.1.2.${Number(number)}:${port}`
    : format === "LIBMEMCACHED"
    // Java looks for the name of an address.
    ? ` ${host === "127.0.0.1" ? "localhost" : host}${port === 11211 ? "" : `:${port}`}`
    // php-memcached takes a Unix socket for a host with libmemcached's default port.
    : name === "php" && isSocket
    ? ` ${host}`
    : "";
  return { ...parseAddress(place + alias), weight };
}

function countDifferent<T>(found: readonly T[], expected: readonly T[]): Compared {
  if (found.length !== expected.length) throw new Error("Cannot compare lists of other lengths");
  return { facts: found.length, different: found.filter((one, i) => one !== expected[i]).length };
}

function sum(parts: readonly Compared[]): Compared {
  return parts.reduce((all, { facts, different }) => ({
    facts: all.facts + facts,
    different: all.different + different,
  }), { facts: 0, different: 0 });
}

const PLAIN = {
  distribution: "libmc",
  hash: undefined,
  hashFn: "md5",
  prefix: "",
  hashPrefix: true,
  hashTag: "",
} as const;

import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { crypto } from "@std/crypto";
import { addressOf, parseAddress } from "../../src/placement/address.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcContinuum, libmcDistribution, POINTS_PER_SERVER } from "../../src/placement/libmc.ts";
import { HASHES } from "./vectors.ts";

const KEYS: readonly string[] = Array.from({ length: 200 }, (_, i) => `key:${i}`);

Deno.test("libmcContinuum() has libmc's points for every continuum of the vectors", () => {
  let facts = 0;
  for (const { servers, points } of HASHES.continuum) {
    const addresses = servers.map(({ host, port, alias }) =>
      addressOf(host, port, alias ?? undefined)
    );
    const continuum = libmcContinuum(addresses.map(({ ringName }) => ringName));
    assertEquals(continuum.points(), [...points] as [number, number][]);
    facts += points.length;
  }
  assertEquals(facts, 900);
  console.log(`continuums: ${facts} facts checked, 0 differ, 0 excepted`);
});

Deno.test("libmcDistribution() goes by the hash of the key on the continuum", () => {
  const names = serverNames(7);
  const continuum = libmcContinuum(names);
  for (const hash of Object.values(KEY_HASHES)) {
    const distribution = libmcDistribution(named(names), hash);
    for (const key of KEYS) {
      assertEquals(distribution.indexFor(key), continuum.indexFor(hash(key)));
      assertEquals([...distribution.order(key)], [...continuum.order(hash(key))]);
    }
  }
});

Deno.test("libmcDistribution() hashes names, so that a server with an alias may move", () => {
  const ownersOf = (...servers: string[]) => {
    const distribution = libmcDistribution(servers.map(parseAddress), KEY_HASHES.md5);
    return KEYS.map((key) => distribution.indexFor(key));
  };
  const before = ownersOf("10.0.0.1:1 a", "10.0.0.2:1 b");
  assertEquals(ownersOf("10.9.0.1:7 a", "/run/b.sock b"), before);
  assertNotEquals(ownersOf("10.0.0.1:1", "10.0.0.2:1"), before);
});

Deno.test("libmcDistribution() of servers with one ring name gives all keys to the first", () => {
  const servers = ["10.0.0.1 a", "10.0.0.2 a", "10.0.0.3 a"].map(parseAddress);
  const distribution = libmcDistribution(servers, KEY_HASHES.md5);
  for (const key of KEYS) assertEquals([...distribution.order(key)], [0, 1, 2]);
});

Deno.test("libmcDistribution() computes the points of a server once for any number of clients", () => {
  const names = serverNames(10);
  const digests = digestsDuring(() => {
    for (let client = 0; client < 100; client++) {
      const hash = client % 2 === 0 ? KEY_HASHES.md5 : KEY_HASHES.crc_32;
      for (const key of KEYS) libmcDistribution(named(names), hash).indexFor(key);
    }
  });
  assertEquals(digests, 10 * POINTS_PER_SERVER);
});

Deno.test("libmcDistribution() computes the points of new servers only when the list changes", () => {
  const names = serverNames(12);
  const ask = (...list: string[]) =>
    digestsDuring(() => libmcDistribution(named(list), KEY_HASHES.md5).indexFor("key"));
  assertEquals(ask(...names.slice(0, 10)), 10 * POINTS_PER_SERVER);
  assertEquals(ask(...names.slice(3, 10)), 0);
  assertEquals(ask(...names.slice(3, 12)), 2 * POINTS_PER_SERVER);
  assertEquals(ask(...names.toReversed()), 0);
});

Deno.test("libmcDistribution() computes nothing before it is asked", () => {
  const names = serverNames(5);
  const made = digestsDuring(() => libmcDistribution(named(names), KEY_HASHES.md5));
  const distribution = libmcDistribution(named(names), KEY_HASHES.md5);
  const asked = digestsDuring(() => distribution.order("key"));
  assertEquals([made, asked], [0, 5 * POINTS_PER_SERVER]);
});

Deno.test("libmcDistribution() of one server computes nothing and hashes no key", () => {
  let hashed = 0;
  const distribution = libmcDistribution(named(serverNames(1)), () => ++hashed);
  const digests = digestsDuring(() => {
    for (const key of KEYS) {
      assertEquals([distribution.indexFor(key), [...distribution.order(key)]], [0, [0]]);
    }
  });
  assertEquals([digests, hashed], [0, 0]);
});

Deno.test("libmcDistribution() hashes a key once for its owner", () => {
  let hashed = 0;
  const distribution = libmcDistribution(named(serverNames(3)), () => ++hashed);
  for (const key of KEYS) distribution.indexFor(key);
  assertEquals(hashed, KEYS.length);
});

Deno.test("libmcDistribution() keeps what it was made with when the list is changed", () => {
  const names = serverNames(4);
  const list = named(names);
  const distribution = libmcDistribution(list, KEY_HASHES.md5);
  list.length = 0;
  assertEquals([...distribution.order("key")].sort(), [0, 1, 2, 3]);
});

let lists = 0;

/** Names that no other test uses, so that none of their points is known yet. */
function serverNames(count: number): string[] {
  const list = ++lists;
  return Array.from({ length: count }, (_, i) => `cache-${i}.list-${list}.example`);
}

function named(ringNames: readonly string[]): { ringName: string }[] {
  return ringNames.map((ringName) => ({ ringName }));
}

/** How many digests are computed meanwhile. */
function digestsDuring(run: () => void): number {
  const { subtle } = crypto;
  const { digestSync } = subtle;
  let digests = 0;
  subtle.digestSync = (...given) => {
    digests++;
    return digestSync.apply(subtle, given);
  };
  try {
    run();
  } finally {
    subtle.digestSync = digestSync;
  }
  assert(subtle.digestSync === digestSync);
  return digests;
}

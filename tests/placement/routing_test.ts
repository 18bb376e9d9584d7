/** The vectors that join keys, hashes, addresses and the continuum: which server libmc chose for which key. */
import { assertEquals } from "@std/assert";
import { wireKey, wirePrefix } from "../../src/key.ts";
import { parseAddress } from "../../src/placement/address.ts";
import type { FullDistribution } from "../../src/placement/distribution.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcDistribution } from "../../src/placement/libmc.ts";
import {
  byteString,
  type FailoverCase,
  type PrefixCase,
  ROUTING,
  type RoutingCase,
} from "./vectors.ts";

Deno.test("libmcDistribution() chooses libmc's server for every key of the vectors", () => {
  // Bytes that are no UTF-8 can be no key of ours, but they can be hashed.
  const keys = ROUTING.keys.map((key) => "s" in key ? wireKey(key.s) : byteString(key));
  let facts = 0;
  for (const routing of ROUTING.cases) facts += checkCase(routing, keys);
  for (const routing of ROUTING.prefix_cases) facts += checkCase(routing, prefixedKeys(routing));
  for (const routing of ROUTING.failover) {
    const distribution = distributionOf(routing);
    const owners = FAILOVER_KEYS.map((key) => distribution.indexFor(key));
    assertEquals(owners, [...routing.host], failoverLabel(routing));
    facts += owners.length;
  }
  assertEquals(facts, 88 * 200 + 16 * 120 + 22 * 80);
  console.log(`routing: ${facts} facts checked, 0 differ, 0 excepted`);
});

/** Compares the chosen servers by display name, as libmc gives them. */
function checkCase(routing: RoutingCase, keys: readonly string[]): number {
  const addresses = routing.servers.map(parseAddress);
  const distribution = distributionOf(routing);
  const chosen = keys.map((key) => addresses[distribution.indexFor(key)].name);
  const expected = routing.host.map((index) => routing.names[index]);
  assertEquals(chosen, expected, `${routing.list}, ${routing.hash}, prefix ${routing.prefix}`);
  return expected.length;
}

Deno.test("wireKey() gives the bytes that libmc sends for a key with a prefix", () => {
  let facts = 0;
  for (const routing of ROUTING.prefix_cases) {
    const sentAs = routing.sent_as.map(byteString);
    const keys = prefixedKeys(routing).slice(-sentAs.length);
    assertEquals(keys, sentAs, `prefix ${routing.prefix}`);
    facts += sentAs.length;
  }
  assertEquals(facts, 16 * 12);
  console.log(`prefixes: ${facts} facts checked, 0 differ, 0 excepted`);
});

function prefixedKeys(routing: PrefixCase): string[] {
  const prefix = wirePrefix(routing.prefix);
  return ROUTING.prefix_keys.map((key) => wireKey(key.s, prefix));
}

Deno.test("libmcDistribution() finds libmc's stand-in when servers are dead", () => {
  let facts = 0;
  for (const routing of ROUTING.failover) {
    const distribution = distributionOf(routing);
    const dead = new Set(routing.dead);
    const orders = FAILOVER_KEYS.map((key) => [...distribution.order(key)]);
    const off = orders.map(([owner]) => dead.has(owner) ? -1 : owner);
    const on = orders.map((order) => order.find((server) => !dead.has(server)) ?? -1);
    const label = failoverLabel(routing);
    assertEquals(off, [...routing.realtime_failover_off], `${label}, failover off`);
    assertEquals(on, [...routing.realtime_failover_on], `${label}, failover on`);
    facts += off.length + on.length;
  }
  assertEquals(facts, 22 * 2 * 80);
  console.log(`failover: ${facts} facts checked, 0 differ, 0 excepted`);
});

const FAILOVER_KEYS: readonly string[] = ROUTING.failover_keys.map((key) => wireKey(key));

function distributionOf({ servers, hash }: RoutingCase | FailoverCase): FullDistribution {
  return libmcDistribution(servers.map(parseAddress), KEY_HASHES[hash]);
}

function failoverLabel({ servers, hash, dead }: FailoverCase): string {
  return `${servers.length} servers, ${hash}, dead: ${dead.join(" ") || "none"}`;
}

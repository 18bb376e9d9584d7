/** What it costs to find the server of a key, with 1 to 1,000 servers, and to build what finds it. */
import { addressOf } from "../../src/placement/address.ts";
import type { FullDistribution } from "../../src/placement/distribution.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcContinuum, libmcDistribution } from "../../src/placement/libmc.ts";

/** Takes the results, so that no loop is found useless and left out. */
const kept = new Float64Array(1);
const KEYS = 1024;
const SERVERS = [1, 10, 100, 1000];

const keys = Array.from({ length: KEYS }, (_, i) => `user:${i}:photo`);
const hashes = keys.map(KEY_HASHES.md5);

for (const count of SERVERS) {
  const group = `look-up of ${KEYS} hashes`;
  const continuum = libmcContinuum(namesOf(count));
  Deno.bench(
    `continuum, ${servers(count)}`,
    { group, baseline: count === 1 },
    () => {
      let sum = 0;
      for (const hash of hashes) sum += continuum.indexFor(hash);
      kept[0] = sum;
    },
  );
}

for (const count of SERVERS) {
  const group = `owner of ${KEYS} keys`;
  const distribution = distributionOf(namesOf(count));
  Deno.bench(`indexFor, md5, ${servers(count)}`, {
    group,
    baseline: count === 1,
  }, () => {
    let sum = 0;
    for (const key of keys) sum += distribution.indexFor(key);
    kept[0] = sum;
  });
}

for (const count of SERVERS) {
  const group = `first stand-in for ${KEYS} keys`;
  const distribution = distributionOf(namesOf(count));
  Deno.bench(
    `order, md5, ${servers(count)}`,
    { group, baseline: count === 1 },
    () => {
      let sum = 0;
      for (const key of keys) {
        for (const server of distribution.order(key)) {
          sum += server;
          if (server % 2 === 1) break;
        }
      }
      kept[0] = sum;
    },
  );
}

for (const count of SERVERS) {
  const group = "first question of a client whose servers others have, too";
  const names = namesOf(count);
  Deno.bench(`known points, ${servers(count)}`, {
    group,
    baseline: count === 1,
  }, () => {
    kept[0] = distributionOf(names).indexFor("key");
  });
}

let lists = 0;
for (const count of SERVERS) {
  const group = "first question of the first client";
  const few = count > 100 ? { n: 5, warmup: 1 } : {};
  Deno.bench(`new points, ${servers(count)}`, {
    group,
    baseline: count === 1,
    ...few,
  }, () => {
    kept[0] = distributionOf(namesOf(count, `list-${++lists}.example`))
      .indexFor("key");
  });
}

function namesOf(count: number, domain = "example"): string[] {
  return Array.from({ length: count }, (_, i) => `cache-${i}.${domain}`);
}

function distributionOf(names: readonly string[]): FullDistribution {
  const addresses = names.map((name) => addressOf(name, 11211, undefined));
  return libmcDistribution(addresses, KEY_HASHES.md5);
}

function servers(count: number): string {
  return count === 1 ? "1 server" : `${count} servers`;
}

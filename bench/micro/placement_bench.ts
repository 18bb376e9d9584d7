/** What it costs to find the server of a key, with 1 to 1,000 servers, and to build what finds it. */
import { addressOf, parseAddress } from "../../src/placement/address.ts";
import {
  type DistributionName,
  distributionOf,
  DISTRIBUTIONS,
} from "../../src/placement/distributions.ts";
import type { FullDistribution } from "../../src/placement/distribution.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { libmcContinuum, libmcDistribution } from "../../src/placement/libmc.ts";

/** Takes the results, so that no loop is found useless and left out. */
const kept = new Float64Array(1);
const KEYS = 1024;
const SERVERS = [1, 10, 100, 1000];

const keys = Array.from({ length: KEYS }, (_, i) => `user:${i}:photo`);
const hashes = keys.map(KEY_HASHES.md5);
const thousand = namesOf(1000).map((name) => parseAddress(name));
const OPTIONS = {
  hash: undefined,
  hashFn: "md5",
  prefix: "",
  hashPrefix: true,
  hashTag: "",
} as const;

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
  const distribution = libmcOf(namesOf(count));
  Deno.bench(`indexFor, md5, ${servers(count)}`, {
    group,
    baseline: count === 1,
  }, () => {
    let sum = 0;
    for (const key of keys) sum += distribution.indexFor(key);
    kept[0] = sum;
  });
}

for (const name of Object.keys(DISTRIBUTIONS) as DistributionName[]) {
  const group = `owner of ${KEYS} keys, 100 servers`;
  const distribution = distributionNamed(name, 100);
  Deno.bench(name, { group, baseline: name === "libmc" }, () => {
    let sum = 0;
    for (const key of keys) sum += distribution.indexFor(key);
    kept[0] = sum;
  });
}

for (const name of Object.keys(DISTRIBUTIONS) as DistributionName[]) {
  const group = "first question after one of 1,000 servers has changed";
  distributionNamed(name, 1000).indexFor("key");
  let changes = 0;
  Deno.bench(name, { group, baseline: name === "libmc", n: 50, warmup: 5 }, (bench) => {
    const servers = [...thousand];
    servers[500] = parseAddress(`new-${++changes}.${name}.example`);
    bench.start();
    kept[0] = distributionOf(servers, { ...OPTIONS, distribution: name }).indexFor("key");
    bench.end();
  });
}

for (const count of SERVERS) {
  const group = `first stand-in for ${KEYS} keys`;
  const distribution = libmcOf(namesOf(count));
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
    kept[0] = libmcOf(names).indexFor("key");
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
    kept[0] = libmcOf(namesOf(count, `list-${++lists}.example`))
      .indexFor("key");
  });
}

function namesOf(count: number, domain = "example"): string[] {
  return Array.from({ length: count }, (_, i) => `cache-${i}.${domain}`);
}

function libmcOf(names: readonly string[]): FullDistribution {
  const addresses = names.map((name) => addressOf(name, 11211, undefined));
  return libmcDistribution(addresses, KEY_HASHES.md5);
}

function distributionNamed(
  name: DistributionName,
  count: number,
): FullDistribution {
  return distributionOf(thousand.slice(0, count), {
    ...OPTIONS,
    distribution: name,
  });
}

function servers(count: number): string {
  return count === 1 ? "1 server" : `${count} servers`;
}

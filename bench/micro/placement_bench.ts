/** What it costs to find the server of a key, with 1 to 1,000 servers. */
import { addressOf } from "../../src/placement/address.ts";
import { KEY_HASHES } from "../../src/placement/hashes/key_hash.ts";
import { Ring } from "../../src/placement/continuum.ts";

/** Takes the results, so that no loop is found useless and left out. */
const kept = new Float64Array(1);
const KEYS = 1024;
const SERVERS = [1, 10, 100, 1000];

const keys = Array.from({ length: KEYS }, (_, i) => `user:${i}:photo`);
const hashes = keys.map(KEY_HASHES.md5);
const rings = SERVERS.map((count) => ringOf(count));

for (const ring of rings) {
  const group = `look-up of ${KEYS} hashes`;
  Deno.bench(`serverFor, ${servers(ring.size)}`, { group, baseline: ring.size === 1 }, () => {
    let sum = 0;
    for (const hash of hashes) sum += ring.serverFor(hash);
    kept[0] = sum;
  });
}

for (const ring of rings) {
  const group = `MD5 and look-up of ${KEYS} keys`;
  Deno.bench(`md5 + serverFor, ${servers(ring.size)}`, { group, baseline: ring.size === 1 }, () => {
    let sum = 0;
    for (const key of keys) sum += ring.serverFor(KEY_HASHES.md5(key));
    kept[0] = sum;
  });
}

for (const ring of rings) {
  const group = `first stand-in for ${KEYS} hashes`;
  Deno.bench(`walk, ${servers(ring.size)}`, { group, baseline: ring.size === 1 }, () => {
    let sum = 0;
    for (const hash of hashes) {
      for (const server of ring.walk(hash)) {
        sum += server;
        if (server % 2 === 1) break;
      }
    }
    kept[0] = sum;
  });
}

for (const count of [1, 10, 100]) {
  const group = "building a ring";
  Deno.bench(`new Ring, ${servers(count)}`, { group, baseline: count === 1 }, () => {
    ringOf(count);
  });
}

function ringOf(count: number): Ring {
  return new Ring(
    Array.from({ length: count }, (_, i) => addressOf(`cache-${i}.example`, 11211, undefined)),
  );
}

function servers(count: number): string {
  return count === 1 ? "1 server" : `${count} servers`;
}

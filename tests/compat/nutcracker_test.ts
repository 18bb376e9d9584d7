/** A client beside twemproxy, before the same three servers: each finds what the other has stored. */

import { Client, type ClientOptions, presets, type Servers } from "@libmc/libmc";
import { assert, assertEquals } from "@std/assert";
import { type Memcached, startMemcached } from "../support/memcached.ts";
import { type Placing, startNutcracker } from "../support/nutcracker.ts";

const KEYS = Array.from(
  { length: 10_000 },
  (_, i) => i % 4 === 0 ? `grüße:${i}:日本` : i % 4 === 1 ? `page:{${i % 50}}:${i}` : `user:${i}`,
);

Deno.test("presets.twemproxy finds 10,000 keys that nutcracker finds, and the other way round", async () => {
  await using servers = await startThree();
  await beside(servers.plain, {}, servers.addresses, presets.twemproxy);
});

Deno.test("each way in which nutcracker places keys has its options here, but for random", async () => {
  await using servers = await startThree();
  const { addresses, weighted, plain } = servers;
  const modulo: ClientOptions = { ...presets.twemproxy, distribution: "modulo" };
  // It counts its servers by their names, the shorter ones first.
  const byName = (names: readonly string[]) =>
    names.toSorted((a, b) => a.length - b.length || (a < b ? -1 : 1));
  const variants: [Placing, proxied: readonly string[], Servers, ClientOptions][] = [
    [{ hash: "one_at_a_time" }, plain, addresses, { ...presets.twemproxy, hash: "one_at_a_time" }],
    [{ hash: "md5" }, plain, addresses, { distribution: "ketama_weighted" }],
    [{ distribution: "modula" }, plain, byName(addresses), modulo],
    [{ distribution: "modula", hash: "crc32a" }, plain, byName(addresses), {
      ...modulo,
      hash: "crc32",
    }],
    [{ hash_tag: "{}" }, plain, addresses, { ...presets.twemproxy, hashTag: "{}" }],
    [{}, weighted.proxied, weighted.own, presets.twemproxy],
    [{ distribution: "modula" }, weighted.proxied, weighted.own, modulo],
  ];
  for (const [placing, proxied, own, options] of variants) {
    await beside(proxied, placing, own, options, KEYS.slice(0, 1000));
  }
});

/** Stores half of the keys by each, and has each find all of them. */
async function beside(
  proxied: readonly string[],
  placing: Placing,
  servers: Servers,
  options: ClientOptions,
  keys: readonly string[] = KEYS,
): Promise<void> {
  await using proxy = await startNutcracker(proxied, placing);
  await using through = new Client(proxy.address, { strict: true });
  await using direct = new Client(servers, { ...options, strict: true });
  const half = keys.length / 2;
  const stamp = crypto.randomUUID();
  const items = keys.map((key) => [key, `${stamp} ${key}`] as const);
  assertEquals((await through.setMulti(items.slice(0, half))).ok, true);
  assertEquals((await direct.setMulti(items.slice(half))).ok, true);
  const about = JSON.stringify(placing);
  for (const client of [through, direct]) {
    const found = await client.getMulti<string>(keys);
    assertEquals(found.size, keys.length, about);
    for (const [key, value] of items) assert(found.get(key) === value, `${about}: ${key}`);
  }
}

/** Three servers as the proxy is given them and as the client is, also by names with weights. */
async function startThree(): Promise<
  AsyncDisposable & {
    readonly addresses: readonly string[];
    readonly plain: readonly string[];
    readonly weighted: { readonly proxied: readonly string[]; readonly own: Servers };
  }
> {
  const started: Memcached[] = await Promise.all([0, 1, 2].map(() => startMemcached()));
  const addresses = started.map(({ address }) => address);
  const weights = [1, 3, 2];
  return {
    addresses,
    plain: addresses,
    weighted: {
      proxied: addresses.map((address, i) => `${address}:${weights[i]} cache${i}`),
      own: addresses.map((address, i) => ({ server: `${address} cache${i}`, weight: weights[i] })),
    },
    async [Symbol.asyncDispose]() {
      for (const server of started) await server.stop();
    },
  };
}

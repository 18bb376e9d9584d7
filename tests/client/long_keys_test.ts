import { Client, compareDistributions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { createHash } from "node:crypto";
import { Random } from "../support/random.ts";
import { takes, VERBS } from "../support/verbs.ts";

const LONG = "user:".padEnd(300, "1");
const KEYS = Array.from({ length: 12 }, (_, index) => `${LONG}:${index}`);

const sha256 = (text: string) => createHash("sha256").update(text).digest("hex");

Deno.test("longKeys: a long key is refused by default, with the option's name", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  await assertRejects(() => client.get(LONG), RangeError, 'the option longKeys: "hash"');
  await assertRejects(
    () => client.getMulti(["a", LONG]),
    RangeError,
    'the option longKeys: "hash"',
  );
  await assertRejects(() => client.meta.get(LONG), RangeError, 'the option longKeys: "hash"');
  assertThrows(
    () => new Client(server.address, { longKeys: "md5" as "hash" }),
    TypeError,
    'option "longKeys"',
  );
});

Deno.test("longKeys: the wire key has the first bytes, the length and the hash of the rest", async () => {
  await using client = new Client("10.0.0.1", { longKeys: "hash", prefix: "p:" });
  const sent = (key: string) => client.explain(key).wireKey;
  assertEquals(sent(LONG), `p:${LONG.slice(0, 108)}#302#${sha256(LONG.slice(108))}`);
  assertEquals(sent("?" + LONG), `?p:${LONG.slice(0, 107)}#303#${sha256(LONG.slice(107))}`);
  // A character is kept whole.
  const umlauts = "é".repeat(150);
  const kept = umlauts.slice(0, 54);
  assertEquals(
    sent(umlauts),
    `p:${kept.replaceAll("é", "\xc3\xa9")}#302#${sha256(umlauts.slice(54))}`,
  );
  assertEquals(sent("k".repeat(248)), "p:" + "k".repeat(248));
  assertEquals(sent("k".repeat(249)).length, 110 + 1 + 3 + 1 + 64);
  assertThrows(() => sent("k".repeat(300) + " "), TypeError, "contains a space");
  assertThrows(() => sent("k".repeat(300) + "\ud800"), TypeError, "half of a surrogate pair");
  assertThrows(() => sent(""), TypeError, "is empty");
  assert(sent("世".repeat(1_000_000)).length < 200);
});

Deno.test("longKeys: no short key is sent as a long one is", async () => {
  await using client = new Client("10.0.0.1", { longKeys: "hash" });
  const sent = (key: string) => client.explain(key).wireKey;
  let key = LONG;
  const seen = new Set<string>();
  for (let i = 0; i < 100; i++) {
    key = sent(key);
    assert(!seen.has(key));
    assert(key.length <= 186);
    seen.add(key);
  }
  // One digit more or less, and it is a key like any other.
  assertEquals(sent(sent(LONG).slice(0, -1)), sent(LONG).slice(0, -1));
});

Deno.test("longKeys: keys that differ anywhere are sent as different keys", async () => {
  await using client = new Client("10.0.0.1", { longKeys: "hash", prefix: "é:" });
  const random = new Random(20261129);
  const seen = new Map<string, string>();
  for (let i = 0; i < 3000; i++) {
    const base = random.pick([LONG, "é".repeat(140), "x".repeat(251), "x".repeat(248)]);
    const at = random.below(base.length);
    const key = base.slice(0, at) + random.pick("abé世#") + base.slice(at + random.below(2));
    const wire = client.explain(key).wireKey;
    assert((seen.get(wire) ?? key) === key, `seed ${random.seed}: ${key}`);
    seen.set(wire, key);
  }
});

Deno.test("longKeys: every verb does for long keys what it does for short ones", async () => {
  for (const verb of VERBS) {
    if (!takes(verb, "key") && !takes(verb, "keys") && !takes(verb, "items")) continue;
    const results = await Promise.all([KEYS.map((_, index) => `k${index}`), KEYS].map(
      async (keys) => {
        await using server = await MemcachedServer.start();
        await using client = new Client(server.address, {
          longKeys: "hash",
          strict: true,
          prefix: "p:",
        });
        if (verb.name !== "add") {
          await client.setMulti(new Map(keys.map((key) => [key, "1"])));
        }
        const items = new Map(keys.map((key) => [key, "value"]));
        const given = await verb.call(client, {}, { key: keys[0], keys, items });
        const left = await client.getList(keys);
        return { given: shown(given, keys), left };
      },
    ));
    assertEquals(results[1], results[0], verb.name);
  }
});

Deno.test("longKeys: meta verbs, getOrSet, update, lock, streams and namespaces", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { longKeys: "hash", strict: true });
  const bytes = new Uint8Array(300).fill(0x80);
  for (const key of [LONG, "with spaces ".repeat(30), bytes]) {
    await client.meta.set(key, "value");
    assertEquals((await client.meta.get(key))?.value, "value");
    assertEquals([...(await client.meta.getMulti([key])).keys()], [key]);
  }
  assertEquals(await client.get(LONG), "value");
  const load = (key: string) => `made for ${key}`;
  assertEquals(await client.getOrSet(KEYS[1], () => load("it"), { ttl: 60 }), "made for it");
  assertEquals(await client.get(KEYS[1]), "made for it");
  const many = await client.getOrSetMulti(
    KEYS.slice(1, 3),
    (keys) => new Map([...keys].map((key) => [key, load(key)])),
    { ttl: 60 },
  );
  assertEquals(many, new Map([[KEYS[1], "made for it"], [KEYS[2], load(KEYS[2])]]));
  await client.update<number>(KEYS[3], (count) => (count ?? 0) + 1);
  assertEquals(await client.get(KEYS[3]), 1);
  const lock = await client.lock(KEYS[4], { ttl: 10 });
  assert(lock !== undefined && await client.lock(KEYS[4], { ttl: 10 }) === undefined);
  await lock.release();
  await client.set(KEYS[5], "x".repeat(2_500_000));
  assertEquals((await client.get<string>(KEYS[5]))?.length, 2_500_000);
  const names = client.namespace("names");
  await names.set(LONG, "of the namespace");
  assertEquals(await names.getMulti([LONG]), new Map([[LONG, "of the namespace"]]));
  assertEquals(await client.get(LONG), "value");
  await names.clear();
  assertEquals(await names.get(LONG), undefined);
});

Deno.test("longKeys: the near cache keeps values of long keys, also in namespaces", async () => {
  await using server = await MemcachedServer.start();
  const options = {
    longKeys: "hash",
    nearCache: { maxBytes: 1_000_000, maxAge: 60_000 },
    strict: true,
  } as const;
  await using client = new Client(server.address, options);
  await client.setMulti(new Map(KEYS.map((key) => [key, key.length])));
  assertEquals(await client.get(KEYS[0]), KEYS[0].length);
  assertEquals((await client.getMulti(KEYS)).get(KEYS[10]), KEYS[10].length);
  assert(await client.delete(KEYS[0]));
  assertEquals(await client.get(KEYS[0]), undefined);
  const names = client.namespace("names");
  await names.set(LONG, 1);
  assertEquals(await names.get(LONG), 1);
  await names.clear();
  assertEquals(await names.get(LONG), undefined);
});

Deno.test("longKeys: a prefix that would not stay whole is refused", async () => {
  await using server = await MemcachedServer.start();
  const options = { longKeys: "hash", prefix: "p".repeat(106) } as const;
  await using client = new Client(server.address, options);
  await client.set(LONG, "value");
  assertMatch(client.explain("?" + LONG).wireKey, /^\?p{106}use#407#/);
  assertThrows(() => client.namespace("name"), RangeError, "must be <= 106 bytes");
  const tooLong = { ...options, prefix: "p".repeat(107) };
  assertThrows(() => new Client(server.address, tooLong), RangeError, "must be <= 106 bytes");
});

Deno.test("longKeys: compareDistributions() places long keys as the client does", async () => {
  const servers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  const setUp = { servers, longKeys: "hash" } as const;
  const { servers: counts } = compareDistributions(setUp, setUp, KEYS);
  await using client = new Client(servers, { longKeys: "hash" });
  for (const [name, { before }] of counts) {
    assertEquals(KEYS.filter((key) => client.getHostByKey(key) === name).length, before);
  }
});

/** A result with the keys by their numbers, and without what differs from server to server. */
function shown(given: unknown, keys: readonly string[]): unknown {
  if (given instanceof ReadableStream) return given.cancel();
  const text = JSON.stringify(given, (name, part) => {
    if (name === "cas" || typeof part === "bigint") return undefined;
    return part instanceof Map ? [...part] : part;
  });
  return keys.toReversed().reduce((text, key) => text.replaceAll(key, "KEY"), text ?? "");
}

Deno.test("longKeys: routeBy a long key leads to the server of that key", async () => {
  const servers = ["10.0.0.1", "10.0.0.2", "10.0.0.3"];
  for (const hashPrefix of [true, false]) {
    const options = { longKeys: "hash", prefix: "p:", hashPrefix, hashTag: "{}" } as const;
    await using client = new Client(servers, options);
    for (
      const key of [
        ...KEYS,
        `?${LONG}`,
        `{1}${LONG}`,
        `${LONG}{1}`,
        "é".repeat(200),
        client.explain(LONG).wireKey,
      ]
    ) {
      assertEquals(client.explain("a", { routeBy: key }).server, client.getHostByKey(key), key);
    }
  }
});

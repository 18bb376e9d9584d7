/** The option nearCache: which values a client keeps, for how long, and how it gives them. */

import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import {
  Client,
  type Codec,
  CodecError,
  jsCodec,
  MultiError,
  type NearCacheOptions,
  type ServerCounters,
  type Storable,
} from "@libmc/libmc";
import { startMemcached } from "../../support/memcached.ts";
import { settle } from "../../support/settle.ts";
import { countersOf, NEAR, PATIENT, PLAIN, start } from "./rig.ts";

const VALUES: readonly Storable[] = [
  ...["text", "", "ä", "汉字".repeat(100), 5, -0.5, NaN, 2n ** 60n, true, false, null],
  ...[new Uint8Array([1, 2, 3]), new Uint8Array(0), { a: [1, { b: 2 }] }, ["x"]],
  ...["x".repeat(1_500_000), new Uint8Array(1_500_000), "y".repeat(10_000)],
];

for (const [what, options] of [["plain", {}], ["compressed", { compThreshold: 100 }]] as const) {
  Deno.test(`nearCache gives each value again without a server, and each caller its own: ${what}`, async () => {
    await using server = await startMemcached();
    await using writer = new Client(server.address, { ...PATIENT, ...options });
    await using client = new Client(server.address, { ...PATIENT, ...options });
    for (const [i, value] of VALUES.entries()) await writer.set(`k${i}`, value);
    const keys = VALUES.map((_, i) => `k${i}`);
    const first = await client.getList(keys);
    assertEquals(first, [...VALUES]);
    const { commands } = countersOf(client);
    await writer.deleteMulti(keys);
    for (const [i, key] of keys.entries()) {
      const again = await client.get(key);
      assertEquals(again, VALUES[i], key);
      if (typeof again !== "object" || again === null) continue;
      assertNotStrictEquals(again, first[i]);
      // What a caller does to its own is not seen by the next one.
      if (again instanceof Uint8Array) again.fill(9);
      else Object.assign(again, { changed: true });
      assertEquals(await client.get(key), VALUES[i], key);
    }
    assertEquals(await client.getList(keys), [...VALUES]);
    assertEquals(await client.getMulti(keys), new Map(keys.map((key, i) => [key, VALUES[i]])));
    const counters = countersOf(client);
    assertEquals([counters.commands, counters.nearMisses], [commands, keys.length]);
  });
}

Deno.test("nearCache keeps what get() has read in the same way", async () => {
  await using rig = await start();
  const { client, another } = rig;
  for (const [i, value] of VALUES.entries()) {
    await another.set("k", value);
    await another.delete(`k${i}`);
    await another.set(`k${i}`, value);
    const [first] = await Promise.all([client.get(`k${i}`), client.get(`k${i}`)]);
    assertEquals(first, value);
    if (first instanceof Uint8Array) first.fill(7);
    await another.delete(`k${i}`);
    assertEquals(await client.get(`k${i}`), value);
  }
});

Deno.test("nearCache keeps no miss, and nothing is kept without it", async () => {
  await using rig = await start();
  const { client, another } = rig;
  assertEquals(await client.get("a"), undefined);
  assertEquals(await client.getList(["a", "b"]), [undefined, undefined]);
  await another.setMulti({ a: 1, b: 2 });
  assertEquals([await client.get("a"), ...await client.getList(["a", "b"])], [1, 1, 2]);
  await another.delete("a");
  assertEquals(await client.get("a"), 1);
  await using plain = new Client(rig.server.address, PLAIN);
  await plain.get("b");
  await another.set("b", 3);
  assertEquals([await plain.get("b"), countersOf(plain).nearMisses], [3, 0]);
});

Deno.test("nearCache gives no value that is maxAge old, counted from before the server was asked", async () => {
  await using rig = await start({ nearCache: { ...NEAR, maxAge: 1000 } });
  const { client, another, clock } = rig;
  await another.set("a", 1);
  const reading = client.get("a");
  clock.ahead += 400;
  assertEquals(await reading, 1);
  await another.set("a", 2);
  clock.ahead += 500;
  assertEquals([await client.get("a"), await client.getList(["a"])], [1, [1]]);
  clock.ahead += 100;
  assertEquals(await client.get("a"), 2);
  await another.set("a", 3);
  clock.ahead += 999;
  assertEquals(await client.get("a"), 2, "from then on it is younger");
  clock.ahead += 2;
  assertEquals(await client.getMulti(["a"]), new Map([["a", 3]]));
});

Deno.test("getMulti() and getList() ask only for what is not kept, and keep the order", async () => {
  await using rig = await start();
  const { client, another, sent } = rig;
  await another.setMulti({ a: 1, b: 2, c: null, d: { x: 1 } });
  await client.getMulti(["b", "d"]);
  const before = sent().length;
  const keys = ["a", "b", "nothing", "c", "d", "a", "b"];
  assertEquals([...await client.getMulti(keys)], [["a", 1], ["b", 2], ["c", null], ["d", {
    x: 1,
  }]]);
  assertEquals(sent().slice(before), "get a nothing c a\r\n");
  assertEquals(await client.getList(keys), [1, 2, undefined, null, { x: 1 }, 1, 2]);
  assertEquals(sent().slice(before), "get a nothing c a\r\nget nothing\r\n");
  assertEquals([...await client.getMulti(new Set(["d", "a"]))], [["d", { x: 1 }], ["a", 1]]);
  assertEquals(await client.getMulti([]), new Map());
});

Deno.test("getMulti() with nearCache gives what is kept beside what fails", async () => {
  await using rig = await start();
  const { client, another } = rig;
  await another.set("a", 1);
  await another.setRaw("b", new TextEncoder().encode("{"), { flags: 64 });
  await client.get("a");
  const error = await assertRejects(() => client.getMulti(["a", "b"]), MultiError);
  assertEquals(error.partial, new Map([["a", 1]]));
  assertEquals(await client.getList(["b", "a"], { strict: false }), [undefined, 1]);
});

Deno.test("nearCache holds no more than maxBytes: what was used least recently goes first", async () => {
  await using rig = await start({ nearCache: { maxBytes: 10 * 1204, maxAge: 60_000 } });
  const { client, another } = rig;
  const keys = Array.from({ length: 20 }, (_, i) => `k${String(i).padStart(3, "0")}`);
  await another.setMulti(keys.map((key) => [key, "x".repeat(1000)]));
  for (const key of keys.slice(0, 10)) await client.get(key);
  assertEquals(only(countersOf(client)), { hits: 0, misses: 10, evictions: 0, bytes: 12_040 });
  await client.get(keys[0]);
  await client.get(keys[10]);
  assertEquals(only(countersOf(client)), { hits: 1, misses: 11, evictions: 1, bytes: 12_040 });
  await client.get(keys[0]);
  assertEquals(countersOf(client).nearHits, 2);
  await client.get(keys[1]);
  assertEquals(countersOf(client).nearMisses, 12, "it was the least recently used");
  await client.getMulti(keys);
  assert(countersOf(client).nearBytes <= 12_040);
  await another.setMulti({ k000: "x".repeat(20_000), k001: new Uint8Array(20_000) });
  await client.deleteMulti(keys);
  await another.setMulti({ k000: "x".repeat(20_000), k001: new Uint8Array(20_000) });
  await client.getList(["k000", "k001"]);
  assertEquals(countersOf(client).nearBytes, 0, "a value that takes more than all is not kept");
});

Deno.test("a value that is kept is given like any other: options are checked, signals end it, observers hear", async () => {
  const heard: unknown[] = [];
  await using rig = await start({
    observer: {
      begin: (verb, keys) => `${verb} ${keys}`,
      end: (token, { value }) => heard.push([token, value]),
    },
  });
  const { client, another } = rig;
  await another.set("a", "kept");
  await client.get("a");
  await client.get("a");
  await client.getList(["a"]);
  await settle();
  assertEquals(heard, [["get a", "kept"], ["get a", "kept"], ["getList a", ["kept"]]]);
  const gone = AbortSignal.abort(new Error("gone"));
  await assertRejects(() => client.get("a", { signal: gone }), Error, "gone");
  await assertRejects(() => client.getMulti(["a"], { signal: gone }), Error, "gone");
  await assertRejects(() => client.get("a", { exptime: 5 } as never), TypeError);
  await assertRejects(() => client.get("a b"), TypeError);
  await assertRejects(() => client.getMulti("abc" as unknown as string[]), TypeError);
});

Deno.test("many reads of values that are kept let the program do other things", async () => {
  await using rig = await start();
  const { client, another } = rig;
  await another.set("a", 1);
  let isOver = false;
  setTimeout(() => isOver = true, 1);
  while (!isOver) assertEquals(await client.get("a"), 1);
});

Deno.test("a codec of one's own gets data of its own each time, and what it throws the second time is asked anew", async () => {
  let decodes = 0;
  const codec: Codec = {
    encode: jsCodec.encode,
    decode(data, flags) {
      if (++decodes === 3) throw new Error("no more");
      const value = jsCodec.decode(data, flags);
      data.fill(0);
      return value;
    },
  };
  await using rig = await start({ codec });
  const { client, another } = rig;
  await another.set("a", { x: 1 });
  assertEquals(await client.get("a"), { x: 1 });
  assertEquals(await client.get("a"), { x: 1 });
  const { commands } = countersOf(client);
  assertEquals(await client.get("a"), { x: 1 });
  assertEquals(countersOf(client).commands, commands + 1);
  await another.setRaw("b", new TextEncoder().encode("{"), { flags: 64 });
  for (let i = 0; i < 2; i++) await assertRejects(() => client.get("b"), CodecError);
});

Deno.test("nearCache refuses options that cannot be used", () => {
  const wrong: [options: unknown, error: typeof Error][] = [
    [5, TypeError],
    [true, TypeError],
    [{}, TypeError],
    [{ maxBytes: 5 }, TypeError],
    [{ maxAge: 5 }, TypeError],
    [{ ...NEAR, maxAge: "5" }, TypeError],
    [{ ...NEAR, maxAge: 0 }, RangeError],
    [{ ...NEAR, maxBytes: 0 }, RangeError],
    [{ ...NEAR, maxBytes: 1.5 }, RangeError],
    [{ ...NEAR, maxAge: 2 ** 31 }, RangeError],
    [{ ...NEAR, ttl: 5 }, TypeError],
  ];
  for (const [nearCache, error] of wrong) {
    try {
      new Client("any", { nearCache: nearCache as NearCacheOptions });
    } catch (thrown) {
      assert(thrown instanceof error, `${Deno.inspect(nearCache)}: ${thrown}`);
      continue;
    }
    throw new Error(`${Deno.inspect(nearCache)} was taken`);
  }
});

function only({ nearHits, nearMisses, nearEvictions, nearBytes }: ServerCounters) {
  return { hits: nearHits, misses: nearMisses, evictions: nearEvictions, bytes: nearBytes };
}

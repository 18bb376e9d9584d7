import {
  Client,
  type Codec,
  CodecError,
  dalliCodec,
  jsonCodec,
  memjsCodec,
  nodeMemcachedCodec,
  phpCodec,
  pylibmcCodec,
  pymemcacheCodec,
  type Storable,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";

/** The codecs, values that each gives back as they were, and whether a counter may be one of its numbers. */
const CODECS: readonly (readonly [name: string, Codec, values: readonly Storable[]])[] = [
  ["pylibmcCodec", pylibmcCodec, ["text", 7, true, { a: [1.5, null] }, Uint8Array.of(0xff)]],
  ["pymemcacheCodec", pymemcacheCodec, ["text", 7, true, { a: [1.5, null] }, new Set([1])]],
  ["phpCodec", phpCodec, ["text", 7, false, { a: [1.5, null] }, 2n ** 60n]],
  ["dalliCodec", dalliCodec, ["text", 7, true, { a: [1.5, null] }, 2n ** 70n]],
  ["nodeMemcachedCodec", nodeMemcachedCodec, [
    "te\r\nxt",
    7,
    true,
    { a: [1.5] },
    Uint8Array.of(10),
  ]],
  ["jsonCodec", jsonCodec, ["text", 7, true, { a: [1.5, null] }]],
  ["memjsCodec", memjsCodec, [Uint8Array.of(0, 13, 10, 255)]],
];

for (const [name, codec, values] of CODECS) {
  Deno.test(`${name} serves every verb for values`, async () => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { codec, strict: true });
    for (const [index, value] of values.entries()) {
      const key = `key:${index}`;
      assert(await client.add(key, value));
      assertEquals(await client.get(key), value);
      assert(await client.replace(key, values[0]));
      const item = await client.gets(key);
      assert(await client.cas(key, value, item!.cas));
      assertEquals(await client.getOrSet(key, () => "never", { ttl: 60 }), value);
      assertEquals(await client.getOrSet(`loaded:${index}`, () => value, { ttl: 60 }), value);
      assertEquals(await client.getOrSet(`loaded:${index}`, () => "never", { ttl: 60 }), value);
      assertEquals((await client.meta.get(key))?.value, value);
      assertEquals((await client.meta.set(`meta:${index}`, value))?.status, "stored");
      assertEquals(await client.get(`meta:${index}`), value);
    }
    const items = new Map(values.map((value, index) => [`key:${index}`, value]));
    assertEquals(await client.setMulti(items), { ok: true, failed: [] });
    assertEquals(await client.getMulti(items.keys()), items);
    assertEquals((await client.meta.getMulti(items.keys())).size, items.size);
    const names = client.namespace("names");
    assert(await names.set("key", values[0]));
    assertEquals(await names.get("key"), values[0]);
    if (!values.includes(7)) return;
    assert(await client.set("count", 7));
    assertEquals(await client.incr("count", 3), 10);
    assertEquals(await client.get("count"), 10);
    assertEquals(await client.decr("count", 1), 9);
    assertEquals(await client.get("count"), 9);
  });

  Deno.test(`${name}: an item of somebody else is a miss, or rejects by name with strict`, async () => {
    await using server = await MemcachedServer.start();
    await using client = new Client(server.address, { codec });
    let failures = 0;
    client.addEventListener("failure", () => failures++);
    await client.setRaw("odd", new TextEncoder().encode("odd"), { flags: 0x4000 });
    await client.set("good", values[0]);
    assertEquals(await client.get("odd"), undefined);
    assertEquals(await client.getMulti(["odd", "good"]), new Map([["good", values[0]]]));
    assertEquals(failures, 2);
    await assertRejects(() => client.get("odd", { strict: true }), CodecError, "flags 16384");
  });
}

Deno.test("codecs of other clients go without compThreshold, jsonCodec with it", async () => {
  await using server = await MemcachedServer.start();
  for (const [name, codec] of CODECS) {
    if (codec === jsonCodec) continue;
    assertThrows(
      () => new Client(server.address, { codec, compThreshold: 100 }),
      TypeError,
      "compThreshold",
      name,
    );
  }
  await using client = new Client(server.address, { codec: jsonCodec, compThreshold: 100 });
  await client.set("long", "x".repeat(1000));
  assertEquals((await client.getRaw("long"))?.flags, 64 | 16);
  assertEquals(await client.get("long"), "x".repeat(1000));
  await using usual = new Client(server.address);
  assertEquals(await usual.get("long"), "x".repeat(1000));
});

Deno.test("getOrSet() loads anew what a codec stores without flags and bytes, and nothing else", async () => {
  await using server = await MemcachedServer.start();
  const codecs = { dalliCodec, memjsCodec, nodeMemcachedCodec, phpCodec, pylibmcCodec };
  const anew = new Set(["dalliCodec ", "memjsCodec ", "nodeMemcachedCodec ", "phpCodec "]);
  for (const [name, codec] of Object.entries(codecs)) {
    await using client = new Client(server.address, { codec, strict: true });
    for (const value of ["", "text"]) {
      const key = `${name}${value}`;
      let loads = 0;
      const load = () => {
        loads++;
        return value;
      };
      for (let i = 0; i < 3; i++) await client.getOrSet(key, load, { ttl: 60 });
      assertEquals(loads, anew.has(`${name} ${value}`) ? 3 : 1, key);
    }
  }
});

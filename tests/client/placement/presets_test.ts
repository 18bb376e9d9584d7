import {
  Client,
  dalliCodec,
  jsCodec,
  libmcCodec,
  nodeMemcachedCodec,
  phpCodec,
  presets,
  pylibmcCodec,
  pymemcacheCodec,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assert, assertEquals } from "@std/assert";

Deno.test("presets are options of a client, each with a distribution and a codec", async () => {
  await using server = await MemcachedServer.start();
  for (const [name, preset] of Object.entries(presets)) {
    assert(preset.distribution !== undefined && preset.codec !== undefined, name);
    await using client = new Client(server.address, { ...preset, strict: true });
    await client.set(`key:${name}`, "value");
    assertEquals(await client.get(`key:${name}`), "value");
  }
});

Deno.test("presets have the codec of their client, if there is one", () => {
  const codecs = Object.fromEntries(
    Object.entries(presets).map(([name, { codec }]) => [name, codec]),
  );
  assertEquals(codecs, {
    libmc: libmcCodec,
    pylibmc: pylibmcCodec,
    php: phpCodec,
    django: pymemcacheCodec,
    rails: dalliCodec,
    nodeMemcached: nodeMemcachedCodec,
    spymemcached: jsCodec,
    twemproxy: jsCodec,
    gomemcache: jsCodec,
  });
});

Deno.test("presets.django sends the keys that Django makes", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, presets.django);
  await client.set("key", "value");
  await using plain = new Client(server.address);
  const item = await plain.getRaw(":1:key");
  assertEquals([new TextDecoder().decode(item?.data), item?.flags], ["value", 16]);
});

Deno.test("presets cannot be changed for others", () => {
  assert(Object.isFrozen(presets));
  for (const preset of Object.values(presets)) assert(Object.isFrozen(preset));
});

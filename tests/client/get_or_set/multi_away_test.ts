/** `getOrSetMulti()` on other servers, and while memcached is away or its client closes. */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, jsCodec, libmcCodec, MultiError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { recordEvents } from "../../support/failures.ts";
import { startMemcached } from "../../support/memcached.ts";
import { rows } from "./row_source.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const TTL = { ttl: 60 };
const never = () => new Promise<never>(() => {});

Deno.test("Client.getOrSetMulti() loads each key once without meta commands and with any codec, too", async () => {
  await using old = await MemcachedServer.start();
  old.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
  await using live = await startMemcached();
  const keys = Array.from({ length: 10 }, (_, i) => `k${i}`);
  for (const [server, codec] of [[old, jsCodec], [live, libmcCodec]] as const) {
    const clients = [1, 2, 3].map(() => new Client(server.address, { ...PATIENT, codec }));
    const [client] = clients;
    const { asked, load } = rows();
    await client.set("k3", "cached");
    const calls = clients.map((each) => each.getOrSetMulti(keys, load, TTL));
    for (const found of await Promise.all(calls)) {
      assertEquals([...found.keys()], keys);
      assertEquals([found.get("k3"), found.get("k9")], ["cached", "row of k9"]);
    }
    assertEquals(asked.flat().toSorted(), keys.filter((key) => key !== "k3"));
    assertEquals((await client.getMulti(keys)).size, 10);
    await Promise.all(clients.map((each) => each.close()));
  }
});

Deno.test("Client.getOrSetMulti() of a namespace has keys of its own, and loads while those cannot be known", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PATIENT, maxLoads: 1 });
  const { asked, load } = rows();
  const space = client.namespace("n");
  const keys = new Set(["a", "b"]).values();
  assertEquals([...(await space.getOrSetMulti(keys, load, TTL)).keys()], ["a", "b"]);
  assertEquals([await space.get("a"), await client.get("a")], ["row of a", undefined]);
  await client.set("libmc:namespace:bad", "something else");
  const { failure } = recordEvents(client);
  const found = await client.namespace("bad").getOrSetMulti(["a", "b"], load, TTL);
  assertEquals([...found.values()], ["row of a", "row of b"]);
  assertEquals([asked, failure.length], [[["a", "b"], ["a", "b"]], 1]);
});

Deno.test("Client.getOrSetMulti() loads all at once while memcached is away, and tells of it once", async () => {
  await using client = new Client("127.0.0.1:1", { warn: false, maxLoads: 1 });
  const { failure } = recordEvents(client);
  const { asked, load } = rows();
  const keys = ["a", "b", "c"];
  const found = await client.getOrSetMulti(keys, load, TTL);
  assertEquals([[...found.keys()], asked], [keys, [keys]]);
  assertEquals(failure.map(({ verb }) => verb), ["getOrSetMulti"]);
  const strict = () => client.getOrSetMulti(keys, load, { ...TTL, strict: true });
  const { partial, errors } = await assertRejects(strict, MultiError);
  assertEquals([partial, errors.length, asked.length], [new Map(), 1, 1]);
  await client.getOrSetMulti(keys, load, TTL);
  assertEquals(asked.length, 2, "the place was left");
});

Deno.test("Client.getOrSetMulti() with one of two servers down stores what the other one takes", async () => {
  await using one = await MemcachedServer.start();
  const two = await MemcachedServer.start();
  await using client = new Client([one.address, two.address], { ...PATIENT, retryTimeout: 0 });
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const isUp = (key: string) => client.getHostByKey(key) === one.address;
  await two.stop();
  const { asked, load } = rows();
  const found = await client.getOrSetMulti(keys, load, TTL);
  assertEquals([...found.keys()], keys);
  assertEquals(asked.flat().toSorted(), keys.toSorted());
  assertEquals([...(await client.getMulti(keys)).keys()], keys.filter(isUp));
  const strict = () => client.getOrSetMulti(keys, load, { ...TTL, strict: true });
  const { partial } = await assertRejects(strict, MultiError);
  assertEquals([...(partial as Map<string, string>).keys()], keys.filter(isUp));
});

Deno.test("Client.getOrSetMulti(): a server that answers nothing delays no more than its silence", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { pollTimeout: 100, warn: false });
  await client.meta.noop();
  server.fault({ kind: "missingReply", commands: ["mg"] });
  const begun = performance.now();
  const found = await client.getOrSetMulti(["a", "b"], rows().load, TTL);
  assertEquals([...found.values()], ["row of a", "row of b"]);
  assert(performance.now() - begun < 1000);
});

Deno.test("close() waits for the load of getOrSetMulti(), and gives up one that takes longer than a call", async () => {
  await using server = await MemcachedServer.start();
  await using other = new Client(server.address, PATIENT);
  const closing = new Client(server.address, PATIENT);
  const call = closing.getOrSetMulti(["a", "b"], rows().load, TTL);
  await closing.close();
  assertEquals([(await call).size, await other.get("b")], [2, "row of b"]);

  const hurried = new Client(server.address, { ...PATIENT, timeout: 50 });
  const waiting = hurried.getOrSetMulti(["c", "d"], never, TTL);
  const rejected = assertRejects(() => waiting, MultiError, "closed");
  await hurried.close();
  await rejected;
  await eventually("they are given back", async () => await other.meta.get("c") === undefined);
});

Deno.test("Client.getOrSetMulti() asks for very many keys a slice at a time", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PATIENT, timeout: 0 });
  const keys = Array.from({ length: 17_000 }, (_, i) => `k${i}`);
  const sizes: number[] = [];
  const load = (asked: readonly string[]) => {
    sizes.push(asked.length);
    return asked.map((key) => [key, 1] as const);
  };
  const found = await client.getOrSetMulti(keys, load, TTL);
  assertEquals([found.size, sizes], [17_000, [16_384, 616]]);
});

Deno.test("Client.getOrSetMulti() refuses what cannot be used, before a byte is sent and without a load", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const load = () => assert(false, "It has loaded") as never;
  const keys = ["a", "b"];
  const calls = [
    () => client.getOrSetMulti("ab" as never, load, TTL),
    () => client.getOrSetMulti(5 as never, load, TTL),
    () => client.getOrSetMulti(["a", "b c"], load, TTL),
    () => client.getOrSetMulti(["a", "k".repeat(251)], load, TTL),
    () => client.getOrSetMulti(keys, {} as never, TTL),
    () => client.getOrSetMulti(keys, load, undefined as never),
    () => client.getOrSetMulti(keys, load, { ttl: 0 }),
    () => client.getOrSetMulti(keys, load, { ttl: 60, lease: 0 }),
  ];
  for (const call of calls) {
    const error = await call().then(() => undefined, (error: unknown) => error);
    assert(error instanceof TypeError || error instanceof RangeError, `${call}: ${error}`);
  }
  assertEquals([server.connections, client.lastError], [0, undefined]);
});

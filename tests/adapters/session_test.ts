import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client, libmcCodec } from "@libmc/libmc";
import { expressSessionStore, type HonoSessionData, HonoSessionStore } from "@libmc/libmc/session";
import { MemcachedServer } from "@libmc/libmc/testing";
import { merged } from "../../src/adapters/session/merge.ts";
import { Random } from "../support/random.ts";
import { startMemcached } from "../support/memcached.ts";

const NEW: HonoSessionData = { _data: {}, _expire: null, _delete: false, _accessed: null };
const read = async (store: HonoSessionStore, id = "id") =>
  await store.getSessionById(id) as HonoSessionData;

Deno.test("merged() puts my changes into what is stored, property by property", () => {
  const table: [base: object, mine: object, stored: object, result: object][] = [
    [{ a: 1 }, { a: 1, b: 2 }, { a: 1, c: 3 }, { a: 1, b: 2, c: 3 }],
    [{ a: 1, b: 1 }, { b: 1 }, { a: 1, b: 2 }, { b: 2 }],
    [{ a: 1 }, { a: 2 }, { a: 3 }, { a: 2 }],
    [{ a: 1 }, { a: 1 }, {}, {}],
    [{ a: 1 }, { a: 2 }, {}, { a: 2 }],
    [{ o: { x: 1, y: 1 } }, { o: { x: 2, y: 1 } }, { o: { x: 1, y: 2 } }, { o: { x: 2, y: 2 } }],
    [{ o: { x: 1 } }, { o: {} }, { o: { x: 1, y: 1 } }, { o: { y: 1 } }],
    [{ l: [1] }, { l: [1, 2] }, { l: [1, 3] }, { l: [1, 2] }],
    [{ n: null }, { n: {} }, { n: null }, { n: {} }],
    [{}, { constructor: 1 }, { toString: 2 }, { constructor: 1, toString: 2 }],
    [{}, JSON.parse('{"__proto__":{"x":1}}'), {}, JSON.parse('{"__proto__":{"x":1}}')],
  ];
  for (const [base, mine, stored, result] of table) {
    const given = merged(base as never, mine as never, stored as never);
    assertEquals(JSON.parse(JSON.stringify(given)), result);
    assertEquals(Object.keys(given).sort(), Object.keys(result).sort());
  }
});

Deno.test("HonoSessionStore loses no change of 40 requests at once, of two processes", async () => {
  await using server = await startMemcached();
  const seed = Math.floor(Math.random() * 2 ** 32);
  const random = new Random(seed);
  for (const codec of [undefined, libmcCodec]) {
    await using client = new Client(server.address, { ...codec && { codec }, pollTimeout: 5000 });
    await using other = new Client(server.address, { ...codec && { codec }, pollTimeout: 5000 });
    const stores = [client, other].map((client) => new HonoSessionStore({ client }));
    await stores[0].createSession("id", structuredClone(NEW));
    await Promise.all(Array.from({ length: 40 }, async (_, index) => {
      const store = stores[index % 2];
      const session = await read(store);
      await new Promise((resolve) => setTimeout(resolve, random.below(10)));
      session._data[`field ${index}`] = { value: index, flash: false };
      await store.persistSessionData("id", session);
    }));
    assertEquals(Object.keys((await read(stores[0]))._data).length, 40, `seed ${seed}`);
    await stores[0].deleteSession("id");
  }
});

Deno.test("HonoSessionStore: a session that was deleted meanwhile stays deleted", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const store = new HonoSessionStore({ client });
  await store.createSession("id", structuredClone(NEW));
  const session = await read(store);
  await store.deleteSession("id");
  session._data.user = { value: "Ada", flash: false };
  await store.persistSessionData("id", session);
  assertEquals(await store.getSessionById("id"), undefined);
});

Deno.test("HonoSessionStore: a copy of a session loses no change of others, and does not come back", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const store = new HonoSessionStore({ client });
  await store.createSession("id", structuredClone(NEW));
  const copy = structuredClone(await read(store));
  const other = await read(store);
  other._data.basket = { value: ["tea"], flash: false };
  await store.persistSessionData("id", other);
  copy._data.user = { value: "Ada", flash: false };
  await store.persistSessionData("id", copy);
  assertEquals(Object.keys((await read(store))._data), ["basket", "user"]);
  await store.deleteSession("id");
  await store.persistSessionData("id", structuredClone(copy));
  assertEquals(await store.getSessionById("id"), undefined);
});

Deno.test("HonoSessionStore: a session that was ended elsewhere has ended, whatever the client keeps near", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, { nearCache: { maxBytes: 1e6, maxAge: 60_000 } });
  await using other = new Client(server.address);
  const store = new HonoSessionStore({ client });
  await store.createSession("id", structuredClone(NEW));
  assertEquals(await store.getSessionById("id"), NEW);
  await new HonoSessionStore({ client: other }).deleteSession("id");
  assertEquals(await store.getSessionById("id"), undefined);
});

Deno.test("HonoSessionStore keeps a session until it ends, under any id", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address);
  const store = new HonoSessionStore({ client, ttl: 100 });
  const until = (seconds: number) => new Date(Date.now() + seconds * 1000).toISOString();
  await store.createSession("a b\r\n", { ...NEW, _expire: until(50) });
  await store.createSession("i".repeat(9999), structuredClone(NEW));
  const session = await read(store, "a b\r\n");
  session._expire = until(200);
  await store.persistSessionData("a b\r\n", session);
  server.advance(99);
  assertEquals((await read(store, "i".repeat(9999)))._data, {});
  server.advance(2);
  assertEquals(await store.getSessionById("i".repeat(9999)), undefined);
  assertEquals((await read(store, "a b\r\n"))._data, {});
  assertEquals(await store.getSessionById(), undefined);
  await client.set("session:odd", [1]);
  assertEquals(await store.getSessionById("odd"), undefined);
});

Deno.test("the stores of sessions reject while memcached is away", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false });
  await server.stop();
  const store = new HonoSessionStore({ client });
  await assertRejects(() => store.getSessionById("id"));
  await assertRejects(() => store.createSession("id", NEW));
  await assertRejects(() => store.deleteSession("id"));
  const express = expressSessionStore(Store, { client });
  for (const method of ["get", "destroy"] as const) {
    assertEquals(await new Promise((done) => express[method]("id", done)) instanceof Error, true);
  }
});

Deno.test("the stores of sessions refuse options that cannot be used", async () => {
  await using client = new Client("10.0.0.1");
  assertThrows(() => new HonoSessionStore({} as never), TypeError, '"client"');
  assertThrows(() => new HonoSessionStore({ client, ttl: 0 }), RangeError, '"ttl"');
  assertThrows(() => expressSessionStore({} as never, { client }), TypeError, "class Store");
  assertThrows(() => expressSessionStore(Store, { client, x: 1 } as never), TypeError, '"x"');
});

class Store {
  createSession(_request: object, session: object): object {
    return { ...session };
  }
}

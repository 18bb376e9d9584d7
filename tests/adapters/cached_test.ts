import { assertEquals, assertRejects, assertThrows } from "@std/assert";
import { Client } from "@libmc/libmc";
import { cached } from "@libmc/libmc/cached";
import { startMemcached } from "../support/memcached.ts";

Deno.test("cached() calls the function once for two processes that ask at once", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  await using other = new Client(server.address);
  let calls = 0;
  async function load(id: number): Promise<{ id: number }> {
    calls++;
    await new Promise((resolve) => setTimeout(resolve, 20));
    return { id };
  }
  const places = { key: (id: number) => `item:${id}`, ttl: 60 };
  const one = cached(load, { client, ...places });
  const two = cached(load, { client: other, ...places });
  const asked = Array.from({ length: 100 }, (_, index) => (index % 2 === 0 ? one : two)(1));
  assertEquals(new Set((await Promise.all(asked)).map(({ id }) => id)), new Set([1]));
  assertEquals(calls, 1);
});

Deno.test("cached() does not store what was loaded before a delete", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  let version = 1;
  const begun = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const page = cached(async () => {
    const read = version;
    begun.resolve();
    if (read === 1) await gate.promise;
    return `version ${read}`;
  }, { client, key: () => "page", ttl: 60 });
  const early = page();
  await begun.promise;
  version = 2;
  await page.delete();
  gate.resolve();
  assertEquals(await early, "version 1");
  assertEquals(await page(), "version 2");
});

Deno.test("cached() throws the error of the function, stores no undefined, and works in a namespace", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const broken = cached(() => Promise.reject(new Error("No table")), {
    client,
    key: () => "broken",
    ttl: 60,
  });
  await assertRejects(() => broken(), Error, "No table");
  const space = client.namespace("shop");
  let calls = 0;
  const maybe = cached((known: boolean) => (calls++, known ? "tea" : undefined), {
    client: space,
    key: String,
    ttl: 60,
  });
  assertEquals([await maybe(false), await maybe(false), calls], [undefined, undefined, 2]);
  assertEquals([await maybe(true), await maybe(true), calls], ["tea", "tea", 3]);
  await space.clear();
  assertEquals([await maybe(true), calls], ["tea", 4]);
});

Deno.test("cached() works while memcached is away", async () => {
  const server = await startMemcached();
  await using client = new Client(server.address, { warn: false });
  await server.stop();
  const sum = cached((a: number, b: number) => a + b, {
    client,
    key: (a, b) => `${a}+${b}`,
    ttl: 9,
  });
  assertEquals(await sum(1, 2), 3);
  assertEquals(await sum.delete(1, 2), false);
  assertEquals(sum.keyOf(1, 2), "1+2");
});

Deno.test("cached() refuses what cannot be used, with the name of the option", async () => {
  await using client = new Client("10.0.0.1");
  const key = () => "key";
  const options = { client, key, ttl: 60 };
  assertThrows(() => cached(undefined as never, options), TypeError, "must be a function");
  assertThrows(
    () => cached(key, { ...options, client: undefined as never }),
    TypeError,
    '"client"',
  );
  assertThrows(() => cached(key, { ...options, key: "key" as never }), TypeError, '"key"');
  const long = cached(key, { ...options, key: () => "k".repeat(300) });
  await assertRejects(() => long(), RangeError, "longKeys");
  await assertRejects(() => cached(key, { ...options, ttl: 0 })(), RangeError, '"ttl"');
});

/** Old servers of every kind: live ones, without meta commands, and behind a proxy that closes the connection over one. */

import { assert, assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../../support/memcached.ts";
import { startProxied } from "../../support/nutcracker.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
/** Gives the address of servers to move from, and ends them at the end of the test. */
const OLD: Readonly<Record<string, (stack: AsyncDisposableStack) => Promise<string>>> = {
  memcached: async (stack) => stack.use(await startMemcached()).address,
  "memcached 1.4.15": async (stack) =>
    stack.use(await MemcachedServer.start({ version: "1.4.15" })).address,
  nutcracker: async (stack) => stack.use(await startProxied()).address,
};

for (const [name, start] of Object.entries(OLD)) {
  Deno.test(`A client moves from ${name}, whatever the item`, async () => {
    await using stack = new AsyncDisposableStack();
    const address = await start(stack);
    const after = stack.use(await startMemcached());
    const old = stack.use(new Client(address, PATIENT));
    const plain = stack.use(new Client(after.address, PATIENT));
    const moving = (stage: "read_old" | "read_new") =>
      stack.use(
        new Client(after.address, { ...PATIENT, migrateFrom: old, migration: { stage } }),
      );
    const client = moving("read_new");
    const items = { text: "text", number: 7, list: [1, { a: "b" }], big: "x".repeat(2_500_000) };
    assertEquals((await old.setMulti(items, { exptime: 500 })).ok, true);
    assertEquals(await client.getMulti(Object.keys(items)), new Map(Object.entries(items)));
    assertEquals(await plain.getMulti(Object.keys(items)), new Map(Object.entries(items)));
    const ttl = (await plain.meta.get("text", { ttl: true }))?.ttl ?? 0;
    const hasTime = name === "memcached";
    assert(hasTime ? ttl > 490 && ttl <= 500 : ttl > 3590 && ttl <= 3600, `it lasts ${ttl} s`);

    await old.setMulti({ n: 5, gone: 1, kept: 1, text: "old" });
    assertEquals(await client.incr("n"), 6);
    assertEquals(await client.delete("gone"), true);
    assertEquals(await client.set("kept", 2), true);
    const left = await old.getMulti(["n", "gone", "kept"]);
    assertEquals(left, new Map(), "the old servers keep nothing that was changed");
    assertEquals(await client.getList(["n", "gone", "kept", "text"]), [6, undefined, 2, "text"]);
    assertEquals(await client.add("gone", 3), true);
    assertEquals(await client.append("absent", "x"), false);

    const behind = moving("read_old");
    assertEquals(await behind.set("kept", 3), true);
    assertEquals([await plain.get("kept"), await client.get("kept")], [undefined, 3]);
    assertEquals(client.migration?.counters().failures, 0);
  });

  Deno.test(`A load under way on ${name} is not carried over as if it were a value`, async () => {
    await using stack = new AsyncDisposableStack();
    const address = await start(stack);
    const after = stack.use(await startMemcached());
    const old = stack.use(new Client(address, PATIENT));
    const moving = (stage: "read_old" | "read_new") =>
      stack.use(
        new Client(after.address, { ...PATIENT, migrateFrom: old, migration: { stage } }),
      );
    const [behind, client] = [moving("read_old"), moving("read_new")];
    const gate = Promise.withResolvers<void>();
    const begun = Promise.withResolvers<void>();
    const loading = behind.getOrSet("key", async () => {
      begun.resolve();
      await gate.promise;
      return "slow";
    }, { ttl: 60 });
    await begun.promise;
    assertEquals(await client.get("key"), undefined);
    assertEquals(client.migration?.counters().carried, 0);
    const began = performance.now();
    assertEquals(await client.getOrSet("key", () => "quick", { ttl: 60 }), "quick");
    assert(performance.now() - began < 500, "it does not wait for a load of the old servers");
    gate.resolve();
    assertEquals(await loading, "slow");
    assertEquals(await client.get("key"), "quick");
  });
}

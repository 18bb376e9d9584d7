/**
 * Loads that have nothing but their lock by which they see that a value was taken away: whatever takes an item away, or
 * stores one that is gone before such a load can end, ends the lock first.
 */

import { assert, assertEquals, assertRejects } from "@std/assert";
import { Client, type ClientOptions, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";
import { Recorder } from "../../compat/recording_connect.ts";

const PYTHON: ClientOptions = {
  ...{ pollTimeout: 5000, connectTimeout: 5000, warn: false },
  codec: libmcCodec,
};
const TTL = { ttl: 60 };
const GONE = { exptime: -1 };
const BIG = "x".repeat(2_500_000);

/** Each takes away the item of a key that holds "newer". */
const REMOVALS: Record<string, (client: Client, key: string) => Promise<unknown>> = {
  "delete": (client, key) => client.delete(key),
  "deleteMulti": (client, key) => client.deleteMulti([key, `${key}.2`]),
  "meta.delete": (client, key) => client.meta.delete(key),
  "meta.delete, by its cas": async (client, key) => {
    const { cas } = await client.gets(key) ?? {};
    return await client.meta.delete(key, cas === undefined ? {} : { cas });
  },
  "meta.deleteMulti": (client, key) => client.meta.deleteMulti([key, "with a space", `${key}.2`]),
  "invalidate": (client, key) => client.invalidate(key, { staleFor: 60 }),
  "expire": (client, key) => client.expire(key),
  "touch, past": (client, key) => client.touch(key, new Date(0)),
  "set, past": (client, key) => client.set(key, "gone", GONE),
  "set of a big value, past": (client, key) => client.set(key, BIG, GONE),
  "setRaw, past": (client, key) => client.setRaw(key, new Uint8Array(1), GONE),
  "setMulti, past": (client, key) => client.setMulti({ [key]: "gone", [`${key}.2`]: "gone" }, GONE),
  "setMulti with a big value, past": (client, key) =>
    client.setMulti({ [key]: "gone", [`${key}.2`]: BIG }, GONE),
  "setStream, past": (client, key) => client.setStream(key, new Blob(["gone"]).stream(), GONE),
  "setStream of a big value, past": (client, key) =>
    client.setStream(key, new Blob([BIG]).stream(), GONE),
  "gat, past": (client, key) => client.gat(key, -1),
  "gats, past": (client, key) => client.gats(key, new Date(0)),
  "gatMulti, past": (client, key) => client.gatMulti([key, `${key}.2`], -1),
  "meta.get, past": (client, key) => client.meta.get(key, { touch: -1 }),
  "meta.getMulti, past": (client, key) => client.meta.getMulti([key, "a b"], { touch: -1 }),
  "meta.set, past": (client, key) => client.meta.set(key, "gone", GONE),
  "meta.setMulti, past": (client, key) =>
    client.meta.setMulti([[key, "gone"], ["a b", "gone"]], GONE),
};
/** They take several steps of their own, so that a call behind them may be carried out before. */
const IN_STEPS: typeof REMOVALS = {
  "update, past": (client, key) => client.update(key, () => "gone", GONE),
  "meta.arithmetic, past": async (client, key) => {
    await client.set(key, 1);
    return await client.meta.arithmetic(key, { touch: -1 });
  },
  "meta.arithmeticMulti, past": async (client, key) => {
    await client.set(key, 1);
    return await client.meta.arithmeticMulti([key], { touch: -1 });
  },
};

Deno.test("Client.getOrSet() with libmcCodec: what takes an item away during the load ends its lock, and the value is not stored", async () => {
  for (const start of [MemcachedServer.start, startMemcached]) {
    await using server = await start();
    await using client = new Client(server.address, PYTHON);
    await using other = new Client(server.address, PYTHON);
    await other.getOrSet("another", () => 1, TTL);
    let number = 0;
    for (const [name, remove] of Object.entries({ ...REMOVALS, ...IN_STEPS })) {
      const key = `case${++number}`;
      const value = await client.getOrSet(key, async () => {
        await other.set(key, "newer");
        await remove(other, key);
        return "loaded";
      }, TTL);
      assertEquals([value, await client.get(key)], ["loaded", undefined], name);
      await isUnlocked(client, key);
      if (name in IN_STEPS) continue;
      // A call made behind it is carried out behind it.
      const removed = remove(other, key);
      if (name.startsWith("meta.delete, by")) await removed;
      assertEquals([await other.set(key, "next"), await other.get(key)], [true, "next"], name);
      await removed;
    }
  }
});

Deno.test("Client.getOrSet() with libmcCodec: a value that expires during the load ends it, and one that lasts costs nothing more", async () => {
  await using server = await MemcachedServer.start();
  const recorder = new Recorder();
  await using client = new Client(server.address, { ...PYTHON, timeout: 0 });
  await using other = new Client(server.address, { ...PYTHON, connect: recorder.connect });
  await other.getOrSet("another", () => 1, { ttl: 60, lease: 30 });
  const stores: Record<string, (key: string, exptime: number) => Promise<unknown>> = {
    set: (key, exptime) => other.set(key, "newer", { exptime }),
    add: (key, exptime) => other.add(key, "newer", { exptime }),
    setMulti: (key, exptime) => other.setMulti({ [key]: "newer" }, { exptime }),
    "meta.set": (key, exptime) => other.meta.set(key, "newer", { exptime }),
    update: (key, exptime) => other.update(key, () => "newer", { exptime }),
  };
  for (const [name, store] of Object.entries(stores)) {
    const value = await client.getOrSet(name, async () => {
      await store(name, 2);
      assertEquals(await client.get(name), "newer");
      server.advance(3);
      return "loaded";
    }, { ttl: 60, lease: 30 });
    assertEquals([value, await client.get(name)], ["loaded", undefined], name);
    await isUnlocked(client, name);
    const before = recorder.connections[0].sent.length;
    for (const exptime of [0, 60, 3600, Math.floor(Date.now() / 1000) + 3600]) {
      await store(`${name}${exptime}`, exptime);
    }
    const sent = recorder.connections[0].sent.slice(before);
    assertEquals(sent.includes("delete"), false, sent);
  }
});

Deno.test("meta.deleteMulti() behind locks is the first meta command of a client, and is carried out in its turn", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PYTHON, strict: true });
  // It learns that there are locks, and nothing of meta commands.
  await client.getOrSet("a", () => 1, TTL);
  const [deleted, stored, found] = await Promise.all([
    client.meta.deleteMulti(["a", "b"]),
    client.set("a", 2),
    client.get("a"),
  ]);
  assertEquals([...deleted.keys()], ["a", "b"]);
  assertEquals([stored, found], [true, 2]);
});

Deno.test("what takes items away behind their locks fails with them, and is done all the same", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PYTHON);
  await client.getOrSet("another", () => 1, TTL);
  const calls: Record<string, (keys: readonly [string, string]) => Promise<unknown>> = {
    deleteMulti: (keys) => client.deleteMulti(keys, { strict: true }),
    setMulti: (keys) => client.setMulti(keys.map((key) => [key, 1]), { ...GONE, strict: true }),
    gatMulti: (keys) => client.gatMulti(keys, -1, { strict: true }),
    "meta.deleteMulti": (keys) => client.meta.deleteMulti(keys, { strict: true }),
    "meta.setMulti": (keys) =>
      client.meta.setMulti(keys.map((key) => [key, 1] as const), { ...GONE, strict: true }),
  };
  for (const [name, call] of Object.entries(calls)) {
    const keys = [`${name}1`, `${name}2`] as const;
    await client.setMulti(keys.map((key) => [key, "there"]));
    server.fault({ kind: "serverError", commands: ["delete"], times: 1 });
    const error = await assertRejects(() => call(keys));
    assert(error instanceof Error && error.message.includes("SERVER_ERROR"), String(error));
    const { partial } = error as unknown as { partial: unknown };
    if (name.startsWith("meta")) {
      assertEquals([...(partial as Map<string, unknown>).keys()], [keys[1]]);
    } else if (name !== "gatMulti") {
      assertEquals((partial as { failed: string[] }).failed, [keys[0]]);
    }
    assertEquals((await client.getMulti(keys)).size, 0, name);
  }
});

Deno.test("deleteMulti() behind locks takes as many keys as without", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PYTHON, maxPending: 10 });
  await client.getOrSet("another", () => 1, TTL);
  const keys = Array.from({ length: 2000 }, (_, i) => `k${i}`);
  assertEquals(await client.deleteMulti(keys, { strict: true }), { ok: true, failed: [] });
});

async function isUnlocked(client: Client, key: string): Promise<void> {
  const isThere = async () => await client.getRaw(`${key}:lease`) !== undefined;
  await eventually("the lock is given back", async () => !await isThere());
}

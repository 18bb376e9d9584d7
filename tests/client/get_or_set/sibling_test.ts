/**
 * `getOrSet()` where no meta command can be used: a lock beside the value. What it does on servers of old, on the daemon
 * and through a proxy that places the lock on another server than the value; with a codec that knows placeholders, and with
 * one that does not.
 */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Client, type ClientOptions, ConnectionError, libmcCodec } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";
import { startProxied } from "../../support/nutcracker.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const PYTHON: ClientOptions = { ...PATIENT, codec: libmcCodec };
const TTL = { ttl: 60 };
const never = () => new Promise<never>(() => {});

/** What a case works with. Each has a key of its own. */
interface Rig {
  readonly key: string;
  /** Two processes of a fleet. */
  readonly client: Client;
  readonly other: Client;
  /** One that has never called `getOrSet()`. */
  readonly stranger: Client;
}

const SETTINGS: Record<string, (test: (open: () => Client) => Promise<void>) => Promise<void>> = {
  "a server without meta commands": async (test) => {
    await using server = await MemcachedServer.start({ version: "1.4.39" });
    await test(() => new Client(server.address, PATIENT));
    assertEquals(server.commands.get("mg"), undefined);
  },
  "libmcCodec": async (test) => {
    await using server = await MemcachedServer.start();
    await test(() => new Client(server.address, PYTHON));
  },
  "libmcCodec, live": async (test) => {
    await using server = await startMemcached();
    await test(() => new Client(server.address, PYTHON));
  },
  "a proxy, live": async (test) => {
    await using proxied = await startProxied();
    await test(() => new Client(proxied.address, PATIENT));
  },
  "a proxy and libmcCodec, live": async (test) => {
    await using proxied = await startProxied();
    await test(() => new Client(proxied.address, PYTHON));
  },
};

const CASES: Record<string, (rig: Rig) => Promise<void>> = {
  "loads what is missing, and nothing that is there": async ({ key, client, other, stranger }) => {
    let loads = 0;
    const load = () => ++loads;
    assertEquals(await client.getOrSet(key, load, TTL), 1);
    assertEquals(await client.getOrSet(key, load, TTL), 1);
    assertEquals(await other.getOrSet(key, load, TTL), 1);
    assertEquals(await stranger.get(key), 1);
  },
  "gives values of any kind": async ({ key, client, other }) => {
    const values = [null, "", "text", 0, 2n ** 70n, [1], new Uint8Array(3), "x".repeat(5000)];
    for (const [i, value] of values.entries()) {
      assertEquals(await client.getOrSet(key + i, () => value, TTL), value);
      assertEquals(await other.getOrSet<unknown>(key + i, never, TTL), value);
    }
  },
  "callers of two processes share one load": async ({ key, client, other }) => {
    let loads = 0;
    const load = async () => {
      await new Promise((resolve) => setTimeout(resolve, 40));
      return `loaded ${++loads}`;
    };
    const calls = [client, other].flatMap((each) =>
      Array.from({ length: 20 }, () => each.getOrSet(key, load, TTL))
    );
    assertEquals(new Set(await Promise.all(calls)), new Set(["loaded 1"]));
    assertEquals(loads, 1);
  },
  "nothing lies under the key but a placeholder that is read as a miss": async (rig) => {
    const { key, client, stranger } = rig;
    const seen: unknown[] = [];
    await client.getOrSet(key, async () => {
      seen.push(await stranger.get(key), await stranger.gets(key), await stranger.getMulti([key]));
      return 1;
    }, TTL);
    assertEquals(seen, [undefined, undefined, new Map()]);
  },
  "who has waited for waitTimeout loads, and stores nothing over what the holder stores": async (
    { key, client, other },
  ) => {
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet(key, () => source.promise, TTL);
    await isLocked(other, key);
    const options = { ttl: 60, waitTimeout: 40 };
    assertEquals(await other.getOrSet(key, () => "of the second", options), "of the second");
    const now = await other.get(key);
    source.resolve("of the first");
    assertEquals(await first, "of the first");
    await isUnlocked(other, key);
    assertEquals(await other.get(key), now ?? "of the first");
  },
  "a set during the load by anybody: the value is not stored": async (
    { key, client, stranger },
  ) => {
    const value = await client.getOrSet(key, async () => {
      await stranger.set(key, "set");
      return "loaded";
    }, TTL);
    assertEquals([value, await client.get(key)], ["loaded", "set"]);
    await isUnlocked(client, key);
  },
  "a delete during the load by one of the fleet: the value is not stored": async (rig) => {
    const { key, client, other } = rig;
    await other.getOrSet(`another-${key}`, () => 1, TTL);
    const deletes = [
      (key: string) => other.delete(key),
      (key: string) => client.delete(key),
      (key: string) => other.deleteMulti(["x", key, "y"]),
      (key: string) => other.invalidate(key, { staleFor: 10 }),
    ];
    for (const [i, remove] of deletes.entries()) {
      const value = await client.getOrSet(key + i, async () => {
        await remove(key + i);
        return "loaded";
      }, TTL);
      assertEquals([value, await client.get(key + i)], ["loaded", undefined]);
      await isUnlocked(client, key + i);
      assertEquals(await other.getOrSet(key + i, () => "newer", TTL), "newer");
    }
  },
  "a load that takes longer than its lease stores nothing": async ({ key, client, other }) => {
    const value = await client.getOrSet(key, async () => {
      await other.delete(`${key}:lease`);
      await other.delete(key);
      return "late";
    }, TTL);
    assertEquals([value, await other.get(key)], ["late", undefined]);
  },
  "a loader that throws: all callers get its error, and the next one loads at once": async (
    { key, client, other },
  ) => {
    const error = new Error("The source is down");
    const calls = Array.from(
      { length: 200 },
      () => client.getOrSet<string>(key, () => Promise.reject(error), TTL),
    );
    for (const result of await Promise.allSettled(calls)) {
      assert(result.status === "rejected");
      assertStrictEquals(result.reason, error);
    }
    await isUnlocked(other, key);
    assertEquals([client.lastError, await other.getRaw(key)], [undefined, undefined]);
    assertEquals(await other.getOrSet(key, () => "loaded", TTL), "loaded");
  },
  "undefined is given and not stored": async ({ key, client, other }) => {
    assertEquals(await client.getOrSet(key, () => undefined, TTL), undefined);
    await isUnlocked(other, key);
    assertEquals(await other.getRaw(key), undefined);
  },
  "forceFresh stores over what is there, and what others began to load is not stored": async (
    { key, client, other },
  ) => {
    const fresh = { ...TTL, forceFresh: true };
    await client.set(key, "old");
    assertEquals(await client.getOrSet(key, () => "new", fresh), "new");
    assertEquals(await other.get(key), "new");
    const source = Promise.withResolvers<string>();
    const first = other.getOrSet(`${key}2`, () => source.promise, TTL);
    await isLocked(client, `${key}2`);
    assertEquals(await client.getOrSet(`${key}2`, () => "fresh", fresh), "fresh");
    source.resolve("older");
    assertEquals([await first, await client.get(`${key}2`)], ["older", "fresh"]);
  },
  "without a lease each process loads for itself": async ({ key, client, other }) => {
    const options = { ttl: 60, lease: false } as const;
    const source = Promise.withResolvers<string>();
    const { promise: loading, resolve: loads } = Promise.withResolvers<void>();
    const first = client.getOrSet(key, () => (loads(), source.promise), options);
    await loading;
    assertEquals(await other.getOrSet(key, () => "second", options), "second");
    source.resolve("first");
    assertEquals(await first, "first");
    assert(["first", "second"].includes(await client.get<string>(key) ?? ""));
  },
  "a value that cannot be decoded is replaced, unless the call is strict": async (rig) => {
    const { key, client } = rig;
    await client.setRaw(key, new TextEncoder().encode("{"), { flags: 64 });
    await assertRejects(() => client.getOrSet(key, () => 1, { ...TTL, strict: true }));
    assertEquals(await client.getOrSet(key, () => 1, TTL), 1);
    await eventually("it is stored", async () => await client.get(key) === 1);
  },
  "a key of 250 bytes has a lock, too": async ({ key, client, other }) => {
    const long = key.padEnd(250, "x");
    assertEquals(await client.getOrSet(long, () => "loaded", TTL), "loaded");
    assertEquals(await other.getOrSet<string>(long, never, TTL), "loaded");
  },
  "an abort gives the lock back": async ({ key, client, other }) => {
    const controller = new AbortController();
    const call = client.getOrSet(key, never, { ...TTL, signal: controller.signal });
    await isLocked(other, key);
    controller.abort(new Error("gone"));
    await assertRejects(() => call, Error, "gone");
    await isUnlocked(other, key);
    assertEquals(await other.getOrSet(key, () => "next", TTL), "next");
  },
  "a stale value is given at once while one process renews it": async ({ key, client, other }) => {
    const options = { ttl: 60, staleWhileRevalidate: 30 };
    await client.getOrSet(key, () => "old", options);
    assertEquals(await other.getOrSet<string>(key, never, options), "old", "it is fresh");
    await other.delete(`${key}:fresh`);
    const source = Promise.withResolvers<string>();
    let loads = 0;
    const load = () => {
      loads++;
      return source.promise;
    };
    const calls = [client, other, other, client].map((each) => each.getOrSet(key, load, options));
    assertEquals(await Promise.all(calls), ["old", "old", "old", "old"]);
    await eventually("it loads", () => loads > 0);
    source.resolve("new");
    await eventually("it is stored", async () => await other.get(key) === "new");
    await isUnlocked(other, key);
    assertEquals([loads, await other.getOrSet<string>(key, never, options)], [1, "new"]);
  },
  "a source that is down: the stale value within staleIfError, and no load for those who wait":
    async ({ key, client, other }) => {
      const options = { ttl: 60, staleWhileRevalidate: 10, staleIfError: 100 };
      await client.getOrSet(key, () => "old", options);
      await other.delete(`${key}:fresh`);
      await other.delete(`${key}:stale`);
      const failing = () => Promise.reject(new Error("down"));
      for (const each of [client, other]) {
        assertEquals(await each.getOrSet<string>(key, failing, options), "old");
      }
      assertEquals(await client.getOrSet(key, () => "new", options), "new");
      assertEquals(await other.getOrSet<string>(key, never, options), "new");
    },
  "a delete while a stale value is renewed: the new one is not stored": async (rig) => {
    const { key, client, stranger } = rig;
    const options = { ttl: 60, staleIfError: 100 };
    await client.getOrSet(key, () => "old", options);
    await stranger.delete(`${key}:fresh`);
    const value = await client.getOrSet(key, async () => {
      await stranger.delete(key);
      return "new";
    }, options);
    assertEquals([value, await stranger.get(key)], ["new", undefined]);
  },
};

for (const [setting, withServer] of Object.entries(SETTINGS)) {
  Deno.test(`Client.getOrSet() with a lock beside the value, ${setting}`, async (t) => {
    await withServer(async (open) => {
      await using client = open();
      await using other = open();
      await using stranger = open();
      for (const [i, [name, run]] of Object.entries(CASES).entries()) {
        await t.step(name, () => run({ key: `case${i}.`, client, other, stranger }));
      }
    });
  });
}

Deno.test("Client.getOrSet(), live: a delete by somebody who knows nothing of locks shows where there is a placeholder, and not with libmcCodec", async () => {
  await using proxied = await startProxied();
  await using client = new Client(proxied.address, PATIENT);
  await using python = new Client(proxied.address, PYTHON);
  await using stranger = new Client(proxied.address, PATIENT);
  const loadWithDelete = async (by: Client, key: string) => {
    await by.getOrSet(key, async () => {
      await stranger.delete(key);
      return "loaded";
    }, TTL);
    return await by.get(key);
  };
  assertEquals(await loadWithDelete(client, "a"), undefined);
  assertEquals(await loadWithDelete(python, "b"), "loaded");
});

Deno.test("Client.getOrSet(), live: a holder of a lock that dies is replaced within its lease and a second", async () => {
  await using proxied = await startProxied();
  await using client = new Client(proxied.address, PYTHON);
  assert(await client.setRaw("a:lease", new TextEncoder().encode("of a dead one"), { exptime: 1 }));
  const begun = performance.now();
  assertEquals(await client.getOrSet("a", () => "loaded", { ttl: 60, lease: 1 }), "loaded");
  assert(performance.now() - begun < 2000);
});

Deno.test("Client.getOrSet(): the marks of a value last as long as its windows", async () => {
  await using server = await MemcachedServer.start({ version: "1.4.39" });
  await using client = new Client(server.address, PATIENT);
  const options = { ttl: 60, staleWhileRevalidate: 30, staleIfError: 100 };
  const failing = () => Promise.reject(new Error("down"));
  const get = () => client.getOrSet<string>("a", failing, options);
  await client.getOrSet("a", () => "old", options);
  server.advance(59);
  let loads = 0;
  assertEquals(
    await client.getOrSet<string>("a", () => {
      loads++;
      return "new";
    }, options),
    "old",
  );
  server.advance(20);
  assertEquals([await get(), loads], ["old", 0]);
  server.advance(50);
  assertEquals(await get(), "old");
  server.advance(40);
  const results = await Promise.allSettled([get(), get(), get()]);
  assertEquals(results.map(({ status }) => status), ["rejected", "rejected", "rejected"]);
});

Deno.test("Client.getOrSet(): a lease's placeholder is no value for a client with libmcCodec", async () => {
  for (const start of [MemcachedServer.start, startMemcached]) {
    await using server = await start();
    await using client = new Client(server.address, PATIENT);
    await using python = new Client(server.address, PYTHON);
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet("a", () => source.promise, TTL);
    await eventually("the lease is out", async () => await client.getRaw("a") !== undefined);
    assertEquals(await python.getOrSet("a", () => "of python", TTL), "of python");
    source.resolve("of the lease");
    assertEquals(await first, "of the lease");
    assertEquals([await client.get("a"), await python.get("a")], ["of python", "of python"]);
    const read = await client.getOrSet<string>("b", async () => {
      assertEquals(await python.getOrSet<string>("b", () => "of both", TTL), "of both");
      return "late";
    }, TTL);
    assertEquals([read, await client.get("b")], ["late", "of both"]);
  }
});

Deno.test("Client.getOrSet(): each key goes by what its own server can do", async () => {
  await using old = await MemcachedServer.start({ version: "1.4.39" });
  await using modern = await MemcachedServer.start();
  await using client = new Client([old.address, modern.address], PATIENT);
  const keys = Array.from({ length: 20 }, (_, i) => `k${i}`);
  const values = await Promise.all(keys.map((key) => client.getOrSet(key, () => key, TTL)));
  assertEquals(values, keys);
  assertEquals(Array.from((await client.getMulti(keys)).values()), keys);
  assert((modern.commands.get("mg") ?? 0) > 0 && (old.commands.get("add") ?? 0) > 0);
  assertEquals([old.commands.get("mg"), modern.commands.get("add")], [undefined, undefined]);
});

async function isLocked(client: Client, key: string): Promise<void> {
  await eventually("it is locked", async () => await client.getRaw(`${key}:lease`) !== undefined);
}

async function isUnlocked(client: Client, key: string): Promise<void> {
  const isThere = async () => await client.getRaw(`${key}:lease`) !== undefined;
  await eventually("the lock is given back", async () => !await isThere());
}

Deno.test("Client.getOrSet(): a lock that fails before the look beside it is a failure of the call, and of no more", async () => {
  await using server = await MemcachedServer.start({ version: "1.4.39" });
  await using client = new Client(server.address, { ...PATIENT, strict: true });
  server.fault({ kind: "missingReply", commands: ["add"], then: "close", times: 1 });
  // Its look goes out again on the next connection, which takes a while.
  const slow = server.fault({ kind: "slowStart", delayMs: 50 });
  await assertRejects(() => client.getOrSet("key", () => "loaded", { ttl: 60 }), ConnectionError);
  slow.remove();
  assertEquals(
    await client.getOrSet("key", () => "loaded", { ttl: 60, waitTimeout: 10 }),
    "loaded",
  );
});

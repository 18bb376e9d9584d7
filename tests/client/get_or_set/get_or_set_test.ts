/** What `getOrSet()` does, on the daemon and on the embedded server alike. */

import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { Client, type ClientOptions, TimeoutError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertTtl } from "../../support/assert_ttl.ts";
import { eventually } from "../../support/eventually.ts";
import { startMemcached } from "../../support/memcached.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const TTL = { ttl: 60 };
const never = () => new Promise<never>(() => {});

type Case = (client: Client, other: Client, address: string) => Promise<void>;

const CASES: Record<string, Case> = {
  "loads what is missing, and nothing that is there": async (client, other) => {
    let loads = 0;
    const load = () => ++loads;
    assertEquals(await client.getOrSet("a", load, TTL), 1);
    assertEquals(await client.getOrSet("a", load, TTL), 1);
    assertEquals(await other.getOrSet("a", load, TTL), 1);
    assertEquals(await client.get("a"), 1);
    assertTtl((await client.meta.get("a", { ttl: true }))?.ttl, 60);
    await client.set("b", "set");
    assertEquals(await client.getOrSet<unknown>("b", load, TTL), "set");
  },
  "gives values of any kind": async (client, other) => {
    const values = [
      null,
      "",
      "text",
      0,
      2n ** 70n,
      { a: [1] },
      new Uint8Array(3),
      "x".repeat(5000),
    ];
    for (const [i, value] of values.entries()) {
      assertEquals(await client.getOrSet(`k${i}`, () => value, TTL), value);
      assertEquals(await other.getOrSet<unknown>(`k${i}`, never, TTL), value);
    }
  },
  "reads a value that is split": async (client) => {
    const big = "é".repeat(1_500_000);
    await client.set("big", big);
    assertEquals(await client.getOrSet<string>("big", never, TTL), big);
  },
  "replaces a split value that has lost a chunk": async (client, other) => {
    for (const value of ["new", "newer"]) {
      await client.set("big", "é".repeat(1_500_000));
      assertEquals(await client.delete("~3big/0"), true);
      const load = () => value;
      const found = value === "new"
        ? await other.getOrSet("big", load, TTL)
        : (await other.getOrSetMulti(["big"], () => ({ big: value }), TTL)).get("big");
      assertEquals([found, await client.get("big")], [value, value]);
    }
  },
  "callers of one process share one load": async (client) => {
    let loads = 0;
    const load = async () => {
      await new Promise((resolve) => setTimeout(resolve, 30));
      return { loads: ++loads };
    };
    const got = await Promise.all(
      Array.from({ length: 50 }, () => client.getOrSet("a", load, TTL)),
    );
    assertEquals(loads, 1);
    for (const value of got) assertStrictEquals(value, got[0]);
  },
  "another process waits for the holder": async (client, other) => {
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet("a", () => source.promise, TTL);
    await begun(client, "a");
    const second = other.getOrSet("a", () => "of the second", TTL);
    setTimeout(() => source.resolve("of the first"), 60);
    assertEquals([await first, await second], ["of the first", "of the first"]);
  },
  "who has waited for waitTimeout loads, and the late holder does not store over it": async (
    client,
    other,
  ) => {
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet("a", () => source.promise, TTL);
    await begun(client, "a");
    const options = { ttl: 60, waitTimeout: 50 };
    assertEquals(await other.getOrSet("a", () => "of the second", options), "of the second");
    source.resolve("of the first");
    assertEquals(await first, "of the first");
    await client.meta.noop();
    assertEquals(await client.get("a"), "of the second");
  },
  "a delete during the load: the value is not stored": async (client, other) => {
    const value = await client.getOrSet("a", async () => {
      await other.delete("a");
      return "loaded";
    }, TTL);
    assertEquals([value, await client.get("a")], ["loaded", undefined]);
  },
  "a set during the load: the value is not stored": async (client, other) => {
    const value = await client.getOrSet("a", async () => {
      await other.set("a", "set");
      return "loaded";
    }, TTL);
    assertEquals([value, await client.get("a")], ["loaded", "set"]);
  },
  "a set during a load without a lease: the value is not stored": async (client, other) => {
    const value = await client.getOrSet("a", async () => {
      await other.set("a", "set");
      return "loaded";
    }, { ttl: 60, lease: false });
    assertEquals([value, await client.get("a")], ["loaded", "set"]);
  },
  "a touch during the load: the value is stored": async (client, other) => {
    const value = await client.getOrSet("a", async () => {
      assert(await other.touch("a", 50));
      return "loaded";
    }, TTL);
    assertEquals([value, await client.get("a")], ["loaded", "loaded"]);
  },
  "without a lease each process loads for itself": async (client, other) => {
    const options = { ttl: 60, lease: false } as const;
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet("a", () => source.promise, options);
    await client.meta.noop();
    assertEquals(await other.getOrSet("a", () => "second", options), "second");
    source.resolve("first");
    assertEquals([await first, await client.get("a")], ["first", "second"]);
  },
  "a loader that throws, at once or later: all callers get its error, and the next one loads":
    async (
      client,
      other,
    ) => {
      const error = new Error("The source is down");
      for (
        const load of [() => Promise.reject(error), () => {
          throw error;
        }]
      ) {
        const calls = Array.from({ length: 200 }, () => client.getOrSet<string>("a", load, TTL));
        for (const result of await Promise.allSettled(calls)) {
          assert(result.status === "rejected");
          assertStrictEquals(result.reason, error);
        }
        await client.meta.noop();
        assertEquals(await other.meta.get("a"), undefined, "the lease was given back");
      }
      assertEquals(client.lastError, undefined);
      assertEquals(await other.getOrSet("a", () => "loaded", TTL), "loaded");
    },
  "undefined is given and not stored": async (client, other) => {
    let loads = 0;
    const load = () => void ++loads;
    assertEquals(await client.getOrSet("a", load, TTL), undefined);
    assertEquals(await client.getOrSet("a", load, TTL), undefined);
    assertEquals(loads, 2);
    await client.meta.noop();
    assertEquals(await other.meta.get("a"), undefined);
  },
  "a value that cannot be stored rejects, and the lease is given back": async (client, other) => {
    await assertRejects(() => client.getOrSet("a", () => new Date(), TTL), TypeError);
    await assertRejects(() => client.getOrSet("a", () => "x".repeat(2 ** 20), TTL), RangeError);
    await assertRejects(() => client.getOrSet("a", () => 1, { ttl: () => 0 }), RangeError, '"ttl"');
    await client.meta.noop();
    assertEquals(await other.meta.get("a"), undefined);
  },
  "ttl may depend on the value, and be longer than 30 days": async (client) => {
    await client.getOrSet("a", () => 7, { ttl: (value) => value * 10 });
    assertTtl((await client.meta.get("a", { ttl: true }))?.ttl, 70);
    await client.getOrSet("b", () => 7, { ttl: 2_592_000, staleIfError: 2_592_000 });
    const left = (await client.meta.get("b", { ttl: true }))?.ttl ?? 0;
    assert(Math.abs(left - 5_184_000) < 5, `${left}`);
  },
  "a load that takes longer than loadTimeout has failed": async (client, other) => {
    let signal: AbortSignal | undefined;
    const load = (context: { signal: AbortSignal }) => {
      signal = context.signal;
      return never();
    };
    const error = await assertRejects(
      () => client.getOrSet("a", load, { ttl: 60, loadTimeout: 20 }),
      TimeoutError,
      "loadTimeout of 20 ms",
    );
    assertStrictEquals(signal?.reason, error);
    await client.meta.noop();
    assertEquals(await other.meta.get("a"), undefined);
  },
  "an abort ends the wait of its caller, and the load once nobody waits for it": async (
    client,
    other,
  ) => {
    const [one, two] = [new AbortController(), new AbortController()];
    const source = Promise.withResolvers<string>();
    let signal: AbortSignal | undefined;
    const load = (context: { signal: AbortSignal }) => {
      signal = context.signal;
      return source.promise;
    };
    const first = client.getOrSet("a", load, { ...TTL, signal: one.signal });
    const second = client.getOrSet("a", load, { ...TTL, signal: two.signal });
    await eventually("it loads", () => signal !== undefined);
    one.abort(new Error("one has gone"));
    await assertRejects(() => first, Error, "one has gone");
    assertEquals(signal?.aborted, false);
    two.abort(new Error("two has gone"));
    await assertRejects(() => second, Error, "two has gone");
    assertEquals(signal?.reason, two.signal.reason);
    // It resolves after all callers have gone.
    source.resolve("too late");
    await eventually(
      "the lease is given back",
      async () => await other.meta.get("a") === undefined,
    );
    assertEquals(await client.getOrSet("a", () => "next", TTL), "next");
    assertEquals(await client.get("a"), "next");
  },
  "an abort while another process loads": async (client, other) => {
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet("a", () => source.promise, TTL);
    await begun(client, "a");
    const controller = new AbortController();
    const second = other.getOrSet("a", never, { ...TTL, signal: controller.signal });
    setTimeout(() => controller.abort(new Error("gone")), 40);
    await assertRejects(() => second, Error, "gone");
    source.resolve("loaded");
    assertEquals(await first, "loaded");
  },
  "forceFresh loads what is there, and shares that load": async (client, other) => {
    await client.set("a", "old");
    let loads = 0;
    const load = () => Promise.resolve(`new ${++loads}`);
    const fresh = { ...TTL, forceFresh: true };
    const calls = [1, 2, 3].map(() => client.getOrSet("a", load, fresh));
    assertEquals(await Promise.all(calls), ["new 1", "new 1", "new 1"]);
    assertEquals(await other.get("a"), "new 1");
    assertEquals(await client.getOrSet("missing", load, fresh), "new 2");
    assertEquals(await other.get("missing"), "new 2");
    await assertRejects(() => client.getOrSet("a", () => Promise.reject(new Error("down")), fresh));
    await client.meta.noop();
    assertEquals(await other.get("a"), "new 1", "what was there stays");
    const value = await client.getOrSet("a", async () => {
      await other.delete("a");
      return "stale";
    }, fresh);
    assertEquals([value, await other.get("a")], ["stale", undefined]);
  },
  "cacheErrors throws the error of a load again": async (client) => {
    let loads = 0;
    const load = () => Promise.reject(new Error(`failed ${++loads}`));
    const options = { ttl: 60, cacheErrors: 60 };
    await assertRejects(() => client.getOrSet("a", load, options), Error, "failed 1");
    await assertRejects(() => client.getOrSet("a", load, options), Error, "failed 1");
    await assertRejects(() => client.getOrSet("b", load, options), Error, "failed 2");
    assertEquals(await client.getOrSet("a", () => "loaded", TTL), "loaded");
  },
  "a marked item is loaded anew, and kept if that fails": async (client, other) => {
    await client.set("a", "old", { exptime: 600 });
    await client.meta.delete("a", { stale: true });
    const failing = () => Promise.reject(new Error("down"));
    await assertRejects(() => client.getOrSet("a", failing, TTL), Error, "down");
    const spare = { ttl: 60, staleIfError: 100 };
    await client.meta.noop();
    assertEquals(await client.getOrSet<string>("a", failing, spare), "old");
    await client.meta.noop();
    assertEquals(
      await other.getOrSet("a", ({ stale }) => `newer than ${stale}`, TTL),
      "newer than old",
    );
    assertEquals(await other.get("a"), "newer than old");
  },
  "a value that cannot be decoded is replaced, unless the call is strict": async (client) => {
    await client.setRaw("a", new TextEncoder().encode("{"), { flags: 64 });
    await assertRejects(() => client.getOrSet("a", () => 1, { ...TTL, strict: true }));
    assertEquals(await client.getOrSet("a", () => 1, TTL), 1);
    await client.meta.noop();
    assertEquals(await client.get("a"), 1);
  },
  "an item of somebody without data is replaced": async (client) => {
    await client.setRaw("a", new Uint8Array(0), { flags: 0 });
    assertEquals(await client.getOrSet("a", () => "loaded", TTL), "loaded");
    assertEquals(await client.get("a"), "loaded");
  },
  "a placeholder is a miss for get, gets, gat, gats, getMulti, getsMulti, getList and gatMulti":
    async (
      client,
      other,
    ) => {
      const seen: unknown[] = [];
      await client.getOrSet("a", async () => {
        seen.push(await other.get("a"), await other.gets("a"), await other.gat("a", 9));
        seen.push(await other.gats("a", 9), await other.getList(["a", "b"]));
        seen.push(await other.getMulti(["a", "b"]), await other.getsMulti(["a"]));
        seen.push(await other.gatMulti(["a"], 9), (await other.getRaw("a"))?.data.length);
        seen.push(...await Promise.all([other.get("a"), other.get("b"), other.get("a")]));
        return 1;
      }, TTL);
      const none = undefined;
      assertEquals(seen, [
        ...[none, none, none, none, [none, none], new Map(), new Map(), new Map(), 0],
        ...[none, none, none],
      ]);
    },
  "close() waits for the load and stores the value": async (_client, other, address) => {
    const source = Promise.withResolvers<string>();
    const closing = new Client(address, PATIENT);
    const call = closing.getOrSet("a", () => source.promise, TTL);
    await begun(closing, "a");
    const closed = closing.close();
    source.resolve("loaded");
    await closed;
    assertEquals([await call, await other.get("a")], ["loaded", "loaded"]);
  },
  "close() gives up a load that takes longer than a call": async (_client, other, address) => {
    const closing = new Client(address, { ...PATIENT, timeout: 100 });
    const call = closing.getOrSet("a", never, TTL);
    const rejected = assertRejects(() => call, Error, "closed");
    await begun(closing, "a");
    await closing.close();
    await rejected;
    await eventually(
      "the lease is given back",
      async () => await other.meta.get("a") === undefined,
    );
  },
};

for (const [name, run] of Object.entries(CASES)) {
  Deno.test(`Client.getOrSet(): ${name}`, async () => {
    await using server = await MemcachedServer.start();
    await withClients(server.address, run);
  });
  Deno.test(`Client.getOrSet(), live: ${name}`, async () => {
    await using server = await startMemcached();
    await withClients(server.address, run);
  });
}

async function withClients(address: string, run: Case): Promise<void> {
  await using client = new Client(address, { ...PATIENT });
  await using other = new Client(address, { ...PATIENT });
  await run(client, other, address);
}

/** Waits until a load of the key has begun. */
async function begun(client: Client, key: string): Promise<void> {
  await eventually("the lease is out", async () => (await client.getRaw(key))?.data.length === 0);
}

/** `getOrSetMulti()`: many keys, and one load for those that are to be loaded. */

import { assert, assertEquals, assertInstanceOf, assertRejects } from "@std/assert";
import {
  Client,
  type ClientOptions,
  LoadError,
  MultiError,
  SchemaError,
  type StandardSchema,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { assertTtl } from "../../support/assert_ttl.ts";
import { type CaseOnBoth, testOnBothServers } from "../../support/on_both_servers.ts";
import { eventually } from "../../support/eventually.ts";
import { rows, sourceOf } from "./row_source.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };
const TTL = { ttl: 60 };
const never = () => new Promise<never>(() => {});

const CASES: Record<string, CaseOnBoth> = {
  "loads what is missing in one call, and gives all in the order asked, each once": async (
    client,
    other,
  ) => {
    const { asked, load } = rows();
    await client.set("b", "cached");
    const keys = ["c", "a", "b", "a", "c"];
    const found = await client.getOrSetMulti(keys, load, TTL);
    assertEquals([...found], [["c", "row of c"], ["a", "row of a"], ["b", "cached"]]);
    assertEquals(asked, [["c", "a"]]);
    assertEquals(await other.getOrSetMulti(new Set(keys), load, TTL), found);
    assertTtl((await other.meta.get("a", { ttl: true }))?.ttl, 60);
    assertEquals([asked.length, (await client.getOrSetMulti([], load, TTL)).size], [1, 0]);
  },
  "takes rows as an object, pairs, or a promise of either": async (client) => {
    const found = await Promise.all([
      client.getOrSetMulti(["a1", "a2"], () => ({ a1: 1, a2: 2, other: 3 }), TTL),
      client.getOrSetMulti(["b1", "b2"], () => Promise.resolve([["b2", 2], ["b1", 1]]), TTL),
    ]);
    assertEquals(found.map((each) => [...each]), [[["a1", 1], ["a2", 2]], [["b1", 1], ["b2", 2]]]);
    assertEquals(await client.get("other"), undefined);
  },
  "a key that is left out has no value, and its lease is given back; null is a value": async (
    client,
    other,
  ) => {
    const { load } = sourceOf((key) => key === "a" ? null : undefined);
    const found = await client.getOrSetMulti(["none", "a"], load, TTL);
    assertEquals(found, new Map([["a", null]]));
    await client.meta.noop();
    assertEquals([await other.meta.get("none"), await other.get("a")], [undefined, null]);
  },
  "an Error in place of a row is the failure of that key alone": async (client, other) => {
    await client.set("hit", "cached");
    const { load } = sourceOf((key) => key.startsWith("bad") ? new Error(`no ${key}`) : key);
    const keys = ["bad1", "good", "bad2", "hit"];
    const error = await assertRejects(
      () => client.getOrSetMulti<string>(keys, load, TTL),
      MultiError,
      "2 of them failed",
    );
    assertEquals(error.partial, new Map([["good", "good"], ["hit", "cached"]]));
    assertEquals(
      error.errors.map((each) => each instanceof LoadError && [each.key, `${each.cause}`]),
      [["bad1", "Error: no bad1"], ["bad2", "Error: no bad2"]],
    );
    assertEquals(client.lastError, undefined, "memcached has not failed");
    await client.meta.noop();
    assertEquals([await other.meta.get("bad1"), await other.get("good")], [undefined, "good"]);
  },
  "a load that throws, synchronously or not, or gives no rows fails the keys that were loaded":
    async (client, other) => {
      await client.set("hit", 1);
      const loads = [
        () => Promise.reject(new Error("down")),
        () => {
          throw new Error("down");
        },
        () => undefined as never,
        () => [["a"]] as never,
      ];
      for (const load of loads) {
        const call = () => client.getOrSetMulti<unknown>(["a", "hit", "b"], load, TTL);
        const { partial, errors } = await assertRejects(call, MultiError);
        assertEquals([partial, errors.length], [new Map([["hit", 1]]), 2]);
        assertEquals(errors[0].cause, errors[1].cause);
        await client.meta.noop();
        assertEquals(await other.meta.get("a"), undefined, "the lease is given back");
      }
    },
  "a value that cannot be stored fails its key": async (client) => {
    const { load } = sourceOf<unknown>((key) => key === "bad" ? () => {} : key);
    const call = () => client.getOrSetMulti(["bad", "good"], load, TTL);
    const { partial, errors } = await assertRejects(call, MultiError);
    assertEquals(partial, new Map([["good", "good"]]));
    assertInstanceOf(errors[0].cause, TypeError);
  },
  "a key that another process loads is waited for, the others are loaded": async (
    client,
    other,
  ) => {
    const source = Promise.withResolvers<string>();
    const first = client.getOrSet("b", () => source.promise, TTL);
    await eventually("the lease is out", async () => await other.meta.get("b") !== undefined);
    const { asked, load } = rows();
    const second = other.getOrSetMulti(["a", "b", "c"], load, TTL);
    await eventually("the others are loaded", async () => await client.get("c") === "row of c");
    source.resolve("of the first");
    assertEquals([...(await second).values()], ["row of a", "of the first", "row of c"]);
    assertEquals([await first, asked], ["of the first", [["a", "c"]]]);
  },
  "calls of one process share the loads of each key, whichever method they call": async (
    client,
  ) => {
    const { asked, load } = rows();
    let loads = 0;
    const loadOne = async () => {
      loads++;
      await new Promise((resolve) => setTimeout(resolve, 5));
      return "of the one";
    };
    const [one, many, more, two] = await Promise.all([
      client.getOrSet("b", loadOne, TTL),
      client.getOrSetMulti(["a", "b", "c"], load, TTL),
      client.getOrSetMulti(["c", "d", "a"], load, TTL),
      client.getOrSet("d", loadOne, TTL),
    ]);
    assertEquals([...many.values()], ["row of a", "of the one", "row of c"]);
    assertEquals([...more.values()], ["row of c", "row of d", "row of a"]);
    assertEquals([one, two, loads, asked], ["of the one", "row of d", 1, [["a", "c"], ["d"]]]);
  },
  "four processes with 20 callers each load 30 keys once": async (client) => {
    const { asked, load } = rows();
    const clients = Array.from({ length: 4 }, () => new Client(client.servers, PATIENT));
    const keys = Array.from({ length: 30 }, (_, i) => `k${i}`);
    const found = await Promise.all(
      clients.flatMap((each) =>
        Array.from({ length: 20 }, () => each.getOrSetMulti(keys, load, TTL))
      ),
    );
    for (const each of found) assertEquals([...each.keys()], keys);
    assertEquals(asked.flat().toSorted(), keys.toSorted());
    await Promise.all(clients.map((each) => each.close()));
  },
  "a set, delete or invalidate during the load: the value is not stored": async (client, other) => {
    const found = await client.getOrSetMulti(["a", "b", "c", "d"], async (keys) => {
      await other.set("a", "set");
      await other.delete("b");
      await other.invalidate("c", { staleFor: 60 });
      return keys.map((key) => [key, "loaded"] as const);
    }, TTL);
    assertEquals([...found.values()], Array(4).fill("loaded"));
    const seen = [await other.get("a"), await other.get("b"), await other.get("c")];
    assertEquals([...seen, await other.get("d")], ["set", undefined, undefined, "loaded"]);
  },
  "the signal gives up the call, and the load with the last who waits": async (client, other) => {
    await client.set("hit", 1);
    const controller = new AbortController();
    const { signal } = controller;
    const loading = Promise.withResolvers<AbortSignal>();
    const call = client.getOrSetMulti<unknown>(["a", "hit", "b"], (_, context) => {
      loading.resolve(context.signal);
      return never();
    }, { ...TTL, signal });
    const one = client.getOrSet("b", never, TTL);
    const rejected = assertRejects(() => call, Error, "gone");
    const load = await loading.promise;
    controller.abort(new Error("gone"));
    await rejected;
    assertEquals(load.aborted, false, "somebody waits for one of the keys");
    await eventually("one is given back", async () => await other.meta.get("a") === undefined);
    one.catch(() => {});
    assertEquals((await other.meta.get("b"))?.taken, true);
    await other.delete("b");
    // The load that is left goes with its client.
    client.config({ timeout: 10 });
  },
  "forceFresh loads what is there, in one call": async (client, other) => {
    await client.setMulti({ a: "old", b: "old" });
    const { asked, load } = rows();
    const found = await client.getOrSetMulti(["a", "b", "c"], load, { ...TTL, forceFresh: true });
    assertEquals([...found.values()], ["row of a", "row of b", "row of c"]);
    assertEquals([asked, await other.get("b")], [[["a", "b", "c"]], "row of b"]);
  },
  "without a lease it loads what is missing, and stores it": async (client, other) => {
    const { asked, load } = rows();
    await client.set("b", "cached");
    const found = await client.getOrSetMulti(["a", "b", "c"], load, { ttl: 60, lease: false });
    assertEquals([...found.values()], ["row of a", "cached", "row of c"]);
    assertEquals([asked, await other.get("c")], [[["a", "c"]], "row of c"]);
  },
  "a split value is read, and what cannot be decoded is loaded anew": async (client) => {
    const big = "é".repeat(1_000_000);
    await client.set("big", big);
    await client.setRaw("bad", new TextEncoder().encode("{"), { flags: 64 });
    const { asked, load } = rows();
    const found = await client.getOrSetMulti(["big", "bad", "a"], load, TTL);
    assertEquals([found.get("big") === big, found.get("bad")], [true, "row of bad"]);
    assertEquals([asked.flat().toSorted(), found.get("a")], [["a", "bad"], "row of a"]);
    await client.meta.noop();
    assertEquals(await client.get("bad"), "row of bad");
  },
  "a schema looks at each value": async (client) => {
    const schema: StandardSchema<number, string> = {
      "~standard": {
        version: 1,
        vendor: "tests",
        validate: (value) =>
          typeof value === "number"
            ? { value: `${value} €` }
            : { issues: [{ message: "It is no number" }] },
      },
    };
    const options = { ttl: 60, schema };
    await client.setMulti({ a: 1, b: "two" });
    const { asked, load } = sourceOf((key) => key === "d" ? "four" as unknown as number : 3);
    const found: Map<string, string> = await client.getOrSetMulti(["a", "b", "c"], load, options);
    assertEquals([...found.values()], ["1 €", "3 €", "3 €"]);
    assertEquals(asked.flat().toSorted(), ["b", "c"]);
    const call = () => client.getOrSetMulti(["a", "d"], load, options);
    const { errors, partial } = await assertRejects(call, MultiError);
    assertInstanceOf(errors[0].cause, SchemaError);
    assertEquals(partial, new Map([["a", "1 €"]]));
  },
};

testOnBothServers("Client.getOrSetMulti()", CASES, PATIENT);

Deno.test("Client.getOrSetMulti() gives stale values at once, and renews them in the call that loads what is missing", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const promises: Promise<void>[] = [];
  const options = {
    ttl: 60,
    staleWhileRevalidate: 60,
    waitUntil: (promise: Promise<void>) => void promises.push(promise),
  };
  await client.getOrSetMulti(["a", "b"], rows().load, options);
  server.advance(61);
  const { asked, contexts, load } = sourceOf((key) => `new row of ${key}`);
  const mixed = await client.getOrSetMulti(["a", "c"], load, options);
  assertEquals([...mixed.values()], ["row of a", "new row of c"]);
  assertEquals(asked, [["a", "c"]]);
  assertEquals([contexts[0].stale, contexts[0].background], [new Map([["a", "row of a"]]), false]);
  await Promise.all(promises.splice(0));
  const stale = await client.getOrSetMulti(["b", "a"], load, options);
  assertEquals([...stale.values()], ["row of b", "new row of a"]);
  assertEquals(promises.length, 1);
  await Promise.all(promises);
  assertEquals([contexts[1].background, await client.get("b")], [true, "new row of b"]);
});

Deno.test("Client.getOrSetMulti() falls back to stale values within staleIfError", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const options = { ttl: 60, staleIfError: 600 };
  await client.getOrSetMulti(["a", "b"], rows().load, options);
  server.advance(61);
  const failing = () => Promise.reject(new Error("down"));
  const found = await client.getOrSetMulti<string>(["a", "b"], failing, options);
  assertEquals([...found.values()], ["row of a", "row of b"]);
});

Deno.test("Client.getOrSetMulti() asks each server in one write, and stores in one", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  await using client = new Client([one.address, two.address], { ...PATIENT, strict: true });
  await client.meta.noop();
  await client.version();
  const keys = Array.from({ length: 100 }, (_, i) => `k${i}`);
  const written = async (load: () => Record<string, number>) => {
    const before = [...client.counters().values()].map(({ writes }) => writes);
    const found = await client.getOrSetMulti(keys, load, TTL);
    assertEquals([...found.keys()], keys);
    return [...client.counters().values()].map(({ writes }, i) => writes - before[i]);
  };
  const all = Object.fromEntries(keys.map((key, i) => [key, i]));
  assertEquals(await written(() => all), [2, 2]);
  assertEquals(await written(() => assert(false) as never), [1, 1]);
});

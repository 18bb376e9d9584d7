/** What goes wrong, or changes, while keys have copies: no answer is wrong, and no call waits for what it does not need. */

import { Client, MemcachedError } from "@libmc/libmc";
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { systemClock } from "../../../src/clock.ts";
import { eventually, within } from "../../support/eventually.ts";
import { CopiesRig, replicas } from "./rig.ts";

Deno.test("Client.update() with replicas lets its caller ask for the same key meanwhile", async () => {
  await using rig = await CopiesRig.start(2, replicas(2));
  const { client } = rig;
  await client.set("n", 1);
  const updated = client.update<number>("n", async (n = 0) => {
    assertEquals(await client.get("n"), 1);
    await client.set("m", 1);
    return n + 1;
  });
  assertEquals(await within("the update", updated, 1500), 2);
  assertEquals(await rig.seen(() => client.get("n")), [2]);
});

Deno.test("Client with replicas rejects at once when a call is aborted that waits, or whose servers are slow", async () => {
  await using rig = await CopiesRig.start(2, replicas(2));
  const { client } = rig;
  await client.set("n", 1);
  for (const proxy of rig.proxies) await proxy.set({ stall: true });
  const abort = new AbortController();
  const { signal } = abort;
  const first = client.set("n", 2);
  const calls = [
    client.set("n", 3, { signal }),
    client.get("n", { signal }),
    client.delete("other", { signal }),
  ];
  const gone = calls.map((call) => assertRejects(() => call, Error, "enough"));
  abort.abort(new Error("enough"));
  await within("the aborts", Promise.all(gone), 1000);
  for (const proxy of rig.proxies) await proxy.clear();
  assertEquals(await first, true);
  assertEquals(await rig.seen(() => client.get("n")), [2]);
});

Deno.test("Client with replicas stores whenever a copy is left, while the pause of the dead one ends again and again", async () => {
  // It goes on at each look, so that the pause ends between any two of them.
  const clock = { now: () => looks++, after: systemClock.after };
  let looks = 0;
  const limits = { timeout: 60_000, connectTimeout: 60_000, pollTimeout: 60_000 };
  await using rig = await CopiesRig.start(
    2,
    replicas(2, 2, { ...limits, retryTimeout: 20, clock }),
  );
  const { client } = rig;
  const [leading] = rig.copiesOf("n");
  await client.set("n", -1);
  await rig.cut(leading);
  const failures: unknown[] = [];
  client.addEventListener("failure", ({ verb, error }) => {
    // Deletes at the dead one are told; they are made up for.
    if (verb !== "delete") failures.push(error);
  });
  for (let i = 0; i < 150; i++) {
    assertEquals(await client.set("n", i), true);
    assertEquals(await client.get("n"), i);
  }
  assertEquals(failures, []);
});

const REFRESHED: Readonly<
  Record<string, (client: Client, load: () => unknown) => Promise<unknown>>
> = {
  getOrSet: (client, load) => client.getOrSet("n", load, { ttl: 60, forceFresh: true }),
  getOrSetMulti: async (client, load) => {
    const loadMany = async () => [["n", await load()] as const];
    return (await client.getOrSetMulti(["n"], loadMany, { ttl: 60, forceFresh: true })).get("n");
  },
  "getOrSet by routeBy": (client, load) =>
    client.getOrSet("n", load, { ttl: 60, forceFresh: true, routeBy: "r" }),
};

for (const [name, refresh] of Object.entries(REFRESHED)) {
  Deno.test(`Client with replicas gives nothing of before a load that others have read beside, ${name}`, async () => {
    await using rig = await CopiesRig.start(2, replicas(2));
    const { client } = rig;
    const options = name.includes("routeBy") ? { routeBy: "r" } : {};
    await client.set("n", "old", options);
    const other = rig.another();
    // While it is loaded the old value is read, and so copied.
    const load = async () => {
      await eventually("it is copied", async () => {
        assertEquals(await other.get("n", options), "old");
        return rig.servers.every(({ items }) => items === 1);
      });
      return "new";
    };
    assertEquals(await refresh(client, load), "new");
    assertEquals(await rig.seen(() => client.get("n", options)), ["new"]);
    assertEquals(await rig.seen(() => other.get("n", options)), ["new"]);
  });
}

Deno.test("Client.getOrSet() with replicas gives what any copy has, and loads by the leading one", async () => {
  await using rig = await CopiesRig.start(3, replicas(3));
  const { client } = rig;
  let loads = 0;
  const get = () => client.getOrSet("hot", () => ++loads, { ttl: 60 });
  const getMany = async () => {
    const loadMany = (keys: readonly string[]) => keys.map((key) => [key, ++loads] as const);
    return (await client.getOrSetMulti(["hot"], loadMany, { ttl: 60 })).get("hot");
  };
  for (const call of [get, getMany]) {
    await eventually("all have it", async () => {
      assertEquals(await call(), loads);
      return rig.servers.every(({ items }) => items === 1);
    });
    const [before, bytes] = [hits(client), bytesRead(client)];
    assertEquals(await rig.seen(call, 90), [loads]);
    const after = hits(client);
    assertEquals(bytesRead(client) - bytes, 90, "one for each call, wherever it was found");
    assert(after.every((count, i) => count - before[i] > 5), `${before} ${after}`);
    assertEquals(await client.delete("hot"), true);
  }
  assertEquals(loads, 2);
});

Deno.test("Client.getOrSet() with replicas takes no copy for fresh that the leading one would renew", async () => {
  await using rig = await CopiesRig.start(2, replicas(2));
  const { client } = rig;
  const options = { ttl: 1, staleWhileRevalidate: 600 };
  // It has 300 seconds left of those in which it is stale.
  await client.set("n", "stale", { exptime: 300 });
  await rig.copied("n", 2);
  const [leading, second] = rig.copiesOf("n");
  assertEquals([rig.servers[leading].items, rig.servers[second].items], [1, 1]);
  let loads = 0;
  const get = () => client.getOrSet("n", () => `new ${++loads}`, options);
  await eventually("it is renewed", async () => await get() !== "stale");
  assertEquals(loads, 1);
  assertEquals(await rig.seen(() => client.get("n")), ["new 1"]);
  // Invalidated, it is stale at the leading copy and gone at the other one.
  await client.invalidate("n", { staleFor: 60 });
  await eventually("it is renewed again", async () => await get() === "new 2");
});

const FOR_NOTHING: Readonly<
  Record<string, readonly [(client: Client) => Promise<unknown>, unknown]>
> = {
  append: [(client) => client.append("n", "d"), false],
  prepend: [(client) => client.prepend("n", "d"), false],
  replace: [(client) => client.replace("n", "d"), false],
  add: [(client) => client.add("n", "d"), true],
  touch: [(client) => client.touch("n", 60), false],
  gat: [(client) => client.gat("n", 60), undefined],
  incr: [(client) => client.incr("n", 1, { strict: true }), undefined],
  "incr with initial": [(client) => client.incr("n", 1, { initial: 5 }), 5],
  "meta.set append": [(client) => client.meta.set("n", "d", { mode: "append" }), undefined],
};

Deno.test("Client with replicas takes no place of a copy on its way for an item, once that copy leads", async () => {
  await using rig = await CopiesRig.start(2, replicas(2));
  const { client } = rig;
  await client.set("n", "abc");
  const [leading, second] = rig.copiesOf("n");
  await rig.cut(leading);
  await using direct = new Client(rig.servers[second].address);
  for (const [name, [call, expected]] of Object.entries(FOR_NOTHING)) {
    await direct.delete("n");
    // Somebody else who copies it was lost in the middle.
    assertEquals((await direct.meta.get("n", { vivify: 10 }))?.won, true);
    const given = await call(client);
    if (expected !== undefined) assertEquals(given, expected, name);
    if (expected !== true && expected !== 5) assertEquals(await client.get("n"), undefined, name);
  }
});

Deno.test("Client refuses replicas on one server under two names", () => {
  const why = 'servers "x" and "y" as they are one server';
  assertThrows(() => new Client(["a:1 x", "a:1 y"], { replicas: 2 }), TypeError, why);
  const client = new Client(["a:1 x", "b:1 y"], { replicas: 2 });
  assertThrows(() => client.setServers(["a:1 x", "a:1 y"]), TypeError, why);
});

/** The servers before a change of the list, after it, and after it was taken back, by their numbers. */
const CHANGES_OF_SERVERS: readonly (readonly number[])[] = [[0, 2], [1, 2], [2, 0, 1], [1], [0]];

for (const next of CHANGES_OF_SERVERS) {
  Deno.test(`Client with replicas gives nothing of before a set() during which its servers become ${next}`, async () => {
    for (let i = 0; i < 6; i++) {
      // Servers of its own: where a copy of the key before is still on its way, items cannot be counted.
      await using rig = await CopiesRig.start(3, replicas(2));
      const { client } = rig;
      const key = `key${i}`;
      await client.set(key, "old");
      await rig.copied(key, 2);
      for (const proxy of rig.proxies) await proxy.set({ delayMs: 10 });
      const stored = client.set(key, "new");
      await new Promise((resolve) => setTimeout(resolve, 3));
      client.setServers(next.map((at) => rig.names[at]));
      await stored;
      for (const proxy of rig.proxies) await proxy.clear();
      assert(!(await rig.seen(() => client.get(key), 8)).includes("old"), key);
      client.setServers(rig.names.slice(0, 2));
      assert(!(await rig.seen(() => client.get(key), 8)).includes("old"), key);
    }
  });
}

Deno.test("Client with replicas tells of an unknown end, and gives either value, not both", async () => {
  await using rig = await CopiesRig.start(2, replicas(2, 2, { pollTimeout: 60, strict: true }));
  const { client } = rig;
  const [leading] = rig.copiesOf("n");
  await client.set("n", "old");
  await rig.copied("n", 2);
  await rig.proxies[leading].set({ stall: true });
  await assertRejects(() => client.set("n", "new"), MemcachedError);
  await rig.proxies[leading].clear();
  const values = await rig.seen(() => client.get("n").catch(() => undefined));
  assert(!values.includes("old"), `${values}`);
});

function bytesRead(client: Client): number {
  return [...client.counters("verbs").values()].reduce((sum, row) => sum + row.bytesRead, 0);
}

function hits(client: Client): number[] {
  return [...client.counters().values()].map(({ hits }) => hits);
}

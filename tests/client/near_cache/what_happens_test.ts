/** What becomes of values near, and what callers see of it: the table of docs/near_cache.md, each row with what brings it about. */

import { assert, assertEquals, assertNotStrictEquals, assertRejects } from "@std/assert";
import { Client, ClosedError, type Items, MemcachedError } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { rowsOfTable } from "../../support/document_tables.ts";
import { eventually } from "../../support/eventually.ts";
import { countersOf, NEAR, PATIENT, PLAIN, start } from "./rig.ts";

type Rig = Awaited<ReturnType<typeof start>>;

interface Row {
  readonly when: string;
  readonly what: string;
  run(rig: Rig): Promise<void>;
}

const ROWS: readonly Row[] = [
  {
    when: "another client, or another process, sets or deletes the key",
    what: "the old value is given until it is `maxAge` old",
    async run({ client, another, clock }) {
      await near(client, { a: "old", b: "old" });
      await another.set("a", "new");
      await another.delete("b");
      clock.ahead += NEAR.maxAge - 1;
      assertEquals(await client.getList(["a", "b"]), ["old", "old"]);
      clock.ahead++;
      assertEquals(await client.getList(["a", "b"]), ["new", undefined]);
    },
  },
  {
    when: "another one flushes the server, or the item expires or is evicted there",
    what: "the same",
    async run({ client, another, server, clock }) {
      await near(client, { a: "old" });
      await client.set("b", "old", { exptime: 10 });
      await client.get("b");
      another.toggleFlushAllFeature(true);
      await another.flushAll();
      server.advance(10);
      assertEquals(await client.getList(["a", "b"]), ["old", "old"]);
      clock.ahead += NEAR.maxAge;
      assertEquals(await client.getList(["a", "b"]), [undefined, undefined]);
    },
  },
  {
    when: "this client changes the key in any way",
    what: "the next read asks the server",
    async run({ client, another }) {
      await near(client, { a: 1 });
      await client.incr("a", 1);
      await another.set("a", 7);
      assertEquals(await client.get("a"), 7);
      await client.touch("a", 60);
      await another.set("a", 8);
      assertEquals(await client.get("a"), 8);
    },
  },
  {
    when: "a change by this client fails",
    what: "the same, though the value may still be the old one",
    async run({ client, server, another }) {
      await near(client, { a: "old" });
      server.fault({ kind: "serverError", commands: ["set"], times: 1 });
      await assertRejects(() => client.set("a", "new"), MemcachedError);
      assertEquals(await client.get("a"), "old");
      await another.set("a", "of another");
      assertEquals(await client.get("a"), "old", "it is near again");
    },
  },
  {
    when: "a read is on its way while this client changes the key",
    what: "its caller gets what the server said, and that is not kept",
    async run({ client, another }) {
      await client.set("a", "old");
      const [read] = await Promise.all([client.get("a"), client.set("a", "new")]);
      assertEquals(read, "old");
      await another.set("a", "newer");
      assertEquals(await client.get("a"), "newer");
    },
  },
  {
    when: "`getOrSet` or `update` stores a value, or `invalidate` marks one",
    what: "it is dropped; none of them uses or fills what is near",
    async run({ client, another }) {
      await near(client, { a: "old" });
      await another.delete("a");
      assertEquals(await client.getOrSet("a", () => "loaded", { ttl: 60 }), "loaded");
      assertEquals(await client.get("a"), "loaded");
      await client.update("a", () => "changed");
      assertEquals(await client.get("a"), "changed");
      await client.invalidate("a", { staleFor: 10 });
      await another.delete("a");
      assertEquals(await client.get("a"), undefined);
    },
  },
  {
    when: "a namespace is cleared",
    what: "by this client: its values are dropped; by another one: they are given for a second",
    async run({ client, another, clock }) {
      const space = client.namespace("n");
      for (const clear of [() => space.clear(), () => another.namespace("n").clear()]) {
        await space.set("a", 1);
        assertEquals(await space.get("a"), 1);
        await clear();
        clock.ahead += 1000;
        assertEquals(await space.get("a"), undefined);
      }
      await space.set("a", 1);
      await space.get("a");
      await space.clear();
      assertEquals(await space.get("a"), undefined);
      await space.set("a", 2);
      await space.get("a");
      await another.namespace("n").clear();
      assertEquals(await space.get("a"), 2);
    },
  },
  {
    when: "the server dies, or its last connection ends",
    what: "its values are dropped: a miss, or a rejection with `strict`",
    async run({ client, server }) {
      await near(client, { a: "old" });
      await server.stop();
      await eventually("it is noticed", () => countersOf(client).disconnects > 0);
      assertEquals(await client.get("a", { strict: false }), undefined);
      await assertRejects(() => client.get("a"), MemcachedError);
    },
  },
  {
    when: "the server stalls",
    what: "what is near is given, until the client gives up the connection",
    async run({ server }) {
      await using client = new Client(server.address, { ...PATIENT, pollTimeout: 50 });
      await near(client, { a: "near" });
      server.fault({ kind: "missingReply", then: "silence" });
      const stalled = assertRejects(() => client.get("b"), MemcachedError);
      assertEquals(await client.get("a"), "near");
      await stalled;
      assertEquals(await client.get("a", { strict: false }), undefined);
    },
  },
  {
    when: "servers are added or removed, or the hash changes",
    what: "all values are dropped",
    async run({ client, server }) {
      await using other = await MemcachedServer.start();
      await near(client, { a: "old" });
      client.setServers([server.address, other.address]);
      await client.get("a");
      assertEquals(countersOf(client).nearHits, 0);
    },
  },
  {
    when: "more is read than `maxBytes` holds",
    what:
      "what was used least recently goes first; a value that is bigger than all of it is not kept",
    async run({ server }) {
      const nearCache = { maxBytes: 3000, maxAge: 60_000 };
      await using client = new Client(server.address, { ...PLAIN, nearCache });
      await near(client, Object.fromEntries(Array.from({ length: 30 }, (_, i) => [`k${i}`, "x"])));
      await near(client, { big: "x".repeat(4000) });
      const { nearBytes, nearEvictions, nearHits } = countersOf(client);
      assert(nearBytes > 2000 && nearBytes <= 3000 && nearEvictions > 0);
      await client.getList(["k29", "k0", "big"]);
      assertEquals(countersOf(client).nearHits, nearHits + 1);
    },
  },
  {
    when: "a caller changes the object that it was given",
    what: "nobody else sees that",
    async run({ client }) {
      await near(client, { a: { list: [1] } });
      const mine = await client.get<{ list: number[] }>("a");
      mine?.list.push(2);
      const next = await client.get("a");
      assertEquals(next, { list: [1] });
      assertNotStrictEquals(next, await client.get("a"));
    },
  },
  {
    when: "the clock of the machine is set, back or forth",
    what: "nothing: ages are counted by a clock that only runs",
    async run({ server }) {
      await using client = new Client(server.address, PATIENT);
      await near(client, { a: "near" });
      const { now } = Date;
      try {
        for (const jump of [-1e9, 1e9]) {
          Date.now = () => now() + jump;
          assertEquals(await client.get("a"), "near");
        }
      } finally {
        Date.now = now;
      }
      assertEquals(countersOf(client).nearHits, 2);
    },
  },
  {
    when: "the key is not there",
    what: "a miss is not kept: each read asks the server",
    async run({ client, another }) {
      assertEquals(await client.get("a"), undefined);
      await another.set("a", 1);
      assertEquals(await client.get("a"), 1);
    },
  },
  {
    when: "the client is closed",
    what: "a `ClosedError`, whatever was near",
    async run({ client }) {
      await near(client, { a: "old" });
      await client.close();
      await assertRejects(() => client.get("a"), ClosedError);
      assertEquals(countersOf(client).nearBytes, 0);
    },
  },
];

for (const row of ROWS) {
  Deno.test(`nearCache, what happens when: ${row.when}`, async () => {
    await using rig = await start();
    await row.run(rig);
  });
}

Deno.test("docs/near_cache.md says of each thing that happens to values near what is tested here", async () => {
  const page = new URL("../../../docs/near_cache.md", import.meta.url);
  const rows = await rowsOfTable(page, /^\| when +\| what happens/);
  assertEquals(rows, ROWS.map(({ when, what }) => [when, what]));
});

/** Stores values, and reads them, so that they are near. */
async function near(client: Client, values: Items): Promise<void> {
  await client.setMulti(values);
  await client.getMulti(Object.keys(values));
}

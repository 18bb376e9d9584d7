/** Spans of clients whose keys are in several places: one for each place that a call asks, and none for what follows. */

import { assertEquals } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { otel } from "@libmc/libmc/otel";
import { MemcachedServer } from "@libmc/libmc/testing";
import { eventually } from "../support/eventually.ts";
import { Recording } from "./recording.ts";
import { recorded } from "./rig.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000 };

Deno.test("otel() makes one span of a call with replicas, and one more where a copy had nothing", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const servers = [one.address, two.address];
  const { client, recording } = recorded(servers, { ...PATIENT, replicas: 2 });
  await using _closed = client;
  await client.set("key", "value");
  await client.delete("key");
  assertEquals(
    operations(recording),
    ["set", "delete"],
    "What the other copy deletes is none",
  );
  await client.set("key", "value");
  // Where a copy has nothing, the leading one is asked, too; then it is copied in the background.
  await eventually("ten gets are ten spans", async () => {
    recording.spans.length = 0;
    for (let i = 0; i < 10; i++) await client.get("key");
    return recording.spans.length === 10;
  });
  assertEquals(new Set(operations(recording)), new Set(["get"]));
});

Deno.test("otel() makes a span of getOrSet() with replicas for a copy that had nothing fresh, and counters count it", async () => {
  await using one = await MemcachedServer.start();
  await using two = await MemcachedServer.start();
  const options = { ...PATIENT, replicas: 2, group: () => "all", latencies: true };
  const { client, recording } = recorded([one.address, two.address], options);
  await using _closed = client;
  const seen = new Set<number>();
  let key = 0;
  await eventually("a copy and the leading one were asked first", async () => {
    recording.spans.length = 0;
    assertEquals(await client.getOrSet(`key${key++}`, () => 1, { ttl: 60 }), 1);
    seen.add(recording.spans.length);
    return seen.size === 2;
  });
  assertEquals([[...seen].toSorted(), new Set(operations(recording))], [
    [1, 2],
    new Set(["getOrSet"]),
  ]);
  const { calls, latency } = client.counters("verbs").get("getOrSet")!;
  assertEquals([calls > key, latency?.count], [true, calls]);
  assertEquals(client.counters("groups").get("all")?.calls, calls);
});

Deno.test("otel() makes a span for each zone that a call asks, with its server", async () => {
  await using own = await MemcachedServer.start();
  await using other = await MemcachedServer.start();
  const zones = { own: "west", others: { east: [other.address] } };
  const { client, recording } = recorded(own.address, { ...PATIENT, zones });
  await using _closed = client;
  await client.get("key");
  assertEquals(recording.spans.map(({ name }) => name), [
    `get ${own.address}`,
    `get ${other.address}`,
  ], "East leads");
  assertEquals(recording.spans.map(({ status, ends }) => [status.code, ends]), [
    [0, 1],
    [0, 1],
  ]);
  recording.spans.length = 0;
  await client.set("key", "value");
  assertEquals(recording.spans.map(({ name }) => name), [
    `set ${other.address}`,
  ]);
});

Deno.test("otel() makes spans of a move for the client whose servers are asked", async () => {
  await using before = await MemcachedServer.start();
  await using after = await MemcachedServer.start();
  const recording = new Recording();
  const { tracerProvider } = recording;
  const observer = otel({ metrics: false, tracerProvider });
  for (const hearsOld of [true, false]) {
    for (
      const [stage, asked] of [["read_old", before], [
        "read_new",
        after,
      ]] as const
    ) {
      await using old = new Client(before.address, {
        ...PATIENT,
        ...hearsOld && { observer },
      });
      await using client = new Client(after.address, {
        ...{ ...PATIENT, observer, migrateFrom: old, migration: { stage } },
      });
      recording.spans.length = 0;
      await client.set("key", "value");
      await client.get("key");
      await client.delete("key");
      const heard = hearsOld || stage === "read_new";
      assertEquals(
        recording.spans.map(({ name }) => name),
        heard ? ["set", "get", "delete"].map((name) => `${name} ${asked.address}`) : [],
        `${stage}, ${hearsOld}: deletes on the other side are no spans`,
      );
    }
  }
});

function operations({ spans }: Recording): unknown[] {
  return spans.map(({ attributes }) => attributes["db.operation.name"]);
}

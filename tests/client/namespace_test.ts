/** namespace(): a view of the client, whose keys can all be dropped by one call. */

import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
import {
  Client,
  type ClientOptions,
  ClosedError,
  MemcachedError,
  MultiError,
  type Storable,
} from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { systemClock } from "../../src/clock.ts";
import { Recorder } from "../compat/recording_connect.ts";
import { recordEvents } from "../support/failures.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { startMemcached } from "../support/memcached.ts";
import { settle } from "../support/settle.ts";

const PATIENT: ClientOptions = { strict: true, pollTimeout: 5000, connectTimeout: 5000 };
const GENERATION = "libmc:namespace:n";

async function worksRight(address: string, options: ClientOptions = {}): Promise<void> {
  await using client = new Client(address, { ...PATIENT, ...options });
  const one = client.namespace("n");
  const other = client.namespace("m");
  for (let round = 0; round < 3; round++) {
    assertEquals(await one.getList(["a", "b"]), [undefined, undefined]);
    assertEquals(await one.set("a", round), true);
    await other.set("a", "other");
    assertEquals([await one.get("a"), await other.get("a")], [round, "other"]);
    assertEquals(await client.get("a"), undefined);
    assertEquals(await one.setMulti({ a: 1, b: 2 }), { ok: true, failed: [] });
    assertEquals([...await one.getMulti(new Set(["b", "c", "a"]))], [["b", 2], ["a", 1]]);
    assertEquals([await one.add("a", 5), await one.add("c", 3)], [false, true]);
    assertEquals([await one.replace("a", 4), await one.replace("d", 4)], [true, false]);
    const seen = await one.gets<number>("a");
    assertEquals([seen?.value, await one.cas("a", 6, seen?.cas ?? 0n)], [4, true]);
    assertEquals(await one.cas("a", 7, seen?.cas ?? 0n), false);
    assertEquals([await one.incr("a"), await one.decr("a", 2)], [7, 5]);
    assertEquals(await one.incr("begins", 1, { initial: 1 }), 1);
    assertEquals([await one.touch("a", 60), await one.touch("d", 60)], [true, false]);
    assertEquals([await one.delete("a"), await one.get("a")], [true, undefined]);
    const big = new Uint8Array(1_500_000).fill(round);
    await one.set("big", big);
    assertEquals(await one.get("big"), big);
    assertEquals(await one.deleteMulti(["b", "nothing"]), { ok: true, failed: [] });
    assertEquals(await one.clear(), true);
    assertEquals(await one.getMulti(["a", "b", "c", "big", "begins"]), new Map());
    assertEquals(await other.get("a"), "other");
  }
}

Deno.test("a namespace has keys of its own, and clear drops all of them: on memcached and on the embedded server", async () => {
  await using live = await startMemcached();
  await worksRight(live.address);
  for (const options of [{ prefix: "é:" }, { noreply: false, connections: 3 }]) {
    await using server = await MemcachedServer.start();
    await worksRight(server.address, options);
  }
});

Deno.test("a namespace works on a server without meta commands", async () => {
  await using server = await MemcachedServer.start();
  server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
  await worksRight(server.address);
});

Deno.test("a namespace carries out the calls of one client in the order in which they were made", async () => {
  for (const hasMeta of [true, false]) {
    await using server = await MemcachedServer.start();
    if (!hasMeta) server.fault({ kind: "missingReply", commands: ["mn"], then: "close" });
    await using client = new Client(server.address, PATIENT);
    const space = client.namespace("n");
    for (let round = 0; round < 3; round++) {
      const answers = await Promise.all([
        space.set("a", 1),
        space.get("a"),
        space.clear(),
        space.get("a"),
        space.set("a", 2),
        space.get("a"),
        space.clear(),
        space.clear(),
        space.get("a"),
      ]);
      assertEquals(answers, [true, 1, true, undefined, true, 2, true, true, undefined]);
    }
  }
});

Deno.test("a clear by another client is seen after a second, and never less than its own", async () => {
  await using server = await MemcachedServer.start();
  const clock = new ManualClock();
  await using client = new Client(server.address, { ...PATIENT, clock });
  await using another = new Client(server.address, PATIENT);
  const space = client.namespace("n");
  await space.set("a", 1);
  await another.namespace("n").clear();
  assertEquals(await space.get("a"), 1, "kept for a second");
  clock.advance(999);
  assertEquals(await space.get("a"), 1);
  clock.advance(1);
  assertEquals(await space.get("a"), undefined);
  await space.set("a", 2);
  assertEquals(await another.namespace("n").get("a"), 2);
  clock.advance(1000);
  await another.namespace("n").clear();
  assertEquals(await space.incr("count", 1, { initial: 1 }), 1, "in the new generation");
  assertEquals(await another.namespace("n").get("count"), "1");
});

Deno.test("a clear is seen at once by all views of the client, and one question serves them", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const [one, other] = [client.namespace("n"), client.namespace("n")];
  await one.set("a", 1);
  assertEquals(await other.get("a"), 1);
  const questions = server.commands.get("get");
  assertEquals([await one.get("a"), await client.namespace("n").get("a")], [1, 1]);
  assertEquals(server.commands.get("get"), (questions ?? 0) + 2);
  assertEquals(await one.clear(), true);
  assertEquals([await other.get("a"), await client.namespace("n").get("a")], [
    undefined,
    undefined,
  ]);
});

Deno.test("a namespace asks for its number once a second, in the trip of a call", async () => {
  await using server = await MemcachedServer.start();
  const clock = new ManualClock();
  const recorder = new Recorder();
  await using client = new Client(server.address, { ...PATIENT, clock, connect: recorder.connect });
  const space = client.namespace("n");
  await Promise.all([space.get("a"), space.get("b"), space.getMulti(["c"])]);
  const sent = () => recorder.connections[0].sent;
  const questions = () => sent().split(`get ${GENERATION}`).length - 1;
  assertEquals(questions(), 1, "those who ask at the same time share the question");
  await space.get("a");
  assertEquals(questions(), 1);
  clock.advance(1000);
  const before = sent().length;
  const number = /n:[0-9a-z]+:/.exec(sent())?.[0];
  const call = space.get("a");
  await settle();
  assertEquals(sent().slice(before), `get ${GENERATION} ${number}a\r\n`);
  await call;
});

Deno.test("a number that was evicted never brings an old value back", async () => {
  await using server = await MemcachedServer.start();
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  await using client = new Client(server.address, { ...PATIENT, clock });
  const space = client.namespace("n");
  const numbers = new Set<string>();
  for (let round = 0; round < 20; round++) {
    assertEquals(await space.get("a"), undefined);
    await space.set("a", round);
    if (round % 2 === 0) await space.clear();
    const item = await client.getRaw(GENERATION);
    numbers.add(new TextDecoder().decode(item?.data));
    await client.delete(GENERATION);
    // It is asked for anew.
    ahead += 1000;
  }
  assertEquals(numbers.size, 20);
});

Deno.test("a namespace whose number cannot be learned fails as its call would, and gives no old value", async () => {
  await using server = await MemcachedServer.start();
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  await using client = new Client(server.address, { clock });
  const { failure } = recordEvents(client);
  const space = client.namespace("n");
  await space.setMulti({ a: 1, b: 2 });
  const number = await client.getRaw(GENERATION);
  await client.set(GENERATION, "something else");
  ahead += 1000;
  assertEquals(await space.get("a"), undefined, "it may have been cleared");
  assertEquals(await space.getList(["a", "b"]), [undefined, undefined]);
  assertEquals(await space.getMulti(["a", "b"]), new Map());
  assertEquals(await space.set("a", 3), false);
  assertEquals(await space.setMulti({ a: 4 }), { ok: false, failed: ["a"] });
  assertEquals(await space.deleteMulti(["a"]), { ok: false, failed: ["a"] });
  assertEquals(await space.incr("a"), undefined);
  const error = await assertRejects(() => space.set("a", 5, { strict: true }), MemcachedError);
  assertEquals(error.sent, "maybe", "what went with the question may have been carried out");
  assertEquals(await space.clear(), false);
  await settle();
  assertEquals(
    new Set(failure.map(({ verb }) => verb)),
    new Set([
      ...["get", "getList", "getMulti", "set", "setMulti", "deleteMulti", "incr"],
      "namespace.clear",
    ]),
    "each call tells of itself, and nobody of the question",
  );
  await assertRejects(() => space.clear({ strict: true }), MemcachedError);
  assert(number !== undefined);
  await client.setRaw(GENERATION, number.data);
  ahead += 1000;
  assertEquals(await space.set("a", 5), true);
  assertEquals(await space.get("a"), 5);
});

Deno.test("a clear whose reply is lost is not taken for done, and what follows asks anew", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { pollTimeout: 50, deadAfter: 0 });
  const space = client.namespace("n");
  await space.set("a", 1);
  server.fault({ kind: "missingReply", commands: ["ma"], nth: 1, then: "close" });
  assertEquals(await space.clear(), false);
  assertEquals(await space.get("a"), undefined, "the server has cleared it");
});

Deno.test("a MultiError of a namespace has the keys of the caller", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  const space = client.namespace("n");
  await space.set("good", 1);
  const fault = server.fault({ kind: "serverError", commands: ["set"] });
  const error = await assertRejects(() => space.setMulti({ bad: 1 }), MultiError);
  assertEquals(error.partial, { ok: false, failed: ["bad"] });
  fault.remove();
});

Deno.test("an aborted call of a namespace rejects at once, and others go on", async () => {
  await using server = await MemcachedServer.start();
  const silence = server.fault({ kind: "missingReply", commands: ["version"], nth: 1 });
  await using client = new Client(server.address, {
    ...PATIENT,
    pollTimeout: 300,
    retryTimeout: 1,
    maxRetries: 0,
  });
  const space = client.namespace("n");
  const controller = new AbortController();
  const call = space.get("a", { signal: controller.signal });
  await settle();
  controller.abort(new Error("gone"));
  await assertRejects(() => call, Error, "gone");
  await assertRejects(
    () => space.get("a", { signal: AbortSignal.abort(new Error("gone")) }),
    Error,
  );
  silence.remove();
});

Deno.test("a namespace refuses bad names, keys and options", async () => {
  await using server = await MemcachedServer.start();
  let ahead = 0;
  const clock = { ...systemClock, now: () => systemClock.now() + ahead };
  await using client = new Client(server.address, { strict: false, clock });
  for (const name of ["", "a b", "a\r\nb", "\ud800", 5, undefined]) {
    assertThrows(() => client.namespace(name as string), TypeError);
  }
  assertThrows(() => client.namespace("n".repeat(250)), RangeError);
  const space = client.namespace("n");
  const wrong: [call: () => Promise<unknown>, error: typeof Error][] = [
    [() => space.get("a b"), TypeError],
    [() => space.get("a".repeat(240)), RangeError],
    [() => space.get("a", { exptime: 5 } as never), TypeError],
    [() => space.getMulti("abc" as unknown as string[]), TypeError],
    [() => space.getMulti(undefined as never), TypeError],
    [() => space.getList(5 as never), TypeError],
    [() => space.setMulti(undefined as never), TypeError],
    [() => space.setMulti([["a"]] as never), TypeError],
    [() => space.set("a", undefined as unknown as Storable), TypeError],
    [() => space.set("a", 1, 60 as never), TypeError],
    [() => space.incr("a", -1), RangeError],
    [() => space.clear(5 as never), TypeError],
  ];
  for (const [call, error] of wrong) await assertRejects(call, error);
  assertEquals(server.connections, 0, "refused before a byte is sent");
  await space.set("a", 1);
  for (const [call, error] of wrong) await assertRejects(call, error);
  ahead += 1000;
  await client.set(GENERATION, "something else");
  assertEquals(client.lastError, undefined);
  await space.set("a", 1);
  for (const [call, error] of wrong) await assertRejects(call, error);
  await server.stop();
  for (const [call, error] of wrong) await assertRejects(call, error);
  assertEquals(await space.get("a"), undefined);
});

Deno.test("a namespace of a closed client rejects, and close() waits for a clear", async () => {
  await using server = await MemcachedServer.start();
  const client = new Client(server.address);
  const space = client.namespace("n");
  await space.set("a", 1);
  const clearing = space.clear();
  await client.close();
  assert(await clearing);
  await assertRejects(() => space.get("a"), ClosedError);
  await assertRejects(() => space.clear(), ClosedError);
});

Deno.test("namespace(): close() waits for calls that wait for the number, and what is called later is refused", async () => {
  await using server = await MemcachedServer.start();
  await using other = new Client(server.address, PATIENT);
  for (const name of ["unknown", "asked for anew", "cleared"]) {
    let ahead = 0;
    const clock = { ...systemClock, now: () => systemClock.now() + ahead };
    const client = new Client(server.address, { ...PATIENT, clock });
    const space = client.namespace("n");
    if (name !== "unknown") await space.set("a", 0);
    if (name === "cleared") await other.namespace("n").clear();
    ahead = 1000;
    const calls = [
      space.set("a", 1),
      space.setMulti({ b: 2 }),
      space.getOrSet("c", () => 3, { ttl: 60 }),
      space.update("d", () => 4),
      space.incr("e", 1, { initial: 5 }),
    ];
    const closed = client.close();
    const late = [space.set("a", 6), space.getOrSet("a", () => 6, { ttl: 60 })];
    for (const call of late) await assertRejects(() => call, ClosedError);
    assertEquals(await Promise.all(calls), [true, { ok: true, failed: [] }, 3, 4, 5], name);
    await closed;
    const values = await other.namespace("n").getList(["a", "b", "c", "d", "e"]);
    assertEquals(values, [1, 2, 3, 4, "5"], name);
    await other.namespace("n").clear();
  }
});

/** Counters by server, verb and group, and how long calls took. */

import { assert, assertEquals, assertThrows } from "@std/assert";
import { Client, type ClientOptions } from "@libmc/libmc";
import { MemcachedServer } from "@libmc/libmc/testing";
import { Histogram } from "../../src/observe/histogram.ts";
import { ManualClock } from "../support/manual_clock.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { settle } from "../support/settle.ts";

const PATIENT: ClientOptions = { pollTimeout: 5000, connectTimeout: 5000, warn: false };

Deno.test("Histogram puts a time into the bucket whose upper end it does not pass", () => {
  for (
    const [milliseconds, upperEnd] of [
      [0, 0.008],
      [0.008, 0.008],
      [0.0081, 0.01],
      [0.1, 0.112],
      [1, 1.024],
      [1.025, 1.28],
      [300, 327.68],
      [60_000, Infinity],
    ]
  ) {
    const histogram = new Histogram();
    histogram.record(milliseconds);
    const { buckets, max, p50, p99, count } = histogram.snapshot();
    assertEquals(buckets, { [String(upperEnd)]: 1 }, String(milliseconds));
    assertEquals([count, max, p50, p99], [1, milliseconds, milliseconds, milliseconds]);
  }
  const empty = new Histogram().snapshot();
  assertEquals(empty, { count: 0, p50: 0, p99: 0, max: 0, buckets: {} });
  const many = new Histogram();
  for (let i = 1; i <= 100; i++) many.record(i);
  const { p50, p99, max } = many.snapshot();
  assert(p50 >= 50 && p50 <= 62.5 && p99 >= 99 && p99 <= 100 && max === 100, `${p50} ${p99}`);
});

Deno.test("counters() by verb count calls, hits, misses and stores", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, PATIENT);
  await client.set("a", 1);
  await client.add("a", 2);
  await client.setMulti({ b: 1, c: 2 });
  await client.meta.set("d", 1);
  await Promise.all([client.get("a"), client.get("none"), client.get("a")]);
  await client.getMulti(["a", "b", "none"]);
  await client.getList(["a", "none", "none2"]);
  await client.meta.get("a");
  await client.incr("a");
  await client.getOrSet("a", () => 1, { ttl: 10 });
  await client.admin.stats("items");
  const verbs = client.counters("verbs");
  const short = (name: string) => {
    const counters = verbs.get(name);
    if (counters === undefined) return "none";
    const { calls, hits, misses, stores, failures } = counters;
    return [calls, hits, misses, stores, failures].join(" ");
  };
  assertEquals(short("set"), "1 0 0 1 0");
  assertEquals(short("add"), "1 0 0 0 0");
  assertEquals(short("setMulti"), "1 0 0 2 0");
  assertEquals(short("get"), "3 2 1 0 0");
  assertEquals(short("getMulti"), "1 2 1 0 0");
  assertEquals(short("getList"), "1 1 2 0 0");
  assertEquals(short("meta.get"), "1 1 0 0 0");
  assertEquals(short("incr"), "1 0 0 0 0");
  assertEquals(short("getOrSet"), "1 0 0 0 0");
  assertEquals(short("admin.stats"), "1 0 0 0 0");
  assertEquals(verbs.get("get")?.latency, undefined);
  assertEquals(verbs.has("step"), false, "steps of calls are not calls");
  const before = client.counters("verbs");
  await client.get("a");
  assertEquals(before.get("get")?.calls, 3, "It is a copy");
  assertEquals(client.counters().get(server.address)?.stores, 4, "set, setMulti and meta.set");
  assertThrows(() => client.counters("words" as "verbs"), TypeError);
});

Deno.test("counters() by verb count the bytes of items, where they are stored and read", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client(server.address, { ...PATIENT, prefix: "p:" });
  const bytes = (name: string) => {
    const { bytesRead = 0, bytesWritten = 0 } = client.counters("verbs").get(name) ?? {};
    return [bytesRead, bytesWritten];
  };
  await client.set("a", "12345");
  await client.set("b", "\u00e9".repeat(2000));
  await client.setMulti({ c: "123", d: "\u00e9", e: new Uint8Array(7) });
  await client.meta.set("f", "1234");
  await client.meta.setMulti({ g: "\u00e9", h: "1" });
  assertEquals([bytes("set"), bytes("setMulti")], [[0, 4005], [0, 12]]);
  assertEquals([bytes("meta.set"), bytes("meta.setMulti")], [[0, 4], [0, 3]]);
  await Promise.all([client.get("a"), client.get("a"), client.get("c"), client.get("none")]);
  assertEquals(bytes("get"), [8, 0], "What two calls share has come once");
  await client.getMulti(["a", "b", "none"]);
  await client.meta.get("f");
  await client.meta.getMulti(["g", "h"]);
  assertEquals([bytes("getMulti"), bytes("meta.get"), bytes("meta.getMulti")], [
    [4005, 0],
    [4, 0],
    [3, 0],
  ]);
  await client.set("big", new Uint8Array(2_500_000));
  await client.get("big");
  const [written, read] = [bytes("set")[1], bytes("get")[0]];
  assert(written >= 2_504_005 && written < 2_504_100, `${written}: chunks and manifest`);
  assert(read >= 2_500_008 && read < 2_500_100, `${read}`);
  await client.getOrSet("loaded", () => "123456", { ttl: 10 });
  await client.getOrSet("loaded", () => "", { ttl: 10 });
  const [loaded] = bytes("getOrSet");
  assert(loaded >= 6 && bytes("getOrSet")[1] >= 6, `${bytes("getOrSet")}`);
  await client.update("a", () => "1234567");
  assertEquals(bytes("update"), [5, 7]);
  await client.setStream("stream", new Blob([new Uint8Array(10)]).stream());
  for await (const _ of await client.getStream("stream") ?? []);
  assertEquals([bytes("setStream")[1], bytes("getStream")[0]], [10, 10]);
});

Deno.test("counters() by verb count what was sent again, for each call that waits for it", async () => {
  const dialler = new ScriptedDialler().open();
  const options = { ...PATIENT, connect: dialler.connect, clock: new ManualClock() };
  await using client = new Client("one:1", { ...options, maxRetries: 1, noreply: false });
  const calls = [
    client.set("a", "12345"),
    client.get("b"),
    client.get("c"),
    client.getMulti(["d", "e"]),
  ];
  await settle();
  dialler.transport.end();
  await settle();
  dialler.transport.feed("STORED\r\nEND\r\nEND\r\n");
  await Promise.all(calls);
  const resends = (name: string) => client.counters("verbs").get(name)?.resends;
  assertEquals(["set", "get", "getMulti"].map(resends), [1, 2, 1]);
  assertEquals(client.counters().get("one:1")?.resends, 3, "Two gets share a line");
  assertEquals(client.counters("verbs").get("set")?.bytesWritten, 10);
  dialler.transport.end();
});

Deno.test("counters() count failures by the name of their error, by server and by verb", async () => {
  await using server = await MemcachedServer.start();
  await using client = new Client([`${server.address} one`, "127.0.0.1:1 two"], PATIENT);
  const keys = Array.from({ length: 50 }, (_, i) => `key${i}`);
  await client.setMulti(keys.map((key) => [key, 1]));
  await client.getMulti(keys);
  await client.get("wrong key").catch(() => {});
  const kinds = { ConnectionError: 1, ServerDeadError: 1 };
  assertEquals(client.counters().get("two")?.failuresByKind, kinds);
  assertEquals(client.counters().get("one")?.failuresByKind, {});
  const verbs = client.counters("verbs");
  assertEquals(verbs.get("setMulti")?.failuresByKind, { ConnectionError: 1 });
  assertEquals(verbs.get("getMulti")?.failuresByKind, { ServerDeadError: 1 });
  assertEquals(verbs.get("getMulti")?.hits, verbs.get("setMulti")?.stores);
  assertEquals(verbs.get("getMulti")?.misses, 0, "Of keys that failed nothing is known");
  assertEquals(verbs.has("get"), false, "wrong use is not counted");
});

Deno.test("counters() have latencies with that option, of commands and of calls", async () => {
  const clock = new ManualClock();
  const dialler = new ScriptedDialler();
  const options = { ...PATIENT, clock, connect: dialler.connect, latencies: true };
  for (const timeout of [0, 5000]) {
    await using client = new Client("one:1", { ...options, timeout });
    const gets = [client.get("a"), client.get("b")];
    await settle();
    clock.advance(20);
    const transport = dialler.last.succeed();
    await settle();
    clock.advance(10);
    transport.feed("END\r\n");
    await Promise.all(gets);
    const commands = client.counters().get("one:1")?.latency;
    assertEquals([commands?.count, commands?.max], [1, 10], "one line for both, from its write on");
    const calls = client.counters("verbs").get("get")?.latency;
    assertEquals([calls?.count, calls?.max, calls?.p50], [2, 30, 30], "the dial is part of a call");
    transport.end();
  }
});

Deno.test("counters() by group count calls, hits, misses and bytes", async () => {
  await using server = await MemcachedServer.start();
  const group = (key: string) => key.split(":")[0];
  await using client = new Client(server.address, { ...PATIENT, group, prefix: "p:" });
  await client.set("user:1", "12345");
  await client.setMulti({ "user:2": "123", "page:1": "x".repeat(1000) });
  await client.get("user:1");
  await Promise.all([client.get("user:1"), client.get("user:3")]);
  await client.getList(["page:1", "page:2"]);
  const groups = client.counters("groups");
  assertEquals(Object.fromEntries(groups), {
    user: { calls: 5, hits: 2, misses: 1, bytesRead: 10, bytesWritten: 8 },
    page: { calls: 3, hits: 1, misses: 1, bytesRead: 1000, bytesWritten: 1000 },
  });
  await client.set("big:1", new Uint8Array(2_500_000));
  assertEquals((await client.get<Uint8Array>("big:1"))?.length, 2_500_000);
  const big = client.counters("groups").get("big");
  assert(big !== undefined && big.bytesRead >= 2_500_000 && big.bytesWritten >= 2_500_000);
  assertEquals([big.calls, big.hits], [2, 1]);
  assertEquals([...client.counters("groups").keys()], ["user", "page", "big"]);
});

Deno.test("counters() by group are bounded, and say once what is wrong with the function", async () => {
  const said: string[] = [];
  const { warn } = console;
  console.warn = (text: string) => said.push(text);
  try {
    await using server = await MemcachedServer.start();
    const group = (key: string) => {
      if (key === "throws") throw new Error("no group");
      return key === "number" ? 1 as unknown as string : key;
    };
    await using client = new Client(server.address, { ...PATIENT, warn: true, group });
    const keys = Array.from({ length: 1500 }, (_, i) => `key${i}`);
    await client.getMulti([...keys, "throws", "number", "throws"]);
    const groups = client.counters("groups");
    assertEquals(groups.size, 1001);
    assertEquals(groups.get("other")?.misses, 503);
  } finally {
    console.warn = warn;
  }
  assertEquals(said.length, 3, said.join("\n"));
});

Deno.test("counters() by group take any name, and keep no long one", async () => {
  const long = "x".repeat(100_000);
  const names = ["__proto__", "constructor", "toString", "", " ", "other", "\u0000", "\ud800"];
  await using server = await MemcachedServer.start();
  const group = (key: string) => names[Number(key)] ?? long + key;
  await using client = new Client(server.address, { ...PATIENT, group });
  for (let i = 0; i < names.length; i++) await client.set(String(i), "12");
  await client.getMulti(Array.from({ length: 3000 }, (_, i) => String(i)));
  const groups = client.counters("groups");
  assertEquals([...groups.keys()].sort(), names.toSorted());
  const { hits, misses } = groups.get("__proto__") ?? {};
  assertEquals([hits, misses, groups.get("other")?.misses], [1, 0, 3000 - names.length]);
  assertEquals(Object.getOwnPropertyNames(Object.prototype).includes("calls"), false);
});

Deno.test("counters() by group are not harmed by what the function throws, gives or does", async () => {
  await using server = await MemcachedServer.start();
  const gives: unknown[] = [Symbol("group"), null, {}, Promise.resolve("group"), () => "group", 5n];
  let at = 0;
  const inner: Promise<unknown>[] = [];
  const group = (key: string): string => {
    if (key === "inner") return "inner";
    if (at < gives.length) return gives[at++] as string;
    if (at++ === gives.length) inner.push(client.get("inner"));
    const { proxy, revoke } = Proxy.revocable({}, {});
    revoke();
    throw at % 2 === 0 ? proxy : Object.assign(new Error(), { message: Symbol("none") });
  };
  await using client = new Client(server.address, { ...PATIENT, group });
  for (let i = 0; i < 10; i++) assertEquals(await client.get("key"), undefined);
  await Promise.all(inner);
  const groups = client.counters("groups");
  assertEquals([...groups.keys()].sort(), ["inner", "other"]);
  assertEquals(groups.get("other")?.misses, 10);
  assertEquals(groups.get("inner")?.misses, 1);
});

import { assertEquals, assertThrows } from "@std/assert";
import { SpanKind, SpanStatusCode, trace } from "@opentelemetry/api";
import { Client, type Transport } from "@libmc/libmc";
import { observe, otel } from "@libmc/libmc/otel";
import { MemcachedServer } from "@libmc/libmc/testing";
import { startMemcached } from "../support/memcached.ts";
import { META_VERBS } from "../support/meta_verbs.ts";
import { platformConnect } from "../support/platform_connect.ts";
import { ALL_VERBS } from "../support/verbs.ts";
import { attributesOf, peerOf, recorded } from "./rig.ts";
import { Recording } from "./recording.ts";

Deno.test("otel() makes one span of a call that hits, misses, stores or does not: none of them is an error", async () => {
  await using server = await startMemcached();
  const port = server.port as number;
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  assertEquals(await client.set("user:1", "Ada"), true);
  assertEquals(await client.get("user:1"), "Ada");
  assertEquals(await client.get("user:2"), undefined);
  assertEquals(await client.add("user:1", "Eve"), false);
  assertEquals(await client.incr("user:3"), undefined);
  const { spans } = recording;
  assertEquals(
    spans.map(({ name }) => name),
    ["set", "get", "get", "add", "incr"].map((verb) => `${verb} 127.0.0.1:${port}`),
  );
  for (const { kind, ends, status, attributes, created, name } of spans) {
    assertEquals([kind, ends, status], [SpanKind.CLIENT, 1, { code: SpanStatusCode.UNSET }]);
    const [operation] = name.split(" ");
    assertEquals(created, attributesOf(operation, port), "what samplers see");
    assertEquals(attributes, { ...attributesOf(operation, port), ...peerOf(port) });
  }
  assertEquals(recording.scopes, ["@libmc/libmc 0.1.0"]);
});

Deno.test("otel() names the default port in the span and not in its attributes, and the host as it was given", async () => {
  await using server = await startMemcached();
  const port = server.port as number;
  const connect = () =>
    platformConnect({ hostname: "127.0.0.1", port }, new AbortController().signal);
  const { client, recording } = recorded("cache1 blue", { connect, prefix: "shop:" });
  await using _closed = client;
  await client.get("k");
  const [span] = recording.spans;
  assertEquals(span.name, "get cache1:11211");
  assertEquals(span.attributes, {
    "db.system.name": "memcached",
    "db.operation.name": "get",
    "db.namespace": "shop:",
    "server.address": "cache1",
    ...peerOf(port),
  });
});

Deno.test("otel() has no peer where the transport does not say where it leads", async () => {
  await using server = await MemcachedServer.start();
  const connect = async (): Promise<Transport> => {
    const endpoint = { hostname: "127.0.0.1", port: server.port };
    const transport = await platformConnect(endpoint, new AbortController().signal);
    return {
      read: (into) => transport.read(into),
      write: (bytes) => transport.write(bytes),
      close: () => transport.close(),
    };
  };
  const { client, recording } = recorded("[::1]:11212", { connect });
  await using _closed = client;
  await client.get("k");
  const [span] = recording.spans;
  assertEquals(span.name, "get [::1]:11212");
  assertEquals(span.attributes, {
    ...attributesOf("get", 11212),
    "server.address": "::1",
  });
});

Deno.test("otel() names a Unix socket by its path", async () => {
  await using server = await startMemcached({ unixSocket: true });
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await client.set("k", 1);
  const [span] = recording.spans;
  assertEquals(span.name, `set ${server.address}`);
  assertEquals(span.attributes, {
    "db.system.name": "memcached",
    "db.operation.name": "set",
    "server.address": server.address,
    "network.peer.address": server.address,
    "network.transport": "unix",
  });
});

Deno.test("otel() names a server only where one has all keys of the call", async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  const { client, recording } = recorded([`${one.address} one`, `${two.address} two`]);
  await using _closed = client;
  const keysOf = (name: string) =>
    Array.from({ length: 40 }, (_, i) => `k${i}`).filter((key) =>
      client.getHostByKey(key) === name
    );
  await client.getMulti(keysOf("one"));
  await client.getMulti([...keysOf("one"), ...keysOf("two")]);
  await client.version();
  assertEquals(recording.spans.map(({ name }) => name), [
    `getMulti ${one.address}`,
    "getMulti",
    "version",
  ]);
  assertEquals(recording.spans[1].attributes, {
    "db.system.name": "memcached",
    "db.operation.name": "getMulti",
  });
});

Deno.test("otel() calls many changes of one call a batch, and the reading of many keys no batch", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await client.setMulti({ a: 1, b: 2, c: 3 });
  await client.setMulti({ a: 1 });
  await client.setMulti({});
  await client.appendMulti(["a", "b"], "x");
  await client.deleteMulti(["a", "b"]);
  await client.meta.setMulti([["a", "x"], ["b", "y"]]);
  await client.getMulti(["a", "b"]);
  await client.getList(["a", "b"]);
  assertEquals(
    recording.spans.map(({ name, created }) => [
      name.replace(` ${server.address}`, ""),
      created["db.operation.name"],
      created["db.operation.batch.size"],
    ]),
    [
      ["BATCH set", "BATCH set", 3],
      ["set", "set", undefined],
      ["BATCH set", "BATCH set", 0],
      ["BATCH append", "BATCH append", 2],
      ["BATCH delete", "BATCH delete", 2],
      ["BATCH meta.set", "BATCH meta.set", 2],
      ["getMulti", "getMulti", undefined],
      ["getList", "getList", undefined],
    ],
  );
});

Deno.test("otel() makes a span of each of the gets that share a line", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await client.version();
  const before = client.counters().get(server.address)?.commands as number;
  await Promise.all(["a", "b", "a"].map((key) => client.get(key)));
  assertEquals(client.counters().get(server.address)?.commands, before + 1);
  const gets = recording.spans.slice(1);
  assertEquals(gets.map(({ name, ends }) => [name, ends]), [
    [`get ${server.address}`, 1],
    [`get ${server.address}`, 1],
    [`get ${server.address}`, 1],
  ]);
});

Deno.test("otel() makes one span of a call of every method", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address, { allowFlushAll: true });
  await using _closed = client;
  for (const { name, call } of ALL_VERBS.filter(({ name }) => name !== "quit")) {
    recording.spans.length = 0;
    await call(client);
    const operations = recording.spans.map(({ attributes }) => attributes["db.operation.name"]);
    assertEquals(operations, [name.replace(/^(.*)Multi$/, batchOf)], name);
    assertEquals(recording.spans[0].ends, 1, name);
  }
  const given = {
    key: "k",
    keys: ["k", "l"],
    value: "5",
    items: [["k", "5"], ["l", "5"]] as const,
  };
  for (const { name, call } of META_VERBS) {
    recording.spans.length = 0;
    await call(client, {}, given);
    const operations = recording.spans.map(({ attributes }) => attributes["db.operation.name"]);
    assertEquals(operations, [name.replace(/^(.*)Multi$/, batchOf)], name);
  }
});

function batchOf(whole: string, single: string): string {
  return /(?:set|append|prepend|delete|arithmetic)$/.test(single) ? `BATCH ${single}` : whole;
}

Deno.test("otel() makes one span of what takes several steps, of locks, and of administration", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await client.set("big", "x".repeat(1_500_000));
  await client.get("big");
  const lock = await client.lock("job", { ttl: 10 });
  await lock?.release();
  await client.update<number>("n", (n = 0) => n + 1);
  await client.invalidate("n", { staleFor: 10 });
  await client.setStream("s", new Blob(["x".repeat(1_200_000)]).stream());
  await (await client.getStream("s"))?.cancel();
  await client.admin.stats("items");
  await client.admin.lru.mode("flat");
  await client.admin.raw(server.address, "version");
  assertEquals(
    recording.spans.map(({ name, ends }) => `${name.replace(` ${server.address}`, "")} ${ends}`),
    [
      ...["set", "get", "lock", "lock.release", "update", "invalidate", "setStream", "getStream"],
      ...["admin.stats", "admin.lru.mode", "admin.raw"],
    ].map((name) => `${name} 1`),
  );
  assertEquals(recording.spans.every(({ status }) => status.code === SpanStatusCode.UNSET), true);
});

Deno.test("otel() shows keys where it is told to, and never values", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address, {}, { queryText: "keys" });
  await using _closed = client;
  await client.set("user:1", "Ada");
  await client.get("user:1");
  await client.incr("n", 5);
  await client.getMulti(["a", "b"]);
  await client.setMulti({ a: "Ada", b: "Eve" });
  await client.deleteMulti(["a", "b"]);
  await client.setMulti({ a: "Ada" });
  await client.getOrSet("c", () => "Ada", { ttl: 60 });
  await client.version();
  await client.getMulti(Array.from({ length: 51 }, (_, i) => `k${i}`));
  const texts = recording.spans.map(({ created }) => created["db.query.text"]);
  assertEquals(texts.slice(0, 9), [
    "set user:1 ?",
    "get user:1",
    "incr n ?",
    "getMulti a b",
    "set a ?; set b ?",
    "delete a; delete b",
    "set a ?",
    "getOrSet c",
    undefined,
  ]);
  assertEquals((texts[9] as string).endsWith(" k49 …"), true);
  assertEquals(recording.spans.every(({ name }) => !name.includes("user")), true);
});

Deno.test("otel() adds hits, misses, and what was sent, where it is told to", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address, {}, { details: true });
  await using _closed = client;
  await client.set("a", 1);
  await client.get("a");
  await client.get("b");
  await client.getMulti(["a", "b", "c", "a"]);
  await client.getList(["a", "b"]);
  await client.meta.get("a");
  await client.incr("b");
  await client.set("text", "x");
  await client.incr("text");
  const details = recording.spans.map(({ attributes }) =>
    ["hits", "misses", "sent"].map((name) => attributes[`memcached.${name}`])
  );
  assertEquals(details, [
    [undefined, undefined, undefined],
    [1, 0, undefined],
    [0, 1, undefined],
    [1, 2, undefined],
    [1, 1, undefined],
    [1, 0, undefined],
    [undefined, undefined, undefined],
    [undefined, undefined, undefined],
    [undefined, undefined, "maybe"],
  ]);
});

Deno.test("otel() names the server that stands in, once it has", async () => {
  await using one = await startMemcached();
  await using two = await startMemcached();
  const servers = [`${one.address} one`, `${two.address} two`];
  const { client, recording } = recorded(servers, { failover: true });
  await using _closed = client;
  const key = Array.from({ length: 40 }, (_, i) => `k${i}`).find((key) =>
    client.getHostByKey(key) === "one"
  ) as string;
  await client.get(key);
  await one.stop();
  await client.get(key);
  await client.get(key);
  assertEquals(
    recording.spans.map(({ name, created, attributes, status }) => [
      name,
      created["server.port"],
      attributes["server.port"],
      attributes["network.peer.port"],
      status.code,
    ]),
    [
      [`get ${one.address}`, one.port, one.port, one.port, SpanStatusCode.UNSET],
      [`get ${two.address}`, one.port, two.port, two.port, SpanStatusCode.UNSET],
      [`get ${two.address}`, two.port, two.port, two.port, SpanStatusCode.UNSET],
    ],
  );
});

Deno.test("otel() names no server where the value was kept near", async () => {
  await using server = await startMemcached();
  const nearCache = { maxBytes: 10_000, maxAge: 60_000 };
  const { client, recording } = recorded(server.address, { nearCache });
  await using _closed = client;
  await client.set("k", 1);
  await client.get("k");
  await client.get("k");
  assertEquals(recording.spans.map(({ name }) => name), [
    `set ${server.address}`,
    `get ${server.address}`,
    "get",
  ]);
});

Deno.test("otel() records nothing of a span that is not sampled", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address, {}, { details: true });
  await using _closed = client;
  recording.isSampling = false;
  await client.set("text", "x");
  await client.incr("text");
  assertEquals(recording.spans.map(({ ends }) => ends), [1, 1]);
});

Deno.test("otel() records from the moment on at which somebody registers, and no longer than that", async () => {
  await using server = await startMemcached();
  const recording = new Recording();
  await using client = new Client(server.address, { observer: otel() });
  await client.get("before");
  trace.setGlobalTracerProvider(recording.tracerProvider);
  try {
    await client.get("during");
  } finally {
    trace.disable();
  }
  await client.get("after");
  assertEquals(recording.spans.map(({ name }) => name), [`get ${server.address}`]);
});

Deno.test("observe() records the calls of a client that lives, until it is told to stop", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address);
  const { tracerProvider, spans } = new Recording();
  await client.get("before");
  const stop = observe(client, { tracerProvider });
  await client.set("during", 1);
  stop();
  await client.get("after");
  assertEquals(spans.map(({ name }) => name), [`set ${server.address}`]);
});

Deno.test("otel() refuses options that cannot be used", () => {
  const wrong = [
    { span: true },
    { spans: 1 },
    { queryText: "values" },
    { boundaries: "coarse" },
    { boundaries: [] },
    { boundaries: [2, 1] },
    { boundaries: [0, 1] },
    { tracerProvider: {} },
    { meterProvider: null },
    5,
  ];
  for (const options of wrong) assertThrows(() => otel(options as never), TypeError, "Cannot use");
});

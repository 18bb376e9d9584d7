import { assert, assertEquals } from "@std/assert";
import { metrics } from "@opentelemetry/api";
import { Client, type ClientOptions } from "@libmc/libmc";
import { otel, type OtelOptions } from "@libmc/libmc/otel";
import { startMemcached } from "../support/memcached.ts";
import { ScriptedDialler } from "../support/scripted_dialler.ts";
import { type Point, Recording } from "./recording.ts";

/** A client whose metrics are kept. */
function recorded(
  server: string,
  options: ClientOptions = {},
  otelOptions: OtelOptions = {},
  recording = new Recording(),
): { client: Client; recording: Recording } {
  const { meterProvider } = recording;
  const observer = otel({ spans: false, meterProvider, ...otelOptions });
  return { client: new Client(server, { observer, warn: false, ...options }), recording };
}

function values(points: readonly Point[]): number[] {
  return points.map(({ value }) => value);
}

Deno.test("otel() records how long each call took, in seconds, with the attributes of its span", async () => {
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address, { prefix: "p:" });
  await using _closed = client;
  await client.set("text", "x");
  await client.get("text");
  await client.incr("text");
  const points = recording.pointsOf("db.client.operation.duration");
  const common = {
    "db.system.name": "memcached",
    "db.namespace": "p:",
    "server.address": "127.0.0.1",
    "server.port": server.port as number,
  };
  assertEquals(points.map(({ attributes }) => attributes), [
    { ...common, "db.operation.name": "set" },
    { ...common, "db.operation.name": "get" },
    {
      ...common,
      "db.operation.name": "incr",
      "error.type": "CLIENT_ERROR",
      "db.response.status_code": "CLIENT_ERROR",
    },
  ]);
  for (const value of values(points)) assert(value > 0 && value < 5, String(value));
  assertEquals(recording.instruments.get("db.client.operation.duration"), {
    description: "Duration of database client operations.",
    unit: "s",
    advice: { explicitBucketBoundaries: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10] },
  });
});

Deno.test("otel() has finer buckets, or the caller's own, which keep those of the conventions", async () => {
  await using server = await startMemcached();
  const bucketsOf = async (boundaries: NonNullable<OtelOptions["boundaries"]>) => {
    const { client, recording } = recorded(server.address, {}, { boundaries });
    await using _closed = client;
    await client.version();
    return recording.instruments.get("db.client.operation.duration")?.advice
      ?.explicitBucketBoundaries as number[];
  };
  const standard = await bucketsOf("standard");
  const fine = await bucketsOf("fine");
  assertEquals(standard.filter((each) => !fine.includes(each)), []);
  assertEquals(fine[0], 0.00005);
  assertEquals(fine.toSorted((a, b) => a - b), fine);
  assertEquals(await bucketsOf([0.0001, 1]), [0.0001, 1]);
});

Deno.test("otel() reports connections, who waits for one, and how long it took to make one", async () => {
  const dialler = new ScriptedDialler();
  const { client, recording } = recorded("cache1", { connect: dialler.connect });
  const calls = [client.get("a"), client.incr("b"), client.get("c")];
  await turn();
  assertEquals(values(recording.pointsOf("db.client.connection.pending_requests")), [3]);
  assertEquals(values(recording.pointsOf("db.client.connection.count")), [0]);
  const transport = dialler.last.succeed();
  await turn();
  const attributes = { "db.client.connection.pool.name": "cache1:11211" };
  const [created] = recording.pointsOf("db.client.connection.create_time");
  assertEquals(created.attributes, attributes);
  assert(created.value >= 0 && created.value < 5);
  assertEquals(recording.pointsOf("db.client.connection.count"), [{
    name: "db.client.connection.count",
    value: 1,
    attributes: { ...attributes, "db.client.connection.state": "used" },
  }]);
  assertEquals(recording.pointsOf("db.client.connection.pending_requests"), [{
    name: "db.client.connection.pending_requests",
    value: 0,
    attributes,
  }]);
  transport.failRead();
  await Promise.all(calls);
  await client.close();
  assertEquals(values(recording.pointsOf("db.client.connection.count")), [0]);
});

Deno.test("otel() counts the dials that take too long, and no others", async () => {
  const dialler = new ScriptedDialler();
  const options = { connect: dialler.connect, connectTimeout: 20, retryTimeout: 0 };
  const { client, recording } = recorded("cache1", options);
  await using _closed = client;
  await client.get("a");
  dialler.refuse();
  await client.get("a");
  assertEquals(recording.pointsOf("db.client.connection.timeouts"), [{
    name: "db.client.connection.timeouts",
    value: 1,
    attributes: { "db.client.connection.pool.name": "cache1:11211" },
  }]);
});

Deno.test("otel() counts hits and misses of a server for all clients of the process, those that are closed too", async () => {
  await using server = await startMemcached();
  const recording = new Recording();
  const { client: one } = recorded(server.address, {}, {}, recording);
  const { client: two } = recorded(server.address, { prefix: "p:" }, {}, recording);
  await one.set("a", 1);
  await one.get("a");
  await two.get("a");
  const counts = () =>
    ["hits", "misses"].map((name) => values(recording.pointsOf(`memcached.${name}`)));
  assertEquals(counts(), [[1], [1]]);
  await one.getMulti(["a", "b"]);
  await one.getOrSet("a", () => 2, { ttl: 60 });
  await one.close();
  assertEquals(counts(), [[3], [2]]);
  await two.get("a");
  assertEquals(counts(), [[3], [3]]);
  await two.close();
  assertEquals(counts(), [[3], [3]]);
  assertEquals(recording.pointsOf("memcached.hits")[0].attributes, {
    "db.system.name": "memcached",
    "server.address": "127.0.0.1",
    "server.port": server.port as number,
  });
});

Deno.test("otel() holds no server of a client that is closed once that was reported", async () => {
  await using server = await startMemcached();
  const recording = new Recording();
  const { client } = recorded(server.address, {}, {}, recording);
  await client.get("a");
  await client.quit();
  assertEquals(values(recording.pointsOf("memcached.misses")), [1]);
  await client.get("a");
  assertEquals(values(recording.pointsOf("memcached.misses")), [2]);
  assertEquals(values(recording.pointsOf("db.client.connection.count")), [1]);
  await client.close();
  assertEquals(values(recording.pointsOf("db.client.connection.count")), [0]);
});

Deno.test("otel() records metrics from the moment on at which somebody registers, and no longer than that", async () => {
  await using server = await startMemcached();
  await using client = new Client(server.address, { observer: otel() });
  const recording = new Recording();
  await client.get("before");
  metrics.setGlobalMeterProvider(recording.meterProvider);
  try {
    await client.get("during");
  } finally {
    metrics.disable();
  }
  await client.get("after");
  assertEquals(recording.pointsOf("db.client.operation.duration").length, 1);
});

function turn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 0));
}

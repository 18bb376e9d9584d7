import { assert, assertEquals } from "@std/assert";
import { VERSION } from "../../src/version.ts";
import { startMemcached } from "../support/memcached.ts";
import { Collector, type ExportedSpan } from "./collector.ts";
import { printedMetrics, type PrintedSpan, printedSpans } from "./console.ts";

/** Runs the program with Deno's own exporter, and gives what it wrote to its standard error. */
async function runProgram(address: string, env: Record<string, string>): Promise<string> {
  const { success, stderr } = await new Deno.Command("deno", {
    args: ["run", "-q", "--allow-net", "--no-check", `${import.meta.dirname}/program.ts`, address],
    env: { OTEL_DENO: "true", OTEL_METRIC_EXPORT_INTERVAL: "150", NO_COLOR: "1", ...env },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).output();
  const text = new TextDecoder().decode(stderr);
  assert(success, text);
  return text;
}

Deno.test("otel() records the version of the package with its scope", async () => {
  const settings = await Deno.readTextFile(new URL("../../deno.json", import.meta.url));
  assertEquals(VERSION, JSON.parse(settings).version);
});

/** The spans of the program, each with its parent. Those of one tracer may travel before those of another. */
const FAMILY = [
  "BATCH set in GET /users/1",
  "GET /users/1 in undefined",
  "get in GET /users/1",
  "get in getOrSet",
  "getOrSet in GET /users/1",
  "incr in GET /users/1",
  "set in GET /users/1",
];

/** What the metrics are called that the program makes. */
const METRICS = [
  "db.client.connection.count",
  "db.client.connection.create_time",
  "db.client.connection.pending_requests",
  "db.client.operation.duration",
  "memcached.hits",
  "memcached.misses",
];

Deno.test("otel() has its spans and metrics printed by Deno's console exporter", async () => {
  await using server = await startMemcached();
  const text = await runProgram(server.address, { OTEL_EXPORTER_OTLP_PROTOCOL: "console" });
  const spans = printedSpans(text);
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const short = (name: string | undefined) => name?.replace(` ${server.address}`, "");
  assertEquals(
    spans.map(({ name, parent }) => `${short(name)} in ${short(names.get(parent ?? ""))}`)
      .toSorted(),
    FAMILY,
  );
  assertEquals(new Set(spans.map(({ traceId }) => traceId)).size, 1);
  const incr = spans.find(({ name }) => name.startsWith("incr ")) as PrintedSpan;
  assertEquals([incr.kind, incr.scope], ["Client", "@libmc/libmc@0.1.0"]);
  assert(incr.status?.startsWith("Error (Cannot incr as the server answered"), incr.status);
  assertEquals(incr.attributes, {
    "db.system.name": "memcached",
    "db.operation.name": "incr",
    "db.namespace": "shop:",
    "server.address": "127.0.0.1",
    "server.port": String(server.port),
    "network.peer.address": "127.0.0.1",
    "network.peer.port": String(server.port),
    "network.transport": "tcp",
    "error.type": "CLIENT_ERROR",
    "db.response.status_code": "CLIENT_ERROR",
  });
  assertEquals(spans.filter(({ status }) => status !== undefined), [incr]);
  const metrics = printedMetrics(text);
  assertEquals([...metrics.keys()].filter((name) => !name.startsWith("v8js.")).toSorted(), METRICS);
  const duration = metrics.get("db.client.operation.duration");
  assertEquals(duration?.about, "(Histogram, unit=s)");
  assertEquals(
    new Set(duration?.lines.filter((line) => line.startsWith("bounds:"))),
    new Set(["bounds:  [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1.0, 5.0, 10.0]"]),
  );
  assert(metrics.get("memcached.misses")?.lines.at(-1)?.endsWith("value=2"));
  const page = await Deno.readTextFile(new URL("../../docs/opentelemetry.md", import.meta.url));
  assertEquals(withoutChance(page), withoutChance(text), "The page shows another trace");
});

/** The spans of a text, without what differs from run to run. */
function withoutChance(text: string): unknown[] {
  const spans = printedSpans(text);
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const shown = spans.map(({ spanId: _id, traceId: _trace, parent, ...rest }) => ({
    ...rest,
    parent: names.get(parent ?? ""),
  }));
  return shown.map((span) => JSON.stringify(span).replaceAll(/(127\.0\.0\.1:|port":")\d+/g, "$1"))
    .toSorted();
}

Deno.test("otel() has its spans and metrics sent by Deno as OTLP", async () => {
  await using server = await startMemcached();
  await using collector = new Collector();
  await runProgram(server.address, {
    OTEL_EXPORTER_OTLP_PROTOCOL: "http/json",
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
  });
  const { spans } = collector;
  const names = new Map(spans.map(({ spanId, name }) => [spanId, name]));
  const short = (name: string | undefined) => name?.replace(` ${server.address}`, "");
  assertEquals(
    spans.map(({ name, parentSpanId }) =>
      `${short(name)} in ${short(names.get(parentSpanId ?? ""))}`
    ).toSorted(),
    FAMILY,
  );
  const batch = spans.find(({ name }) => name.startsWith("BATCH ")) as ExportedSpan;
  assertEquals(batch.attributes, {
    "db.system.name": "memcached",
    "db.operation.name": "BATCH set",
    "db.operation.batch.size": 2,
    "db.namespace": "shop:",
    "server.address": "127.0.0.1",
    "server.port": server.port as number,
    "network.peer.address": "127.0.0.1",
    "network.peer.port": server.port as number,
    "network.transport": "tcp",
  });
  assertEquals([batch.kind, batch.status?.code ?? 0, batch.scope], [CLIENT, UNSET, "@libmc/libmc"]);
  assertEquals(spans.map(({ status }) => status?.code ?? 0).filter((code) => code === ERROR), [
    ERROR,
  ]);
  const durations = collector.pointsOf("db.client.operation.duration");
  assertEquals(
    durations.map(({ attributes, count, unit }) => [attributes["db.operation.name"], count, unit])
      .toSorted(),
    [["BATCH set", 1], ["get", 2], ["getOrSet", 1], ["incr", 1], ["set", 1]]
      .map((each) => [...each, "s"]),
  );
  assertEquals(durations[0].bounds, [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10]);
  const single = (name: string) => collector.pointsOf(name).map(({ value }) => value);
  const counts = collector.points.filter(({ name }) => name === "db.client.connection.count");
  assert(counts.some(({ value }) => value === 1), "It was open when metrics were collected");
  assertEquals(single("db.client.connection.pending_requests"), [0]);
  assertEquals([single("memcached.hits"), single("memcached.misses")], [[1], [2]]);
  assertEquals(collector.pointsOf("db.client.connection.create_time")[0].count, 1);
});

/** Of the protocol. */
const CLIENT = 3;
const UNSET = 0;
const ERROR = 2;

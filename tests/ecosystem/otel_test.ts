import { assert, assertEquals } from "@std/assert";
import { type Attributes, context, metrics, trace } from "@opentelemetry/api";
import { AsyncLocalStorageContextManager } from "@opentelemetry/context-async-hooks";
import { AggregationTemporality, InMemoryMetricExporter } from "@opentelemetry/sdk-metrics";
import { MeterProvider, PeriodicExportingMetricReader } from "@opentelemetry/sdk-metrics";
import { InMemorySpanExporter, type Sampler, SamplingDecision } from "@opentelemetry/sdk-trace";
import { SimpleSpanProcessor, TracerProvider } from "@opentelemetry/sdk-trace";
import { Client } from "@libmc/libmc";
import { otel } from "@libmc/libmc/otel";
import { Collector } from "../otel/collector.ts";
import { startMemcached } from "../support/memcached.ts";

Deno.test("otel() gives the SDK's sampler all that is known of a call, and its exporter the spans that it takes", async () => {
  await using server = await startMemcached();
  const seen: Attributes[] = [];
  const sampler: Sampler = {
    shouldSample(_context, _traceId, name, _kind, attributes) {
      seen.push(attributes);
      const { RECORD_AND_SAMPLED, NOT_RECORD } = SamplingDecision;
      return { decision: name.startsWith("get ") ? NOT_RECORD : RECORD_AND_SAMPLED };
    },
    toString: () => "all but get",
  };
  const exporter = new InMemorySpanExporter();
  const tracerProvider = new TracerProvider({
    sampler,
    spanProcessors: [new SimpleSpanProcessor({ exporter })],
  });
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  try {
    const observer = otel({ tracerProvider, metrics: false });
    await using client = new Client(server.address, { observer });
    const tracer = tracerProvider.getTracer("web");
    await tracer.startActiveSpan("request", async (span) => {
      await client.getOrSet("page", async () => await client.gets("row") ?? "text", { ttl: 60 });
      await client.get("page");
      span.end();
    });
  } finally {
    context.disable();
  }
  const common = {
    "db.system.name": "memcached",
    "server.address": "127.0.0.1",
    "server.port": server.port as number,
  };
  assertEquals(
    seen,
    [{}, ...["getOrSet", "gets", "get"].map((name) => ({ ...common, "db.operation.name": name }))],
  );
  const spans = exporter.getFinishedSpans();
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  assertEquals(
    spans.map(({ name, parentSpanContext }) => [name, names.get(parentSpanContext?.spanId ?? "")]),
    [
      [`gets ${server.address}`, `getOrSet ${server.address}`],
      [`getOrSet ${server.address}`, "request"],
      ["request", undefined],
    ],
  );
  await tracerProvider.shutdown();
});

Deno.test("otel() has the SDK count in the buckets that it asks for, and read servers whenever it collects", async () => {
  await using server = await startMemcached();
  const exporter = new InMemoryMetricExporter(AggregationTemporality.CUMULATIVE);
  const reader = new PeriodicExportingMetricReader({ exporter, exportIntervalMillis: 600_000 });
  const meterProvider = new MeterProvider({ readers: [reader] });
  const observer = otel({ meterProvider, spans: false, boundaries: [0.5, 60] });
  await using client = new Client(server.address, { observer });
  await client.set("a", 1);
  await client.getMulti(["a", "b", "c"]);
  await reader.forceFlush();
  const [{ scopeMetrics: [{ metrics, scope }] }] = exporter.getMetrics();
  assertEquals([scope.name, scope.version], ["@libmc/libmc", "0.1.0"]);
  const valuesOf = (name: string) => {
    const metric = metrics.find(({ descriptor }) => descriptor.name === name);
    return metric?.dataPoints.map(({ value }) => value);
  };
  const durations = valuesOf("db.client.operation.duration") as { buckets: unknown }[];
  assertEquals(durations.map(({ buckets }) => buckets), [
    { boundaries: [0.5, 60], counts: [1, 0, 0] },
    { boundaries: [0.5, 60], counts: [1, 0, 0] },
  ]);
  assertEquals(valuesOf("memcached.hits"), [1]);
  assertEquals(valuesOf("memcached.misses"), [2]);
  assertEquals(valuesOf("db.client.connection.count"), [1]);
  assertEquals(valuesOf("db.client.connection.pending_requests"), [0]);
  await meterProvider.shutdown();
});

Deno.test("docs/opentelemetry.md shows a set-up for Node and Bun that sends spans and metrics", async () => {
  await using server = await startMemcached();
  await using collector = new Collector();
  Deno.env.set("OTEL_EXPORTER_OTLP_ENDPOINT", collector.endpoint);
  const { stopTelemetry } = await import("./telemetry.ts");
  try {
    await using client = new Client(server.address, { observer: otel() });
    await client.get("a");
  } finally {
    await stopTelemetry();
    trace.disable();
    metrics.disable();
    context.disable();
    Deno.env.delete("OTEL_EXPORTER_OTLP_ENDPOINT");
  }
  assertEquals(collector.spans.map(({ name }) => name), [`get ${server.address}`]);
  assertEquals(collector.pointsOf("db.client.operation.duration").map(({ count }) => count), [1]);
  const page = await Deno.readTextFile(new URL("../../docs/opentelemetry.md", import.meta.url));
  const code = await Deno.readTextFile(new URL("telemetry.ts", import.meta.url));
  assert(page.includes(code.trim()), "It is not what the page shows");
});

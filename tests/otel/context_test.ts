import { assertEquals } from "@std/assert";
import { context, trace } from "@opentelemetry/api";
import { startMemcached } from "../support/memcached.ts";
import { recorded } from "./rig.ts";
import { Contexts, type Recording } from "./recording.ts";

/** Begins a span and runs something in it, as a web framework does for a request. */
async function inRequest(recording: Recording, name: string, run: () => Promise<unknown>) {
  const span = recording.tracerProvider.getTracer("web").startSpan(name);
  await context.with(trace.setSpan(context.active(), span), run);
  span.end();
}

/** Each span with its parent. */
function family({ spans }: Recording): string[] {
  const names = new Map(spans.map((span) => [span.spanContext().spanId, span.name]));
  return spans.map(({ name, parent }) =>
    parent === undefined ? name : `${name} in ${names.get(parent.spanId)}`
  ).map((text) => text.replace(/ 127\.0\.0\.1:\d+/g, ""));
}

Deno.test("otel() makes the span that is active at the call the parent, also where gets share a line", async () => {
  using _contexts = new Contexts();
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await Promise.all([
    inRequest(recording, "one", () => client.get("k")),
    inRequest(recording, "two", () => client.get("k")),
  ]);
  await client.get("k");
  assertEquals(family(recording), ["one", "get in one", "two", "get in two", "get"]);
});

Deno.test("otel() runs loaders and changes in the span of their call", async () => {
  using _contexts = new Contexts();
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  await inRequest(recording, "request", async () => {
    await Promise.all([
      client.getOrSet("page", () => client.get("row"), { ttl: 60 }),
      client.getOrSet("page", () => client.get("never"), { ttl: 60 }),
    ]);
    await client.getOrSet("page", () => client.get("never"), { ttl: 60, forceFresh: false });
    await client.getOrSetMulti(["a", "b"], async (keys) => {
      await client.getMulti(["r"]);
      return keys.map((key) => [key, 1] as const);
    }, { ttl: 60 });
    await client.update<number>("n", async (n = 0) => n + (await client.get<number>("m") ?? 1));
  });
  assertEquals(family(recording), [
    "request",
    "getOrSet in request",
    "getOrSet in request",
    "get in getOrSet",
    "getOrSet in request",
    "get in getOrSet",
    "getOrSetMulti in request",
    "getMulti in getOrSetMulti",
    "update in request",
    "get in update",
  ]);
});

Deno.test("otel() keeps the parents of calls in a namespace that wait for its number together", async () => {
  using _contexts = new Contexts();
  await using server = await startMemcached();
  const { client, recording } = recorded(server.address);
  await using _closed = client;
  const users = client.namespace("users");
  await Promise.all([
    inRequest(recording, "one", () => users.get("k")),
    inRequest(recording, "two", () => users.set("k", 1)),
  ]);
  assertEquals(family(recording).toSorted(), [
    "get in one",
    "namespace in one",
    "one",
    "set in two",
    "two",
  ]);
});

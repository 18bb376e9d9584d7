/** A program whose spans and metrics Deno itself exports: run with `OTEL_DENO=true` and the address of a memcached. */

import { trace } from "@opentelemetry/api";
import { Client } from "@libmc/libmc";
import { otel } from "@libmc/libmc/otel";

const [address] = Deno.args;
const tracer = trace.getTracer("shop");
const client = new Client(address, { observer: otel(), prefix: "shop:" });

await tracer.startActiveSpan("GET /users/1", async (span) => {
  await client.getOrSet("user:1", async () => await client.get("row:1") ?? "Ada", { ttl: 60 });
  await client.get("user:1");
  await client.set("count", "many");
  await client.incr("count");
  await client.setMulti({ a: 1, b: 2 });
  span.end();
});
// Observables are read while the program runs, and not at its end.
await new Promise((resolve) => setTimeout(resolve, 400));
await client.close();

/**
 * Spans and metrics of a client, for OpenTelemetry, by the stable database conventions: version 1.44 of the semantic
 * conventions. Each call is one span. Where nobody records, a client with it works as one without.
 *
 * `docs/opentelemetry.md` of the repository says how to set it up, and has all attributes and metrics.
 *
 * @example A client that is watched
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { otel } from "@libmc/libmc/otel";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address, { observer: otel() });
 *
 * await client.set("user:1", "Ada");
 * assertEquals(await client.get("user:1"), "Ada");
 * ```
 *
 * @module
 */

import type { Client, Observer } from "../../mod.ts";
import { type OtelOptions, planOf } from "./options.ts";
import { OtelObserver } from "./otel_observer.ts";

export type { MeterSource, OtelOptions, TracerSource } from "./options.ts";

/**
 * Makes an observer, for the option `observer` of a client. One may watch several clients.
 *
 * It records with the providers that are registered globally, as soon as there are any, unless it is given others. The
 * parent of a span is what is active when the call begins, and a loader of `getOrSet()`, or the change of `update()`, runs
 * with the call's span as the active one.
 *
 * @param options See {@linkcode OtelOptions}.
 * @returns The observer.
 * @throws {TypeError} If an option cannot be used.
 *
 * @example Spans in a tracer of your own
 * ```ts
 * import type { Span, Tracer } from "@opentelemetry/api";
 * import { trace } from "@opentelemetry/api";
 * import { Client } from "@libmc/libmc";
 * import { otel } from "@libmc/libmc/otel";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const names: string[] = [];
 * const plain = trace.getTracer("none");
 * const tracer: Tracer = {
 *   startSpan(name, options, context): Span {
 *     names.push(name);
 *     return plain.startSpan(name, options, context);
 *   },
 *   startActiveSpan: plain.startActiveSpan.bind(plain),
 * };
 * const observer = otel({ tracerProvider: { getTracer: () => tracer } });
 * await using client = new Client(server.address, { observer });
 *
 * await client.get("user:1");
 * assertEquals(names, [`get ${server.address}`]);
 * ```
 */
export function otel(options?: OtelOptions): Observer {
  return new OtelObserver(planOf(options));
}

/**
 * Has the calls of a client that lives recorded from now on.
 *
 * @param client The client.
 * @param options See {@linkcode OtelOptions}.
 * @returns A function that ends it.
 * @throws {TypeError} If an option cannot be used.
 *
 * @example A client that somebody else has made
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { observe } from "@libmc/libmc/otel";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 * await using client = new Client(server.address);
 *
 * const stop = observe(client, { metrics: false });
 * assertEquals(await client.get("user:1"), undefined);
 * stop();
 * ```
 */
export function observe(client: Client, options?: OtelOptions): () => void {
  return client.observe(otel(options));
}

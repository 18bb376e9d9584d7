/** The options of the entry point. */

import type { MeterProvider, TracerProvider } from "@opentelemetry/api";
import {
  aBoolean,
  type Check,
  type Checks,
  oneOf,
  readOptions,
  wrongValue,
} from "../checks/check.ts";

/**
 * What is recorded of the calls of a client. All of it may be left out.
 *
 * @example Keys in the spans, and buckets for a cache that answers in less than a millisecond
 * ```ts
 * import { Client } from "@libmc/libmc";
 * import { otel, type OtelOptions } from "@libmc/libmc/otel";
 * import { MemcachedServer } from "@libmc/libmc/testing";
 * import { assertEquals } from "@std/assert";
 *
 * await using server = await MemcachedServer.start();
 *
 * const options: OtelOptions = { queryText: "keys", boundaries: "fine" };
 * await using client = new Client(server.address, { observer: otel(options) });
 * assertEquals(await client.set("user:1", "Ada"), true);
 * ```
 */
export interface OtelOptions {
  /**
   * Makes a span of each call.
   *
   * @default {true}
   */
  spans?: boolean;
  /**
   * Records metrics.
   *
   * @default {true}
   */
  metrics?: boolean;
  /**
   * What `db.query.text` holds: nothing, so that it is not set; or the keys, as in `set user:1 ?`. Values are never shown.
   * Of very many keys the first ones are.
   *
   * @default {"none"}
   */
  queryText?: "none" | "keys";
  /**
   * Adds attributes of memcached's own to spans: `memcached.hits` and `memcached.misses` to calls that read,
   * `memcached.sent` to those that fail.
   *
   * @default {false}
   */
  details?: boolean;
  /**
   * The buckets of `db.client.operation.duration`, in seconds: those that the conventions name, which begin at a
   * millisecond; `"fine"`, which has these and others from 50 µs on; or your own, in ascending order.
   *
   * @default {"standard"}
   */
  boundaries?: "standard" | "fine" | readonly number[];
  /**
   * Where spans go.
   *
   * @default The provider that is registered globally, as soon as there is one.
   */
  tracerProvider?: TracerSource;
  /**
   * Where metrics go.
   *
   * @default The provider that is registered globally, as soon as there is one.
   */
  meterProvider?: MeterSource;
}

/**
 * Gives tracers: a `TracerProvider` of `@opentelemetry/api`.
 *
 * @example The provider that is registered globally
 * ```ts
 * import { trace } from "@opentelemetry/api";
 * import { otel, type TracerSource } from "@libmc/libmc/otel";
 * import { assertEquals } from "@std/assert";
 *
 * const tracerProvider: TracerSource = trace.getTracerProvider();
 * assertEquals(typeof otel({ tracerProvider }).begin, "function");
 * ```
 */
export interface TracerSource {
  /**
   * Gives a tracer.
   *
   * @param name Name of the instrumentation scope.
   * @param version Its version.
   * @returns A `Tracer` of `@opentelemetry/api`.
   */
  getTracer(name: string, version?: string): object;
}

/**
 * Gives meters: a `MeterProvider` of `@opentelemetry/api`.
 *
 * @example The provider that is registered globally
 * ```ts
 * import { metrics } from "@opentelemetry/api";
 * import { type MeterSource, otel } from "@libmc/libmc/otel";
 * import { assertEquals } from "@std/assert";
 *
 * const meterProvider: MeterSource = metrics.getMeterProvider();
 * assertEquals(typeof otel({ meterProvider }).begin, "function");
 * ```
 */
export interface MeterSource {
  /**
   * Gives a meter.
   *
   * @param name Name of the instrumentation scope.
   * @param version Its version.
   * @returns A `Meter` of `@opentelemetry/api`.
   */
  getMeter(name: string, version?: string): object;
}

/** The options, all of them. */
export interface Plan {
  readonly spans: boolean;
  readonly metrics: boolean;
  readonly showsKeys: boolean;
  readonly details: boolean;
  readonly boundaries: readonly number[];
  readonly tracerProvider: TracerProvider | undefined;
  readonly meterProvider: MeterProvider | undefined;
}

/**
 * Checks the options.
 *
 * @throws {TypeError} If one cannot be used.
 */
export function planOf(options: OtelOptions | undefined): Plan {
  const given = readOptions<OtelOptions>("options", options ?? {}, CHECKS);
  const { boundaries = "standard" } = given;
  return {
    spans: given.spans ?? true,
    metrics: given.metrics ?? true,
    showsKeys: given.queryText === "keys",
    details: given.details ?? false,
    boundaries: typeof boundaries === "string" ? BOUNDARIES[boundaries] : boundaries,
    tracerProvider: given.tracerProvider as TracerProvider | undefined,
    meterProvider: given.meterProvider as MeterProvider | undefined,
  };
}

/** In seconds. */
export const BOUNDARIES: Readonly<Record<"standard" | "fine", readonly number[]>> = {
  standard: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10],
  fine: [
    ...[0.00005, 0.0001, 0.0002, 0.0005],
    ...[0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 5, 10],
  ],
};

const NAMED_BOUNDARIES = oneOf(...Object.keys(BOUNDARIES));

const someBoundaries: Check = (name, value): unknown => {
  if (!Array.isArray(value)) return NAMED_BOUNDARIES(name, value);
  const areGood = value.length > 0 &&
    value.every((each, i) => Number.isFinite(each) && each > (value[i - 1] ?? 0));
  if (!areGood) throw wrongValue(name, "positive numbers in ascending order", value);
  return [...value];
};

/** Checks for a provider. Deno's own are functions with methods. */
function provider(method: "getTracer" | "getMeter"): Check {
  return (name, value) => {
    const given = value as Readonly<Record<string, unknown>> | null;
    if (typeof given?.[method] === "function") return;
    throw new TypeError(`Cannot use ${name} as it has no method ${method}()`);
  };
}

const CHECKS: Checks<OtelOptions> = {
  spans: aBoolean,
  metrics: aBoolean,
  queryText: oneOf("none", "keys"),
  details: aBoolean,
  boundaries: someBoundaries,
  tracerProvider: provider("getTracer"),
  meterProvider: provider("getMeter"),
};

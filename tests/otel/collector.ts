/** A small OTLP collector on the loopback: it takes spans and metrics as JSON and keeps them. */

import type { Attributes, AttributeValue } from "@opentelemetry/api";

/** A span as it travels. */
export interface ExportedSpan {
  readonly name: string;
  readonly kind: number;
  readonly traceId: string;
  readonly spanId: string;
  readonly parentSpanId?: string;
  readonly startTimeUnixNano: string;
  readonly endTimeUnixNano: string;
  readonly status?: { readonly code?: number; readonly message?: string };
  readonly attributes: Attributes;
  readonly scope: string;
}

/** A data point as it travels. */
export interface ExportedPoint {
  readonly name: string;
  readonly unit: string;
  readonly attributes: Attributes;
  /** Of a sum. */
  readonly value: number | undefined;
  /** Of a histogram. */
  readonly count: number | undefined;
  readonly bounds: readonly number[] | undefined;
}

/** The collector. */
export class Collector implements AsyncDisposable {
  readonly spans: ExportedSpan[] = [];
  /** All that have come, in order. */
  readonly points: ExportedPoint[] = [];
  readonly #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { port: 0, hostname: "127.0.0.1", onListen() {} },
      async (request) => {
        const body = await request.json();
        const { pathname } = new URL(request.url);
        if (pathname === "/v1/traces") this.#takeSpans(body);
        else if (pathname === "/v1/metrics") this.#takeMetrics(body);
        return Response.json({});
      },
    );
  }

  /** Where it listens. */
  get endpoint(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Gives the points of one instrument, the last one of each attributes. */
  pointsOf(name: string): ExportedPoint[] {
    const ofName = this.points.filter((point) => point.name === name);
    const last = new Map(ofName.map((point) => [JSON.stringify(point.attributes), point]));
    return [...last.values()];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  #takeSpans(body: Json): void {
    for (const { scopeSpans } of list(body.resourceSpans)) {
      for (const { scope, spans } of list(scopeSpans)) {
        for (const span of list(spans)) {
          const attributes = attributesOf(span.attributes);
          const { name } = scope as Json;
          this.spans.push({ ...span, attributes, scope: name } as unknown as ExportedSpan);
        }
      }
    }
  }

  #takeMetrics(body: Json): void {
    for (const { scopeMetrics } of list(body.resourceMetrics)) {
      for (const { metrics } of list(scopeMetrics)) {
        for (const { name, unit, sum, histogram, gauge } of list(metrics)) {
          const { dataPoints } = (sum ?? histogram ?? gauge ?? {}) as Json;
          for (const point of list(dataPoints)) {
            const attributes = attributesOf(point.attributes);
            const value = point.asInt ?? point.asDouble;
            this.points.push({
              ...{ name: String(name), unit: String(unit), attributes },
              value: value === undefined ? undefined : Number(value),
              count: point.count === undefined ? undefined : Number(point.count),
              bounds: point.explicitBounds as number[] | undefined,
            });
          }
        }
      }
    }
  }
}

type Json = Readonly<Record<string, unknown>>;

function list(value: unknown): readonly Json[] {
  return Array.isArray(value) ? value : [];
}

function attributesOf(given: unknown): Attributes {
  return Object.fromEntries(
    list(given).map(({ key, value }) => {
      const { stringValue, boolValue, doubleValue, intValue } = value as Record<
        string,
        AttributeValue
      >;
      return [key, stringValue ?? boolValue ?? doubleValue ?? Number(intValue)];
    }),
  );
}

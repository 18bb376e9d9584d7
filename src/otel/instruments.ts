/** The metrics, by the database conventions. */

import type { Attributes, Counter, Histogram, Meter, MeterProvider } from "@opentelemetry/api";
import type { Happening, ObservedServer } from "../../mod.ts";
import { TimeoutError } from "../errors.ts";
import { isA } from "../thrown.ts";
import type { Failure } from "./failure.ts";
import { BOUNDARIES } from "./options.ts";
import { ServerGauges } from "./server_gauges.ts";
import { placeOf, type Target } from "./target.ts";

/** What one observer records with one provider. */
export class Instruments {
  readonly #duration: Histogram;
  readonly #createTime: Histogram;
  readonly #timeouts: Counter;
  readonly #gauges: ServerGauges;

  constructor(provider: MeterProvider, meter: Meter, boundaries: readonly number[]) {
    this.#duration = meter.createHistogram("db.client.operation.duration", {
      description: "Duration of database client operations.",
      unit: "s",
      advice: { explicitBucketBoundaries: [...boundaries] },
    });
    this.#createTime = meter.createHistogram("db.client.connection.create_time", {
      description: "The time it took to create a new connection.",
      unit: "s",
      advice: { explicitBucketBoundaries: [...BOUNDARIES.standard] },
    });
    this.#timeouts = meter.createCounter("db.client.connection.timeouts", {
      description:
        "The number of connection timeouts that have occurred trying to obtain a connection.",
      unit: "{timeout}",
    });
    this.#gauges = ServerGauges.of(provider, meter);
  }

  /** Records that a call has ended. */
  ended(target: Target, milliseconds: number, failure: Failure | undefined): void {
    const { attributes } = target;
    this.#duration.record(
      milliseconds / 1000,
      failure === undefined ? attributes : { ...attributes, ...errorAttributes(failure) },
    );
  }

  /** Has a server's connections and counts reported from now on. */
  report(server: ObservedServer): void {
    this.#gauges.add(server);
  }

  /** Records what has happened to a server. */
  happened({ what, server, milliseconds, error }: Happening): void {
    if (server === undefined) return;
    this.#gauges.add(server);
    const attributes = poolAttributes(server);
    if (what === "connect" && milliseconds !== undefined) {
      this.#createTime.record(milliseconds / 1000, attributes);
    } else if (what === "failedDial" && isA(error?.cause, TimeoutError)) {
      this.#timeouts.add(1, attributes);
    }
  }
}

/** Gives the attributes of a failure, for metrics and for spans. */
export function errorAttributes({ type, statusCode }: Failure): Attributes {
  return statusCode === undefined
    ? { "error.type": type }
    : { "error.type": type, "db.response.status_code": statusCode };
}

/** The connections to a server are a pool that is called as the server's place. */
function poolAttributes({ address }: ObservedServer): Attributes {
  return { "db.client.connection.pool.name": placeOf(address) };
}

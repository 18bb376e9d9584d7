/**
 * What is read off the servers whenever metrics are collected: their connections, who waits for one, hits and misses.
 * Nothing is counted while calls run, and nothing can drift. All clients of a process share one of these for each provider,
 * as of two that report the same server only the last one would be heard.
 */

import type {
  Attributes,
  BatchObservableResult,
  Meter,
  MeterProvider,
  ObservableCounter,
  ObservableUpDownCounter,
} from "@opentelemetry/api";
import type { ObservedServer } from "../../mod.ts";
import { placeOf, serverAttributes } from "./target.ts";

/** What was found at one place so far, by all clients. */
interface Place {
  readonly ofConnections: Attributes;
  readonly ofPool: Attributes;
  readonly ofServer: Attributes;
  hits: number;
  misses: number;
  connections: number;
  waiting: number;
}

/** The part of the counters that is told. */
interface Counts {
  readonly hits: number;
  readonly misses: number;
}

/** The servers that are in use. */
export class ServerGauges {
  readonly #servers = new Set<ObservedServer>();
  readonly #places = new Map<string, Place>();
  /** What was told of each server last. */
  readonly #told = new WeakMap<ObservedServer, Counts>();
  readonly #connections: ObservableUpDownCounter;
  readonly #waiting: ObservableUpDownCounter;
  readonly #hits: ObservableCounter;
  readonly #misses: ObservableCounter;

  private constructor(meter: Meter) {
    this.#connections = meter.createObservableUpDownCounter("db.client.connection.count", {
      description:
        "The number of connections that are currently in state described by the state attribute.",
      unit: "{connection}",
    });
    this.#waiting = meter.createObservableUpDownCounter("db.client.connection.pending_requests", {
      description: "The number of current pending requests for an open connection.",
      unit: "{request}",
    });
    this.#hits = meter.createObservableCounter("memcached.hits", {
      description: "The number of items that were found.",
      unit: "{item}",
    });
    this.#misses = meter.createObservableCounter("memcached.misses", {
      description: "The number of keys that were asked for and not found.",
      unit: "{item}",
    });
    meter.addBatchObservableCallback(
      (result) => this.#tell(result),
      [this.#connections, this.#waiting, this.#hits, this.#misses],
    );
  }

  /** Gives those of a provider. */
  static of(provider: MeterProvider, meter: Meter): ServerGauges {
    let gauges = GAUGES.get(provider);
    if (gauges === undefined) GAUGES.set(provider, gauges = new ServerGauges(meter));
    return gauges;
  }

  add(server: ObservedServer): void {
    this.#servers.add(server);
  }

  #tell(result: BatchObservableResult): void {
    for (const place of this.#places.values()) place.connections = place.waiting = 0;
    for (const server of this.#servers) {
      const place = this.#placeOf(server);
      const { connections, waiting } = server;
      const { hits, misses } = server.counters;
      const told = this.#told.get(server) ?? NOTHING;
      place.hits += hits - told.hits;
      place.misses += misses - told.misses;
      this.#told.set(server, { hits, misses });
      place.connections += connections;
      place.waiting += waiting;
      // It comes back when it is used again. Until then nothing holds a client that is closed.
      if (connections === 0 && waiting === 0) this.#servers.delete(server);
    }
    for (const place of this.#places.values()) {
      result.observe(this.#connections, place.connections, place.ofConnections);
      result.observe(this.#waiting, place.waiting, place.ofPool);
      result.observe(this.#hits, place.hits, place.ofServer);
      result.observe(this.#misses, place.misses, place.ofServer);
    }
  }

  #placeOf({ address }: ObservedServer): Place {
    const name = placeOf(address);
    let place = this.#places.get(name);
    if (place === undefined) {
      place = {
        ofConnections: {
          "db.client.connection.pool.name": name,
          // Callers share them, and none is ever lent to one.
          "db.client.connection.state": "used",
        },
        ofPool: { "db.client.connection.pool.name": name },
        ofServer: { "db.system.name": "memcached", ...serverAttributes(address) },
        ...{ hits: 0, misses: 0, connections: 0, waiting: 0 },
      };
      this.#places.set(name, place);
    }
    return place;
  }
}

const GAUGES = new WeakMap<MeterProvider, ServerGauges>();
const NOTHING: Counts = { hits: 0, misses: 0 };

/** Clients whose spans are kept, and what these have in common. */

import type { Attributes } from "@opentelemetry/api";
import { Client, type ClientOptions } from "@libmc/libmc";
import { otel, type OtelOptions } from "@libmc/libmc/otel";
import { Recording } from "./recording.ts";

/** A client whose spans are kept. */
export function recorded(
  servers: string | string[],
  options: ClientOptions = {},
  otelOptions: OtelOptions = {},
): { client: Client; recording: Recording } {
  const recording = new Recording();
  const { tracerProvider } = recording;
  const observer = otel({ metrics: false, tracerProvider, ...otelOptions });
  return { client: new Client(servers, { observer, warn: false, ...options }), recording };
}

/** What the spans have in common that go to one server. */
export function attributesOf(operation: string, port: number): Attributes {
  return {
    "db.system.name": "memcached",
    "db.operation.name": operation,
    "server.address": "127.0.0.1",
    "server.port": port,
  };
}

export function peerOf(port: number): Attributes {
  return {
    "network.peer.address": "127.0.0.1",
    "network.peer.port": port,
    "network.transport": "tcp",
  };
}

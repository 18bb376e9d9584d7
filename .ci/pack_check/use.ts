/**
 * Uses the installed package as a program of Node or Bun does. Given are the addresses of two memcacheds, the second of
 * which speaks TLS, and the certificate of who vouches for it.
 */

import {
  Client,
  type ClientOptions,
  ConnectionError,
  type Items,
  type MultiResult,
} from "@libmc/libmc";
import { otel } from "@libmc/libmc/otel";
import { MemcachedServer, TestClock } from "@libmc/libmc/testing";
import { INVALID_SPAN_CONTEXT, trace, type Tracer } from "@opentelemetry/api";

declare const process: { readonly argv: readonly string[] };

const [address, secureAddress, caCerts] = process.argv.slice(2);
const patient: ClientOptions = { strict: true, connectTimeout: 5000, pollTimeout: 5000 };

await roundTrip(address, patient);
await roundTrip(secureAddress, { ...patient, tls: { caCerts } });
// The authority is one that this process trusts, by NODE_EXTRA_CA_CERTS.
await roundTrip(secureAddress, { ...patient, tls: true });
await testingKit();
await spans(address);
console.log(
  "set, get, getMulti and more over TCP and TLS, the testing kit and spans: as they should be",
);

async function roundTrip(server: string, options: ClientOptions): Promise<void> {
  await using client = new Client(server, options);
  const items: Items = { a: "text", b: 2, c: { list: [1, null] }, d: 2n ** 70n };
  equal(await client.set("a", "text", { exptime: 60 }), true);
  const stored: MultiResult = await client.setMulti(items);
  equal(stored, { ok: true, failed: [] });
  equal(await client.get("a"), "text");
  equal(await client.get("absent"), undefined);
  const found: Map<string, unknown> = await client.getMulti([...Object.keys(items), "absent"]);
  equal([...found], Object.entries(items));
  const counter: number | undefined = await client.incr("b", 40);
  equal(counter, 42);
  const raw = await client.getRaw("a");
  equal(raw?.data.length, 4);
  equal(await client.set("large", new Uint8Array(2_500_000).fill(7)), true);
  const large = await client.get("large");
  equal(large instanceof Uint8Array && large.length, 2_500_000);
  equal([...(await client.version()).keys()].length, 1);
}

async function testingKit(): Promise<void> {
  const clock = new TestClock();
  await using server = await MemcachedServer.start({ clock });
  await using client = new Client(server.address, patient);
  equal(await client.set("a", 1, { exptime: 10 }), true);
  clock.advance(11);
  equal(await client.get("a"), undefined);
  server.fault({ kind: "serverError", commands: ["set"] });
  const failures: string[] = [];
  client.addEventListener("failure", ({ error }) => failures.push(error?.name ?? ""));
  equal(await client.set("a", 1, { strict: false }), false);
  equal(failures, ["ReplyError"]);
  await server.stop();
  try {
    await client.get("a");
    throw new Error("It gave an answer");
  } catch (error) {
    equal(error instanceof ConnectionError && error.server, server.address);
  }
}

async function spans(server: string): Promise<void> {
  const names: string[] = [];
  const startSpan = (name: string) => {
    names.push(name);
    return trace.wrapSpanContext(INVALID_SPAN_CONTEXT);
  };
  const tracer = { startSpan } as Pick<Tracer, "startSpan"> as Tracer;
  await using client = new Client(server, { ...patient, observer: otel() });
  await client.get("before");
  trace.setGlobalTracerProvider({ getTracer: () => tracer });
  await client.get("during");
  trace.disable();
  equal(names, [`get ${server}`]);
}

function equal(found: unknown, wanted: unknown): void {
  const [left, right] = [found, wanted].map(textOf);
  if (left !== right) throw new Error(`Found ${left} in place of ${right}`);
}

function textOf(value: unknown): string {
  return JSON.stringify(value, (_, part) => typeof part === "bigint" ? `${part}n` : part) ?? "none";
}

/**
 * What an observer of `@libmc/libmc/otel` costs a `get` while nobody records, which is how a library ships it; and, without
 * a target, while a tracer takes spans. Live and without a network, where nothing hides it.
 */
import { trace, type Tracer } from "@opentelemetry/api";
import { Client, type Observer } from "@libmc/libmc";
import { otel } from "@libmc/libmc/otel";
import { startMemcached } from "../../tests/support/memcached.ts";
import { clientFor } from "../micro/memory_client.ts";
import { contest, type Contestant, SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

/** Longer than for other probes, as the difference is small. */
const TIMES = SMOKE ? { rounds: 1, milliseconds: 1 } : { rounds: 31, milliseconds: 100 };
const KEY = "bench:key:0";
const VALUE = "v".repeat(100);

await using daemon = await startMemcached({ args: ["-t", "1"] });

/** A tracer whose spans are made and dropped. */
const plain = trace.getTracer("none");
const tracer: Tracer = {
  startSpan: (name, options, context) => plain.startSpan(name, options, context),
  startActiveSpan: plain.startActiveSpan.bind(plain),
};
const OBSERVERS: Readonly<Record<string, Observer | undefined>> = {
  "without an observer": undefined,
  "otel, nobody records": otel(),
  "otel, spans that are dropped": otel({
    metrics: false,
    tracerProvider: { getTracer: () => tracer },
  }),
};
const WIRE = `VALUE ${KEY} 0 100\r\n${VALUE}\r\nEND\r\n`;

async function compare(
  where: string,
  clientWith: (observer?: Observer) => Client,
): Promise<void> {
  const clients: Client[] = [];
  const contestants = Object.entries(OBSERVERS).map(
    ([name, observer]): Contestant => {
      const client = clientWith(observer);
      clients.push(client);
      return { name, things: 1, run: () => client.get(KEY) };
    },
  );
  await clients[0].set(KEY, VALUE);
  const [without, ...others] = await contest(contestants, TIMES);
  print({
    what: `get ${where}, ${without.name}`,
    figure: without.micros,
    unit: " µs",
  });
  for (const { name, micros, cpuMicros } of others) {
    const isIdle = name.endsWith("nobody records");
    print({
      what: `get ${where}, ${name}, to one without`,
      figure: micros / without.micros,
      unit: "×",
      ...isIdle && { atMost: 1.03 },
    });
    print({
      what: `get ${where}, ${name}, CPU to one without`,
      figure: cpuMicros / without.cpuMicros,
      unit: "×",
      ...isIdle && { atMost: 1.03 },
    });
  }
  for (const client of clients) await client.close();
}

await compare(
  "live",
  (observer) =>
    new Client(daemon.address, {
      pollTimeout: 5000,
      ...observer && { observer },
    }),
);
await compare(
  "without a network",
  (observer) => clientFor(WIRE, "get bench", observer && { observer }),
);

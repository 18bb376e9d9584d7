/**
 * What it costs to be watched: the options `latencies`, `slow` and `group`, and an observer with each of its methods. Each
 * is off unless it is asked for. Live, and without a network, where nothing hides it.
 */
import { Client, type ClientOptions } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { clientFor } from "../micro/memory_client.ts";
import { contest, type Contestant, SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

/** Longer than for other probes, as the differences are small. */
const TIMES = SMOKE ? { rounds: 1, milliseconds: 1 } : { rounds: 15, milliseconds: 100 };
const KEYS = Array.from({ length: 64 }, (_, i) => `bench:key:${i}`);
const VALUE = "v".repeat(100);

const WATCHED: Readonly<Record<string, ClientOptions>> = {
  "nothing": {},
  "latencies": { latencies: true },
  "slow: 1000": { slow: 1000 },
  "group": { group: (key) => key.slice(0, key.indexOf(":")) },
  "observer with happened": { observer: { happened: () => {} } },
  "observer with begin and end": { observer: { begin: () => undefined, end: () => {} } },
  "observer with attempt": { observer: { attempt: () => {} } },
};

await using daemon = await startMemcached({ args: ["-t", "1"] });

const wireOf = (keys: readonly string[]) =>
  keys.map((key) => `VALUE ${key} 0 100\r\n${VALUE}\r\n`).join("") + "END\r\n";
const live = (options: ClientOptions) =>
  new Client(daemon.address, { pollTimeout: 5000, ...options });
const inMemory = (keys: readonly string[]) => (options: ClientOptions) =>
  clientFor(wireOf(keys), "get bench", options);

async function compare(
  what: string,
  clientWith: (options: ClientOptions) => Client,
  things: number,
  run: (client: Client) => Promise<unknown>,
): Promise<void> {
  const clients: Client[] = [];
  const contestants = Object.entries(WATCHED).map(([name, options]): Contestant => {
    const client = clientWith(options);
    clients.push(client);
    return { name, things, run: () => run(client) };
  });
  const [without, ...others] = await contest(contestants, TIMES);
  print({ what: `${what}, CPU`, figure: without.cpuMicros, unit: " µs" });
  for (const { name, cpuMicros } of others) {
    print({
      what: `${what}, ${name}, CPU to one without`,
      figure: cpuMicros / without.cpuMicros,
      unit: "×",
    });
  }
  for (const client of clients) await client.close();
}

{
  await using client = live({});
  await client.setMulti(KEYS.map((key) => [key, VALUE]));
}
const one = (client: Client) => client.get(KEYS[0]);
const many = (client: Client) => Promise.all(KEYS.map((key) => client.get(key)));
await compare("get, live", live, 1, one);
await compare("get without a network", inMemory(KEYS.slice(0, 1)), 1, one);
await compare("64 gets of one tick, live", live, KEYS.length, many);

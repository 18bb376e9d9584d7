/**
 * What `getOrSet` costs where the value is there, which is nearly always: a `get` and what shows that it is fresh. And what
 * the meta commands cost that it is made of, many at once.
 */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeItems } from "../participants/items.ts";
import { contest, SMOKE } from "./contest.ts";
import { print } from "./verdict.ts";

await using daemon = await startMemcached({ args: ["-t", "1"] });
await using client = new Client(daemon.address, { pollTimeout: 5000 });

/** Longer than for other probes: the code of both sides is warm only after a second. */
const TIMES = SMOKE ? { rounds: 1, milliseconds: 1 } : { rounds: 15, milliseconds: 150 };
const items = makeItems(8, 1024, 100);
await client.setMulti(items);
const keys = items.map(([key]) => key);
const load = () => Promise.reject(new Error("It is there"));
const OPTIONS = { ttl: 3600 };
const WINDOWS = { ttl: 3600, staleWhileRevalidate: 60, staleIfError: 3600 };

for (const [callers, atMost] of [[1, 1.15], [64, 1.35]] as const) {
  const calls = (call: (key: string) => Promise<unknown>) => (at: number) => {
    if (callers === 1) return call(keys[at & 1023]);
    const all: Promise<unknown>[] = [];
    for (let i = 0; i < callers; i++) {
      all.push(call(keys[(at * callers + i) & 1023]));
    }
    return Promise.all(all);
  };
  const [get, plain, stale] = await contest([
    { name: "get", things: callers, run: calls((key) => client.get(key)) },
    {
      name: "getOrSet",
      things: callers,
      run: calls((key) => client.getOrSet<unknown>(key, load, OPTIONS)),
    },
    {
      name: "getOrSet with windows",
      things: callers,
      run: calls((key) => client.getOrSet<unknown>(key, load, WINDOWS)),
    },
  ], TIMES);
  for (const { name, micros, cpuMicros } of [get, plain, stale]) {
    print({ what: `${name}, ${callers} callers`, figure: micros, unit: " µs" });
    print({
      what: `${name}, ${callers} callers, CPU`,
      figure: cpuMicros,
      unit: " µs",
    });
  }
  for (const { name, micros } of [plain, stale]) {
    print({
      what: `${name} on a hit, to get, ${callers} callers`,
      figure: micros / get.micros,
      unit: "×",
      atMost,
    });
  }
}

const hundred = keys.slice(0, 100);
const [classic, meta] = await contest([
  { name: "getMulti", things: 100, run: () => client.getMulti(hundred) },
  {
    name: "meta.getMulti",
    things: 100,
    run: () => client.meta.getMulti(hundred),
  },
], TIMES);
for (const { name, micros, cpuMicros } of [classic, meta]) {
  print({ what: `${name} of 100, a key`, figure: micros, unit: " µs" });
  print({ what: `${name} of 100, a key, CPU`, figure: cpuMicros, unit: " µs" });
}
print({
  what: "meta.getMulti of 100, keys a second to getMulti",
  figure: meta.perSecond / classic.perSecond,
  unit: "×",
  atLeast: 0.75,
});

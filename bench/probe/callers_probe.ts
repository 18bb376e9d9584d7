/** A get may cost little more among 10,000 concurrent ones than among 64. */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeItems } from "../participants/items.ts";
import { contest, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

await using daemon = await startMemcached({ args: ["-t", "1"] });
await using client = new Client(daemon.address, {
  strict: true,
  pollTimeout: 5000,
});
const items = makeItems(8, 10_000, 100);
await client.setMulti(items);
const keys = items.map(([key]) => key);

/** As many gets at once as there are callers, round after round. */
function callers(count: number) {
  return {
    name: `${count} callers`,
    things: count,
    run(at: number): Promise<unknown> {
      const first = at * count % keys.length;
      const gets: Promise<unknown>[] = [];
      for (let i = 0; i < count; i++) {
        gets.push(client.get(keys[(first + i) % keys.length]));
      }
      return Promise.all(gets);
    },
  };
}

const [few, some, many] = await contest([
  callers(64),
  callers(1_000),
  callers(10_000),
], TIMES);
for (const outcome of [few, some, many]) {
  print({ what: `get, ${outcome.name}`, figure: outcome.micros, unit: " µs" });
  print({
    what: `get, ${outcome.name}, CPU`,
    figure: outcome.cpuMicros,
    unit: " µs",
  });
}
print({
  what: "get, 10,000 to 64 callers",
  figure: many.micros / few.micros,
  unit: "×",
  atMost: 1.3,
});

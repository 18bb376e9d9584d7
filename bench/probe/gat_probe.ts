/** `gatMulti` has lines of at most 2,000 bytes, as memcached closes on longer ones: they may cost little. */
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

for (const things of [100, 1_000]) {
  const items = makeItems(8, things, 100);
  await client.setMulti(items);
  const keys = items.map(([key]) => key);
  const [get, gat] = await contest([
    { name: "getMulti", things, run: () => client.getMulti(keys) },
    { name: "gatMulti", things, run: () => client.gatMulti(keys, 3600) },
  ], TIMES);
  for (const { name, micros, cpuMicros } of [get, gat]) {
    print({ what: `${name} of ${things}, a key`, figure: micros, unit: " µs" });
    print({ what: `${name} of ${things}, a key, CPU`, figure: cpuMicros, unit: " µs" });
  }
  print({
    what: `gatMulti of ${things}, to getMulti`,
    figure: gat.micros / get.micros,
    unit: "×",
    atMost: 1.25,
  });
}

/** Bulk work over three servers may cost no more a key than over one: they share this machine's cores. */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeItems } from "../participants/items.ts";
import { contest, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

await using a = await startMemcached({ args: ["-t", "1"] });
await using b = await startMemcached({ args: ["-t", "1"] });
await using c = await startMemcached({ args: ["-t", "1"] });
await using one = new Client(a.address, { strict: true, pollTimeout: 5000 });
await using three = new Client([a.address, b.address, c.address], {
  strict: true,
  pollTimeout: 5000,
});

for (const count of [100, 1_000]) {
  const items = makeItems(8, count, 100);
  const keys = items.map(([key]) => key);
  for (const client of [one, three]) await client.setMulti(items);
  const [getOne, getThree, setOne, setThree] = await contest([
    {
      name: "getMulti, one server",
      things: count,
      run: () => one.getMulti(keys),
    },
    {
      name: "getMulti, three servers",
      things: count,
      run: () => three.getMulti(keys),
    },
    {
      name: "setMulti, one server",
      things: count,
      run: () => one.setMulti(items),
    },
    {
      name: "setMulti, three servers",
      things: count,
      run: () => three.setMulti(items),
    },
  ], TIMES);
  for (
    const [name, single, many] of [
      ["getMulti", getOne, getThree],
      ["setMulti", setOne, setThree],
    ] as const
  ) {
    const what = `${name} of ${count} keys`;
    print({
      what: `${what}, one server`,
      figure: single.micros,
      unit: " µs a key",
    });
    print({
      what: `${what}, three servers`,
      figure: many.micros,
      unit: " µs a key",
    });
    print({
      what: `${what}, CPU on three servers`,
      figure: many.cpuMicros,
      unit: " µs a key",
    });
    print({
      what: `${what}, three to one`,
      figure: many.micros / single.micros,
      unit: "×",
      atMost: 1,
    });
  }
}

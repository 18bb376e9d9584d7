/**
 * A hot key: 10,000 callers ask for the same key at once. Nobody needs more than one answer on the wire, so a get among
 * them may cost no more than one of 10,000 for different keys, and less goes over the wire.
 */
import { Client } from "@libmc/libmc";
import { startMemcached } from "../../tests/support/memcached.ts";
import { makeItems } from "../participants/items.ts";
import { contest, TIMES } from "./contest.ts";
import { print } from "./verdict.ts";

const CALLERS = 10_000;

await using daemon = await startMemcached({ args: ["-t", "1"] });
await using client = new Client(daemon.address, {
  strict: true,
  pollTimeout: 5000,
});
const items = makeItems(8, CALLERS, 100);
await client.setMulti(items);
const keys = items.map(([key]) => key);

/** The text is the same for all, and an object must be one of its own for each caller. */
await client.set("hot:text", "v".repeat(100));
await client.set("hot:object", { name: "Ada", visits: 3 });

/** As many gets at once as there are callers. */
function callers(name: string, keyOf: (caller: number) => string) {
  return {
    name,
    things: CALLERS,
    run(): Promise<unknown> {
      const gets: Promise<unknown>[] = [];
      for (let i = 0; i < CALLERS; i++) gets.push(client.get(keyOf(i)));
      return Promise.all(gets);
    },
  };
}

const outcomes = await contest([
  callers("10,000 keys", (i) => keys[i]),
  callers("one key, a text", () => "hot:text"),
  callers("one key, an object", () => "hot:object"),
], TIMES);
for (const { name, micros, cpuMicros } of outcomes) {
  print({ what: `get, ${name}`, figure: micros, unit: " µs" });
  print({ what: `get, ${name}, CPU`, figure: cpuMicros, unit: " µs" });
}
const [different, text, object] = outcomes;
print({
  what: "get, one key to 10,000, a text",
  figure: text.micros / different.micros,
  unit: "×",
  atMost: 0.5,
});
print({
  what: "get, one key to 10,000, an object",
  figure: object.micros / different.micros,
  unit: "×",
  atMost: 1,
});
const before = { ...client.counters().get(daemon.address) };
await Promise.all(
  Array.from({ length: CALLERS }, () => client.get("hot:text")),
);
const after = client.counters().get(daemon.address);
print({
  what: "bytes of replies for 10,000 gets of a text of 100 B",
  figure: (after?.bytesRead ?? 0) - (before.bytesRead ?? 0),
  unit: " B",
  // One answer for 1,000 callers.
  atMost: 1500,
});

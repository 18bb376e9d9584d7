import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { measurePairs } from "../../../bench/load/pairs.ts";
import { formatPairs, formatPairsHead } from "../../../bench/load/pairs_table.ts";
import type { Work } from "../../../bench/load/work.ts";
import { player } from "./player.ts";

const WORK: Work = { operation: "getMulti100", bytes: 100, callers: 1, servers: 1 };
const TIMES = { rounds: 3, milliseconds: 1, warmUp: 1 };

Deno.test("measurePairs() takes the median of the ratios within each pair", async () => {
  // The machine slows down tenfold after the first pair; each pair says twice as fast, or nearly.
  const before = player("before", [1000, 100, 100]);
  const after = player("after", [2000, 210, 190]);
  const { rate, cpu, ...sides } = await measurePairs(WORK, before, after, TIMES, () => {});
  assertEquals(rate, { median: 2, quarter: 1.9, threeQuarters: 2.1 });
  assertAlmostEquals(cpu.median, 1);
  assertEquals(sides.before.callsPerSecond, 100);
  assertEquals(sides.after.callsPerSecond, 210);
  assertAlmostEquals(sides.after.cpuMicrosPerKey, 1);
});

Deno.test("measurePairs() lets both go first in turn", async () => {
  const order: string[] = [];
  const watched = (name: string) => {
    const inner = player(name, [1, 1, 1]);
    return {
      ...inner,
      run: (milliseconds: number, timed: boolean) => {
        order.push(name);
        return inner.run(milliseconds, timed);
      },
    };
  };
  await measurePairs(WORK, watched("a"), watched("b"), TIMES, () => {});
  assertEquals(order.join(""), "ab" + "ab" + "ba" + "ab");
});

Deno.test("measurePairs() refuses to time different answers", async () => {
  const [before, after] = [player("before", [1]), player("after", [1], "other")];
  await assertRejects(
    () => measurePairs(WORK, before, after, TIMES, () => {}),
    Error,
    "the answers differ",
  );
});

Deno.test("formatPairs() lines up with its headings", async () => {
  const pairs = await measurePairs(
    WORK,
    player("before", [12_345]),
    player("after", [12_345]),
    { ...TIMES, rounds: 1 },
    () => {},
  );
  const line = formatPairs(pairs);
  assertEquals(line.length, formatPairsHead().length);
  assertEquals(line.includes("12,345") && line.includes("1.000 [1.000, 1.000]"), true);
});

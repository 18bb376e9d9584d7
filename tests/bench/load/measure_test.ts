import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { drawChart } from "../../../bench/load/chart.ts";
import { measure, type Player } from "../../../bench/load/measure.ts";
import { formatReport, type Report } from "../../../bench/load/report.ts";
import { formatTable } from "../../../bench/load/table.ts";
import type { Work } from "../../../bench/load/work.ts";
import { player } from "./player.ts";

const WORK: Work = { operation: "getMulti100", bytes: 100, callers: 1, servers: 1 };
const TIMES = { rounds: 3, milliseconds: 1, warmUp: 1 };

const REPORT: Report = {
  date: "2026-01-02T03:04:05Z",
  command: "deno task bench:load",
  machine: { cores: 2, cpu: "A & B", memoryGiB: 1, os: "", deno: "", v8: "", memcached: "" },
  versions: {},
  rounds: 3,
  milliseconds: 1,
  seconds: 1,
  results: [],
  failures: [],
};

function measured(players: Player[]) {
  return measure(WORK, players, TIMES, () => {});
}

Deno.test("measure() takes the median of the rounds and its ratios", async () => {
  const { results, failures } = await measured([
    player("raw socket", [400, 100, 200]),
    player("libmc", [90, 150, 10_000]),
    player("memjs", [40, 50, 60]),
    player("memcache", [20, 30, 10]),
  ]);
  assertEquals(failures, []);
  assertEquals(results.map(({ callsPerSecond }) => callsPerSecond), [200, 150, 50, 20]);
  assertEquals(results.map(({ keysPerSecond }) => keysPerSecond), [20_000, 15_000, 5_000, 2_000]);
  assertEquals(results.map(({ ofRaw }) => ofRaw), [1, 0.75, 0.25, 0.1]);
  assertEquals(results.map(({ ofBestPeer }) => ofBestPeer), [4, 3, 1, 0.4]);
  for (const { cpuMicrosPerKey } of results) assertAlmostEquals(cpuMicrosPerKey, 1);
});

Deno.test("measure() goes on without a participant that fails", async () => {
  const { results, failures } = await measured([
    player("memjs", [10, NaN]),
    player("memcache", [20, 20, 20]),
  ]);
  assertEquals(results.map(({ participant }) => participant), ["memcache"]);
  assertEquals(failures.map(({ participant }) => participant), ["memjs"]);
  assertEquals(results[0].ofRaw, undefined);
  assertEquals(results[0].ofBestPeer, 1);
});

Deno.test("measure() refuses to time different answers", async () => {
  const players = [player("libmc", [1]), player("memjs", [1], "other")];
  await assertRejects(() => measured(players), Error, "the answers differ");
});

Deno.test("formatTable() has a line for each participant", async () => {
  const { results } = await measured([player("raw socket", [1]), player("libmc", [1])]);
  const lines = formatTable(WORK, results).split("\n");
  assertEquals(lines.length, 5);
  assertEquals(lines[3].includes("libmc"), true);
});

Deno.test("formatReport() is JSON that gives back what was measured", async () => {
  const { results } = await measured([player("raw socket", [2]), player("libmc", [1])]);
  const parsed = JSON.parse(formatReport({ ...REPORT, results }));
  assertEquals(parsed.results.length, 2);
  assertEquals(parsed.results[1].bytes, 100);
  assertEquals(parsed.date, REPORT.date);
});

Deno.test("drawChart() draws a bar for each participant of a headline work", async () => {
  const { results } = await measured([player("raw socket", [2, 2, 2]), player("a<b", [1, 1, 1])]);
  const svg = drawChart({ ...REPORT, results });
  assertEquals([...svg.matchAll(/<rect class="(raw|peer)"/g)].length, 2);
  assertEquals(svg.includes("a&lt;b") && svg.includes("A &amp; B"), true);
  assertEquals(svg.includes("0.50×"), true);
});

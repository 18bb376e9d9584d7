import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { drawChart } from "../../../bench/load/chart.ts";
import { measure, type Place, type Player } from "../../../bench/load/measure.ts";
import { commandOf, formatReport, type Report } from "../../../bench/load/report.ts";
import { formatTable } from "../../../bench/load/table.ts";
import { formatVerdicts } from "../../../bench/load/verdicts.ts";
import type { Work } from "../../../bench/load/work.ts";
import { player } from "./player.ts";

const WORK: Work = { operation: "getMulti100", bytes: 100, callers: 1, servers: 1 };
const TIMES = { rounds: 3, milliseconds: 1, warmUp: 1 };

const ONE: Place = { cores: "one", enter: () => Promise.resolve() };
const TWO: Place = { cores: "two", enter: () => Promise.resolve() };

const REPORT: Report = {
  date: "2026-01-02T03:04:05Z",
  command: "deno task bench:load",
  machine: { cores: 2, cpu: "A & B", memoryGiB: 1, os: "", deno: "", v8: "", memcached: "" },
  versions: {},
  cores: [{ name: "one", list: "1" }, { name: "two", list: "0,1" }],
  seconds: 1,
  results: [],
  failures: [],
};

function measured(players: Player[], places: Place[] = [ONE]) {
  return measure(WORK, players, places, TIMES, () => {});
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

Deno.test("measure() runs a work in one place after the other, checked once", async () => {
  const seen: string[] = [];
  const watched = {
    ...player("libmc", []),
    prepare: () => (seen.push("prepare"), Promise.resolve({ digest: "same", values: 100 })),
    run: (_: number, timed: boolean) => {
      seen.push(timed ? "round" : "warm-up");
      return Promise.resolve({ calls: 1, milliseconds: 1, cpuMicroseconds: 1 });
    },
  };
  const places = [ONE, TWO].map(({ cores }) => ({
    cores,
    enter: () => (seen.push(cores), Promise.resolve()),
  }));
  const { results } = await measured([watched], places);
  assertEquals(results.map(({ cores }) => cores), ["one", "two"]);
  const rounds = ["warm-up", "round", "round", "round"];
  assertEquals(seen, ["one", "prepare", ...rounds, "two", ...rounds]);
});

Deno.test("measure() gives no figure of a place in which a participant failed", async () => {
  // Four runs in the first place, of which one warms up; the sixth is in the second.
  const unsteady = player("memjs", [1, 1, 1, 1, NaN]);
  const { results, failures } = await measured([player("libmc", []), unsteady], [ONE, TWO]);
  assertEquals(results.map(({ participant, cores }) => `${participant} ${cores}`), [
    "libmc one",
    "memjs one",
    "libmc two",
  ]);
  assertEquals(failures.map(({ cores }) => cores), ["two"]);
});

Deno.test("measure() keeps libmc on Python apart from the best npm client", async () => {
  const { results } = await measured([
    player("libmc", [30, 30, 30]),
    player("memjs", [10, 10, 10]),
    player("libmc-python", [20, 20, 20]),
  ]);
  assertEquals([results[0].ofBestPeer, results[0].ofLibmcPython], [3, 1.5]);
  assertEquals(formatTable(WORK, results).includes("of libmc-python"), true);
});

Deno.test("formatTable() has a line for each participant", async () => {
  const { results } = await measured([player("raw socket", [1]), player("libmc", [1])]);
  const lines = formatTable(WORK, results).split("\n");
  assertEquals(lines.length, 5);
  assertEquals(lines[1].includes("on one core"), true);
  assertEquals(lines[3].includes("libmc"), true);
  assertEquals(lines[1].includes("of libmc-python"), false);
});

Deno.test("formatTable() says which part was on one core and which on two", async () => {
  const { results } = await measured([player("libmc", [1])], [ONE, TWO]);
  const lines = formatTable(WORK, results).split("\n");
  assertEquals(lines.map((line) => /on (one core|two cores)/.exec(line)?.[1] ?? ""), [
    "",
    "one core",
    "",
    "two cores",
    "",
    "",
  ]);
});

Deno.test("formatReport() is JSON that gives back what was measured", async () => {
  const { results } = await measured([player("raw socket", [2]), player("libmc", [1])]);
  const parsed = JSON.parse(formatReport({ ...REPORT, results }));
  assertEquals(parsed.results.length, 2);
  assertEquals(parsed.results[1].bytes, 100);
  assertEquals(parsed.date, REPORT.date);
});

Deno.test("commandOf() leaves out where things are on this machine", () => {
  assertEquals(
    commandOf(["--libmc", "/home/me/bin/python", "--only", "get"]),
    "deno task bench:load --libmc PYTHON --only get",
  );
});

Deno.test("drawChart() draws a bar for each participant of a headline work", async () => {
  const { results } = await measured([player("raw socket", [2, 2, 2]), player("a<b", [1, 1, 1])]);
  const svg = drawChart({ ...REPORT, results });
  assertEquals([...svg.matchAll(/<rect class="(raw|peer)"/g)].length, 2);
  assertEquals(svg.includes("a&lt;b") && svg.includes("A &amp; B"), true);
  assertEquals(svg.includes("0.50×"), true);
});

Deno.test("drawChart() draws one core and two side by side, each under its name", async () => {
  const { results } = await measured([player("libmc", [1])], [ONE, TWO]);
  const svg = drawChart({ ...REPORT, results });
  const places = [...svg.matchAll(/translate\((\d+) (\d+)\).*?(one core|two cores)/gs)]
    .map(([, x, y, cores]) => ({ x, y, cores }));
  assertEquals(places.map(({ cores }) => cores), ["one core", "two cores"]);
  assertEquals(places[0].y, places[1].y);
});

Deno.test("formatVerdicts() holds our figures on one core against their targets", async () => {
  const { results } = await measured([
    player("libmc", [18_000, 18_000, 18_000]),
    player("libmc-python", [10_000, 10_000, 10_000]),
  ], [ONE, TWO]);
  assertEquals(formatVerdicts(results).split("\n"), [
    "Targets, on one core",
    "+ getMulti100 100B c1 s1, keys a second, or: 1,800,000, target ≥ 1,600,000, 1.13 of it",
    "- getMulti100 100B c1 s1, CPU a key: 1 µs, target ≤ 0.38 µs, 2.63 of it",
    "+ getMulti100 100B c1 s1, of libmc on Python: 1.8×, target ≥ 1.5×, 1.20 of it",
    "",
  ]);
  assertEquals(formatVerdicts([]), "");
});

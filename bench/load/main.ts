/**
 * The closed loop: what clients do under so many callers, beside the raw socket and beside each other.
 * `bench/README.md` says how it measures and how to read it.
 */
import { type Memcached, startMemcached } from "../../tests/support/memcached.ts";
import { drawChart } from "./chart.ts";
import { describeMachine } from "./machine.ts";
import { measure } from "./measure.ts";
import { MeasuredProcess } from "./measured_process.ts";
import { parseOptions, USAGE } from "./options.ts";
import { Progress } from "./progress.ts";
import { type Failure, formatReport, type Report, type Result } from "./report.ts";
import { formatTable } from "./table.ts";
import { nameOf } from "./work.ts";

if (Deno.args.includes("--help")) {
  console.log(USAGE);
  Deno.exit();
}

const options = parseOptions(Deno.args);
const progress = new Progress();
const begin = performance.now();
await using resources = new AsyncDisposableStack();

const mostServers = Math.max(...options.works.map(({ servers }) => servers));
const daemons: Memcached[] = [];
for (let i = 0; i < mostServers; i++) {
  // One worker thread each: the machine's other cores are the client's.
  daemons.push(
    resources.use(await startMemcached({ args: ["-m", "1024", "-t", "1"] })),
  );
}
const addresses = daemons.map(({ address }) => address);

const players: MeasuredProcess[] = [];
const versions: Record<string, string> = {};
const manyServers = new Set<string>();
for (const name of options.participants) {
  progress.say(`starting ${name}`);
  const [player, greeting] = await MeasuredProcess.start(name, addresses);
  players.push(resources.use(player));
  versions[name] = greeting.version;
  if (greeting.manyServers) manyServers.add(name);
}

const results: Result[] = [];
const failures: Failure[] = [];
for (const [i, work] of options.works.entries()) {
  const able = players.filter(({ name }) => work.servers === 1 || manyServers.has(name));
  const outcome = await measure(work, able, options, (what) => {
    progress.say(`[${i + 1}/${options.works.length}] ${what}`);
  });
  progress.clear();
  results.push(...outcome.results);
  failures.push(...outcome.failures);
  console.log(formatTable(work, outcome.results));
  for (const failure of outcome.failures) {
    console.log(`  failed: ${failure.error}\n`);
  }
}

const report: Report = {
  date: new Date().toISOString(),
  command: ["deno task bench:load", ...Deno.args].join(" "),
  machine: await describeMachine(addresses[0]),
  versions,
  rounds: options.rounds,
  milliseconds: options.milliseconds,
  seconds: Math.round((performance.now() - begin) / 1000),
  results,
  failures,
};
if (options.save) await save(report);
console.log(
  `${options.works.length} works, ${results.length} results, ${failures.length} failures, ` +
    `${report.seconds} s`,
);
// The summary of a run of one work would repeat its name.
if (options.works.length === 1) console.log(nameOf(options.works[0]));

async function save(report: Report): Promise<void> {
  const folder = new URL("../results/", import.meta.url);
  await Deno.mkdir(folder, { recursive: true });
  const stem = report.date.slice(0, 16).replace("T", "_").replace(":", "");
  await Deno.writeTextFile(
    new URL(`${stem}.json`, folder),
    formatReport(report),
  );
  await Deno.writeTextFile(new URL(`${stem}.svg`, folder), drawChart(report));
  console.log(`bench/results/${stem}.json\nbench/results/${stem}.svg`);
}

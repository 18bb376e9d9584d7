/**
 * The closed loop: what clients do under so many callers, beside the raw socket and beside each other.
 * `bench/README.md` says how it measures and how to read it.
 */
import { drawChart } from "./chart.ts";
import { compare } from "./compare.ts";
import { Field } from "./field.ts";
import { describeMachine } from "./machine.ts";
import { measure } from "./measure.ts";
import { parseOptions, USAGE } from "./options.ts";
import { Progress } from "./progress.ts";
import { type Failure, formatReport, type Report, type Result } from "./report.ts";
import { formatTable } from "./table.ts";
import { nameOf } from "./work.ts";

if (Deno.args.includes("--help")) {
  console.log(USAGE);
  Deno.exit();
}

const options = parseOptions(Deno.args, Deno.env.get("INIT_CWD") ?? Deno.cwd());
const progress = new Progress();
const begin = performance.now();

if (options.before !== undefined) {
  await compare(options.before, options, progress);
  Deno.exit();
}

const mostServers = Math.max(...options.works.map(({ servers }) => servers));
await using field = await Field.open(options.participants, mostServers, progress);

const results: Result[] = [];
const failures: Failure[] = [];
for (const [i, work] of options.works.entries()) {
  const able = field.players.filter(({ name }) => {
    return work.servers === 1 || field.greetings.get(name)?.manyServers;
  });
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
  machine: await describeMachine(field.addresses[0]),
  versions: Object.fromEntries(
    [...field.greetings].map(([name, { version }]) => [name, version]),
  ),
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

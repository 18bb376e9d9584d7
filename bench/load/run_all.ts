/** The works of a run one after the other, each on one core and on two; prints tables and writes the dated files. */
import { drawChart } from "./chart.ts";
import { findCores, moveTo, NO_TASKSET } from "./cores.ts";
import { Field } from "./field.ts";
import { describeMachine } from "./machine.ts";
import { measure } from "./measure.ts";
import type { LoadOptions } from "./options.ts";
import type { Progress } from "./progress.ts";
import { commandOf, type Failure, formatReport, type Report, type Result } from "./report.ts";
import { formatTable } from "./table.ts";
import { formatVerdicts } from "./verdicts.ts";

/** Runs what the options name. */
export async function runAll(options: LoadOptions, progress: Progress): Promise<void> {
  const begin = performance.now();
  const found = await findCores();
  if (found[0].name === "all") console.log(`${NO_TASKSET}\n`);
  const cores = found.filter(({ name }) => name === "all" || options.cores.includes(name));
  if (cores.length === 0) {
    throw new RangeError("Cannot run on two cores as this process may use only one");
  }
  const servers = Math.max(...options.works.map(({ servers }) => servers));
  await using field = await Field.open(options.participants, servers, progress, options.python);
  const places = cores.map((cores) => {
    return { cores: cores.name, enter: () => moveTo(cores, field.pids) };
  });

  const results: Result[] = [];
  const failures: Failure[] = [];
  for (const [i, work] of options.works.entries()) {
    const times = options.timesOf(work);
    const outcome = await measure(work, field.ableTo(work), places, times, (what) => {
      progress.say(`[${i + 1}/${options.works.length}] ${what}`);
    });
    progress.clear();
    results.push(...outcome.results);
    failures.push(...outcome.failures);
    console.log(formatTable(work, outcome.results));
    for (const { cores, error } of outcome.failures) {
      console.log(`  failed on ${cores}: ${error}\n`);
    }
  }

  const report: Report = {
    date: new Date().toISOString(),
    command: commandOf(Deno.args),
    machine: await describeMachine(field.addresses[0]),
    versions: Object.fromEntries(
      [...field.greetings].map(([name, { version }]) => [name, version]),
    ),
    cores,
    seconds: Math.round((performance.now() - begin) / 1000),
    results,
    failures,
  };
  console.log(formatVerdicts(results));
  if (options.save) await save(report);
  console.log(
    `${options.works.length} works, ${results.length} results, ${failures.length} failures, ` +
      `${report.seconds} s`,
  );
}

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

/**
 * Runs all that must hold before a change goes in, each task once, and goes on after a failure so that one run tells
 * everything. Its last line sums the test runs up; a task that fails without a failed test counts as one failure.
 *
 * @module
 */

import { type Batch, runBatches } from "./batches.ts";
import { outcomeOf, sumOf, type Tally, totalsLine } from "./tally.ts";
import { type Show, TERMINAL } from "./terminal.ts";

/** The tasks, by stages: those of one stage run two at once. */
const STAGES: readonly (readonly string[])[] = [
  // Before anything brings the lock files up to date.
  ["lock:check"],
  ["test"],
  // The types of all files are checked by the tests before.
  ["test:pace --no-check"],
  // What looks at files or at the package, and what only has to run. The first one takes as long as all others.
  [
    ...["test:doc", "test:screen --no-check", "bench:smoke", "pack:check", "check"],
    ...["publish:check", "lint", "fmt --check"],
  ],
  // Node 24 has a job of its own, and pack:check uses the package on it.
  ["test:runtimes quick node22 bun"],
  // Its limits are for a machine that has nothing else to do.
  ["soak --minutes 1"],
];

/** Runs a task, and shows what it says. */
async function runTask(args: readonly string[], show: Show): Promise<Tally> {
  const child = new Deno.Command("deno", {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  let output = "";
  await Promise.all([
    eachText(child.stdout, (text) => {
      output += text;
      show.out(text);
    }),
    eachText(child.stderr, show.error),
  ]);
  return outcomeOf(output, (await child.status).success);
}

async function eachText(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (text: string) => void,
): Promise<void> {
  for await (const text of stream.pipeThrough(new TextDecoderStream())) take(text);
}

function batch(task: string, stage: number): Batch {
  return { name: `deno task ${task}`, args: ["task", ...task.split(" ")], stage };
}

if (import.meta.main) {
  const bad: string[] = [];
  const batches = STAGES.flatMap((tasks, stage) => tasks.map((task) => batch(task, stage)));
  const run = async (args: readonly string[], show: Show) => {
    const tally = await runTask(args, show);
    if (tally.failed > 0) bad.push(args.slice(1).join(" "));
    return tally;
  };
  const total = sumOf(await runBatches(batches, run, TERMINAL));
  console.log(bad.length === 0 ? "\nAll tasks succeeded" : `\nFailed tasks: ${bad.join(", ")}`);
  console.log(totalsLine(total));
  Deno.exit(total.failed === 0 ? 0 : 1);
}

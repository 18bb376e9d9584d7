/**
 * Runs all that must hold before a change goes in, each task once, and goes on after a failure so that one run tells
 * everything. Its last line sums the test runs up; a task that fails without a failed test counts as one failure.
 *
 * @module
 */

import { outcomeOf, sumOf, type Tally, totalsLine } from "./tally.ts";

const TASKS: readonly string[][] = [
  // Before anything brings the lock files up to date.
  ["lock:check"],
  ["test"],
  ["test:pace"],
  ["test:screen"],
  ["lint"],
  ["fmt", "--check"],
  ["check"],
  ["publish:check"],
  ["pack:check"],
  // Node 24 has a job of its own, and pack:check uses the package on it.
  ["test:runtimes", "quick", "node22", "bun"],
  ["bench:smoke"],
  ["soak", "--minutes", "1"],
];

async function runTask(args: string[]): Promise<Tally> {
  console.log(`\n# deno task ${args.join(" ")}`);
  const child = new Deno.Command("deno", {
    args: ["task", ...args],
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
  }).spawn();
  let output = "";
  const decoder = new TextDecoder();
  for await (const chunk of child.stdout) {
    for (let sent = 0; sent < chunk.length;) sent += Deno.stdout.writeSync(chunk.subarray(sent));
    output += decoder.decode(chunk, { stream: true });
  }
  const { success } = await child.status;
  return outcomeOf(output, success);
}

if (import.meta.main) {
  const bad: string[] = [];
  const tallies: Tally[] = [];
  for (const args of TASKS) {
    const tally = await runTask(args);
    tallies.push(tally);
    if (tally.failed > 0) bad.push(args.join(" "));
  }
  const total = sumOf(tallies);
  console.log(bad.length === 0 ? "\nAll tasks succeeded" : `\nFailed tasks: ${bad.join(", ")}`);
  console.log(totalsLine(total));
  Deno.exit(total.failed === 0 ? 0 : 1);
}

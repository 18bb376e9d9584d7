/**
 * Runs all that must hold before a change goes in, each task once, and goes on after a failure so that one run tells
 * everything. Its last line sums the test runs up; a task that fails without a failed test counts as one failure.
 *
 * @module
 */

/** What one task, or all of them, amounts to. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
}

/** Adds up the summary lines that `deno test` leaves in an output, coloured or not. */
export function tallyOf(output: string): Tally {
  let passed = 0;
  let failed = 0;
  for (const line of output.replaceAll(COLOUR, "").matchAll(SUMMARY)) {
    passed += Number(line[1]);
    failed += Number(line[2]);
  }
  return { passed, failed };
}

/** What a task that ended amounts to: one that failed has at least one failure. */
export function outcomeOf(output: string, success: boolean): Tally {
  const { passed, failed } = tallyOf(output);
  return { passed, failed: success ? failed : Math.max(failed, 1) };
}

const TASKS: readonly string[][] = [
  ["test"],
  ["lint"],
  ["fmt", "--check"],
  ["check", "--frozen"],
  ["publish:check"],
  ["pack:check"],
  ["test:runtimes", "quick"],
  ["bench:smoke"],
  ["soak", "--minutes", "1"],
];

const SUMMARY = /^(?:ok|FAILED) \| (\d+) passed(?: \([^)]*\))? \| (\d+) failed/gm;
const COLOUR = new RegExp(`${String.fromCharCode(27)}\\[[0-9;]*m`, "g");

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
  let passed = 0;
  let failed = 0;
  for (const args of TASKS) {
    const tally = await runTask(args);
    passed += tally.passed;
    failed += tally.failed;
    if (tally.failed > 0) bad.push(args.join(" "));
  }
  console.log(bad.length === 0 ? "\nAll tasks succeeded" : `\nFailed tasks: ${bad.join(", ")}`);
  console.log(`${passed} passed, ${failed} failed`);
  Deno.exit(failed === 0 ? 0 : 1);
}

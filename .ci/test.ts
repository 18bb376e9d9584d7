/**
 * Runs the tests, step by step, and says little where all is well. A step that fails does not stop the others. The last
 * line sums all of them up.
 *
 * `deno run -P=ci .ci/test.ts unit,live,doc [files or folders] [options of deno test]`: files and folders stand in place
 * of all.
 *
 * @module
 */

import { QuietReport } from "./quiet_report.ts";
import { outcomeOf, sumOf, type Tally, totalsLine, withoutColour } from "./tally.ts";

/** Folders and files of tests that run without any permission; all others are live. */
export const PURE_TESTS: readonly string[] = [
  "tests/protocol",
  "tests/commands",
  "tests/codec",
  "tests/placement",
  "tests/key_test.ts",
];

/** The steps there are. */
export type StepName = "unit" | "live" | "doc";

/** Commands of Deno that run a step, given files and folders if not all of it is to run. */
export function commandsOf(step: StepName, paths: readonly string[] = []): string[][] {
  switch (step) {
    case "unit":
      return [["test", "-P=unit", ...(paths.length > 0 ? paths : PURE_TESTS)]];
    case "live": {
      const ignored = PURE_TESTS.filter((pure) => !paths.some((path) => isIn(path, pure)));
      const given = paths.length > 0 ? paths : ["tests"];
      return [
        ["run", "-P=install", ".ci/install_programs.ts"],
        ["test", "-P=live", `--ignore=${ignored.join(",")}`, ...given],
      ];
    }
    case "doc":
      return [[
        ...["test", "--doc", "-P=doc"],
        ...(paths.length > 0 ? paths : ["mod.ts", "src", "README.md"]),
      ]];
  }
}

/** The steps that run these files and folders, each with its own; without any, all steps run whole. */
export function stepsOf(
  steps: readonly StepName[],
  paths: readonly string[],
): [step: StepName, paths: readonly string[]][] {
  if (paths.length === 0 || steps.length === 1) return steps.map((step) => [step, paths]);
  const isPure = (path: string) => PURE_TESTS.some((pure) => isIn(path, pure));
  const isDocumented = (path: string) => !isIn(path, "tests");
  const own: Record<StepName, readonly string[]> = {
    unit: [
      ...paths.filter(isPure),
      ...PURE_TESTS.filter((pure) => paths.some((path) => path !== pure && isIn(pure, path))),
    ],
    live: paths.filter((path) => !isPure(path) && !isDocumented(path)),
    doc: paths.filter(isDocumented),
  };
  return steps.filter((step) => own[step].length > 0).map((step) => [step, own[step]]);
}

/** Runs Deno, and shows what it says of tests in short. */
export async function runQuietly(args: readonly string[], show: Show): Promise<Tally> {
  const child = new Deno.Command("deno", {
    args: [...args],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const report = new QuietReport(show.out);
  let output = "";
  await Promise.all([
    eachLine(child.stdout, (line) => {
      output += `${line}\n`;
      report.add(line);
    }),
    eachLine(child.stderr, (line) => {
      if (!PROGRESS.test(withoutColour(line))) show.error(`${line}\n`);
    }),
  ]);
  report.end();
  return outcomeOf(output, (await child.status).success);
}

/** Where texts go to. */
export interface Show {
  out(text: string): void;
  error(text: string): void;
}

/** What Deno does on the way to a run. Its option `-q` would hide it, and what tests print as well. */
const PROGRESS = /^(?:(?:Check|Download|Initialize) |Warning Permissions in the config )/;

async function eachLine(
  stream: ReadableStream<Uint8Array<ArrayBuffer>>,
  take: (line: string) => void,
): Promise<void> {
  let rest = "";
  for await (const text of stream.pipeThrough(new TextDecoderStream())) {
    const lines = (rest + text).split("\n");
    rest = lines.pop() as string;
    lines.forEach(take);
  }
  if (rest !== "") take(rest);
}

function isIn(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** What is there, and so is no option and no value of one. */
function isThere(argument: string): boolean {
  if (argument.startsWith("-")) return false;
  try {
    return Deno.statSync(argument) !== undefined;
  } catch {
    return false;
  }
}

async function runStep(
  step: StepName,
  paths: readonly string[],
  options: readonly string[],
): Promise<Tally> {
  console.log(`\n# ${step}`);
  const tallies: Tally[] = [];
  for (const args of commandsOf(step, paths)) {
    const command = args[0] === "test" ? [...args, ...options] : args;
    const tally = await runQuietly(command, TERMINAL);
    tallies.push(tally);
    if (tally.failed > 0) break;
  }
  return sumOf(tallies);
}

const TERMINAL: Show = {
  out: (text) => writeAll(Deno.stdout, text),
  error: (text) => writeAll(Deno.stderr, text),
};

function writeAll(to: typeof Deno.stdout, text: string): void {
  const bytes = new TextEncoder().encode(text);
  for (let sent = 0; sent < bytes.length;) sent += to.writeSync(bytes.subarray(sent));
}

if (import.meta.main) {
  const [names, ...given] = Deno.args;
  const paths = given.filter(isThere).map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));
  const options = given.filter((argument) => !isThere(argument));
  const tallies: Tally[] = [];
  for (const [step, own] of stepsOf(names.split(",") as StepName[], paths)) {
    tallies.push(await runStep(step, own, options));
  }
  const total = sumOf(tallies);
  console.log(`\n${totalsLine(total)}`);
  Deno.exit(total.failed === 0 ? 0 : 1);
}

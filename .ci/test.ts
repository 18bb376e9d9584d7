/**
 * Runs the tests, in two processes at once or three, and says little where all is well. A run that fails does not stop
 * the others. The last line sums all of them up.
 *
 * `deno run -P=ci .ci/test.ts unit,live [files or folders] [options of deno test]`: files and folders stand in place
 * of all.
 *
 * @module
 */

import { type Batch, runBatches } from "./batches.ts";
import { runExamples } from "./examples.ts";
import { QuietReport } from "./quiet_report.ts";
import { outcomeOf, sumOf, type Tally, totalsLine, withoutColour } from "./tally.ts";
import { type Show, TERMINAL } from "./terminal.ts";

/** Folders and files of tests that run without any permission; all others are live. */
export const PURE_TESTS: readonly string[] = [
  "tests/protocol",
  "tests/commands",
  "tests/codec",
  "tests/placement",
  "tests/key_test.ts",
];

/** Live tests that measure memory and work. They keep one core busy. */
export const MEASURING: readonly string[] = ["tests/cost"];

/** Live tests whose clients have to keep a pace: they wait more than they work, so that a run which measures goes beside. */
export const PACED: readonly string[] = [
  "tests/client/dead_server_test.ts",
  "tests/client/reconnect_test.ts",
  "tests/faults/hung_server_test.ts",
  "tests/faults/load_test.ts",
  "tests/faults/rules_test.ts",
];

/** Live tests that have both cores to themselves: thousands of clients that give up soon. */
export const ALONE: readonly string[] = [
  "tests/faults/fault_matrix_test.ts",
  "tests/faults/several_matrix_test.ts",
];

/** Live tests that wait for a third of their time or more, each a run of its own, the longest first. */
export const WAITING: readonly string[] = ["tests/programs", "tests/client/get_or_set"];

/** Other live tests that take long, each a run of its own, too. All others are one run. */
export const LONG: readonly string[] = [
  "tests/client",
  "tests/faults",
  "tests/cost/worst_values_test.ts",
];

/** Tests with libraries of others, which read the environment: our own code needs none of it, so no other test may. */
export const ECOSYSTEM = "tests/ecosystem";

/** Tests that look at a terminal. They are a step of their own, with those that look at a browser. */
export const SCREEN_TESTS: readonly string[] = ["tests/screen"];

/** What the dashboard looks like in Debian's Chromium. Another one draws letters in another way. */
const BROWSER_TESTS = "tests/cli/dashboard/screens/dashboard_screens.ts";
const BROWSER = "screen: browser";

const UNIT = "unit";

/** The steps there are. */
export type StepName = "unit" | "live" | "doc" | "pace" | "screen";

/** The runs of Deno that make up a step, given files and folders if not all of it is to run. */
export function batchesOf(step: StepName, paths: readonly string[] = []): Batch[] {
  switch (step) {
    case "unit":
      return [batch(UNIT, "-P=unit", ...(paths.length > 0 ? paths : PURE_TESTS))];
    case "doc":
      return [
        batch(
          "doc",
          "--doc",
          "-P=doc",
          ...(paths.length > 0 ? paths : ["mod.ts", "src", "README.md", "docs"]),
        ),
      ];
    case "screen":
      return [
        batch("screen", "-P=screen", ...(paths.length > 0 ? paths : SCREEN_TESTS)),
        ...(paths.length > 0 ? [] : [{ ...batch(BROWSER, "-A", BROWSER_TESTS), stage: 1 }]),
      ];
    case "live":
      if (paths.length > 0) {
        const others = [...PURE_TESTS, ...SCREEN_TESTS];
        const own = paths.filter((path) => !isIn(path, ECOSYSTEM));
        const ecosystem = paths.filter((path) => isIn(path, ECOSYSTEM) || isIn(ECOSYSTEM, path));
        return [
          ...own.length > 0
            ? [live("live", own, ecosystem.length > 0 ? [...others, ECOSYSTEM] : others)]
            : [],
          ...ecosystem.length > 0 ? [withLibraries(ecosystem)] : [],
        ];
      }
      return [
        // All types at once, which each run would look at anew.
        { name: TYPES, args: ["check", "-q", "."], stage: 0 },
        unchecked(live("live: others", ["tests"], [...ELSEWHERE, ...LATER, ...OWN_RUNS])),
        ...LONG.map(ownRun),
        ...WAITING.map((folder) => ({ ...ownRun(folder), waits: true })),
        unchecked(withLibraries([ECOSYSTEM])),
      ];
    case "pace":
      if (paths.length > 0) return [live("paced", paths, [])];
      return [
        live("measuring", MEASURING, OWN_RUNS),
        live("paced", PACED, []),
        { ...live("alone", ALONE, []), stage: 1 },
      ];
  }
}

/** The run that looks at the types of every file. */
const TYPES = "types";

/** What is in no run of all others. */
const ELSEWHERE: readonly string[] = [...PURE_TESTS, ...SCREEN_TESTS, ECOSYSTEM];

const OWN_RUNS: readonly string[] = [...WAITING, ...LONG];

const LATER: readonly string[] = [...MEASURING, ...PACED, ...ALONE];

/** A run of one folder or file, but for what has a run of its own. */
function ownRun(path: string): Batch {
  return unchecked(live(`live: ${path}`, [path], [...LATER, ...OWN_RUNS]));
}

/** Leaves the types to a run of their own. */
function unchecked({ args: [command, ...args], ...batch }: Batch): Batch {
  return { ...batch, args: [command, "--no-check", ...args] };
}

/** Leaves the types of the unit tests to the run of all types, where there is one. */
export function withTypesOnce(batches: readonly Batch[]): Batch[] {
  const hasTypes = batches.some(({ name }) => name === TYPES);
  return batches.map((batch) => hasTypes && batch.name === UNIT ? unchecked(batch) : batch);
}

/** A run of live tests in these files and folders, but for what is in others, unless it was named. */
function live(name: string, paths: readonly string[], others: readonly string[]): Batch {
  const ignored = others.filter((other) => !paths.some((path) => isIn(path, other)));
  // Without any it would leave out everything.
  const but = ignored.length === 0 ? [] : [`--ignore=${ignored.join(",")}`];
  return batch(name, "-P=live", ...but, ...paths);
}

/** A run of tests with libraries of others. */
function withLibraries(paths: readonly string[]): Batch {
  return batch(
    "live: ecosystem",
    "-P=ecosystem",
    ...paths.map((path) => isIn(path, ECOSYSTEM) ? path : ECOSYSTEM),
  );
}

function batch(name: string, ...args: string[]): Batch {
  return { name, args: ["test", ...args], stage: 0 };
}

/** The steps that run these files and folders, each with its own; without any, all steps run whole. */
export function stepsOf(
  steps: readonly StepName[],
  paths: readonly string[],
): [step: StepName, paths: readonly string[]][] {
  if (paths.length === 0 || steps.length === 1) return steps.map((step) => [step, paths]);
  const isPure = (path: string) => PURE_TESTS.some((pure) => isIn(path, pure));
  const isScreen = (path: string) => SCREEN_TESTS.some((screen) => isIn(path, screen));
  const isDocumented = (path: string) => !isIn(path, "tests");
  const own: Record<StepName, readonly string[]> = {
    unit: [
      ...paths.filter(isPure),
      ...PURE_TESTS.filter((pure) => paths.some((path) => path !== pure && isIn(pure, path))),
    ],
    live: paths.filter((path) => !isPure(path) && !isScreen(path) && !isDocumented(path)),
    // Files that are named are live, whether they keep a pace or not.
    pace: [],
    screen: paths.filter(isScreen),
    doc: paths.filter(isDocumented),
  };
  // Examples have a task of their own, unless files are named that have some.
  const all: readonly StepName[] = Array.from(new Set<StepName>([...steps, "doc"]));
  return all.filter((step) => own[step].length > 0).map((step) => [step, own[step]]);
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

/** Runs what live tests and those of screens need, then all of the tests. */
async function run(given: readonly Batch[], options: readonly string[]): Promise<Tally> {
  const batches = given.filter(({ name }) => name !== BROWSER || isDebian());
  if (batches.length < given.length) console.log("Left out: the browser, as this is not Debian");
  const screens = batches.some(({ name }) => name === "screen") ? ["tmux"] : [];
  if (batches.some(({ name }) => name === BROWSER)) screens.push("chromium");
  if (screens.length > 0 || batches.some(({ name }) => name.startsWith("live"))) {
    const install = ["run", "-P=install", ".ci/install_programs.ts", ...screens];
    const installed = await runQuietly(install, TERMINAL);
    if (installed.failed > 0) return installed;
  }
  const runOne = (args: readonly string[], show: Show) =>
    args.includes("--doc")
      ? runExamples(runQuietly, args, options, show)
      : runQuietly([...args, ...options], show);
  return sumOf(await runBatches(batches, runOne, TERMINAL));
}

function isDebian(): boolean {
  try {
    return /^ID=debian$/m.test(Deno.readTextFileSync("/etc/os-release"));
  } catch {
    return false;
  }
}

if (import.meta.main) {
  const [names, ...given] = Deno.args;
  const paths = given.filter(isThere).map((path) => path.replace(/^\.\//, "").replace(/\/$/, ""));
  const options = given.filter((argument) => !isThere(argument));
  const steps = stepsOf(names.split(",") as StepName[], paths);
  const total = await run(
    withTypesOnce(steps.flatMap(([step, own]) => batchesOf(step, own))),
    options,
  );
  console.log(`\n${totalsLine(total)}`);
  Deno.exit(total.failed === 0 ? 0 : 1);
}

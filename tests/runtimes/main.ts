/**
 * Runs the tests on the runtimes beside Deno. What fails and is not among the exceptions, and what is and passes, is a
 * failure.
 *
 * `deno task test:runtimes [quick] [node22|node24|bun] …`; names of test files may follow.
 */

import { sumOf, type Tally, totalsLine } from "../../.ci/tally.ts";
import { ALONE } from "../../.ci/test.ts";
import { ensureProgram, MEMCACHED, OPENSSL } from "../support/ensure_program.ts";
import { bundleTests, lowered } from "./bundle.ts";
import { EXCEPTIONS } from "./exceptions.ts";
import { runFile } from "./run_file.ts";
import { Programs, type Runtime, RUNTIME_NAMES, type RuntimeName } from "./runtimes.ts";
import { testFiles } from "./suite.ts";
import { type FileResults, verdictOf } from "./verdict.ts";

if (import.meta.main) Deno.exit(await main(Deno.args) ? 0 : 1);

async function main(args: readonly string[]): Promise<boolean> {
  const { isQuick, names, wanted } = argumentsOf(args);
  const files = (await testFiles(isQuick))
    .filter((file) => wanted.length === 0 || wanted.some((part) => file.includes(part)));
  for (const program of [MEMCACHED, OPENSSL]) await ensureProgram(program);
  await using programs = await Programs.fetch();
  const folder = await Deno.makeTempDir({ prefix: "libmc-bundle-" });
  try {
    const bundle = `${folder}/tests`;
    await bundleTests(files, bundle);
    const tallies: Tally[] = [];
    for (const name of names) {
      const runtime = await programs.runtime(name);
      const own = name === "node22" ? await lowered(bundle, "node22", programs.esbuild) : bundle;
      tallies.push(report(runtime, await runAll(runtime, own, files)));
    }
    const totals = sumOf(tallies);
    console.log(
      "What is about Deno is left out: tests/runtimes/suite.ts says which files, and why",
    );
    console.log(totalsLine(totals));
    return totals.failed === 0;
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Runs the files, two at once, then those that have both cores to themselves, and says so. */
async function runAll(
  runtime: Runtime,
  bundle: string,
  files: readonly string[],
): Promise<FileResults[]> {
  const all: FileResults[] = [];
  const runNext = async (queue: string[]) => {
    for (let file = queue.shift(); file !== undefined; file = queue.shift()) {
      const begun = performance.now();
      const results = await runFile(runtime, bundle, file);
      all.push(results);
      const passed = results.results.filter(({ error }) => error === undefined).length;
      const seconds = ((performance.now() - begun) / 1000).toFixed(1);
      console.log(
        `${runtime.name} ${all.length}/${files.length} ${file}: ` +
          `${passed} of ${results.results.length} in ${seconds} s`,
      );
    }
  };
  const together = files.filter((file) => !ALONE.includes(file));
  await Promise.all([runNext(together), runNext(together)]);
  await runNext(files.filter((file) => ALONE.includes(file)));
  return all;
}

/** Prints what came of a runtime. */
function report(runtime: Runtime, files: readonly FileResults[]): Tally {
  const { passed, all, exceptions, complaints } = verdictOf(runtime.name, files, EXCEPTIONS);
  for (const complaint of complaints) console.log(`\n${complaint}`);
  console.log(`\n${runtime.name} (${runtime.version}) passed ${passed} of ${all}`);
  for (const { file, name, reason } of exceptions) {
    console.log(`  exception: ${file}: ${name}: ${reason}`);
  }
  console.log("");
  return { passed, failed: complaints.length };
}

interface Arguments {
  readonly isQuick: boolean;
  readonly names: readonly RuntimeName[];
  /** Parts of the paths of test files; none for all. */
  readonly wanted: readonly string[];
}

function argumentsOf(args: readonly string[]): Arguments {
  const isName = (arg: string): arg is RuntimeName => RUNTIME_NAMES.includes(arg as RuntimeName);
  const names = args.filter(isName);
  return {
    isQuick: args.includes("quick"),
    names: names.length === 0 ? RUNTIME_NAMES : names,
    wanted: args.filter((arg) => arg !== "quick" && !isName(arg)),
  };
}

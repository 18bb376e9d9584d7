/** The tests as JavaScript that needs no Deno, laid out as they are in the repository. */

import { run } from "./runtimes.ts";

/** The folder of this repository, with a slash at its end. */
export const ROOT: string = new URL("../../", import.meta.url).pathname;

/** Files that tests read from where they lie. */
const READ_BY_TESTS = [
  "docs/get_or_set.md",
  "docs/near_cache.md",
  "docs/other_clusters.md",
  "docs/values.md",
  "docs/what_happens.md",
];

/**
 * Bundles test files, and what runs them, into a folder. What they share is there once: the client that a test makes is
 * the one that `mod.ts` has given its platform.
 */
export async function bundleTests(files: readonly string[], folder: string): Promise<void> {
  const options = ["--quiet", "--platform=deno", "--code-splitting", `--outdir=${folder}`];
  const programs = await programFiles();
  await run("deno", ["bundle", ...options, "mod.ts", ...INSIDE, ...programs, ...files], ROOT);
  await copyDocuments(ROOT, folder);
}

/** Makes a copy of a bundle that a runtime takes which does not know the newest syntax: Node 22 has no `using`. */
export async function lowered(folder: string, target: string, esbuild: string): Promise<string> {
  const lower = `${folder}-${target}`;
  const scripts = (await Array.fromAsync(filesIn(folder))).filter((file) => file.endsWith(".js"));
  const options = ["--format=esm", `--target=${target}`, "--log-level=error"];
  const paths = [`--outbase=${folder}`, `--outdir=${lower}`];
  await run(esbuild, [...options, ...paths, ...scripts]);
  await copyDocuments(folder, lower);
  return lower;
}

async function copyDocuments(from: string, to: string): Promise<void> {
  await Deno.mkdir(`${to}/docs`);
  for (const file of READ_BY_TESTS) await Deno.copyFile(`${from}/${file}`, `${to}/${file}`);
}

/** Where the program lies in a bundle that runs one test file. */
export const RUN_TESTS = "tests/runtimes/inside/run_tests.js";

const INSIDE = ["tests/runtimes/inside/run_tests.ts", "tests/runtimes/inside/run_program.ts"];

/** Programs that tests run in a process of their own. */
async function programFiles(): Promise<string[]> {
  const files = (await Array.fromAsync(filesIn(`${ROOT}tests`)))
    .map((file) => file.slice(ROOT.length));
  return files.filter((file) => /^tests\/\w+\/programs\/\w+\.ts$/.test(file));
}

/** All files in a folder and in its folders. */
export async function* filesIn(folder: string): AsyncGenerator<string, void, void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) yield* filesIn(`${folder}/${name}`);
    else yield `${folder}/${name}`;
  }
}

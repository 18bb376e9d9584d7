/** Runs one test file on a runtime, in a process of its own. */

import { RUN_TESTS } from "./bundle.ts";
import type { CaseResult } from "./inside/test_registry.ts";
import type { Runtime } from "./runtimes.ts";
import type { FileResults } from "./verdict.ts";

/** What a process writes. */
type Line =
  | { readonly began: string }
  | { readonly ended: CaseResult }
  | { readonly done: true };

/**
 * Runs a file of a bundle.
 *
 * @param bundle The folder with the bundled tests.
 * @param file The test file's path in the repository.
 * @returns The results, one for each test and step that began, and one more if the process came to a bad end.
 */
export async function runFile(
  runtime: Runtime,
  bundle: string,
  file: string,
): Promise<FileResults> {
  const path = `${bundle}/${file.replace(/\.ts$/, ".js")}`;
  const written = await Deno.makeTempFile({ prefix: "libmc-results-" });
  try {
    const child = new Deno.Command(runtime.program, {
      args: [`${bundle}/${RUN_TESTS}`, path, written],
      env: { NO_COLOR: "1" },
      stdin: "null",
      stdout: "piped",
      stderr: "piped",
      signal: AbortSignal.timeout(MOST_MILLISECONDS),
    });
    const { success, signal, stdout, stderr } = await child.output();
    const lines = (await Deno.readTextFile(written)).split("\n").filter((line) => line !== "");
    const results = resultsOf(lines.map((line): Line => JSON.parse(line)));
    if (success && results.isDone) return { file, results: results.cases };
    const decoder = new TextDecoder();
    const said = decoder.decode(stderr) || decoder.decode(stdout);
    const end = signal === null ? "ends badly" : `is still there after ${MOST_MILLISECONDS} ms`;
    const error = `it ${end}: ${said.trim().slice(-2000)}`;
    return { file, results: [...results.cases, { name: "the process", error }] };
  } finally {
    await Deno.remove(written);
  }
}

/** The results in what was written. What began and did not end has failed. */
function resultsOf(lines: readonly Line[]): { cases: CaseResult[]; isDone: boolean } {
  const open = new Set<string>();
  const cases: CaseResult[] = [];
  let isDone = false;
  for (const line of lines) {
    if ("began" in line) open.add(line.began);
    if ("ended" in line) {
      open.delete(line.ended.name);
      cases.push(line.ended);
    }
    if ("done" in line) isDone = true;
  }
  for (const name of open) cases.push({ name, error: "it began and did not end" });
  return { cases, isDone };
}

/** More than the longest file takes on a machine that is busy with other things. */
const MOST_MILLISECONDS = 120_000;

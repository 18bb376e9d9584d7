/**
 * Runs the examples of the documentation. They show clients as they are by default, whose limits of 100 ms a busy machine can
 * miss: what fails is run once more by itself, and has failed if it does so again.
 *
 * @module
 */

import { type Tally, withoutColour } from "./tally.ts";
import type { Show } from "./terminal.ts";

/** Runs Deno, and shows what it says. */
type Run = (args: readonly string[], show: Show) => Promise<Tally>;

/**
 * Runs examples.
 *
 * @param args Those of `deno`, of which the last ones name files and folders.
 * @param options Of `deno test`, for both times.
 */
export async function runExamples(
  run: Run,
  args: readonly string[],
  options: readonly string[],
  show: Show,
): Promise<Tally> {
  const failed = new Set<string>();
  const first = await run([...args, ...options], {
    out(text) {
      for (const [, example] of withoutColour(text).matchAll(EXAMPLE)) failed.add(example);
      show.out(text);
    },
    error: show.error,
  });
  // What has failed otherwise, as by its types or in the end of the process, would do so again.
  if (first.failed === 0 || failed.size !== first.failed) return first;
  const files = Array.from(new Set(Array.from(failed, (example) => example.split("#")[0])));
  show.out(`\n# examples that failed, once more by themselves\n`);
  const again = await run(["test", "--doc", "-P=doc", ...files, ...options], show);
  return again.failed > 0 || again.passed < failed.size
    ? first
    : { passed: first.passed + first.failed, failed: 0 };
}

/** How an example that failed is named in the end. */
const EXAMPLE = / => \.\/(\S+#\d+-\d+\.\w+):\d+:\d+/g;

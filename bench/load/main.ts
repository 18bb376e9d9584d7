/**
 * The closed loop: what clients do under so many callers, beside the raw socket and beside each other.
 * `bench/README.md` says how it measures and how to read it.
 */
import { compare } from "./compare.ts";
import { parseOptions, USAGE } from "./options.ts";
import { Progress } from "./progress.ts";
import { runAll } from "./run_all.ts";

if (Deno.args.includes("--help")) {
  console.log(USAGE);
} else {
  // The task runs in the repository; a folder is relative to where it was called.
  const options = parseOptions(Deno.args, Deno.env.get("INIT_CWD") ?? Deno.cwd());
  const progress = new Progress();
  if (options.before === undefined) await runAll(options, progress);
  else await compare(options.before, options, progress);
}

/** `deno task soak`: see `USAGE` in arguments.ts. */

import { Progress } from "../demo/progress.ts";
import { parseArguments, type SoakArguments, USAGE } from "./arguments.ts";
import { exitCodeOf, reportOf } from "./report.ts";
import { soak } from "./soak.ts";

if (import.meta.main) Deno.exit(await main(Deno.args));

async function main(args: readonly string[]): Promise<number> {
  let parsed: SoakArguments;
  try {
    parsed = parseArguments(args);
  } catch (error) {
    console.error(error instanceof Error ? error.message : error);
    return 2;
  }
  if (parsed.help) {
    console.log(USAGE);
    return 0;
  }
  console.log(`soak: ${parsed.minutes} minute(s), ${parsed.callers} callers, seed ${parsed.seed}`);
  const interrupted = new AbortController();
  // A terminal sends Ctrl-C to `deno task` too, which passes it on: once more must not hurt.
  const interrupt = () => interrupted.abort();
  const signals: readonly Deno.Signal[] = ["SIGINT", "SIGTERM"];
  for (const signal of signals) Deno.addSignalListener(signal, interrupt);
  const progress = new Progress(Deno.stderr.isTerminal());
  const result = await soak(parsed, interrupted.signal, sayer(progress));
  progress.clear();
  if (interrupted.signal.aborted) console.log("soak: interrupted, the figures so far:");
  console.log(reportOf(result, parsed));
  return exitCodeOf(result);
}

/** Says how far the soak is: on a terminal by one line that changes, elsewhere by a line a minute. */
function sayer(progress: Progress): (text: string, share: number) => void {
  if (Deno.stderr.isTerminal()) return (text, share) => progress.say(text, share);
  let next = performance.now() + 60_000;
  return (text) => {
    if (performance.now() < next) return;
    next += 60_000;
    console.error(`soak: ${text}`);
  };
}

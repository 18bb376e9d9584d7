/**
 * `deno task demo`: the client at work on real data. The steps are in `steps/`, what they share in `session.ts`.
 *
 * However it ends, its own servers are stopped, and given ones hold nothing of it any more.
 */

import { type DemoArguments, parseArguments, USAGE } from "./arguments.ts";
import { readDataSet } from "./data_set.ts";
import { count, counted, megabytes } from "./figures.ts";
import { Report } from "./report.ts";
import { givenServers, startServers } from "./servers.ts";
import { Session, type Step } from "./session.ts";
import { bulk } from "./steps/bulk.ts";
import { cas } from "./steps/cas.ts";
import { counters } from "./steps/counters.ts";
import { expiry } from "./steps/expiry.ts";
import { loads } from "./steps/loads.ts";
import { outage } from "./steps/outage.ts";
import { refusals } from "./steps/refusals.ts";
import { showSpread } from "./steps/spread.ts";

const ROOT = new URL("../../../", import.meta.url);
const STEPS: readonly Step[] = [bulk, counters, cas, loads, expiry, refusals, outage];

const OK = 0;
const WRONG = 1;
const MISUSED = 2;

/** Exit codes of what ends a program from outside: 128 and the signal's number. */
const SIGNALS: readonly (readonly [Deno.Signal, number])[] = Deno.build.os === "windows"
  ? [["SIGINT", 130]]
  : [["SIGINT", 130], ["SIGTERM", 143], ["SIGHUP", 129]];

/** A terminal interrupts `deno task` and the demo, and `deno task` passes it on: one Ctrl-C comes twice. */
const ECHO_MILLISECONDS = 500;

if (import.meta.main) Deno.exitCode = await main(Deno.args);

async function main(args: readonly string[]): Promise<number> {
  let parsed: DemoArguments;
  try {
    parsed = parseArguments(args);
  } catch (error) {
    console.error(messageOf(error));
    return MISUSED;
  }
  if (parsed.help) {
    console.log(USAGE);
    return OK;
  }
  const interrupted = new AbortController();
  let code: number | undefined;
  let since = 0;
  for (const [signal, ending] of SIGNALS) {
    Deno.addSignalListener(signal, () => {
      if (code === undefined) {
        code = ending;
        since = performance.now();
        interrupted.abort();
      } else if (performance.now() - since > ECHO_MILLISECONDS) {
        // Asked again, it waits for nothing.
        Deno.exit(code);
      }
    });
  }
  try {
    const wrong = await run(parsed.servers, interrupted.signal);
    return code ?? (wrong === 0 ? OK : WRONG);
  } catch (error) {
    if (code === undefined) console.error(messageOf(error));
    return code ?? WRONG;
  }
}

/** Runs all steps, and gives how much was wrong. */
async function run(given: readonly string[] | undefined, signal: AbortSignal): Promise<number> {
  const report = new Report(signal);
  try {
    report.line(report.paint.bold("libmc at work on the files of its own repository"));
    report.busy("starting servers", 0);
    await using servers = given === undefined ? await startServers() : givenServers(given);
    const prefix = given === undefined ? "demo:" : `libmc-demo:${crypto.randomUUID()}:`;
    report.busy("reading files", 0.5);
    const data = await readDataSet(ROOT, prefix);
    await using session = new Session({ servers, data, report, prefix, signal });
    const versions = await session.versions();
    introduce(session, versions);
    showSpread(session);
    try {
      for (const step of STEPS) await step(session);
    } finally {
      if (given !== undefined) await session.removeKeys();
    }
    if (given !== undefined) await reportRemoval(session);
    report.end();
    return report.wrong;
  } finally {
    report.clear();
  }
}

function introduce({ servers, data, report }: Session, versions: Map<string, string>): void {
  const distinct = [...new Set(versions.values())].join(", ");
  report.line(`  servers  ${servers.describe(distinct)}`);
  for (const server of servers.strings) report.note(`         ${server}`);
  const files = `${counted(data.files, "file")} as bytes`;
  const records = `${counted(data.records, "line")} of source as JSON`;
  report.line(`  data     ${files}, ${records}: ${megabytes(data.bytes)}`);
  for (const reason of data.skipped) report.note(`         left out: ${reason}`);
}

async function reportRemoval(session: Session): Promise<void> {
  const left = await session.keysLeft();
  session.report.heading("The given servers");
  session.report.check(
    left === 0,
    left === 0
      ? `are left as they were: all ${session.keyCount} of the demo removed, nothing flushed`
      : `still hold ${count(left)} of the demo's ${session.keyCount}`,
  );
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}

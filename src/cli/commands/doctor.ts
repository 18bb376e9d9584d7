/** `doctor`: finds out what is wrong with servers, and says what to do. */

import { parseAddress } from "../../placement/address.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { diagnosis } from "../doctor/diagnosis.ts";
import type { Finding } from "../doctor/finding.ts";
import { EXIT, type ExitCode } from "../exit_codes.ts";
import { stringsOf } from "../server_list.ts";
import type { Style } from "../report.ts";

export const doctor: CliCommand = {
  name: "doctor",
  summary: "find out what is wrong with the servers, and what to do",
  define(command) {
    command.addHelpText(
      "after",
      "\nIt stores items of its own, up to 1 MB, and deletes them. 0: all is well; 3: something is not.",
    );
  },
  async run(context) {
    const { servers, options } = await context.setUp();
    // Throws what is wrong with server strings and options, before anything is dialled.
    await context.client();
    const examine = (server: string, left: AbortSignal) => {
      const signal = AbortSignal.any([context.signal, left]);
      return Array.fromAsync(diagnosis(server, options, context.clock, signal));
    };
    let code: ExitCode = EXIT.done;
    let isFirst = true;
    for await (const [server, found] of someAtOnce(stringsOf(servers), AT_ONCE, examine)) {
      if (!isFirst && !context.report.isJson) await context.report.line();
      isFirst = false;
      await tell(context, parseAddress(server).name, found);
      const last = found.at(-1);
      if (last?.state === "fail" && code !== EXIT.usage) {
        code = last.isDenied ? EXIT.usage : EXIT.server;
      }
    }
    return code;
  },
};

/** One that does not answer takes its time, and each stores 1 MB: many at once would measure how busy this program is. */
const AT_ONCE = 8;

/** Gives what comes of each item, in their order. Those behind it are begun meanwhile, so many at once. */
async function* someAtOnce<T, R>(
  items: readonly T[],
  most: number,
  begin: (item: T, left: AbortSignal) => Promise<R>,
): AsyncGenerator<readonly [T, R], void, void> {
  const left = new AbortController();
  const begun: Promise<R>[] = [];
  try {
    for (const [index, item] of items.entries()) {
      while (begun.length < Math.min(index + most, items.length)) {
        const result = begin(items[begun.length], left.signal);
        // It is told of when it is its turn, or not at all.
        result.catch(() => {});
        begun.push(result);
      }
      yield [item, await begun[index]];
    }
  } finally {
    left.abort(new Error("The rest is not examined any more"));
    await Promise.allSettled(begun);
  }
}

/** Tells what was found. */
async function tell(
  { report }: CliContext,
  server: string,
  findings: readonly Finding[],
): Promise<void> {
  if (report.isJson) {
    for (const finding of findings) await report.json({ server, ...finding });
    return;
  }
  await report.line(report.paint("bold", report.foreign(server)));
  for (const { check, state, text, wayOut, ms = 0 } of findings) {
    const [mark, style] = MARKS[state];
    const time = state === "skip" ? "" : `${ms.toFixed(1)} ms`;
    const line = `${check.padEnd(11)} ${time.padStart(10)}  ${report.foreign(text)}`;
    await report.line(`  ${report.paint(style, mark)} ${line}`);
    if (wayOut !== undefined) await report.line(`    ${" ".repeat(22)}  → ${wayOut}`);
  }
}

const MARKS: Readonly<Record<Finding["state"], readonly [mark: string, style: Style]>> = {
  ok: ["✓", "green"],
  warn: ["!", "yellow"],
  fail: ["✗", "red"],
  skip: ["-", "dim"],
};

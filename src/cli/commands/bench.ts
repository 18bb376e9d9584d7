/** `bench`: what the servers give from here. */

import { integer } from "../arguments.ts";
import { bar, grouped, short } from "../bars.ts";
import { measure, type Measured } from "../bench/measure.ts";
import { type BenchItems, worksOf } from "../bench/works.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { atMostGrace } from "../interrupt.ts";
import { isDumb } from "../report.ts";

interface BenchOptions {
  readonly seconds: number;
  readonly size: number;
  readonly callers: number;
  readonly items: number;
}

export const bench: CliCommand = {
  name: "bench",
  summary: "measure what the servers give from here, with items of its own",
  define(command) {
    command.option("--seconds <number>", "how long in all", integer(1, 3600), 10)
      .option("--size <bytes>", "length of the values", integer(1, 1_000_000), 100)
      .option("--callers <number>", "how many call at a time", integer(2, 10_000), 64)
      .option("--items <number>", "how many items", integer(100, 100_000), 1000)
      .addHelpText("after", "\nIts items are deleted at the end, and expire by themselves.");
  },
  async run(context, { options }) {
    const { seconds, size, callers, items: count } = options as BenchOptions;
    const { clock, report, signal } = context;
    const client = await context.client();
    const items = itemsOf(count, size, seconds);
    const works = worksOf(client, items, callers);
    const progress = new Progress(context, 1000 * seconds);
    const results: Measured[] = [];
    try {
      const { keys, value, exptime } = items;
      await client.setMulti(keys.map((key) => [key, value]), { exptime, signal });
      for (const work of works) {
        const tell = (perSecond: number) => progress.tell(work.name, perSecond);
        const length = 1000 * seconds / works.length;
        results.push(await measure(work, length, clock, signal, tell));
        if (signal.aborted) break;
      }
    } finally {
      await progress.end();
      const deleted = client.deleteMulti(items.keys, { strict: false });
      await (signal.aborted ? atMostGrace(clock, deleted) : deleted);
    }
    await show(context, results);
    const failure = results.find(({ failed }) => failed > 0);
    if (failure !== undefined) throw failure.error;
    if (signal.aborted) return EXIT.interrupted;
    if (!report.isJson) {
      await report.line(`${grouped(count)} items of ${grouped(size)} bytes, deleted again`);
    }
    return EXIT.done;
  },
};

function itemsOf(count: number, size: number, seconds: number): BenchItems {
  const name = `libmc-bench-${crypto.randomUUID().slice(0, 8)}`;
  return {
    keys: Array.from({ length: count }, (_, index) => `${name}-${index}`),
    value: "x".repeat(size),
    exptime: Math.ceil(seconds) + 60,
  };
}

async function show({ report }: CliContext, results: readonly Measured[]): Promise<void> {
  if (report.isJson) {
    for (const { error: _told, ...measured } of results) await report.json(measured);
    return;
  }
  const titles = ["keys/s", "p50 ms", "p99 ms", "failed"];
  await report.table(
    [{ title: "work" }, ...titles.map((title) => ({ title, isNumber: true }))],
    results.map(({ name, perSecond, p50, p99, failed }) => [
      name,
      grouped(perSecond),
      p50?.toFixed(2) ?? "-",
      p99?.toFixed(2) ?? "-",
      failed > 0 ? report.paint("red", grouped(failed)) : "0",
    ]),
  );
}

/** A line that is written over and over, where somebody sees it. */
class Progress {
  readonly #context: CliContext;
  readonly #began: number;
  readonly #length: number;
  #written = Promise.resolve();

  constructor(context: CliContext, length: number) {
    this.#context = context;
    this.#length = length;
    this.#began = context.clock.now();
  }

  tell(work: string, perSecond: number): void {
    const { clock } = this.#context;
    const share = (clock.now() - this.#began) / this.#length;
    const line = `${bar(share, BAR_WIDTH).padEnd(BAR_WIDTH)} ${work}: ${short(perSecond)} keys/s`;
    this.#write(line.slice(0, this.#context.io.err.columns - 1));
  }

  /** Takes the line away. */
  async end(): Promise<void> {
    this.#write("");
    await this.#written;
  }

  #write(line: string): void {
    const { io } = this.#context;
    const { err } = io;
    if (!err.isTerminal || isDumb(io)) return;
    this.#written = this.#written.then(() => err.write(`\r${line}\x1b[K`)).catch(() => {});
  }
}

const BAR_WIDTH = 20;

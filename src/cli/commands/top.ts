/** `top`: the servers at work, once a second. */

import { integer } from "../arguments.ts";
import { percent, short } from "../bars.ts";
import type { CliOutput } from "../cli_io.ts";
import type { CliCommand, CliContext } from "../command.ts";
import { EXIT } from "../exit_codes.ts";
import { isDumb } from "../report.ts";
import { stringsOf } from "../server_list.ts";
import { Drawing } from "../top/drawing.ts";
import { figuresOf, type ServerFigures } from "../top/figures.ts";
import { type Scene, screenLines } from "../top/screen.ts";
import { ServerPoll } from "../top/server_poll.ts";

interface TopOptions {
  readonly interval: number;
  readonly count?: number;
}

export const top: CliCommand = {
  name: "top",
  summary: "show the servers at work, until q or Ctrl-C",
  define(command) {
    command.option("-i, --interval <seconds>", "how often", integer(1, 3600), 1)
      .option("-n, --count <number>", "end after so many pictures", integer(1, 2 ** 53 - 1));
  },
  async run(context, { options }) {
    const { interval, count = Infinity } = options as TopOptions;
    const { servers, options: clientOptions } = await context.setUp();
    const milliseconds = 1000 * interval;
    const polls = stringsOf(servers).map((server) => {
      return new ServerPoll(server, clientOptions, context.clock, milliseconds);
    });
    const { io, report } = context;
    const isDrawn = io.out.isTerminal && !report.isJson && !isDumb(io);
    try {
      await (isDrawn ? drawn : listed)(context, { polls, interval, count });
    } finally {
      await Promise.all(polls.map((poll) => poll.close()));
    }
    return EXIT.done;
  },
};

interface Round {
  readonly polls: readonly ServerPoll[];
  readonly interval: number;
  readonly count: number;
}

/** Draws picture over picture. */
async function drawn(context: CliContext, round: Round): Promise<void> {
  const { io, report } = context;
  const quit = new AbortController();
  const signal = AbortSignal.any([context.signal, quit.signal]);
  const drawing = new Drawing(io.out);
  const history = new Map<string, (number | undefined)[]>();
  let scene: Scene = { servers: [], history, interval: round.interval };
  const draw = () => drawing.draw(screenLines(scene, io.out, report.paint));
  const keys = quitByKey(context, quit);
  await drawing.begin();
  const resized = drawnWhenResized(io.out, signal, draw);
  try {
    for await (const servers of rounds(context, round, signal)) {
      for (const { server, operations } of servers) remember(history, server, operations);
      scene = { ...scene, servers };
      await draw();
    }
  } finally {
    quit.abort();
    await Promise.all([keys, resized]);
    await drawing.end();
  }
}

/** Draws again as soon as the window has another size: the next picture can be an hour away. */
async function drawnWhenResized(
  out: CliOutput,
  signal: AbortSignal,
  draw: () => Promise<void>,
): Promise<void> {
  while (out.resized !== undefined && !signal.aborted) {
    await out.resized(signal);
    // A terminal that is gone is told of by the next picture.
    if (!signal.aborted) await draw().catch(() => {});
  }
}

/** As much as the widest trend shows. */
const LONGEST_HISTORY = 60;

function remember(
  history: Map<string, (number | undefined)[]>,
  server: string,
  operations: number | undefined,
): void {
  const past = history.get(server) ?? [];
  past.push(operations);
  if (past.length > LONGEST_HISTORY) past.shift();
  history.set(server, past);
}

/** Reads keys until one of them quits. A terminal in raw mode sends Ctrl-C as a key. */
async function quitByKey({ io }: CliContext, quit: AbortController): Promise<void> {
  for await (const key of io.in.keys(quit.signal)) {
    if (QUITS.some((quits) => key.includes(quits))) quit.abort();
  }
}

/** q, and Ctrl-C and Ctrl-D. */
const QUITS = ["q", "Q", "\x03", "\x04"] as const;

/** Writes a line for each server, again and again. */
async function listed(context: CliContext, round: Round): Promise<void> {
  const { report } = context;
  for await (const servers of rounds(context, round, context.signal)) {
    for (const figures of servers) await report.result(figures, report.foreign(lineOf(figures)));
  }
}

function lineOf({ server, trouble, ...figures }: ServerFigures): string {
  if (trouble !== undefined) return `${server}  down: ${trouble}`;
  const { operations, hits, bytes, items, evictions, connections, latency } = figures;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ["op/s", operations === undefined ? undefined : short(operations)],
    ["hits", hits === undefined ? undefined : percent(hits)],
    ["bytes", bytes?.toString()],
    ["items", items?.toString()],
    ["evict/s", evictions?.toFixed(1)],
    ["conns", connections?.toString()],
    ["ms", latency?.toFixed(1)],
  ];
  return [server, ...facts.map(([name, value]) => `${name} ${value ?? "-"}`)].join("  ");
}

/** Asks the servers at each turn, waits for the answers for no longer than to the next, and gives what is known then. */
async function* rounds(
  { clock }: CliContext,
  { polls, interval, count }: Round,
  signal: AbortSignal,
): AsyncGenerator<ServerFigures[], void, void> {
  // Ends the last turn, too, where nobody waits for it.
  const left = new AbortController();
  const end = AbortSignal.any([signal, left.signal]);
  try {
    for (let round = 0; round < count && !end.aborted; round++) {
      const turn = pause(clock, 1000 * interval, end);
      await Promise.race([askAll(polls, clock, interval, end), turn]);
      if (end.aborted) break;
      yield polls.map((poll) => figuresOf(poll.state));
      if (round + 1 < count) await turn;
    }
  } finally {
    left.abort();
  }
}

/** Asks a few at a time: all at once, hundreds would measure how busy this program is. */
async function askAll(
  polls: readonly ServerPoll[],
  clock: CliContext["clock"],
  interval: number,
  end: AbortSignal,
): Promise<void> {
  const asked: Promise<void>[] = [];
  const step = 500 * interval / Math.ceil(polls.length / AT_ONCE);
  for (let from = 0; from < polls.length && !end.aborted; from += AT_ONCE) {
    if (from > 0) await pause(clock, Math.min(step, LONGEST_STEP), end);
    asked.push(...polls.slice(from, from + AT_ONCE).map((poll) => poll.ask()));
  }
  await Promise.all(asked);
}

const AT_ONCE = 8;
/** Milliseconds. */
const LONGEST_STEP = 50;

/** Resolves after some time, or at once when the signal is aborted. */
function pause(
  clock: CliContext["clock"],
  milliseconds: number,
  signal: AbortSignal,
): Promise<void> {
  return new Promise((resolve) => {
    const cancel = clock.after(milliseconds, end);
    function end(): void {
      cancel();
      signal.removeEventListener("abort", end);
      resolve();
    }
    if (signal.aborted) end();
    else signal.addEventListener("abort", end);
  });
}

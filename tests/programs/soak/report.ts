/** Says in words and figures what came of a soak, and whether it is as it must be. */

import type { SoakResult } from "./soak.ts";

/** One requirement, and whether it is met. */
export interface Requirement {
  readonly text: string;
  readonly isMet: boolean;
}

/** How much memory may grow from the second quarter of a run to the last. */
const MOST_GROWTH = 0.1;
/**
 * In its first minutes a process still warms up: the operating system is asked for more, and the heap takes up the code
 * that is compiled and the forms of objects. In runs of a minute the heap changed by −6 to +19 %, in one of four minutes by
 * +5 %, in those of five by −4 to +9 %.
 */
const WARM_SECONDS = 300;
const MOST_GROWTH_WHILE_WARMING = { heap: 0.35, rss: 0.4 };

/** How much memory the process may have at its worst moment: while servers hang, callers go on. */
const MOST_RSS = 768 * 2 ** 20;
/** How long a call may take in milliseconds while the process is not halted: its timeout, and a machine that is busy. */
const SLOWEST = 4000;

/** All that is required of a soak. */
export function requirementsOf(result: SoakResult): Requirement[] {
  const { tally, seconds, socketsAtRest, socketsExpected, socketsClosed, memory } = result;
  const isWarm = seconds >= WARM_SECONDS;
  const mostOf = isWarm ? { heap: MOST_GROWTH, rss: MOST_GROWTH } : MOST_GROWTH_WHILE_WARMING;
  const [least, most] = socketsExpected;
  const { heap, rss } = memory.growth;
  return [
    { text: `wrong answers: ${tally.wrong}`, isMet: tally.wrong === 0 },
    { text: `calls that did not settle: ${tally.unsettled}`, isMet: tally.unsettled === 0 },
    {
      text: `slowest call: ${Math.round(tally.slowest)} ms, at most ${SLOWEST}`,
      isMet: tally.slowest <= SLOWEST,
    },
    {
      text: `servers that hung and were told as dead: ${tally.hangsTold} of ${tally.hangs}`,
      isMet: tally.hangsTold === tally.hangs,
    },
    {
      text: `sockets at rest: ${socketsAtRest}, expected ${least} to ${most}`,
      isMet: socketsAtRest >= least && socketsAtRest <= most,
    },
    { text: `sockets after close: ${socketsClosed}`, isMet: socketsClosed === 0 },
    {
      text: `heap, last quarter to second: ${percent(heap)}, at most ${percent(mostOf.heap)}`,
      isMet: isFlat(heap, mostOf.heap),
    },
    {
      text: `RSS, last quarter to second: ${percent(rss)}, at most ${percent(mostOf.rss)}`,
      isMet: isFlat(rss, mostOf.rss),
    },
    {
      text: `RSS, most: ${megabytes(memory.most.rss)}, at most ${megabytes(MOST_RSS)}`,
      isMet: memory.most.rss <= MOST_RSS,
    },
  ];
}

/** What the process says of it: 0 if all requirements are met. */
export function exitCodeOf(result: SoakResult): 0 | 1 {
  return requirementsOf(result).every(({ isMet }) => isMet) ? 0 : 1;
}

/** The whole report. */
export function reportOf(
  result: SoakResult,
  { seed, callers, rate }: { seed: number; callers: number; rate: number },
): string {
  const { tally, seconds, faults, memory, connects, desyncs } = result;
  const made = Array.from(faults).sort(([a], [b]) => a < b ? -1 : 1);
  const total = made.reduce((sum, [, times]) => sum + times, 0);
  return [
    `soak: ${seconds.toFixed(0)} s, ${callers} callers, 3 servers, seed ${seed}`,
    `operations: ${tally.operations}, ${Math.round(tally.operations / seconds)} a second`,
    `  ${tally.hits} hits, ${tally.misses} misses, ${tally.rejected} rejected, ${tally.aborted} aborted`,
    `  at a fixed rate: ${rate} a second, at most ${tally.mostWaiting} waiting`,
    `  split values with several writers: ${tally.bigHits} read whole`,
    `  changes without a reply: ${tally.readBack} read back`,
    `  changes at once, some of them repeated: ${tally.inOrder} times in order`,
    `  of shared keys: ${tally.sharedReads} answers, ${tally.sharedLoads} loads, ${tally.locks} locks`,
    `  while clients move: ${tally.movedReads} values, ${tally.carried} items carried over`,
    `  odd replies: ${tally.oddReplies}, counts of another key for a moment: ${tally.shifted}, ` +
    `items of their server: at most ${tally.mostItems}`,
    `  events that listeners heard: ${tally.heard}`,
    `connections made: ${connects}, out of step: ${desyncs}`,
    `faults: ${total}`,
    ...made.map(([kind, times]) => `  ${kind}: ${times}`),
    `memory: heap ${megabytes(memory.first.heap)} at the start, ${
      megabytes(memory.last.heap)
    } at the end; ` +
    `RSS ${megabytes(memory.first.rss)} and ${megabytes(memory.last.rss)}`,
    ...requirementsOf(result).map(({ text, isMet }) => `${isMet ? "ok  " : "FAIL"} ${text}`),
    ...Array.from(tally.wrongs, ([whose, times]) => `  ${whose}: ${times} wrong`),
    ...tally.examples.map((example) => `  ${example}`),
  ].join("\n");
}

function isFlat(growth: number | undefined, most: number): boolean {
  return growth === undefined || growth <= most;
}

function percent(growth: number | undefined): string {
  if (growth === undefined) return "not to be told";
  return `${growth < 0 ? "" : "+"}${(100 * growth).toFixed(1)} %`;
}

function megabytes(bytes: number): string {
  return `${(bytes / 2 ** 20).toFixed(1)} MB`;
}

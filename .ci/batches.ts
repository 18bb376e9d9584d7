/**
 * Runs batches of tests, each a process: two at once, in stages. What is to run beside little or nothing has a later one.
 *
 * @module
 */

import type { Tally } from "./tally.ts";

/** One process that runs some of the tests. */
export interface Batch {
  readonly name: string;
  /** Arguments of Deno. */
  readonly args: readonly string[];
  /** It begins when all batches of an earlier stage have ended. */
  readonly stage: number;
}

/** Where texts go to. */
export interface Show {
  out(text: string): void;
  error(text: string): void;
}

/**
 * Runs all of them. What each says is shown when it is over, or at once if it is the only one.
 *
 * @param run Runs Deno with these arguments, and shows what it says.
 */
export async function runBatches(
  batches: readonly Batch[],
  run: (args: readonly string[], show: Show) => Promise<Tally>,
  show: Show,
): Promise<Tally[]> {
  const tallies: Tally[] = [];
  if (batches.length === 1) {
    show.out(headline(batches[0]));
    return [await run(batches[0].args, show)];
  }
  const runNext = async (queue: Batch[]) => {
    for (let batch = queue.shift(); batch !== undefined; batch = queue.shift()) {
      const said: [where: keyof Show, text: string][] = [];
      const tally = await run(batch.args, {
        out: (text) => said.push(["out", text]),
        error: (text) => said.push(["error", text]),
      });
      tallies.push(tally);
      show.out(headline(batch));
      for (const [where, text] of said) show[where](text);
    }
  };
  const stages = Map.groupBy(batches, ({ stage }) => stage);
  for (const stage of Array.from(stages.keys()).sort()) {
    const waiting = stages.get(stage) as Batch[];
    await Promise.all(Array.from({ length: AT_ONCE }, () => runNext(waiting)));
  }
  return tallies;
}

function headline({ name }: Batch): string {
  return `\n# ${name}\n`;
}

const AT_ONCE = 2;

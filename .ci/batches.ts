/**
 * Runs batches of tests or tasks, each a process: two at once, in stages. What is to run beside little or nothing has a later one.
 *
 * @module
 */

import type { Tally } from "./tally.ts";
import type { Show } from "./terminal.ts";

/** One process that runs some of the tests, or a task. */
export interface Batch {
  readonly name: string;
  /** Arguments of Deno. */
  readonly args: readonly string[];
  /** It begins when all batches of an earlier stage have ended. */
  readonly stage: number;
}

/**
 * Runs all of them. What each says is shown when it is over, or at once if it is the only one of its stage.
 *
 * @param run Runs Deno with these arguments, and shows what it says.
 */
export async function runBatches(
  batches: readonly Batch[],
  run: (args: readonly string[], show: Show) => Promise<Tally>,
  show: Show,
): Promise<Tally[]> {
  const tallies: Tally[] = [];
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
  for (const stage of Array.from(stages.keys()).sort((a, b) => a - b)) {
    const waiting = stages.get(stage) as Batch[];
    if (waiting.length === 1) {
      show.out(headline(waiting[0]));
      tallies.push(await run(waiting[0].args, show));
    } else {
      await Promise.all(Array.from({ length: AT_ONCE }, () => runNext(waiting)));
    }
  }
  return tallies;
}

function headline({ name }: Batch): string {
  return `\n# ${name}\n`;
}

const AT_ONCE = 2;

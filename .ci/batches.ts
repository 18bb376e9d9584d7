/**
 * Runs batches of tests or tasks, each a process: two at once, and one more of those that wait, in stages. What is to run
 * beside little or nothing has a later one.
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
  /** It waits for a third of its time or more, so that it may run beside two others. */
  readonly waits?: boolean;
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
  const runNext = async (take: () => Batch | undefined) => {
    for (let batch = take(); batch !== undefined; batch = take()) {
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
    const all = stages.get(stage) as Batch[];
    if (all.length === 1) {
      show.out(headline(all[0]));
      tallies.push(await run(all[0].args, show));
    } else {
      const light = all.filter(({ waits }) => waits);
      const heavy = all.filter(({ waits }) => !waits);
      const lanes = Array.from(
        { length: AT_ONCE },
        () => runNext(() => heavy.shift() ?? light.shift()),
      );
      await Promise.all([...lanes, runNext(() => light.shift())]);
    }
  }
  return tallies;
}

function headline({ name }: Batch): string {
  return `\n# ${name}\n`;
}

/** As many as the cores of a machine of continuous integration. */
const AT_ONCE = 2;

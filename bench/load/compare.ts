/** Another checkout of this package against this one, in one run: `deno task bench:load --compare FOLDER`. */
import { OURS } from "../participants/names.ts";
import { describeCores, findCores, moveTo, NO_TASKSET } from "./cores.ts";
import { Field } from "./field.ts";
import type { LoadOptions } from "./options.ts";
import { measurePairs } from "./pairs.ts";
import type { Progress } from "./progress.ts";
import { formatPairs, formatPairsHead } from "./pairs_table.ts";

/** Prints a line for each work as soon as it is measured; `before` is the other checkout's participant. */
export async function compare(
  before: string,
  options: LoadOptions,
  progress: Progress,
): Promise<void> {
  const [cores] = await findCores();
  if (cores.list === undefined) console.log(NO_TASKSET);
  const servers = Math.max(...options.works.map(({ servers }) => servers));
  await using field = await Field.open([before, OURS], servers, progress);
  await moveTo(cores, field.pids);
  const [first, second] = field.players;
  const { rounds, milliseconds } = options.timesOf(options.works[0]);
  console.log(
    `Before: ${before.slice(before.indexOf("@") + 1)}. After: this checkout. On ${
      describeCores(cores)
    }, ` +
      `${rounds} pairs of ${milliseconds} ms; in brackets the middle half of them.\n`,
  );
  console.log(formatPairsHead());
  for (const [i, work] of options.works.entries()) {
    const pairs = await measurePairs(work, first, second, options.timesOf(work), (what) => {
      progress.say(`[${i + 1}/${options.works.length}] ${what}`);
    });
    progress.clear();
    console.log(formatPairs(pairs));
  }
}

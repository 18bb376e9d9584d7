/** `incr`: counts up, or down. */

import { Option } from "commander";
import type { Exptime } from "../../../mod.ts";
import { exptime, unsigned64 } from "../arguments.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";

interface IncrOptions {
  readonly down?: boolean;
  readonly initial?: bigint;
  readonly exptime?: Exptime;
}

export const incr: CliCommand = {
  name: "incr",
  summary: "add to a counter",
  define(command) {
    command.argument("<key>", "the key")
      .argument("[delta]", "how much (1)", unsigned64, 1n)
      .option("--down", "subtract; memcached stops at 0")
      .option("--initial <number>", "begin with this number if the key is not there", unsigned64)
      .addOption(
        new Option("-e, --exptime <time>", "when a counter that begins expires; with --initial")
          .argParser(exptime),
      );
  },
  async run({ client, report, signal }, { args, options }) {
    const [key, delta] = args as [string, bigint];
    const { down = false, initial, exptime } = options as IncrOptions;
    const verb = down ? "decr" : "incr";
    const value = await (await client())[verb](key, delta, {
      ...(initial !== undefined && { initial }),
      ...(exptime !== undefined && { exptime }),
      signal,
    });
    if (value !== undefined) await report.result({ key, hit: true, value }, String(value));
    else await report.absent(key, ": --initial begins a counter");
    return value === undefined ? EXIT.miss : EXIT.done;
  },
};

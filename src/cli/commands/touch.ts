/** `touch`: changes when an item expires. */

import type { Exptime } from "../../../mod.ts";
import { exptime } from "../arguments.ts";
import type { CliCommand } from "../command.ts";
import { EXIT } from "../exit_codes.ts";

export const touch: CliCommand = {
  name: "touch",
  summary: "change when an item expires",
  define(command) {
    command.argument("<key>", "the key")
      .argument("<exptime>", "seconds, or 15m, 12h, 7d, never", exptime);
  },
  async run({ client, report, signal }, { args }) {
    const [key, exptime] = args as [string, Exptime];
    const touched = await (await client()).touch(key, exptime, { signal });
    if (touched || report.isJson) await report.result({ key, touched }, "touched");
    else await report.message(`${report.foreign(key)} is not there`);
    return touched ? EXIT.done : EXIT.miss;
  },
};
